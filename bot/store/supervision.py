"""Steps of the supervision ladder in the record, and the facts from which the next one is proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.codec import decode, encode
from bot.store.calls import key_of, tell_ticket
from bot.store.database import Database
from bot.store.tickets import Ticket
from bot.supervision.ladder import Fact, Standing, standing_of
from bot.vault import Unsealable, Vault
from data.supervision import SupervisionRows

TOLD, SETTLED, WAIVED = "supervised", "supervision_settled", "supervision_waived"
"""What a ticket's history calls it."""

_FAILED_CALLS = ("refused", "passed_on")
"""Results of calls (`data/directory.toml`) in which a unit would not act."""
_LIMIT = 5


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
    database: Database, vault: Vault, ticket: Ticket, step: NewStep, by: str, at: datetime, said: str
) -> int | None:
    """Its id; None when the contact's key is gone. `said`: the line of the ticket's history."""
    async with database.connection() as connection, connection.transaction():
        sealed = await key_of(connection, ticket.conversation)
        if sealed is None:
            return None
        await tell_ticket(connection, vault, ticket.number, by, at, TOLD, said)
        words = {"who": step.who, "promise": step.promise, "note": step.note}
        made: int = await connection.fetchval(
            "insert into supervision (number, conversation, level, rank, trigger, unit, way, at, by, due, promised, state, body) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12) returning id",
            ticket.number, ticket.conversation, step.level, step.rank, step.trigger, step.unit, step.way, at, by, step.due,
            bool(step.promise), vault.data_key(ticket.conversation, sealed).seal(encode(words)),
        )  # fmt: skip
        return made


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


_OPEN = """
with t as materialized (
    select t.number, t.urgency, t.contact_due, t.status from tickets t join contacts c on c.id = t.conversation
    where t.outcome is null and c.data_key is not null and ($1::text[] is null or t.number = any ($1))
)
"""
_REACHED = (
    "'ticket_12345', 'local_coord', 'answered', 'referred', 'escalated', 'reported_up', 'claimed_done', 'revisited', "
    "'deferred'"
)
"""Where a unit was spoken to, or nothing more is to be asked of one now."""
_FACTS = f"""
{_OPEN}, failing as materialized (
    select unit, count(distinct number) as times, max(at) as at from (
        select unit, number, coalesce(settled_at, at) as at from calls
        where unit is not null and (promise_state = 'missed' or result = any ($3)) and coalesce(settled_at, at) > $4
        union all
        select unit, number, promise_due from calls
        where unit is not null and promise_state = 'open' and promise_due <= $2 and promise_due > $4
        union all
        select unit, number, settled_at from supervision
        where unit is not null and state = any ($5) and settled_at > $4
        union all
        select unit, number, due from supervision where unit is not null and state = 'open' and due <= $2 and due > $4
    ) f where at <= $2 group by unit having count(distinct number) >= $6
)
select f.*, u.name as unit_name, u.kind from (
    select l.number, 'promise_missed' as trigger,
        case when l.promise_state = 'missed' then least(l.settled_at, l.promise_due) else l.promise_due end as at,
        l.promise_due as due, l.unit, -1 as rank, 1 as times
    from calls l join t using (number)
    where l.unit is not null and (l.promise_state = 'missed' or l.promise_state = 'open' and l.promise_due <= $2)
    union all
    select s.number, 'promise_missed', case when s.state = 'open' then s.due else s.settled_at end, s.due, s.unit, s.rank, 1
    from supervision s join t using (number) where s.state = 'missed' or s.state = 'open' and s.due <= $2
    union all
    select l.number, 'refused', l.at, null, l.unit, -1, 1
    from calls l join t using (number) where l.unit is not null and l.result = any ($3)
    union all
    select s.number, 'refused', s.settled_at, null, s.unit, s.rank, 1
    from supervision s join t using (number) where s.state in ('refused', 'passed_on')
    union all
    select o.ticket, 'order_returned', e.at, null, null, -1, 1
    from order_events e join orders o using (number) join t on t.number = o.ticket where e.change = 'returned' and not e.late
    union all
    select e.number, 'raised', e.at, null, null, -1, 1
    from ticket_events e join t using (number) where e.change = 'raised'
    union all
    select b.number, 'raised', b.at, null, null, -1, 1 from labels b join t using (number)
    where b.field = 'urgency' and array_position($7::text[], b.value) < array_position($7::text[], b.was)
    union all
    select t.number, 'clock_missed', t.contact_due, t.contact_due, null, -1, 1 from t
    where t.contact_due <= $2 and t.status not in ({_REACHED})
        and not exists (select from calls l where l.number = t.number and l.unit is not null and l.at <= t.contact_due)
    union all
    select distinct on (n.number, g.unit) n.number, 'unit_failing', g.at, null, g.unit, -1, g.times
    from failing g join (
        select number, unit from calls where unit is not null union select number, unit from supervision where unit is not null
    ) n using (unit) join t on t.number = n.number
) f left join units u on u.id = f.unit where f.at is not null and f.at <= $2
"""
_TAKEN = f"""
{_OPEN}
select s.number, s.rank, s.at, s.state, '' as kind from supervision s join t using (number)
union all
select distinct l.number, -1, null::timestamptz, '', u.kind from calls l join t using (number) join units u on u.id = l.unit
where l.result = any ($2)
"""
_GRAVE_FIRST = ["critical", "urgent", "soon", "normal"]


