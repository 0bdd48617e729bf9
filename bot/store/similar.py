"""What the record keeps of tickets that may be one matter: their marks, what people said of pairs, who was merged into whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.similar import Marked, Similar, compare
from bot.store.database import Database
from bot.vault import Vault

CLOSED_DAYS = timedelta(days=14)
MERGED, TOOK_IN, SPLIT, LET_GO, APART = "merged", "took_in", "split", "let_go", "apart"
"""What a ticket's history calls it; the detail is the other ticket's number."""

_SIEVED = 200
"""Far more than are shown: a tower writes of the same water in one night."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`number` is part of `duplicate_of`: who said so, and when."""

    number: str
    duplicate_of: str
    by: str
    at: datetime
    wrote_at: datetime | None = None
    """Of a part: when its resident wrote last since then."""


async def forget_marks(connection: Any, contact: UUID) -> None:
    """Part of erasing a contact. What people said of pairs stays: numbers and logins."""
    for table in ("ticket_marks", "ticket_sketches"):
        await connection.execute(
            f"delete from {table} where number in (select number from tickets where conversation = $1)", contact
        )


_SIEVE = """
with hit as (
    select m.number, min(case m.kind when 'phone' then 0 when 'household' then 1 else 3 end) as rank
    from ticket_marks own join ticket_marks m on m.mark = own.mark where own.number = $1 group by m.number
    union all
    select s.number, 2 from ticket_sketches own join ticket_sketches s on s.keys && own.keys where own.number = $1
), near as (
    select t.number, t.intent, t.district, t.created_at
    from hit join tickets t using (number), (select conversation, intent from tickets where number = $1) me
    where t.conversation <> me.conversation and (t.outcome is null or t.closed_at > $2)
    and not exists (select from ticket_apart a where a.one = least(t.number, $1) and a.other = greatest(t.number, $1))
    and not exists (select from ticket_duplicates d where d.number = t.number)
    group by t.number, me.intent order by min(rank), (t.intent = me.intent) desc, t.created_at desc limit $3
)
select t.number, t.intent, t.district, t.created_at, coalesce(s.pieces, '{}') as pieces,
    array(select kind from ticket_marks m where m.number = t.number order by mark) as kinds,
    array(select mark from ticket_marks m where m.number = t.number order by mark) as marks
from (
    select * from near union all select number, intent, district, created_at from tickets where number = $1
) t left join ticket_sketches s using (number)
"""


async def similar_to(database: Database, number: str, now: datetime, most: int = 6) -> list[Similar]:
    """Tickets of other contacts, open or lately closed, that may be the same matter; the surest first."""
    rows = await database.fetch(_SIEVE, number, now - CLOSED_DAYS, _SIEVED)
    marked = {row["number"]: _marked(row) for row in rows}
    mine = marked.pop(number, None)
    if mine is None:
        return []
    found = [one for other in marked.values() if (one := compare(mine, other)) is not None]
    return sorted(found, key=lambda one: one.rank)[:most]


def _marked(row: Any) -> Marked:
    return Marked(
        row["number"], row["intent"], row["district"], row["created_at"],
        frozenset(zip(row["kinds"], row["marks"], strict=True)), tuple(row["pieces"]),
    )  # fmt: skip


async def duplicate_of(database: Database, number: str) -> Duplicate | None:
    row = await database.row("select number, duplicate_of, by, at from ticket_duplicates where number = $1", number)
    return Duplicate(**dict(row)) if row else None


async def parts_of_ticket(database: Database, number: str) -> list[Duplicate]:
    """What was merged into it, the first first."""
    rows = await database.fetch(
        "select d.number, d.duplicate_of, d.by, d.at, (select max(m.at) from messages m where m.conversation = t.conversation "
        "and m.direction = 'i' and m.at > d.at) as wrote_at "
        "from ticket_duplicates d join tickets t using (number) where d.duplicate_of = $1 order by d.at",
        number,
    )
    return [Duplicate(**dict(row)) for row in rows]


async def parts_below(database: Database, number: str) -> list[tuple[UUID, int]]:
    """(conversation, case) of whatever was merged into it, and into that; not of those erased or opened again."""
    rows = await database.fetch(
        "with recursive down as (select number from ticket_duplicates where duplicate_of = $1 "
        "union select d.number from down join ticket_duplicates d on d.duplicate_of = down.number) "
        "select t.conversation, t.case_key from down join tickets t using (number) "
        "join contacts c on c.id = t.conversation and c.data_key is not null where t.outcome = 'duplicate' order by t.number",
        number,
    )
    return [(row["conversation"], row["case_key"]) for row in rows]


