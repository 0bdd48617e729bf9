"""What is promised by when, what of it is kept, and the one thing to do next on a ticket. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk.words import span
from bot.store.tickets import Ticket
from conversations.reading import OVERLOOKED

_UNIT_REACHED = frozenset(
    {
        "ticket_12345",
        "local_coord",
        "answered",
        "referred",
        "escalated",
        "reported_up",
        "claimed_done",
        "revisited",
        "closed",
    }
)


@dataclass(frozen=True, slots=True)
class Promise:
    """One clock of a ticket. `state`: kept, waiting or late."""

    name: str
    title: str
    due: datetime
    state: str

    def words(self, now: datetime) -> str:
        if self.state == "kept":
            return "已做"
        return f"还有 {span(self.due - now)}" if self.state == "waiting" else f"超时 {span(now - self.due)}"


def promises(ticket: Ticket, now: datetime) -> tuple[Promise, ...]:
    """The four clocks, in order."""
    done = ticket.outcome is not None
    seen = ticket.acknowledged_at is not None or ticket.acted_at is not None
    called = ticket.verification in ("called_back", "confirmed", "doubtful", "outdated")
    rows = (
        ("acknowledge", "首次查看", ticket.acknowledge_due, seen),
        ("call", "打电话", ticket.call_due, called),
        ("contact_unit", "联系单位", ticket.contact_due, ticket.status in _UNIT_REACHED),
        ("revisit", "回访", ticket.revisit_due, ticket.status == "revisited"),
    )
    return tuple(
        Promise(name, title, due, "kept" if kept or done else "waiting" if now < due else "late")
        for name, title, due, kept in rows
    )


def next_promise(ticket: Ticket, now: datetime) -> Promise | None:
    """The first promise not kept yet; None when there is nothing left to do in time."""
    return next((one for one in promises(ticket, now) if one.state != "kept"), None)


def claim_ends(ticket: Ticket, claim: timedelta) -> datetime | None:
    """When the ticket is put back without action; None when nobody has it."""
    return ticket.acted_at + claim if ticket.reporter and ticket.acted_at else ticket.claim_until


WATCHED = "有人在看居民的手机：写在这里的、打过去的，那个人都可能知道。"


def is_watched(ticket: Ticket) -> bool:
    """Whether somebody they fear reads along (rule R13S)."""
    return any(one.get("code") == OVERLOOKED for one in ticket.body.reasons)


def next_step(ticket: Ticket, login: str, *, acts: bool, waiting: bool, missing: tuple[str, ...], now: datetime) -> str:
    """One sentence: what to do now. `waiting`: the contact wrote last; `missing`: titles of slots still unknown."""
    if ticket.outcome is not None:
        return "这张单已经结束。居民再来说“没有解决”会重新打开。"
    if not acts:
        return "您可以查看，不能处理。"
    if is_watched(ticket):
        return f"{WATCHED}先别写、别打过去，把地址转110，等居民说方便。"
    red, mute = ticket.urgency == "critical", "mute" in ticket.flags
    if not ticket.reporter:
        if mute:
            return "先点“接手”，马上在对话里写；不要打过去，需要时替居民打110、120。"
        if red:
            return "先点“接手”，马上打电话给居民。"
        soon = ticket.urgency == "urgent"
        return "请尽快接手，打电话核实。" if soon else "有空请接手；接手后自动助手不再说话。"
    if ticket.reporter != login:
        return "别的同事在办，您不用动手。"
    if ticket.verification == "unverified" and "phone" in ticket.slots and not mute:
        return "打电话核实：人现在怎样，在哪里，谁能放行。" if red else "打电话核实情况和地址。"
    if waiting:
        return "居民在等您回复。"
    if missing and ticket.status in ("assigned", "verifying"):
        return f"还缺{'、'.join(missing[:3])}，问一句。"
    if ticket.status in ("assigned", "verifying"):
        return "联系街镇、居委或医院，办到哪一步就把进度改到哪一步。"
    if ticket.status == "await_12345":
        return "等居民打12345；拿到工单号就填上。"
    due = next_promise(ticket, now)
    return f"到点回访：{due.words(now)}。" if due and due.name == "revisit" else "回访居民，确认是不是真的办好了。"
