"""What is erased when, by the classes of `data/retention.toml`: who is due, erasing them, network logs, the nightly run.

Erasing a contact destroys their key: words, facts, illness, files. Codes, times and counts stay for the tally.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from bot.audit import audit
from bot.codec import encode
from bot.store.contacts import erase_contact
from bot.store.database import Connection, Database
from data.retention import Keep, RetentionRows

_LONG = 60.0

_CONTACTS = """
select c.id, d.code from (
    select t.conversation, max(t.closed_at + make_interval(days => k.days)) as due, bool_and(t.outcome is not null) as over,
           (array_agg(k.code order by k.days desc))[1] as code
    from tickets t join unnest($1::text[], $2::text[], $3::integer[]) as k (urgency, code, days) using (urgency)
    where {only} true group by t.conversation
) d join contacts c on c.id = d.conversation
where c.data_key is not null and d.over and d.due <= $4 and not exists (
    select from conversations v where v.id = c.id and v.updated_at + make_interval(days => $5) > $4
) and c.id not in (
    select t.conversation from revisits r join tickets t using (number) where {only} r.again_at > $4
    and not exists (select from revisits n where n.number = r.number and n.id > r.id)
) and c.id not in (
    with recursive up as (
        select t.conversation, d.duplicate_of as number from ticket_duplicates d join tickets t using (number) where {only} true
        union select up.conversation, d.duplicate_of from up join ticket_duplicates d using (number)
    )
    select up.conversation from up join tickets w using (number) where w.outcome is null
)
order by d.due limit $6
"""
"""Not whom somebody is to ask again on a day that a person chose, nor whose matter goes on in another's ticket."""
_TALK = """
select c.id from contacts c left join conversations v on v.id = c.id
where c.data_key is not null and coalesce(v.updated_at, c.created_at) + make_interval(days => $1) <= $2
and {only} not exists (select from tickets t where t.conversation = c.id) limit $3
"""
_MEDIA = """
select m.conversation, count(*) as n from media m join contacts c on c.id = m.conversation and c.data_key is not null
where m.created_at + make_interval(days => $1) <= $2 and {only} not exists (
    select from tickets t where t.conversation = m.conversation
    and (t.outcome is null or t.closed_at + make_interval(days => $1) > $2)
) group by m.conversation limit $3
"""
_ALL_CONTACTS, _ALL_TALK, _ALL_MEDIA = (one.format(only="") for one in (_CONTACTS, _TALK, _MEDIA))
_CONTACT, _TALKER = _CONTACTS.format(only="t.conversation = $7 and"), _TALK.format(only="c.id = $4 and")
_MEDIA_OF = _MEDIA.format(only="m.conversation = $4 and")
"""Whether one still is: whoever was found among all has waited since, and may have written."""
_GONE = """
insert into media_gone (name)
select distinct encode(sha256, 'hex') from media m
where conversation = $1 and sha256 is not null and created_at <= $2 and not exists (
    select from media y where y.conversation = m.conversation and y.sha256 = m.sha256 and y.created_at > $2
) on conflict do nothing
"""
"""The same picture sent again is the same file."""
_ALL = 1_000_000
_LOGS = "action in ('login.ok', 'login.failed', 'logout', 'logout.everywhere')"


