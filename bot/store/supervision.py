"""Steps of the supervision ladder in the record: told, settled, listed; a decision not to go up is one of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.codec import decode, encode
from bot.store.calls import key_of, tell_ticket
from bot.store.database import Database
from bot.store.tickets import Ticket
from bot.vault import Unsealable, Vault

TOLD, SETTLED, WAIVED = "supervised", "supervision_settled", "supervision_waived"
"""What a ticket's history calls it."""


@dataclass(frozen=True, slots=True)
class NewStep:
    """Somebody told. `unit` None: `who` says whom; `promise` "" when nothing was promised and `due` is when to ask again."""

    level: str
    rank: int
    trigger: str
    unit: int | None
    who: str
    way: str
    due: datetime
    promise: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, unsealed. `whom`: the unit's name or what was typed; `erased`: the words are gone."""

    id: int
    number: str
    level: str
    rank: int
    trigger: str
    unit: int | None
    whom: str
    way: str
    at: datetime
    by: str
    due: datetime | None
    promised: bool
    state: str
    settled_at: datetime | None
    settled_by: str
    promise: str
    note: str
    result: str
    erased: bool
    intent: str
    urgency: str
    district: str
    outcome: str | None


_SELECT = """
select s.*, u.name as unit_name, t.intent, t.urgency, t.district, t.outcome, c.data_key from supervision s
join tickets t using (number) join contacts c on c.id = s.conversation left join units u on u.id = s.unit
"""


def _step(row: Any, vault: Vault) -> Step:
    said: dict[str, str] = {}
    erased = row["data_key"] is None
    if row["data_key"] is not None and row["body"] is not None:
        try:
            said = decode(vault.data_key(row["conversation"], row["data_key"]).open(row["body"]))
        except Unsealable:
            erased = True
    plain = {
        name: row[name]
        for name in Step.__dataclass_fields__
        if name not in ("whom", "promise", "note", "result", "erased")
    }
    return Step(
        **plain, whom=row["unit_name"] or said.get("who", ""), promise=said.get("promise", ""), note=said.get("note", ""),
        result=said.get("result", ""), erased=erased,
    )  # fmt: skip


async def keep_step(
    database: Database, vault: Vault, ticket: Ticket, step: NewStep, by: str, at: datetime, said: str,
    form: str | None = None,
) -> int | None:  # fmt: skip
    """Its id; 0 when this form was kept before; None when the contact's key is gone. `said`: the line of the ticket's
    history."""
    async with database.connection() as connection, connection.transaction():
        sealed = await key_of(connection, ticket.conversation)
        if sealed is None:
            return None
        words = {"who": step.who, "promise": step.promise, "note": step.note}
        made: int | None = await connection.fetchval(
            "insert into supervision (number, conversation, level, rank, trigger, unit, way, at, by, due, promised, state, body, "
            "form) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12, $13) "
            "on conflict (form) where form is not null do nothing returning id",
            ticket.number, ticket.conversation, step.level, step.rank, step.trigger, step.unit, step.way, at, by, step.due,
            bool(step.promise), vault.data_key(ticket.conversation, sealed).seal(encode(words)), form,
        )  # fmt: skip
        if made is not None:
            await tell_ticket(connection, vault, ticket.number, by, at, TOLD, said)
        return made or 0


async def keep_waiver(
    database: Database, vault: Vault, ticket: Ticket, trigger: str, why: str, by: str, at: datetime
) -> bool:
    """A person decided not to go up for what happened until now. False when the contact's key is gone."""
    async with database.connection() as connection, connection.transaction():
        sealed = await key_of(connection, ticket.conversation)
        if sealed is None:
            return False
        await tell_ticket(connection, vault, ticket.number, by, at, WAIVED, why)
        await connection.execute(
            "insert into supervision (number, conversation, level, rank, trigger, at, by, state, body) "
            "values ($1, $2, '', -1, $3, $4, $5, 'waived', $6)",
            ticket.number, ticket.conversation, trigger, at, by,
            vault.data_key(ticket.conversation, sealed).seal(encode({"note": why})),
        )  # fmt: skip
        return True


async def settle_step(
    database: Database, vault: Vault, step: Step, state: str, result: str, by: str, at: datetime, said: str
) -> bool:
    """What came of it. False when somebody has said so already, or the contact is erased."""
    async with database.connection() as connection, connection.transaction():
        row = await connection.fetchrow("select conversation from supervision where id = $1", step.id)
        sealed = await key_of(connection, row["conversation"]) if row else None
        if sealed is None:
            return False
        held = await connection.fetchrow("select body, state from supervision where id = $1 for update", step.id)
        if held["state"] != "open":
            return False
        key = vault.data_key(row["conversation"], sealed)
        words = decode(key.open(held["body"])) | {"result": result}
        await connection.execute(
            "update supervision set state = $2, settled_at = $3, settled_by = $4, body = $5 where id = $1",
            step.id, state, at, by, key.seal(encode(words)),
        )  # fmt: skip
        await tell_ticket(connection, vault, step.number, by, at, SETTLED, said)
        return True


async def steps_of(database: Database, vault: Vault, number: str) -> list[Step]:
    """A ticket's steps, the newest first; decisions not to go up are among them (`waived`)."""
    rows = await database.fetch(f"{_SELECT} where s.number = $1 order by s.id desc", number)
    return [_step(row, vault) for row in rows]


async def get_step(database: Database, vault: Vault, step: int) -> Step | None:
    row = await database.row(f"{_SELECT} where s.id = $1", step)
    return _step(row, vault) if row else None


async def list_steps(
    database: Database, vault: Vault, *, open_only: bool = True, level: str = "", most: int = 300
) -> list[Step]:
    """Steps in which somebody was told, the first due first; of all, the newest first."""
    where = "s.state = 'open' and t.outcome is null and c.data_key is not null" if open_only else "s.state <> 'waived'"
    order = "s.due, s.id" if open_only else "s.id desc"
    rows = await database.fetch(
        f"{_SELECT} where {where} and ($1 = '' or s.level = $1) order by {order} limit $2", level, most
    )
    return [_step(row, vault) for row in rows]
