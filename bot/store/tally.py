"""The SQL of the tally and the board: one statement a group of figures, by the events' own times, never the server's clock.

A request: a ticket opened in the period whose intent opens a case and which nobody made part of another one.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.store.database import Database
from bot.store.revisits import CONTACTED, OUTCOMES
from bot.store.tally_cuts import COHORT as COHORT
from bot.store.tally_cuts import CUTS as CUTS
from bot.tally.figures import CLOCKS as NAMES
from bot.tally.figures import REQUESTS, Alarms, Counts, DayCount, Orders, Revisits, StaffDay, by_type
from bot.tally.period import Period
from conversations.codes import Urgency
from data.obstacles import load_obstacles
from data.tally import TallyRows

STAFF = "actor not in ('bot', 'contact', 'colleague', 'cli', 'hotline', 'system') and position(':' in actor) = 0"
"""A person with a login did it; word for word as in the index, so that the index is used."""

LIMIT = 20.0
"""Seconds: a figure of a whole campaign may take longer than a page's usual query."""

_OBSTACLES = load_obstacles()

_SHANGHAI = "at time zone 'Asia/Shanghai'"

_RAW = """
select count(*) as raw, count(*) filter (where outcome = 'duplicate') as duplicates,
    count(*) filter (where not intent = any ($3) and outcome is distinct from 'duplicate') as others
from tickets where created_at >= $1 and created_at < $2
"""

_TYPES = f"""
select t.intent, coalesce(o.kind, '') as kind, count(*) as n from tickets t
left join (select distinct on (ticket) ticket, kind from orders order by ticket, made_at desc) o on o.ticket = t.number
where {COHORT} group by 1, 2
"""

_GROUPS = f"select flags, intent, urgency, count(*) as n from tickets where {COHORT} group by 1, 2, 3"

_DAYS = f"""
select (created_at {_SHANGHAI})::date as day, count(*) as raw, count(*) filter (where request) as requests,
    count(*) filter (where request and urgency = 'critical') as critical,
    count(*) filter (where request and outcome = 'solved') as solved
from (select created_at, urgency, outcome, intent = any ($3) and outcome is distinct from 'duplicate' as request
      from tickets where created_at >= $1 and created_at < $2) c group by 1
"""

_SEEN = f"""
cross join lateral (
    select least(c.acknowledged_at, (select min(at) from ticket_events where number = c.number and {STAFF})) as seen_at
    offset 0  -- looked up once, not wherever it is named
) s"""
"""The moment a person first saw or touched ticket `c`: looked up one by one in its index, so that a day costs a day."""


def _state(due: str, done: str, untimed: str) -> str:
    """A clock's state at $4."""
    return (
        f"case when {done} is not null then case when {done} <= {due} then 'kept' else 'late' end "
        f"when {untimed} then 'untimed' when closed_at is not null and closed_at <= {due} then 'ended' "
        f"when {due} > $4 then 'waiting' else 'late' end"
    )


_REACHED = "('ticket_12345', 'local_coord', 'escalated', 'reported_up', 'claimed_done', 'revisited')"

CLOCKS = f"""
select {_state("acknowledge_due", "seen_at", "false")} as acknowledge,
    {_state("call_due", "resident", "verification <> 'unverified'")} as call,
    {_state("contact_due", "least(unit, ordered.at)", f"status in {_REACHED}")} as contact_unit,
    {_state("revisit_due", "asked.at", "status = 'revisited'")} as revisit,
    case when seen_at is not null then 'human'
        when outcome in ('answered', 'referred') or status in ('answered', 'referred') then 'bot' else 'nobody' end as who,
    urgency = 'critical' as critical, count(*) as n
from (select * from tickets where {COHORT}) c {_SEEN}
left join (
    select number, min(at) filter (where unit is null and result = any ($5)) as resident,
        min(at) filter (where unit is not null) as unit from calls group by number
) called using (number)
left join (select ticket as number, min(sent_at) as at from orders where sent_at is not null group by 1) ordered
    using (number)
left join (select number, min(at) as at from revisits group by 1) asked using (number)
group by 1, 2, 3, 4, 5, 6
"""
"""Requests by the states of their clocks, by who saw to them, critical or not: the few kinds there are."""

_WAITS = f"""
select percentile_cont(array[0.5, 0.9]) within group (order by greatest(0, extract(epoch from seen_at - created_at)))
from (select * from tickets where {COHORT} and urgency = 'critical') c {_SEEN} where seen_at is not null
"""