async def facts_of(
    database: Database, rows: SupervisionRows, human: Sequence[str], now: datetime, numbers: Sequence[str] | None = None
) -> Mapping[str, tuple[list[Fact], Standing]]:
    """Number → what went wrong and how far it went, of open tickets where anything did; `numbers` None: of all.

    `human`: results of calls in which a person answered. Raises StoreAway.
    """
    wanted = list(numbers) if numbers is not None else None
    found = await database.fetch(
        _FACTS, wanted, now, list(_FAILED_CALLS), now - rows.unit_window, rows.failing, rows.unit_failures, _GRAVE_FIRST,
        limit=_LIMIT,
    )  # fmt: skip
    if not found:
        return {}
    facts: dict[str, list[Fact]] = {}
    for row in found:
        level = rows.level_of_kind(row["kind"]) if row["kind"] else None
        rank = max(row["rank"], level.rank if level else -1)
        who = row["unit_name"] or (rows.levels[rank].title if 0 <= rank < len(rows.levels) else "")
        facts.setdefault(row["number"], []).append(
            Fact(row["trigger"], row["at"], who, rank, row["due"], row["times"])
        )  # fmt: skip
    steps: dict[str, list[tuple[int, datetime, str]]] = {}
    called: dict[str, set[str]] = {}
    for row in await database.fetch(_TAKEN, list(facts), list(human), limit=_LIMIT):
        if row["kind"]:
            called.setdefault(row["number"], set()).add(row["kind"])
        else:
            steps.setdefault(row["number"], []).append((row["rank"], row["at"], row["state"]))
    return {
        number: (each, standing_of(called.get(number, ()), steps.get(number, ()), rows))
        for number, each in facts.items()
    }


async def urgencies_of(database: Database, numbers: Sequence[str]) -> dict[str, tuple[str, str, str, str]]:
    """Number → (urgency, intent, district, reporter)."""
    found = await database.fetch(
        "select number, urgency, intent, district, reporter from tickets where number = any ($1)", list(numbers)
    )
    return {row["number"]: (row["urgency"], row["intent"], row["district"], row["reporter"]) for row in found}


async def note_proposals(database: Database, found: Sequence[tuple[str, str, datetime]]) -> list[str]:
    """Numbers whose (number, trigger, moment) nobody told the desks of yet; they are marked as changed. Of two processes
    one is first."""
    if not found:
        return []
    async with database.connection() as connection, connection.transaction():
        fresh = await connection.fetch(
            "insert into supervision_noted (number, trigger, at) select * from unnest($1::text[], $2::text[], $3::timestamptz[]) "
            "on conflict do nothing returning number",
            [one[0] for one in found], [one[1] for one in found], [one[2] for one in found],
        )  # fmt: skip
        numbers = sorted({row["number"] for row in fresh})
        await connection.execute(
            "update tickets set changed = nextval('ticket_changes') where number = any ($1)", numbers
        )
    return numbers
