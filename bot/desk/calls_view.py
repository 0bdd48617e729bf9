"""What the desk shows of calls: whom to call for a ticket and why, what was said, what is promised by when. Masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk import words
from bot.desk.directory import ROWS
from bot.desk.unit_words import UnitRow, unit_row
from bot.directory.matching import Match, Matter, fit, matches
from bot.directory.units import Unit
from bot.mask import mask_phone, mask_text
from bot.services import Services
from bot.store.calls import Call, calls_of
from bot.store.tickets import Ticket
from bot.store.units import counted, units_near
from conversations.playbook import Playbook
from data.directory import PromiseTime, Result

_MOVES = ("assigned", "verifying")
"""Where a ticket still is before anybody has spoken to the unit in charge."""


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call. `hidden`: there is more in it than is shown; `state` of its promise: late, waiting, kept, missed or ""."""

    id: int
    number: str
    title: str
    urgency: str
    at: datetime
    who: str
    whom: str
    dialled: str
    result: str
    good: bool
    promise: str
    due: datetime | None
    state: str
    settled: str
    note: str
    hidden: bool
    erased: bool

    def due_words(self, now: datetime) -> str:
        if self.due is None:
            return ""
        gap = words.span(abs(self.due - now))
        return f"还有 {gap}" if self.state == "waiting" else f"超时 {gap}"


@dataclass(frozen=True, slots=True)
class Callee:
    """A unit that fits, with the reason."""

    row: UnitRow
    reason: str


@dataclass(frozen=True, slots=True)
class CallsPanel:
    """`phone`: the resident can be called; `moves`: a call that reaches somebody may move the ticket on."""

    callees: list[Callee]
    lines: list[CallLine]
    phone: bool
    moves: bool

    @property
    def promises(self) -> list[CallLine]:
        """Open ones, the first due first."""
        return sorted(
            (one for one in self.lines if one.state in ("late", "waiting")), key=lambda one: (one.due is None, one.due)
        )

    @property
    def hidden(self) -> bool:
        return any(one.hidden for one in self.lines)

    @property
    def results(self) -> list[Result]:
        return list(ROWS.results.values())

    @property
    def contact_results(self) -> list[Result]:
        return [one for one in ROWS.results.values() if one.contact]

    @property
    def times(self) -> Sequence[PromiseTime]:
        return ROWS.promises


def call_line(call: Call, playbook: Playbook, names: Mapping[str, str], now: datetime) -> CallLine:
    promise, note = mask_text(call.promise), mask_text(call.note)
    dialled = call.dialled if call.unit is not None else mask_phone(call.dialled)
    state = call.promise_state
    if state == "open" and call.promise_due is not None:
        state = "late" if call.promise_due <= now else "waiting"
    result = ROWS.results.get(call.result)
    settled = f"{words.person(call.settled_by, names)} 记下" if call.settled_by else ""
    return CallLine(
        id=call.id, number=call.number, title=words.intent_title(playbook, call.intent), urgency=call.urgency, at=call.at,
        who=words.person(call.by, names), whom=call.whom or "居民", dialled=dialled, result=ROWS.result_title(call.result),
        good=result is not None and result.human, promise=promise, due=call.promise_due, state=state, settled=settled,
        note=note, hidden=(promise, note, dialled) != (call.promise, call.note, call.dialled), erased=call.erased,
    )  # fmt: skip


def matter_of(ticket: Ticket) -> Matter:
    return Matter(
        ticket.intent, ticket.district, ticket.slots.get("address", ""), ticket.slots.get("hospital", "")
    )  # fmt: skip


def callee(match: Match, playbook: Playbook, names: Mapping[str, str], now: datetime) -> Callee:
    return Callee(unit_row(match.unit, ROWS, playbook, names, now), match.reason)


def found_callees(units: Sequence[Unit], playbook: Playbook, names: Mapping[str, str], now: datetime) -> list[Callee]:
    """Those somebody looked for by hand: no reason is given for them."""
    return [Callee(unit_row(one, ROWS, playbook, names, now), "") for one in units]


async def calls_panel(services: Services, ticket: Ticket, names: Mapping[str, str], now: datetime) -> CallsPanel:
    """Raises StoreAway."""
    lines = [
        call_line(one, services.playbook, names, now)
        for one in await calls_of(services.database, services.vault, ticket.number)
    ]
    callees: list[Callee] = []
    if ticket.outcome is None and not ticket.erased:
        matter = matter_of(ticket)
        near = await units_near(services.database, matter)
        units = await counted(services.database, ROWS, [one for one in near if fit(one, matter, ROWS)])
        best = matches(units, matter, ROWS, now)[: ROWS.rules.suggestions]
        callees = [callee(one, services.playbook, names, now) for one in best]
    return CallsPanel(callees, lines, "phone" in ticket.slots, moves_on(ticket))


def moves_on(ticket: Ticket) -> bool:
    """Whether a call that reaches somebody may put it with the street."""
    return ticket.outcome is None and ticket.status in _MOVES