_STAFF = f"""
select login, (at {_SHANGHAI})::date as day, min(at) as first, max(at) as last, count(*) as acts from (
    select actor as login, at from ticket_events where at >= $1 and at < $2 and {STAFF}
    union all
    select acknowledged_by, acknowledged_at from tickets
    where acknowledged_at >= $1 and acknowledged_at < $2 and acknowledged_by <> '' and position(':' in acknowledged_by) = 0
) a group by 1, 2
"""

_ORDERS = """
select count(*) as filed, count(*) filter (where sent_on) as dispatched, count(*) filter (where solved) as solved,
    count(*) filter (where urgent) as urgent_filed, count(*) filter (where urgent and sent_on) as urgent_dispatched,
    count(*) filter (where urgent and solved) as urgent_solved
from (
    select o.level = any ($3) as urgent, t.outcome is not distinct from 'solved' as solved,
        o.status in ('assigned', 'answered')
        or exists (select from order_events e where e.number = o.number and e.change in ('assigned', 'answered')) as sent_on
    from orders o join tickets t on t.number = o.ticket where o.sent_at >= $1 and o.sent_at < $2
) o
"""

_LOCAL = f"""
select count(*) from tickets t where {COHORT} and (
    t.status = 'local_coord' or exists (select from calls c where c.number = t.number and c.unit is not null))
"""

_UNITS = """
select count(distinct u.id) as units, count(distinct u.kind) as kinds from calls c join units u on u.id = c.unit
where c.at >= $1 and c.at < $2 and c.result = any ($3)
"""

_REVISITS_DUE = f"""
select count(*) as due, count(*) filter (where asked) as done from (
    select exists (select from revisits r where r.number = t.number) as asked
    from tickets t join unnest($5::text[], $6::interval[]) p (urgency, first) on p.urgency = t.urgency
    where {COHORT} and (
        t.outcome is null and t.status = any ($7) and t.revisit_due <= $4
        or t.outcome = any ($8) and t.closed_at + p.first <= $4)
) d
"""

_ANSWERS = """
select contacted, solved, satisfied, count(*) as n from revisits where at >= $1 and at < $2 group by 1, 2, 3
"""

_MISSED = f"""
select count(distinct number) from labels where field = 'urgency' and value = 'critical' and was <> 'critical'
and number in (select number from tickets where {COHORT})
"""


_LADDER = """
select level, count(*) as n, count(*) filter (where state = 'kept') as kept from supervision
where level <> '' and at >= $1 and at < $2 group by 1
"""

_SENT = f"""
select (sent_at {_SHANGHAI})::date as day, kind, count(*) as n, array_agg(distinct obstacle) as obstacles from reports
where sent_at is not null and (sent_at {_SHANGHAI})::date = any ($1) group by 1, 2 order by 1, 2
"""


async def counts_of(
    database: Database,
    period: Period,
    rows: TallyRows,
    *,
    as_of: datetime,
    human: Sequence[str],
    urgent_levels: Sequence[str],
    first_revisit: Mapping[Urgency, timedelta],
    days: Sequence[date] = (),
) -> Counts:
    """Everything the tally of a period is made of.

    `as_of`: the moment for what is due; `human`: results of calls in which a person answered; `urgent_levels`: of work
    orders; `first_revisit`: how long after the end somebody is asked; `days`: whose figures by hand, by default the period's.
    Raises StoreAway.
    """
    span = (period.start, period.end)
    wanted = (*span, list(REQUESTS))
    plans = [str(one) for one in first_revisit], list(first_revisit.values())
    counted_days = list(days or period.days)
    status, ends = [str(one) for one in (*CONTACTED, "claimed_done")], list(OUTCOMES)
    raw, cuts, types, groups, days, kinds, waits, staff, orders, local, units, due, answers, missed, manual, ladder, sent = (
        await fetch_all(
            database,
            (_RAW, wanted), (CUTS, wanted), (_TYPES, wanted), (_GROUPS, wanted), (_DAYS, wanted),
            (CLOCKS, (*wanted, as_of, list(human))), (_WAITS, wanted), (_STAFF, span),
            (_ORDERS, (*span, list(urgent_levels))), (_LOCAL, wanted), (_UNITS, (*span, list(human))),
            (_REVISITS_DUE, (*wanted, as_of, *plans, status, ends)), (_ANSWERS, span), (_MISSED, wanted),
            ("select day, code, value from tally_manual where day = any ($1) order by day", (counted_days,)),
            (_LADDER, span), (_SENT, (counted_days,)),
        )
    )  # fmt: skip
    half, nine_tenths = waits[0][0] or (None, None)
    return Counts(
        raw=raw[0]["raw"], duplicates=raw[0]["duplicates"], others=raw[0]["others"],
        cuts=nested(cuts, "cut", "code") | {"type": by_type([(r["intent"], r["kind"], r["n"]) for r in types], rows)},
        groups=[(frozenset(filter(None, r["flags"])), r["intent"], r["urgency"], r["n"]) for r in groups],
        clocks=clocks_of(kinds),
        staff=[StaffDay(r["login"], r["day"], r["first"], r["last"], r["acts"]) for r in staff],
        days={r["day"]: DayCount(r["raw"], r["requests"], r["critical"], r["solved"]) for r in days},
        orders=Orders(**dict(orders[0])), local=local[0][0],
        revisits=Revisits(
            due[0]["due"], due[0]["done"], sum(r["n"] for r in answers), *(_answers(answers, name) for name in _ASKED)
        ),
        units=units[0]["units"], unit_kinds=units[0]["kinds"], handled=_summed(kinds, "who"),
        alarms=Alarms(
            _critical(kinds), _critical(kinds, lambda one: one["who"] == "human"),
            _critical(kinds, lambda one: one["acknowledge"] == "kept"), half, nine_tenths,
        ),
        missed=missed[0][0], manual=[(r["day"], r["code"], r["value"]) for r in manual],
        ladder={r["level"]: (r["n"], r["kept"]) for r in ladder},
        sent=[one for r in sent for one in _sent(r["day"], r["kind"], r["n"], r["obstacles"])],
    )  # fmt: skip


