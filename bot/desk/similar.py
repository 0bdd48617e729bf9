"""What the ticket page shows of tickets that may be the same matter, and of those a person has merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.desk import words
from bot.desk.rows import Row, row_of
from bot.desk.session import Staff
from bot.mask import mask_text
from bot.services import Services
from bot.store.similar import duplicate_of, parts_of_ticket, similar_to
from bot.store.tickets import Filter, Ticket, list_tickets
from conversations.codes import Outcome


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another ticket that may be the same matter; `place` is masked."""

    row: Row
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A ticket this one was merged into, or the other way round: who did it, and when."""

    number: str
    who: str
    at: datetime
    wrote_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """`into` None: it stands for itself. `merges`: whoever looks may merge it now."""

    proposals: list[Proposal]
    into: Merged | None
    parts: list[Merged]
    merges: bool


def mergeable(ticket: Ticket) -> bool:
    """It is open, or was closed as a duplicate of nobody knows which."""
    return not ticket.erased and ticket.outcome in (None, Outcome.DUPLICATE)


async def panel_of(services: Services, ticket: Ticket, names: Mapping[str, str], staff: Staff, now: datetime) -> Panel:
    """Raises StoreAway."""
    database, vault, playbook = services.database, services.vault, services.playbook
    linked = await duplicate_of(database, ticket.number)
    parts = [
        Merged(one.number, words.person(one.by, names), one.at, one.wrote_at)
        for one in await parts_of_ticket(database, ticket.number)
    ]
    if linked:
        return Panel([], Merged(linked.duplicate_of, words.person(linked.by, names), linked.at), parts, False)
    found = await similar_to(database, ticket.number, now)
    if not found:
        return Panel([], None, parts, False)
    numbers = tuple(one.number for one in found)
    opened = {
        one.number: one for one in (await list_tickets(database, vault, Filter(numbers=numbers), limit=len(numbers)))[0]
    }
    proposals = [
        Proposal(
            row=row_of(other, playbook, names, login=staff.login, waiting=False, now=now, place="other"),
            place=mask_text(other.slots.get("address", "")) or other.district or "地点没有说",
            reason=one.reason,
        )
        for one in found
        if (other := opened.get(one.number)) is not None
    ]
    return Panel(proposals, None, parts, mergeable(ticket) and ticket.reporter in ("", staff.login))
