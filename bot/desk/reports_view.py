"""Reports in people's words: proposals, one report as a page, what a ticket shows of its obstacles. Nothing names anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk import words
from bot.desk.directory import ROWS as DIRECTORY
from bot.desk.orders_panel import may_act
from bot.desk.session import Staff
from bot.desk.view import message_words
from bot.mask import mask_phone
from bot.reports.clusters import Cluster, clusters
from bot.reports.counting import (
    counts_lines,
    method_lines,
    obstacle_lines,
    scope_lines,
    trend_lines,
    tried_lines,
    tried_words,
    verified_lines,
)
from bot.reports.hiding import case_line, names_in
from bot.reports.paper import Paper, moment_words, name_of, sections_of
from bot.services import Services
from bot.store.report_tickets import (
    Case,
    around,
    cases_of,
    marked_tickets,
    obstacles_of,
    tickets_named,
    tried_for,
)
from bot.store.reports import SENT, Report, events_of_report, sent_about
from bot.store.said import messages_of
from bot.store.tickets import Ticket
from bot.supervision.watching import ROWS as LADDER
from data.obstacles import KINDS, Obstacle, load_obstacles

ROWS = load_obstacles()
STATUS = {
    "draft": "草稿", "signed": "等签发", "approved": "签发了，还没送", "sent": "送出了", "answered": "有答复",
    "dropped": "不写了",
}  # fmt: skip
CHANGES = {
    "made": "开始写", "saved": "改了", "signed": "署名，请人签发", "back": "退回草稿", "approved": "签发", "sent": "送出",
    "answered": "记下答复", "told": "把答复告诉居民", "dropped": "不写了",
    "case_erased": "有居民要求删除资料，这一件已拿掉，请重新核对文中写到的地方",
}  # fmt: skip
TOLD = {
    "sent": "已发给居民", "window": "发不出去，请打电话", "closed": "单子已结束，请打电话", "claimed": "同事在办，请他来说",
    "unknown": "没有这张单", "erased": "资料已删除", "failed": "没有办成，请再试",
}  # fmt: skip
_EARLIER = "已发的是更正前的答复"
_NAMED_MOST = 60
"""Tickets whose messages are looked through for names."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A ticket of a report on the page. `phone`: masked, for who has to be called; `heard`: they were
    sent the answer that stands."""

    number: str
    title: str
    urgency: str
    status: str
    typical: bool
    line: str
    told: str
    told_word: str
    heard: bool
    phone: str
    open: bool
    erased: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a report's page shows. `said`: why an act was not taken."""

    report: Report
    name: str
    kind: str
    obstacle: str
    status: str
    paper: Paper
    cases: list[CaseLine]
    history: list[tuple[datetime, str, str]]
    who: Mapping[str, str]
    writes: bool
    approves: bool
    sends: bool
    why_not: str
    said: str
    now: datetime

    @property
    def to_call(self) -> list[CaseLine]:
        return [one for one in self.cases if one.told in ("window", "closed")]


async def counted_of(
    services: Services, report: Report, tickets: Sequence[Ticket], now: datetime
) -> dict[str, list[str]]:
    """Code → lines, counted now. Raises StoreAway."""
    numbers = [one.number for one in tickets]
    tried = await tried_for(services.database, numbers, now)
    beside = await around(services.database, report.obstacle, numbers, now)
    kinds = {code: kind.title for code, kind in DIRECTORY.kinds.items()}
    return {
        "counts": counts_lines(tickets, services.playbook), "verified": verified_lines(tickets), "scope": scope_lines(beside),
        "trend": trend_lines(beside), "method": method_lines(beside), "obstacle": obstacle_lines(report.obstacle, ROWS),
        "tried": tried_lines(list(tried.values()), kinds, LADDER, DIRECTORY.human),
    }  # fmt: skip


async def case_lines(services: Services, cluster: Cluster, now: datetime) -> dict[str, str]:
    """Number → the case in one sentence, made of codes alone. Raises StoreAway."""
    tried = await tried_for(services.database, cluster.numbers, now)
    kinds = {code: kind.title for code, kind in DIRECTORY.kinds.items()}
    return {
        one.ticket.number: case_line(
            one.ticket, services.playbook, tried_words(tried[one.ticket.number], kinds, LADDER), now
        )
        for one in cluster.marked
    }  # fmt: skip


async def names_of_cluster(services: Services, tickets: Sequence[Ticket]) -> set[str]:
    """Names residents gave in their messages, to be looked for in what is written. Raises StoreAway."""
    texts: list[str] = []
    for conversation in dict.fromkeys(one.conversation for one in tickets[:_NAMED_MOST]):
        said = await messages_of(services.database, services.vault, conversation)
        texts += [message_words(one) for one in said if one.direction == "i"]
    texts += [value for one in tickets for value in (one.body.summary, *one.slots.values())]
    return names_in(texts, ROWS.surnames)


async def tickets_of_report(services: Services, report: Report) -> tuple[list[Case], dict[str, Ticket]]:
    """Raises StoreAway."""
    cases = await cases_of(services.database, services.vault, report.id)
    return cases, await tickets_named(services.database, services.vault, [one.number for one in cases])


