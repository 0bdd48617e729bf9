"""What went wrong on open tickets and how far they went: the facts from which the next step of the ladder is proposed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.store.database import Database
from bot.supervision.ladder import Fact, Standing, standing_of
from data.supervision import SupervisionRows

_FAILED_CALLS = ("refused", "passed_on")
"""Results of calls (`data/directory.toml`) in which a unit would not act."""
_LIMIT = 5

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


_UNTOLD = """
select number, trigger, at from unnest($1::text[], $2::text[], $3::timestamptz[]) as u (number, trigger, at)
where not exists (select from supervision_noted n where (n.number, n.trigger, n.at) = (u.number, u.trigger, u.at))
"""
_NOTE = """
with fresh as (
    insert into supervision_noted (number, trigger, at) values ($1, $2, $3) on conflict do nothing returning number
)
update tickets set changed = nextval('ticket_changes') where number in (select number from fresh) returning number
"""


async def note_proposals(database: Database, found: Sequence[tuple[str, str, datetime]]) -> list[str]:
    """Numbers whose (number, trigger, moment) nobody told the desks of yet; they are marked as changed. Of two processes
    one is first.

    One by one: a statement holds the row of one ticket only, so that a batch of turns never waits for two of them in the
    other order.
    """
    if not found:
        return []
    columns = [list(each) for each in zip(*found, strict=True)]
    fresh = set()
    for row in await database.fetch(_UNTOLD, *columns):
        if (number := await database.value(_NOTE, row["number"], row["trigger"], row["at"])) is not None:
            fresh.add(str(number))
    return sorted(fresh)