async def link(database: Database, number: str, other: str, login: str, at: datetime) -> str:
    """Make a ticket part of another one, before it is closed: of two people who merge two tickets into each other one
    comes second, and neither is closed for a closed one. "" when it was done, else why not: `linked` (either is part of a
    ticket already), `ended` (an open matter is not left to a closed one), `more_urgent`.
    """
    async with database.connection() as connection, connection.transaction():
        rows = {row["number"]: row for row in await _both(connection, number, other)}
        one, whole = rows[number], rows[other]
        if one["outcome"] is None and whole["outcome"] is not None:
            return "ended"
        if whole["outcome"] is None and one["urgency_rank"] < whole["urgency_rank"]:
            return "more_urgent"
        done = await connection.fetchval(
            "insert into ticket_duplicates (number, duplicate_of, by, at) select $1, $2, $3, $4 "
            "where not exists (select from ticket_duplicates where number = $2) "
            "on conflict do nothing returning number",
            number, other, login, at,
        )  # fmt: skip
    return "" if done is not None else "linked"


async def unlink(database: Database, number: str) -> None:
    """As if it had not been: the conversation did not let the ticket be closed."""
    await database.execute("delete from ticket_duplicates where number = $1", number)


async def tell_merge(database: Database, vault: Vault, number: str, other: str, login: str, at: datetime) -> None:
    """A line in both histories."""
    async with database.connection() as connection, connection.transaction():
        await _both(connection, number, other)
        await _told(connection, vault, number, login, at, MERGED, other)
        await _told(connection, vault, other, login, at, TOOK_IN, number)


async def _both(connection: Any, number: str, other: str) -> list[Any]:
    """Always in one order, so that two people cannot wait for each other for ever."""
    return await connection.fetch(  # type: ignore[no-any-return]
        "select number, outcome, urgency_rank from tickets where number in ($1, $2) order by number for no key update",
        number, other,
    )  # fmt: skip


async def keep_split(database: Database, vault: Vault, number: str, login: str, at: datetime) -> str:
    """The link is gone and the pair is not proposed again; number of the ticket it was part of, "" if of none."""
    async with database.connection() as connection, connection.transaction():
        other = await connection.fetchval("select duplicate_of from ticket_duplicates where number = $1", number)
        await _both(connection, number, other or number)
        other = await connection.fetchval(
            "delete from ticket_duplicates where number = $1 returning duplicate_of", number
        )
        if other is None:
            return ""
        await _apart(connection, number, other, login, at)
        await _told(connection, vault, number, login, at, SPLIT, other)
        await _told(connection, vault, other, login, at, LET_GO, number)
    return str(other)


async def keep_apart(database: Database, vault: Vault, number: str, other: str, login: str, at: datetime) -> None:
    """Two tickets are not the same: written on both, once."""
    async with database.connection() as connection, connection.transaction():
        await _both(connection, number, other)
        if await _apart(connection, number, other, login, at):
            await _told(connection, vault, number, login, at, APART, other)
            await _told(connection, vault, other, login, at, APART, number)


async def _apart(connection: Any, number: str, other: str, login: str, at: datetime) -> bool:
    done = await connection.fetchval(
        "insert into ticket_apart (one, other, by, at) values (least($1, $2), greatest($1, $2), $3, $4) "
        "on conflict do nothing returning one",
        number, other, login, at,
    )  # fmt: skip
    return done is not None


async def _told(connection: Any, vault: Vault, number: str, login: str, at: datetime, change: str, other: str) -> None:
    """One line of a ticket's history, and the mark that tells open desks; without detail where the contact is erased."""
    row = await connection.fetchrow(
        "update tickets t set changed = nextval('ticket_changes') from contacts c "
        "where t.number = $1 and c.id = t.conversation returning c.id, c.data_key",
        number,
    )
    if row is None:
        return
    detail = vault.data_key(row["id"], row["data_key"]).seal(other.encode()) if row["data_key"] is not None else None
    await connection.execute(
        "insert into ticket_events (number, at, actor, change, detail) values ($1, $2, $3, $4, $5)",
        number, at, login, change, detail,
    )  # fmt: skip
