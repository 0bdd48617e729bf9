"""Cases filed by staff: which form became which ticket, how it reached us, and whom nobody has rung back yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Filing:
    """`way`: a code of `adapters.staff.WAYS`."""

    number: str
    way: str
    by: str
    at: datetime


_TICKET_OF = """
select t.number, t.alert from tickets t
left join messages m on m.conversation = t.conversation and m.turn = $2 and m.position = 0 and m.case_key = t.case_key
where t.conversation = $1 order by m.turn is null, t.outcome is not null, t.case_key desc limit 1
"""


async def ticket_of(database: Database, conversation: UUID, turn: int) -> tuple[str, str] | None:
    """(number, alert) of what a message was filed under, else the contact's latest; None without a ticket."""
    row = await database.row(_TICKET_OF, conversation, turn)
    return (row["number"], row["alert"]) if row else None


async def keep_filing(database: Database, filing_id: str, filing: Filing) -> bool:
    """False when this form was pressed before."""
    done = await database.value(
        "insert into filings (id, number, way, by, at) values ($1, $2, $3, $4, $5) on conflict do nothing returning id",
        filing_id, filing.number, filing.way, filing.by, filing.at,
    )  # fmt: skip
    return done is not None


async def filing_of(database: Database, number: str) -> Filing | None:
    """The first one of a ticket; None for a ticket nobody filed."""
    row = await database.row("select number, way, by, at from filings where number = $1 order by at limit 1", number)
    return Filing(**dict(row)) if row else None


_TO_RING = """
select t.number from tickets t where t.channel = 'staff' and t.outcome is null
and not exists (select from calls c where c.number = t.number and c.unit is null and c.result = any ($2)
    and c.at > t.created_at)
order by t.queue_rank, t.created_at limit $1
"""


async def to_ring_back(database: Database, reached: Sequence[str], most: int) -> Sequence[str]:
    """Numbers of open tickets that can only be answered by telephone and whose resident nobody has reached, urgent first.

    `reached`: the results of a call that mean so.
    """
    return [row["number"] for row in await database.fetch(_TO_RING, most, list(reached))]
