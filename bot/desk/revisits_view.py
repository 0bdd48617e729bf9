"""What the list of revisits shows: when each is due and why, what was answered already, by telephone or in the chat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk import words
from bot.desk.directory import ROWS
from bot.desk.record import names_of_staff
from bot.desk.rows import Row, row_of
from bot.directory.revisiting import Asked, Next, Said, next_revisit, timeline
from bot.mask import mask_text
from bot.services import Services
from bot.store.revisits import Answers, Done, candidates, last_revisits, pasts_of
from bot.store.tickets import Filter, Ticket, list_tickets
from conversations.codes import TicketStatus, Urgency

_AHEAD = timedelta(hours=24)
_STATES = {"first": "还没回访过", "retry": "要再问", "again": "约好再问", "waiting": "问过了，没回话"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """When to ask; the last thing that was asked or answered, None when nothing was."""

    due: datetime | None
    state: str
    last: Asked | None


@dataclass(frozen=True, slots=True)
class RevisitRow:
    """`why`: in words; `answered`: the resident has said in the chat that it is solved, and nobody closed it yet."""

    row: Row
    due: datetime
    why: str
    answered: str

    def words(self, now: datetime) -> str:
        gap = words.span(abs(self.due - now))
        return f"还有 {gap}" if self.due > now else f"超时 {gap}"


@dataclass(frozen=True, slots=True)
class Groups:
    """`due` now, `waiting` for an answer in the chat, `answered` there, `soon` within a day."""

    due: list[RevisitRow]
    answered: list[RevisitRow]
    waiting: list[RevisitRow]
    soon: list[RevisitRow]


async def judged(services: Services, tickets: Sequence[Ticket], now: datetime) -> dict[str, Verdict]:
    """Number → verdict. Raises StoreAway."""
    pasts = await pasts_of(services.database, services.vault, tickets)
    out: dict[str, Verdict] = {}
    for ticket in tickets:
        past, urgency = pasts[ticket.number], Urgency(ticket.urgency)
        asked = timeline(past.asked, past.said)
        first = timedelta(minutes=services.playbook.clocks[urgency].revisit)
        ahead = next_revisit(past.begins, first, asked, ROWS.revisits[urgency], ROWS.rules.chat_wait)
        if ahead.state == "first" and any(one.by == "bot" for one in past.asked):
            ahead = Next(now, "first")  # the conversation's own timer has come due
        out[ticket.number] = Verdict(ahead.due, ahead.state, asked[-1] if asked else None)
    return out


async def due_rows(services: Services, login: str, now: datetime) -> Groups:
    """Raises StoreAway."""
    first = {one: timedelta(minutes=services.playbook.clocks[one].revisit) for one in Urgency}
    more = {one: len(ROWS.revisits[one].then) for one in Urgency}
    numbers = await candidates(services.database, first, more, now + _AHEAD)
    groups = Groups([], [], [], [])
    if not numbers:
        return groups
    tickets, _ = await list_tickets(
        services.database, services.vault, Filter(numbers=tuple(numbers)), limit=len(numbers)
    )
    verdicts = await judged(services, tickets, now)
    names = await names_of_staff(services.database)
    for ticket in tickets:
        verdict = verdicts[ticket.number]
        row = row_of(ticket, services.playbook, names, login=login, waiting=False, now=now, place="")
        told = verdict.last is not None and verdict.last.by == "contact" and verdict.last.solved == "yes"
        one = RevisitRow(row, verdict.due or now, _why(verdict, names), _told(verdict, now) if told else "")
        if told and ticket.outcome is None and ticket.status in (TicketStatus.REVISITED, TicketStatus.CLAIMED_DONE):
            groups.answered.append(one)
        elif verdict.due is None:
            continue
        elif verdict.due <= now:
            groups.due.append(one)
        elif verdict.state == "waiting":
            groups.waiting.append(one)
        elif verdict.due <= now + _AHEAD:
            groups.soon.append(one)
    groups.due.sort(key=lambda one: (one.row.key[0], one.due))
    for group in (groups.answered, groups.waiting, groups.soon):
        group.sort(key=lambda one: one.due)
    return groups


def _told(verdict: Verdict, now: datetime) -> str:
    return f"居民{words.ago(verdict.last.at, now)}在对话里说已解决" if verdict.last else ""


def _why(verdict: Verdict, names: Mapping[str, str]) -> str:
    last = verdict.last
    if last is None or verdict.state == "first":
        return _STATES["first"]
    who = words.person(last.by, names)
    if verdict.state == "waiting":
        return f"{who}在对话里问过，还没回话"
    if verdict.state == "retry":
        return f"{who}上次没联系上" if last.contacted == "no" else f"上次说{words.SOLVED.get(last.solved, '没有解决')}"
    return f"上次说{words.SOLVED[last.solved]}，{_STATES['again']}" if last.solved else _STATES["again"]


def answers_words(one: Answers | Done) -> str:
    """The three answers, each by itself."""
    if not (one.contacted or one.solved):
        return "在对话里问了一声"
    if one.contacted == "no":
        return "没联系上"
    parts = ("联系上了", words.SOLVED.get(one.solved, ""), words.SATISFIED.get(one.satisfied, ""))
    return "、".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of what was asked of a ticket and what was said; masked."""

    at: datetime
    who: str
    what: str
    note: str


def _said(one: Said) -> str:
    if one.contacted:
        return "有人联系过" if one.contacted == "yes" else "没有人联系过"
    return words.SOLVED[one.solved] if one.solved else words.SATISFIED[one.satisfied]


async def entries_of(services: Services, ticket: Ticket, names: Mapping[str, str]) -> list[Entry]:
    """Newest first: people's revisits, the conversation's own question, the resident's words."""
    past = (await pasts_of(services.database, services.vault, [ticket]))[ticket.number]
    out = [
        Entry(one.at, words.person(one.by, names), answers_words(one), mask_text(one.note))
        for one in await last_revisits(services.database, services.vault, ticket.number)
    ]
    out += [Entry(one.at, words.person("bot", names), "在对话里问了一声", "") for one in past.asked if one.by == "bot"]
    out += [Entry(one.at, words.person("contact", names), f"在对话里说{_said(one)}", "") for one in past.said]
    return sorted(out, key=lambda one: one.at, reverse=True)
