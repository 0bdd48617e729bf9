"""Orders in people's words: one as a row or a panel, its clock, what to do next. What is hidden stays hidden here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.codec import load_state
from bot.desk import words
from bot.desk.session import Staff
from bot.hotline.form import tell_text
from bot.hotline.gate import Gate, called_of, gate_of
from bot.hotline.states import LEFT, due, stage
from bot.mask import mask_phone, mask_text
from bot.names import mask_name
from bot.services import Services
from bot.store.orders import Order, OrderEvent, orders_of
from bot.store.tickets import Ticket
from bot.vault import Unsealable
from conversations.codec import UnknownVersion
from data.hotline import load_hotline

ROWS = load_hotline()
"""Read at the start, as all rows are: a wrong one stops the start and names its line."""

ANY_TICKET = frozenset({"editor", "liaison", "admin"})
"""Who may do a colleague's order too: the duty editor, and the liaison whose work it is."""

_CHANGES = {
    "made": "开始写", "edited": "改了", "sent": "送出", "filed": "人工提交", "taken": "收下",
    "taken_too": "自动送的那张12345也收下了，请电话说明是同一张", "delayed": "没送到，会再送", "unsure": "不确定是否送到，会再送",
    "refused": "没有收", "received": "已受理", "assigned": "已派单", "answered": "答复", "returned": "退单",
    "closed": "了结", "numbered": "补上12345的工单号", "told_sent": "告诉居民：已送出", "told_filed": "告诉居民：已提交",
    "told_assigned": "告诉居民：已派单", "told_answered": "告诉居民：答复",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """One order as rows and panels show it, masked. `late`: its clock has run out; `trouble`: it did not get there."""

    number: str
    ticket: str
    status: str
    title: str
    level: str
    level_title: str
    subject: str
    delivery: str
    trouble: bool
    stuck: bool
    refused: bool
    next: str
    clock: str
    due: datetime | None
    late: bool
    due_words: str
    theirs: str
    unit: str
    answer: str
    hidden: bool
    who: str
    by: str
    made_at: datetime
    stage: str
    rank: int


def card_of(order: Order, names: Mapping[str, str], now: datetime) -> Card:
    """Pure."""
    deadline = due(order.status, order.receive_due, order.answer_due)
    late = deadline is not None and deadline < now
    on_way = order.status == "sent" and order.delivery in ("waiting", "sending", "unsure")
    stuck = on_way and order.sent_at is not None and now - order.sent_at >= ROWS.stuck
    refused = order.status == "draft" and order.delivery == "refused"
    subject, answer = mask_text(order.form.fields.get("subject", "")), mask_text(order.reply.text)
    step = ROWS.nexts[order.status]
    if stuck:
        step = "送不到：打电话给12345报单，然后点“人工提交”。自动送会停下。"
    elif on_way:
        step = "正在送，送不到会自己再送，不用重按。"
    elif refused:
        step = "12345没有收：看下面的原因，改好再送。"
    elif order.status == "closed" and order.untold:
        step = ROWS.nexts["answered"]
    elif late:
        step = "超时了：打电话催12345；再没有动静，请编辑提级。"
    delivery = ROWS.titles["delivery"].get(order.delivery, "") if order.way == "gateway" or refused else ""
    if order.fault and (on_way or refused):
        delivery += f"：{ROWS.titles['fault'].get(order.fault, order.fault)}"
    return Card(
        number=order.number, ticket=order.ticket, status=order.status, title=ROWS.titles["status"][order.status],
        level=order.form.level, level_title=ROWS.level(order.form.level).title,
        subject="（资料已删除）" if order.erased else subject or "（还没写标题）",
        delivery=delivery, trouble=stuck or refused or order.delivery == "unsure", stuck=stuck, refused=refused,
        next="" if order.erased else step,
        clock="受理" if order.status in ("sent", "filed") else "答复", due=deadline, late=late,
        due_words=_due_words(deadline, now),
        theirs=order.reply.number, unit=order.reply.unit, answer=answer, hidden=answer != order.reply.text,
        who=words.person(order.sent_by or order.made_by, names), by=order.sent_by or order.made_by, made_at=order.made_at,
        stage=stage(order.status, order.way, order.delivery, order.told, untold=order.untold), rank=_rank(order, late, stuck),
    )  # fmt: skip


def _due_words(deadline: datetime | None, now: datetime) -> str:
    if deadline is None:
        return ""
    return f"超时 {words.span(now - deadline)}" if deadline < now else f"还有 {words.span(deadline - now)}"


def _rank(order: Order, late: bool, stuck: bool) -> int:
    """What to look at first: what came back or is stuck, what is overdue, answers nobody passed on, then what waits."""
    if order.status == "returned" or stuck or (order.status == "draft" and order.delivery == "refused"):
        return 0
    if late:
        return 1
    if order.untold or order.status == "answered":
        return 2
    return 3 if order.status in LEFT else 4


@dataclass(frozen=True, slots=True)
class OrderPanel:
    """The ticket page's section. `current` None: nothing is open; `makes`: whoever looks may begin one now."""

    current: Card | None
    former: list[Card]
    gate: Gate
    consent: str
    makes: bool
    acts: bool
    tell: str
    mark: str
    gateway: bool


def may_act(ticket: Ticket, staff: Staff) -> bool:
    """Nobody's ticket, one's own, or the work of editor and liaison."""
    return staff.acts and (ticket.reporter in ("", staff.login) or staff.role in ANY_TICKET)


def may_tell(ticket: Ticket, staff: Staff) -> bool:
    """Only one person writes to a resident at a time: whoever has the ticket, or whoever takes it by writing."""
    return ticket.outcome is None and ticket.reporter in ("", staff.login)


def mark_of(order: Order) -> str:
    """Which news a sentence was written from: whoever sends it later is told when there is newer news."""
    at = order.news_at or order.sent_at
    return f"{int(at.timestamp() * 1000)}" if at else "0"


async def order_panel(
    services: Services, ticket: Ticket, names: Mapping[str, str], staff: Staff, now: datetime
) -> OrderPanel:
    """Raises StoreAway."""
    found = await orders_of(services.database, services.vault, ticket.number)
    current = next((one for one in found if one.status != "closed" or one.untold), None)
    card = card_of(current, names, now) if current else None
    consent = await consent_of(services, ticket)
    called = called_of(ticket, ROWS).code if current is None or current.status != "draft" else current.form.called
    acts = may_act(ticket, staff) and not ticket.erased
    free = current is None or current.status in ("returned", "closed")
    telling = card is not None and bool(card.stage) and acts and may_tell(ticket, staff)
    return OrderPanel(
        current=card, former=[card_of(one, names, now) for one in found if one is not current],
        gate=gate_of(ticket, called, consent, ROWS), consent=CONSENT[consent], acts=acts,
        makes=acts and free and ticket.outcome is None, gateway=bool(services.settings.hotline_url),
        tell=tell_text(current, card.stage, ROWS) if telling and current and card else "",
        mark=mark_of(current) if current else "",
    )  # fmt: skip


CONSENT = {"yes": "居民同意转", "no": "居民不同意转", "": "还没问过同不同意转"}


async def consent_of(services: Services, ticket: Ticket) -> str:
    """yes, no, or "" while the resident has not said whether their facts may be passed on."""
    row = await services.database.row(
        "select v.state, c.data_key from conversations v join contacts c on c.id = v.id where v.id = $1",
        ticket.conversation,
    )
    if row is None or row["data_key"] is None:
        return ""
    try:
        state = load_state(services.vault.data_key(ticket.conversation, row["data_key"]).open(row["state"]))
    except (Unsealable, UnknownVersion):
        return ""
    case = state.case(ticket.case)
    return case.consent if case and case.consent in ("yes", "no") else ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an order's history."""

    at: datetime
    who: str
    what: str
    detail: str
    late: bool


def steps_of(events: Sequence[OrderEvent], names: Mapping[str, str], *, masked: bool) -> list[Step]:
    """Newest first, in words."""
    out = []
    for one in reversed(events):
        detail = ROWS.titles["fault"].get(one.detail, one.detail)
        who = {"hotline": "12345", "system": "系统"}.get(one.actor) or words.person(one.actor, names)
        out.append(
            Step(one.at, who, _CHANGES.get(one.change, one.change), mask_text(detail) if masked else detail, one.late)
        )
    return out


def boxes_of(order: Order, *, masked: bool) -> list[tuple[str, str]]:
    """(title, value) of every field that has one, for reading."""
    out = []
    for field in ROWS.fields:
        value = order.form.fields.get(field.code, "")
        if value:
            hidden = (
                mask_name(value) if field.code == "name" else mask_phone(value) if field.phone else mask_text(value)
            )
            out.append((field.title, hidden if masked else value))
    return out
