"""Who can take what, as the record knows it: profiles, loads, what waits, what was proposed to whom and became of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.assignment.rules import Person, Waiting
from bot.store.calls import tell_ticket
from bot.store.database import Database
from bot.vault import Vault
from data.assignment import GRAVE, AssignmentRows

PROPOSED, ASSIGNED, NEXT, NOBODY = "proposed", "assigned", "took_next", "nobody_for_it"
"""What a ticket's history calls it; the table's `way` drops the rest."""
WAYS = {"proposed": PROPOSED, "assigned": ASSIGNED, "next": NEXT, "nobody": NOBODY}
_LEASE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Profile:
    """What an editor wrote down about somebody."""

    login: str
    name: str
    role: str
    specialities: frozenset[str]
    districts: frozenset[str]
    department: str
    helper: bool
    guided: bool


@dataclass(frozen=True, slots=True)
class Unowned:
    """A ticket nobody has, and where its conversation is."""

    waiting: Waiting
    conversation: UUID
    case: int


@dataclass(frozen=True, slots=True)
class Given:
    """One automatic act. `login` "": there was nobody."""

    id: int
    number: str
    login: str
    way: str
    why: str
    at: datetime
    state: str


_PROFILES = """
select u.login, u.name, u.role, coalesce(p.specialities, '{}') as specialities, coalesce(p.districts, '{}') as districts,
       coalesce(p.department, '') as department, coalesce(p.helper, false) as helper, p.guide_done_at is not null as guided
from users u left join profiles p using (login) where u.active and ($1 = '' or u.login = $1) order by u.name, u.login
"""


async def profiles(database: Database, login: str = "") -> list[Profile]:
    """Of everybody who works here, or of one."""
    return [
        Profile(
            row["login"], row["name"], row["role"], frozenset(row["specialities"]), frozenset(row["districts"]),
            row["department"], row["helper"], row["guided"],
        )
        for row in await database.fetch(_PROFILES, login)
    ]  # fmt: skip


async def keep_profile(
    database: Database, login: str, specialities: Sequence[str], districts: Sequence[str], department: str, helper: bool
) -> bool:
    """False when there is no such user."""
    done = await database.value(
        "insert into profiles (login, specialities, districts, department, helper) "
        "select login, $2, $3, $4, $5 from users where login = $1 and active "
        "on conflict (login) do update set specialities = excluded.specialities, districts = excluded.districts, "
        "department = excluded.department, helper = excluded.helper returning login",
        login, list(specialities), list(districts), department, helper,
    )  # fmt: skip
    return done is not None


async def guide_done(database: Database, login: str, now: datetime | None) -> None:
    """Put the first guide away, or (None) take it out again."""
    await database.execute(
        "insert into profiles (login, guide_done_at) values ($1, $2) "
        "on conflict (login) do update set guide_done_at = excluded.guide_done_at",
        login, now,
    )  # fmt: skip


_UNOWNED = """
select t.number, t.conversation, t.case_key, case when t.queue_rank < 2 then 'critical' else t.urgency end as urgency,
       t.intent, t.district, t.created_at
from tickets t join contacts c on c.id = t.conversation
where t.outcome is null and t.reporter = '' and c.data_key is not null and (not $1 or t.queue_rank < 3)
order by t.queue_rank, t.created_at, t.number limit $2
"""


async def unowned(database: Database, *, grave: bool, most: int = 200) -> list[Unowned]:
    """Open tickets nobody has, in the queue's order; `grave`: critical, doubtful and urgent ones only. A doubt goes to whoever
    would get a critical one."""
    return [
        Unowned(
            Waiting(row["number"], row["urgency"], row["intent"], row["district"], row["created_at"]),
            row["conversation"], row["case_key"],
        )
        for row in await database.fetch(_UNOWNED, grave, most)
    ]  # fmt: skip


_PEOPLE = """
select u.login, u.name, coalesce(p.specialities, '{}') as specialities, coalesce(p.districts, '{}') as districts,
    coalesce(p.helper, false) as helper,
    exists (select from shifts s where s.login = u.login and s.kind = any ($3) and s.cancelled_by = '' and s.ended_at is null
            and s.starts_at <= $1 and s.ends_at > $1) as on_duty,
    exists (select from sessions o where o.login = u.login and o.expires_at > now()
            and o.seen_at > now() - $2::interval) as present,
    h.load, h.grave, h.critical, g.shared