@dataclass(frozen=True, slots=True)
class Due:
    """One class: how many would go now, and how many more within the coming week. In contacts, or files, letters, lines."""

    keep: Keep
    now: int
    week: int


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether it runs at night by itself, who said so, when it last did."""

    nightly: bool
    by: str
    at: datetime | None
    last_night: date | None


def _for_contacts(rows: RetentionRows, at: datetime, most: int) -> tuple[Any, ...]:
    """What `_CONTACTS` is asked with."""
    pairs = [(urgency, one.code, one.days) for one in rows.keeps for urgency in sorted(one.urgencies)]
    return (*(list(each) for each in zip(*pairs, strict=True)), at, rows.days_of("talk"), most)


async def _contacts(database: Database, rows: RetentionRows, at: datetime, most: int) -> list[tuple[UUID, str]]:
    found = await database.fetch(_ALL_CONTACTS, *_for_contacts(rows, at, most), limit=_LONG)
    return [(row["id"], row["code"]) for row in found]


async def _erase(database: Database, contact: UUID, query: str, *args: Any) -> bool:
    """Unless the query no longer finds them due."""

    async def still(connection: Connection) -> bool:
        return await connection.fetchrow(query, *args) is not None

    return await erase_contact(database, contact, still)


async def _counts(database: Database, rows: RetentionRows, at: datetime) -> dict[str, int]:
    """Class → how many are due at that time."""
    out = {one.code: 0 for one in rows.keeps}
    for _, each in await _contacts(database, rows, at, _ALL):
        out[each] += 1
    code = {one.kind: one.code for one in rows.keeps}
    talk = await database.fetch(_ALL_TALK, rows.days_of("talk"), at, _ALL, limit=_LONG)
    media = await database.fetch(_ALL_MEDIA, rows.days_of("media"), at, _ALL, limit=_LONG)
    out[code["talk"]], out[code["media"]] = len(talk), sum(row["n"] for row in media)
    out[code["letters"]] = await database.value(
        "select count(*) from dead_letters where at <= $1", at - timedelta(days=rows.days_of("letters"))
    )
    out[code["logs"]] = await database.value(
        f"select count(*) from audit where {_LOGS} and at <= $1", at - timedelta(days=rows.days_of("logs"))
    )
    return out


async def plan(database: Database, rows: RetentionRows, now: datetime) -> list[Due]:
    """What a run now would erase, and what falls due in a week. Changes nothing."""
    today, later = await _counts(database, rows, now), await _counts(database, rows, now + timedelta(days=7))
    return [Due(one, today[one.code], max(0, later[one.code] - today[one.code])) for one in rows.keeps]


async def retain(database: Database, rows: RetentionRows, now: datetime, by: str) -> dict[str, int]:
    """Erase what is due; class → how many. Who is due is looked for once, which takes seconds in a large record, and of each
    it is asked again before they are erased. Each contact is a transaction of its own, so a run that is cut off goes on
    the next time. One line of the audit, and one of `retention_runs`.
    """
    out = {one.code: 0 for one in rows.keeps}
    code = {one.kind: one.code for one in rows.keeps}
    for contact, each in await _contacts(database, rows, now, _ALL):
        out[each] += await _erase(database, contact, _CONTACT, *_for_contacts(rows, now, 1), contact)
    days = rows.days_of("talk")
    for row in await database.fetch(_ALL_TALK, days, now, _ALL, limit=_LONG):
        out[code["talk"]] += await _erase(database, row["id"], _TALKER, days, now, 1, row["id"])
    days = rows.days_of("media")
    for row in await database.fetch(_ALL_MEDIA, days, now, _ALL, limit=_LONG):
        out[code["media"]] += await _drop_media(database, row["conversation"], days, now)
    out[code["letters"]] = await _number(
        database, "delete from dead_letters where at <= $1", now - timedelta(days=rows.days_of("letters"))
    )
    out[code["logs"]] = await _drop_logs(database, now - timedelta(days=rows.days_of("logs")))
    await kept_run(database, "retain", out, by, now)
    return out


async def _drop_media(database: Database, contact: UUID, days: int, now: datetime) -> int:
    """One contact's files of then: whoever has the folder deletes them within seconds. What came since stays."""
    async with database.connection(limit=_LONG) as connection, connection.transaction():
        await connection.execute("select 1 from conversations where id = $1 for update", contact)
        if await connection.fetchrow(_MEDIA_OF, days, now, 1, contact) is None:
            return 0
        before = now - timedelta(days=days)
        await connection.execute(_GONE, contact, before)
        return _tag(
            await connection.execute("delete from media where conversation = $1 and created_at <= $2", contact, before)
        )


async def _drop_logs(database: Database, before: datetime) -> int:
    async with database.connection(limit=_LONG) as connection, connection.transaction():
        await connection.execute("select set_config('bangnong.retention', 'network_logs', true)")
        return _tag(
            await connection.execute(
                f"delete from audit where {_LOGS} and at <= $1 and at < now() - interval '6 months'",
                before,
                timeout=_LONG,
            )
        )


async def _number(database: Database, query: str, *args: Any) -> int:
    return _tag(await database.execute(query, *args))


def _tag(told: Any) -> int:
    """How many rows a command says it changed."""
    return int(str(told).rpartition(" ")[2] or 0)


async def kept_run(database: Database, what: str, counts: Mapping[str, int], by: str, now: datetime) -> None:
    """The line that says what was done: codes and counts."""
    await database.execute(
        "insert into retention_runs (at, by, plan, counts) values ($1, $2, $3, $4::jsonb)",
        now, by, what, encode(dict(counts)).decode(),
    )  # fmt: skip
    await audit(database, by, f"retention.{what}", "record", **counts)


async def last_runs(database: Database, most: int = 10) -> list[Any]:
    return await database.fetch("select at, by, plan, counts from retention_runs order by id desc limit $1", most)


async def switch_of(database: Database) -> Switch:
    row = await database.row("select nightly, by, at, last_night from retention_switch")
    return Switch(**dict(row)) if row else Switch(False, "", None, None)


async def set_switch(database: Database, nightly: bool, by: str, now: datetime, over: date | None = None) -> None:
    """`over`: the night that counts as done, though nothing was erased in it."""
    await database.execute(
        "insert into retention_switch (nightly, by, at, last_night) values ($1, $2, $3, $4) "
        "on conflict (single) do update set nightly = excluded.nightly, by = excluded.by, at = excluded.at, "
        "last_night = greatest(retention_switch.last_night, excluded.last_night)",
        nightly, by, now, over,
    )  # fmt: skip


async def take_night(database: Database, night: date) -> bool:
    """Whether this process is the one that runs tonight."""
    done = await database.value(
        "update retention_switch set last_night = $1 where nightly and (last_night is null or last_night < $1) returning true",
        night,
    )
    return done is not None


async def rest_of_it(connection: Connection) -> dict[str, int]:
    """At the end of all: what is sealed or private and belongs to no contact. How many of each."""
    return {
        "letters": _tag(await connection.execute("delete from dead_letters")),
        "comments": _tag(await connection.execute("delete from public_comments")),
        "shifts": _tag(
            await connection.execute(
                "update shifts set phone = null, note = null where phone is not null or note is not null"
            )
        ),
        "sessions": _tag(await connection.execute("update sessions set agent = '', address = ''")),
    }