def _sent(day: date, kind: str, n: int, obstacles: Sequence[str]) -> list[tuple[date, str, str]]:
    """What the record says where an editor filled nothing in: how many, and about what."""
    return [(day, kind, str(n)), (day, f"{kind}_topics", "；".join(map(_OBSTACLES.title, sorted(obstacles))))]


def clocks_of(kinds: Sequence[Any]) -> dict[str, dict[str, int]]:
    """Rows of CLOCKS → clock → state → requests."""
    return {name: _summed(kinds, name) for name in NAMES if kinds}


def _summed(kinds: Sequence[Any], name: str) -> dict[str, int]:
    out: dict[str, int] = {}
    for row in kinds:
        out[row[name]] = out.get(row[name], 0) + row["n"]
    return out


def _critical(kinds: Sequence[Any], wanted: Callable[[Any], bool] = lambda one: True) -> int:
    return sum(row["n"] for row in kinds if row["critical"] and wanted(row))


_ASKED = ("contacted", "solved", "satisfied")


def _answers(rows: Sequence[Any], name: str) -> dict[str, int]:
    """Answer → how often; what was not asked or not answered is left out."""
    out: dict[str, int] = {}
    for row in rows:
        if row[name]:
            out[row[name]] = out.get(row[name], 0) + row["n"]
    return out


def nested(rows: Sequence[Any], outer: str, inner: str) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for row in rows:
        out.setdefault(row[outer], {})[row[inner]] = row["n"]
    return out


async def fetch_all(database: Database, *queries: tuple[str, Sequence[Any]]) -> list[list[Any]]:
    """The answers in order, three at a time: the pool's other connections belong to residents."""
    turn = asyncio.Semaphore(3)

    async def ask(query: str, args: Sequence[Any]) -> list[Any]:
        async with turn:
            return await database.fetch(query, *args, limit=LIMIT)

    return list(await asyncio.gather(*(ask(query, args) for query, args in queries)))


async def first_and_last(database: Database) -> tuple[datetime | None, datetime | None]:
    """When the first ticket was opened, and when anything last happened to one."""
    row = await database.row("select min(created_at), max(updated_at) from tickets")
    return row[0], row[1]


async def manual_of(database: Database, day: date) -> dict[str, str]:
    """What was filled in for a day."""
    rows = await database.fetch("select code, value from tally_manual where day = $1", day)
    return {row["code"]: row["value"] for row in rows}


async def keep_manual(database: Database, day: date, values: Mapping[str, str], by: str, at: datetime) -> None:
    """Write a day's figures; an emptied one is removed."""
    async with database.connection() as connection, connection.transaction():
        for code, value in sorted(values.items()):
            if value:
                await connection.execute(
                    "insert into tally_manual (day, code, value, by, at) values ($1, $2, $3, $4, $5) "
                    "on conflict (day, code) do update set value = excluded.value, by = excluded.by, at = excluded.at "
                    "where tally_manual.value <> excluded.value",
                    day, code, value, by, at,
                )  # fmt: skip
            else:
                await connection.execute("delete from tally_manual where day = $1 and code = $2", day, code)