from users u left join profiles p using (login)
cross join lateral (
    select count(*) as load, count(*) filter (where urgency = any ($4)) as grave,
           count(*) filter (where urgency = 'critical') as critical
    from tickets t where t.reporter = u.login and t.outcome is null
) h
cross join lateral (
    select count(distinct a.number) as shared from assignments a join tickets t using (number)
    where a.login = u.login and a.way in ('assigned', 'next', 'proposed') and a.state in ('open', 'taken')
    and a.at > $1::timestamptz - $5::interval and t.intent = any ($6)
) g
where u.active and u.role in ('reporter', 'editor', 'liaison', 'admin') and ($7 = '' or u.login = $7)
order by u.login
"""


async def people_now(database: Database, rows: AssignmentRows, now: datetime, login: str = "") -> list[Person]:
    """Everybody who may be given tickets, as they stand at this moment; or one."""
    gives = [one.code for one in rows.shifts if one.gives]
    found = await database.fetch(
        _PEOPLE, now, rows.present, gives, list(GRAVE), rows.distress, sorted(rows.shared), login
    )
    return [
        Person(
            row["login"], row["name"], frozenset(row["specialities"]), frozenset(row["districts"]), row["helper"],
            row["grave"], row["critical"], row["load"], row["shared"], row["on_duty"], row["present"],
        )
        for row in found
    ]  # fmt: skip


@asynccontextmanager
async def lease(database: Database, login: str) -> AsyncIterator[bool]:
    """Whether this person is ours to give something to now; nobody else gives them anything until it is over."""
    mine = await database.value(
        "insert into assignment_leases as l (login, until) values ($1, now() + make_interval(secs => $2)) "
        "on conflict (login) do update set until = excluded.until where l.until < now() returning login",
        login, float(_LEASE_SECONDS),
    )  # fmt: skip
    try:
        yield mine is not None
    finally:
        if mine is not None:
            await database.execute("delete from assignment_leases where login = $1", login)


async def note(
    database: Database, vault: Vault, number: str, login: str, way: str, said: str, why: str, now: datetime,
    *, actor: str = "bot", state: str = "open",
) -> bool:  # fmt: skip
    """One automatic act and its line in the ticket's history, in one transaction. An open proposal before it lapses.

    False when the contact is erased.
    """
    async with database.connection() as connection, connection.transaction():
        await connection.execute(
            "update assignments set state = case when login = $2 and $3 <> 'proposed' then 'taken' else 'lapsed' end, "
            "settled_at = $4 where number = $1 and state = 'open'",
            number, login, way, now,
        )  # fmt: skip
        if not await tell_ticket(connection, vault, number, actor, now, WAYS[way], said):
            return False
        await connection.execute(
            "insert into assignments (number, login, way, why, at, state, settled_at) values ($1, $2, $3, $4, $5, $6, $7)",
            number, login, way, why, now, state, None if state == "open" else now,
        )  # fmt: skip
        return True


async def settle_taken(database: Database, now: datetime) -> None:
    """Open proposals whose ticket somebody has meanwhile, or that is over: taken by whom it was proposed to, or void."""
    await database.execute(
        "update assignments a set state = case when t.reporter = a.login then 'taken' else 'lapsed' end, settled_at = $1 "
        "from tickets t where t.number = a.number and a.state = 'open' and (t.reporter <> '' or t.outcome is not null)",
        now,
    )


async def lapse(database: Database, given: int, state: str, now: datetime) -> bool:
    """End an open proposal: `passed` (they said no) or `lapsed` (they let it lie). False when it was over."""
    done = await database.value(
        "update assignments set state = $2, settled_at = $3 where id = $1 and state = 'open' returning id",
        given, state, now,
    )  # fmt: skip
    return done is not None


async def givens(database: Database, numbers: Sequence[str]) -> dict[str, list[Given]]:
    """Number → what was done by itself, oldest first."""
    out: dict[str, list[Given]] = {}
    for row in await database.fetch(
        "select id, number, login, way, why, at, state from assignments where number = any ($1) order by id",
        list(numbers),
    ):
        out.setdefault(row["number"], []).append(Given(**dict(row)))
    return out


async def proposed_to(database: Database, login: str) -> list[Given]:
    """What is proposed to somebody now, the gravest first."""
    rows = await database.fetch(
        "select a.id, a.number, a.login, a.way, a.why, a.at, a.state from assignments a join tickets t using (number) "
        "where a.login = $1 and a.state = 'open' and t.reporter = '' and t.outcome is null order by t.queue_rank, a.id",
        login,
    )
    return [Given(**dict(row)) for row in rows]


async def last_next(database: Database, login: str, since: datetime) -> str:
    """The ticket somebody was given at their own asking since then; "" when none."""
    found = await database.value(
        "select number from assignments where login = $1 and way = 'next' and at > $2 order by id desc limit 1",
        login, since,
    )  # fmt: skip
    return str(found or "")


async def without_anybody(database: Database, since: datetime) -> list[Given]:
    """Unowned open tickets for which there was nobody, told since then."""
    rows = await database.fetch(
        "select distinct on (a.number) a.id, a.number, a.login, a.way, a.why, a.at, a.state from assignments a "
        "join tickets t using (number) where a.way = 'nobody' and a.at > $1 and t.reporter = '' and t.outcome is null "
        "and not exists (select from assignments o where o.number = a.number and o.id > a.id) order by a.number, a.id desc",
        since,
    )
    return [Given(**dict(row)) for row in rows]