async def sheet_of(
    services: Services, report: Report, staff: Staff, names: Mapping[str, str], *, fields: Mapping[str, str] | None = None,
    said: str = "",
) -> Sheet:  # fmt: skip
    """`fields`: what was typed and not taken. Raises StoreAway."""
    now = services.clock()
    cases, tickets = await tickets_of_report(services, report)
    here = [tickets[one.number] for one in cases if one.number in tickets]
    counted = dict(report.body.counted) if report.status in ("approved", *SENT) else {}
    if not counted:  # after an erasure what was counted before is a draft's again, and counted anew
        counted = await counted_of(services, report, [one for one in here if not one.erased], now)
    typical = [one.line for one in cases if one.typical]
    people = (
        report.made_by,
        report.edited_by,
        report.signed_by,
        report.approved_by,
        report.sent_by,
        report.answered_by,
    )
    who = {login: words.person(login, names) for login in people if login}
    paper = paper_of(report, counted, typical, who, fields=fields)
    events = await events_of_report(services.database, report.id)
    history = [
        (
            one.at,
            "系统" if one.actor == "system" else words.person(one.actor, names),
            CHANGES.get(one.change, one.change),
        )
        for one in events
    ]
    own = staff.login in (report.signed_by, report.edited_by)
    editor = staff.role in ("editor", "admin")
    why_not = ""
    if report.status == "signed" and staff.acts:
        why_not = "自己写的、署名的，要请另一位编辑签发。" if own else "" if editor else "等值班编辑或管理员签发。"
    return Sheet(
        report=report, name=name_of(report.kind, report.serial), kind=KINDS.get(report.kind, report.kind),
        obstacle=ROWS.title(report.obstacle), status=STATUS.get(report.status, report.status), paper=paper,
        cases=[_case(one, tickets.get(one.number), services, report.answered_at) for one in cases], history=history, who=who,
        writes=staff.acts and report.status == "draft", approves=report.status == "signed" and editor and not own,
        sends=editor and report.status in ("approved", *SENT), why_not=why_not, said=said, now=now,
    )  # fmt: skip


def paper_of(
    report: Report, counted: Mapping[str, Sequence[str]], typical: Sequence[str], who: Mapping[str, str], *,
    fields: Mapping[str, str] | None = None,
) -> Paper:  # fmt: skip
    """The document as it stands."""
    written = fields if fields is not None else report.body.fields
    lines = [
        f"署名：{who.get(report.signed_by, '')}　{moment_words(report.signed_at)}" if report.signed_by else "",
        f"签发：{who.get(report.approved_by, '')}　{moment_words(report.approved_at)}" if report.approved_by else "",
        f"送：{report.body.to}　{moment_words(report.sent_at)}" if report.sent_at else "",
    ]
    return Paper(
        name_of(report.kind, report.serial), written.get("title", "").strip(), tuple(filter(None, lines)),
        sections_of(ROWS.forms[report.kind], written, counted, typical), report.status in ("draft", "signed", "dropped"),
    )  # fmt: skip


def _case(case: Case, ticket: Ticket | None, services: Services, answered_at: datetime | None) -> CaseLine:
    gone = case.erased or ticket is None or ticket.erased
    heard = case.heard(answered_at)
    told = _EARLIER if case.told == "sent" and not heard else TOLD.get(case.told, case.told)
    return CaseLine(
        number=case.number, title=words.intent_title(services.playbook, ticket.intent) if ticket else "",
        urgency=ticket.urgency if ticket else "normal",
        status=words.OUTCOME[ticket.outcome] if ticket and ticket.outcome else words.STATUS[ticket.status] if ticket else "",
        typical=case.typical, line=case.line, told=case.told, told_word=told, heard=heard,
        phone=mask_phone(ticket.slots.get("phone", "")) if ticket else "", open=bool(ticket and ticket.outcome is None),
        erased=gone,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportsPanel:
    """The ticket page's section. `reports`: (id, name, how far) of what was sent about its obstacles."""

    obstacles: tuple[Obstacle, ...]
    chosen: frozenset[str]
    titles: tuple[str, ...]
    reports: tuple[tuple[int, str, str], ...]
    acts: bool

    @property
    def single(self) -> str:
        """The obstacle a report about this one ticket would be about."""
        return next((one.code for one in self.obstacles if one.code in self.chosen), "")


async def reports_panel(services: Services, ticket: Ticket, staff: Staff) -> ReportsPanel:
    """Raises StoreAway."""
    chosen = await obstacles_of(services.database, ticket.number)
    sent = await sent_about(services.database, chosen)
    return ReportsPanel(
        ROWS.obstacles, frozenset(chosen), tuple(ROWS.title(one) for one in chosen),
        tuple((id, name_of(kind, serial), STATUS[status]) for id, kind, serial, status, _ in sent),
        ticket.outcome is None and not ticket.erased and may_act(ticket, staff),
    )  # fmt: skip


async def proposals(services: Services, now: datetime) -> list[Cluster]:
    """Raises StoreAway."""
    found = await marked_tickets(services.database, services.vault, now - max(ROWS.window, timedelta(hours=1)))
    return clusters(found, ROWS, now)
