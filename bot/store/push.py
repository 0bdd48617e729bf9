"""Devices to be woken, and what each still has to be told. Times are the record's own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.outside.push import Subscription
from bot.store.database import Database

MOST = 10
"""Devices of one person."""
LEASE = timedelta(seconds=30)
FRESH = timedelta(minutes=10)
"""After this nobody is woken for it any more: who comes to the desk sees it there."""


@dataclass(frozen=True, slots=True)
class Device:
    """One browser as its owner's page shows it."""

    id: int
    agent: str
    made_at: datetime
    sent_at: datetime | None
    fault: str


@dataclass(frozen=True, slots=True)
class Wake:
    """One thing to tell one device. `urgency` "test": that it works."""

    id: int
    device: int
    number: str
    urgency: str
    attempts: int
    lease_until: datetime
    to: Subscription


async def devices_of(database: Database, login: str) -> list[Device]:
    rows = await database.fetch(
        "select id, agent, made_at, sent_at, fault from push_devices where login = $1 order by id", login
    )
    return [Device(**dict(row)) for row in rows]


async def keep_device(database: Database, login: str, to: Subscription, agent: str) -> int | None:
    """Its id; the same browser again is the same device, whoever sits at it now. It is greeted. None: there are too many."""
    made = await database.value(
        "insert into push_devices (login, endpoint, key, auth, agent) select $1, $2, $3, $4, $5 "
        "where (select count(*) from push_devices where login = $1 and endpoint <> $2) < $6 "
        "on conflict (endpoint) do update set login = excluded.login, key = excluded.key, auth = excluded.auth, "
        "agent = excluded.agent, made_at = now(), fault = '' returning id",
        login, to.endpoint, to.key, to.auth, agent, MOST,
    )  # fmt: skip
    if made is None:
        return None
    await database.execute(
        "insert into push_deliveries (device, number, alert) values ($1, '', 'test') on conflict (device, number, alert) "
        "do update set status = 'waiting', attempts = 0, made_at = now(), due_at = now(), lease_until = null",
        made,
    )  # fmt: skip
    return int(made)


async def drop_device(database: Database, login: str, device: int | None = None, endpoint: str = "") -> bool:
    """One's own, by its number or by what the browser calls itself. False when there is none."""
    done = await database.value(
        "delete from push_devices where login = $1 and (id = $2 or endpoint = $3) returning id", login, device, endpoint
    )
    return done is not None


async def drop_devices(database: Database, login: str) -> None:
    """All of somebody's: a lost telephone."""
    await database.execute("delete from push_devices where login = $1", login)


async def anybody(database: Database) -> bool:
    return bool(await database.value("select exists (select from push_devices)"))


_NOTE = """
insert into push_deliveries (device, number, alert)
select d.id, t.number, t.alert
from tickets t cross join push_devices d join users u on u.login = d.login and u.active and u.role = any ($2)
where t.alert <> '' and t.outcome is null and (t.urgency = 'critical' or t.alert = any ($1))
  and t.updated_at > d.made_at and t.updated_at > now() - $3::interval
on conflict (device, number, alert) do nothing
"""
_FORGET = """
delete from push_deliveries p where p.alert <> 'test' and not exists
    (select from tickets t where t.number = p.number and t.alert = p.alert and t.outcome is null)
"""
"""Seen or over: nobody is woken for it any more, and the same alarm another time is told again."""


async def note_alarms(database: Database, reds: Collection[str], roles: Collection[str]) -> None:
    """What is red and unseen now becomes something to tell, once for each device."""
    await database.execute(_FORGET)
    await database.execute(_NOTE, list(reds), list(roles), FRESH)


_CLAIM = """
with picked as (
    select p.id from push_deliveries p join push_devices d on d.id = p.device join users u on u.login = d.login
    where p.status = 'waiting' and p.due_at <= now() and (p.lease_until is null or p.lease_until < now()) and u.active
    order by p.due_at limit $1 for update of p skip locked
)
update push_deliveries p set lease_until = now() + $2::interval, attempts = p.attempts + 1
from picked, push_devices d where p.id = picked.id and d.id = p.device
returning p.id, p.device, p.number, p.attempts, p.lease_until, d.endpoint, d.key, d.auth,
    coalesce((select t.urgency from tickets t where t.number = p.number), 'test') as urgency
"""


async def claim_wakes(database: Database, limit: int = 40) -> list[Wake]:
    rows = await database.fetch(_CLAIM, limit, LEASE)
    return [
        Wake(
            row["id"], row["device"], row["number"], row["urgency"], row["attempts"], row["lease_until"],
            Subscription(row["endpoint"], bytes(row["key"]), bytes(row["auth"])),
        )
        for row in rows
    ]  # fmt: skip


async def woke(database: Database, wake: Wake) -> None:
    await database.execute(
        "with done as (update push_deliveries set status = 'sent' where id = $1 and lease_until = $2 returning device) "
        "update push_devices set sent_at = now(), fault = '' where id in (select device from done)",
        wake.id, wake.lease_until,
    )  # fmt: skip


async def not_woken(database: Database, wake: Wake, fault: str, pause: float, *, last: bool) -> None:
    """Again after `pause` seconds while it is worth it; `last`: the service will never take this one."""
    await database.execute(
        "with late as (update push_deliveries set due_at = now() + make_interval(secs => $4), lease_until = null, "
        "status = case when $5 or made_at < now() - $6::interval then 'late' else status end "
        "where id = $1 and lease_until = $2 returning device) "
        "update push_devices set fault = $3 where id in (select device from late)",
        wake.id, wake.lease_until, fault, pause, last, FRESH,
    )  # fmt: skip


async def device_gone(database: Database, wake: Wake) -> None:
    """The browser took its word back: it is forgotten with all it was to be told."""
    await database.execute("delete from push_devices where id = $1 and endpoint = $2", wake.device, wake.to.endpoint)
