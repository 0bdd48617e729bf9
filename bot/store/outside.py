"""Webhook targets and what they still have to be told. Times are the record's own: nothing here waits for a rehearsal."""

import secrets as chance
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.database import Database
from bot.vault import Vault

LEASE = timedelta(seconds=40)
"""Longer than a try may take."""
GIVE_UP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Target:
    """A receiver as the page shows it; `waiting` and `dead` count deliveries."""

    id: int
    name: str
    url: str
    events: tuple[str, ...]
    active: bool
    made_by: str
    made_at: datetime
    sent: int
    sent_at: datetime | None
    fault: str
    fault_at: datetime | None
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to tell, with where and by which salt as it stood when it was claimed: an admin may change both at any time.

    `old`: long enough waited for, the next failure is the last.
    """

    id: int
    event: str
    subject: str
    change: str
    at: datetime
    attempts: int
    old: bool
    lease_until: datetime
    url: str
    salt: str


@dataclass(frozen=True, slots=True)
class Dead:
    id: int
    target: int
    event: str
    subject: str
    change: str
    at: datetime
    fault: str


def secret_of(vault: Vault, salt: str) -> str:
    """The signing secret: 256 bits that only this installation can make of the salt."""
    return vault.hash("webhook", salt, "1").hex() + vault.hash("webhook", salt, "2").hex()


async def targets_of(database: Database) -> list[Target]:
    rows = await database.fetch(
        "select t.*, d.waiting, d.dead from hook_targets t cross join lateral (select "
        "count(*) filter (where status = 'waiting') as waiting, count(*) filter (where status = 'dead') as dead "
        "from hook_deliveries where target = t.id) d order by t.id"
    )
    return [
        Target(**{name: row[name] for name in Target.__dataclass_fields__} | {"events": tuple(row["events"])})
        for row in rows
    ]


async def add_target(
    database: Database, vault: Vault, name: str, url: str, events: Sequence[str], by: str
) -> tuple[int, str]:
    """(id, its secret)."""
    salt = chance.token_urlsafe(24)
    made = await database.value(
        "insert into hook_targets (name, url, events, salt, made_by) values ($1, $2, $3, $4, $5) returning id",
        name, url, list(events), salt, by,
    )  # fmt: skip
    return int(made), secret_of(vault, salt)


async def switch_target(database: Database, target: int, on: bool) -> bool:
    """False when there is no such target. What happens while it is off is not told later."""
    query = "update hook_targets set active = $2, fault = '' where id = $1 returning id"
    return await database.value(query, target, on) is not None


async def drop_target(database: Database, target: int) -> bool:
    return await database.value("delete from hook_targets where id = $1 returning id", target) is not None


async def renew_secret(database: Database, vault: Vault, target: int) -> str | None:
    """The new secret; the old one signs nothing any more. None: no such target."""
    salt = chance.token_urlsafe(24)
    done = await database.value("update hook_targets set salt = $2 where id = $1 returning id", target, salt)
    return secret_of(vault, salt) if done is not None else None


async def ping_target(database: Database, target: int) -> bool:
    """A delivery that says nothing but that it arrives."""
    done = await database.value(
        "insert into hook_deliveries (target, event, subject, change, at) "
        "select id, 'ping', 'ping', 'ping', now() from hook_targets where id = $1 and active returning id",
        target,
    )
    return done is not None


async def dead_of(database: Database, most: int = 100) -> list[Dead]:
    """What was given up, newest first."""
    rows = await database.fetch(
        "select id, target, event, subject, change, at, fault from hook_deliveries where status = 'dead' "
        "order by id desc limit $1",
        most,
    )
    return [Dead(**dict(row)) for row in rows]


async def revive(database: Database, target: int, delivery: int | None = None) -> int:
    """Again, one or all that this target was not told; how many."""
    rows = await database.fetch(
        "update hook_deliveries set status = 'waiting', attempts = 0, made_at = now(), due_at = now(), lease_until = null "
        "where target = $1 and status = 'dead' and ($2::bigint is null or id = $2) returning id",
        target, delivery,
    )  # fmt: skip
    return len(rows)


async def busy_targets(database: Database) -> list[int]:
    """Those for whom something is due now."""
    rows = await database.fetch(
        "select t.id from hook_targets t where t.active and exists (select from hook_deliveries d "
        "where d.target = t.id and d.status = 'waiting' and d.due_at <= now())"
    )
    return [row["id"] for row in rows]


_CLAIM = """
with picked as (
    select d.id, t.url, t.salt from hook_deliveries d join hook_targets t on t.id = d.target
    where d.target = $1 and t.active and d.status = 'waiting' and d.due_at <= now()
      and (d.lease_until is null or d.lease_until < now())
      and not exists (select from hook_deliveries e where e.target = d.target and e.subject = d.subject
                      and e.status = 'waiting' and e.id < d.id)
    order by d.due_at, d.id limit $2 for update of d skip locked
)
update hook_deliveries d set lease_until = now() + $3::interval, attempts = attempts + 1 from picked
where d.id = picked.id
returning d.id, event, subject, change, at, attempts, made_at < now() - $4::interval as old, lease_until, picked.url,
    picked.salt
"""
"""Of each ticket only the first that is not told yet, leased or not: the order is kept, also between two processes."""


async def claim(database: Database, target: int, limit: int) -> list[Delivery]:
    rows = await database.fetch(_CLAIM, target, limit, LEASE, GIVE_UP)
    return sorted((Delivery(**dict(row)) for row in rows), key=lambda one: one.id)


async def told(database: Database, target: int, delivery: Delivery) -> None:
    await database.execute(
        "with done as (delete from hook_deliveries where id = $2 and lease_until = $3 returning id) "
        "update hook_targets set sent = sent + 1, sent_at = now(), fault = '' where id = $1 and exists (select from done)",
        target, delivery.id, delivery.lease_until,
    )  # fmt: skip


async def missed(database: Database, target: int, delivery: Delivery, fault: str, pause: float, *, last: bool) -> None:
    """Again after `pause` seconds, or given up (`last`), where a person may say "again"."""
    await database.execute(
        "with late as (update hook_deliveries set status = case when $5 then 'dead' else status end, fault = $4, "
        "due_at = now() + make_interval(secs => $6), lease_until = null where id = $2 and lease_until = $3 returning id) "
        "update hook_targets set fault = $4, fault_at = now() where id = $1 and exists (select from late)",
        target, delivery.id, delivery.lease_until, fault, last, pause,
    )  # fmt: skip
