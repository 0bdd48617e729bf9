"""The call log: who called whom, what came of it, what was promised by when. A resident's number and all words are sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.codec import decode, encode
from bot.store.database import Connection, Database
from bot.store.tickets import Ticket
from bot.vault import Unsealable, Vault

CALLED, KEPT, MISSED = "called", "promise_kept", "promise_missed"
"""What a ticket's history calls it."""


@dataclass(frozen=True, slots=True)
class NewCall:
    """`unit` None: the resident, whose number is sealed. `promise_due`: something was promised by then."""

    unit: int | None
    dialled: str
    result: str
    promise: str = ""
    promise_due: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call with its sealed part opened; `erased`: it cannot be any more. `whom`: the unit's name, "" the resident."""

    id: int
    number: str
    unit: int | None
    whom: str
    dialled: str
    at: datetime
    by: str
    result: str
    promise: str
    promise_due: datetime | None
    promise_state: str
    settled_at: datetime | None
    settled_by: str
    note: str
    erased: bool
    intent: str
    urgency: str


_SELECT = """
select l.*, u.name as whom, t.intent, t.urgency, c.data_key from calls l
join tickets t using (number) join contacts c on c.id = l.conversation left join units u on u.id = l.unit
"""


def _call(row: Any, vault: Vault) -> Call:
    words: dict[str, str] = {}
    erased = row["data_key"] is None or row["body"] is not None  # with the key went the words, if there were any
    if row["data_key"] is not None and row["body"] is not None:
        try:
            words = decode(vault.data_key(row["conversation"], row["data_key"]).open(row["body"]))
            erased = False
        except Unsealable:
            pass
    return Call(
        row["id"], row["number"], row["unit"], row["whom"] or "", row["dialled"] or words.get("number", ""), row["at"],
        row["by"], row["result"], words.get("promise", ""), row["promise_due"], row["promise_state"], row["settled_at"],
        row["settled_by"], words.get("note", ""), erased, row["intent"], row["urgency"],
    )  # fmt: skip


async def key_of(connection: Connection, contact: UUID) -> bytes | None:
    """The contact's sealed key, there until the transaction ends; None when they were erased."""
    sealed: bytes | None = await connection.fetchval("select data_key from contacts where id = $1 for share", contact)
    return sealed


async def tell_ticket(
    connection: Connection, vault: Vault, number: str, by: str, at: datetime, change: str, detail: str
) -> bool:
    """A line of the ticket's history and the mark that tells open desks. False when the contact's key is gone."""
    row = await connection.fetchrow(
        "update tickets t set changed = nextval('ticket_changes') from contacts c "
        "where t.number = $1 and c.id = t.conversation and c.data_key is not null returning c.id, c.data_key",
        number,
    )
    if row is None:
        return False
    sealed = vault.data_key(row["id"], row["data_key"]).seal(detail.encode()) if detail else None
    await connection.execute(
        "insert into ticket_events (number, at, actor, change, detail) values ($1, $2, $3, $4, $5)",
        number, at, by, change, sealed,
    )  # fmt: skip
    return True


async def keep_call(
    database: Database, vault: Vault, ticket: Ticket, call: NewCall, by: str, at: datetime, said: str,
    form: str | None = None,
) -> int | None:  # fmt: skip
    """Its id; 0 when this form was kept before; None when the contact's key is gone. `said`: the line of the ticket's
    history."""
    async with database.connection() as connection, connection.transaction():
        sealed = await key_of(connection, ticket.conversation)
        if sealed is None:
            return None
        words = {"promise": call.promise, "note": call.note}
        if call.unit is None:
            words["number"] = call.dialled
        body = vault.data_key(ticket.conversation, sealed).seal(encode(words))
        made: int | None = await connection.fetchval(
            "insert into calls (number, conversation, unit, dialled, at, by, result, promise_due, promise_state, body, form) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
            "on conflict (form) where form is not null do nothing returning id",
            ticket.number, ticket.conversation, call.unit, call.dialled if call.unit is not None else "", at, by,
            call.result, call.promise_due, "open" if call.promise_due else "", body, form,
        )  # fmt: skip
        if made is not None:
            await tell_ticket(connection, vault, ticket.number, by, at, CALLED, said)
        return made or 0


async def calls_of(database: Database, vault: Vault, number: str, most: int = 60) -> list[Call]:
    """A ticket's calls, newest first."""
    rows = await database.fetch(f"{_SELECT} where l.number = $1 order by l.id desc limit $2", number, most)
    return [_call(row, vault) for row in rows]


async def calls_to(database: Database, vault: Vault, unit: int, most: int = 20) -> list[Call]:
    """The last calls to a unit, newest first."""
    rows = await database.fetch(f"{_SELECT} where l.unit = $1 order by l.at desc, l.id desc limit $2", unit, most)
    return [_call(row, vault) for row in rows]


async def get_call(database: Database, vault: Vault, call: int) -> Call | None:
    row = await database.row(f"{_SELECT} where l.id = $1", call)
    return _call(row, vault) if row else None


async def open_promises(database: Database, vault: Vault, number: str = "", most: int = 200) -> list[Call]:
    """What was promised and nobody has said yet whether it was kept: the missed and the first due first.

    Of one ticket, or of all whose contact is still there.
    """
    rows = await database.fetch(
        f"{_SELECT} where l.promise_state = 'open' and c.data_key is not null and ($1 = '' or l.number = $1) "
        "order by l.promise_due, l.id limit $2",
        number, most,
    )  # fmt: skip
    return [_call(row, vault) for row in rows]


async def recent_calls(database: Database, vault: Vault, by: str = "", most: int = 60) -> list[Call]:
    """Newest first; of one person, or of all."""
    rows = await database.fetch(
        f"{_SELECT} where $1 = '' or l.by = $1 order by l.at desc, l.id desc limit $2", by, most
    )
    return [_call(row, vault) for row in rows]


async def settle_promise(
    database: Database, vault: Vault, call: Call, state: str, by: str, at: datetime, said: str
) -> bool:
    """`state`: kept or missed. False when somebody has said so already."""
    async with database.connection() as connection, connection.transaction():
        done = await connection.fetchval(
            "update calls set promise_state = $2, settled_at = $3, settled_by = $4 "
            "where id = $1 and promise_state = 'open' returning id",
            call.id, state, at, by,
        )  # fmt: skip
        if done is None:
            return False
        await tell_ticket(connection, vault, call.number, by, at, KEPT if state == "kept" else MISSED, said)
    return True
