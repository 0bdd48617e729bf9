"""What a draft would have said otherwise in recorded conversations; words under each contact's own key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.codec import decode, encode
from bot.replay import Difference
from bot.store.database import Database
from bot.vault import DataKey, Unsealable, Vault

_STALE = "20 seconds"
"""A run that has not moved for this long died with its process."""


@dataclass(frozen=True, slots=True)
class Run:
    """How far a preview is. `state`: running, done, failed, stopped (its process is gone)."""

    digest: str
    total: int
    done: int
    turns: int
    changed: int
    unreadable: int
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One turn that would come out otherwise, and the tickets of that conversation."""

    numbers: tuple[str, ...]
    difference: Difference


async def begin_run(database: Database, draft: int, run: str, digest: str, total: int) -> None:
    """A fresh preview of this draft; an older one, running or not, ends. Old ones of other drafts are swept."""
    async with database.connection() as connection, connection.transaction():
        await connection.execute("delete from row_previews where draft = $1 or at < now() - interval '7 days'", draft)
        await connection.execute(
            "insert into row_previews (draft, run, digest, total) values ($1, $2, $3, $4)", draft, run, digest, total
        )


async def add_told(
    database: Database,
    draft: int,
    run: str,
    conversation: UUID,
    turns: int,
    found: Sequence[Difference],
    key: DataKey | None,
) -> bool:
    """One conversation told; False when another run has taken over. `key` None: it could not be opened."""
    async with database.connection() as connection, connection.transaction():
        moved = await connection.fetchval(
            "update row_previews set done = done + 1, turns = turns + $3, changed = changed + $4, "
            "unreadable = unreadable + $5, at = now() where draft = $1 and run = $2 returning draft",
            draft, run, turns, len(found), int(key is None),
        )  # fmt: skip
        if moved is None:
            return False
        if key is not None and found:
            await connection.executemany(
                "insert into row_preview_turns (draft, conversation, turn, body) values ($1, $2, $3, $4)",
                [(draft, conversation, one.turn, key.seal(encode([one.was, one.now]))) for one in found],
            )
    return True


async def end_run(database: Database, draft: int, run: str, state: str) -> None:
    await database.execute(
        "update row_previews set state = $3, at = now() where draft = $1 and run = $2", draft, run, state
    )


async def run_of(database: Database, draft: int) -> Run | None:
    row = await database.row(
        "select digest, total, done, turns, changed, unreadable, at, "
        f"case when state = 'running' and at < now() - interval '{_STALE}' then 'stopped' else state end as state "
        "from row_previews where draft = $1",
        draft,
    )
    return Run(**dict(row)) if row else None


async def told_of(database: Database, vault: Vault, draft: int, most: int) -> list[Told]:
    """The first turns that differ, conversation by conversation; those of erased contacts are gone."""
    rows: list[Any] = await database.fetch(
        "select p.conversation, p.turn, p.body, c.data_key, "
        "(select coalesce(array_agg(number order by number), '{}') from tickets t where t.conversation = p.conversation) "
        "as numbers from row_preview_turns p join contacts c on c.id = p.conversation where p.draft = $1 "
        "and c.data_key is not null order by p.conversation, p.turn limit $2",
        draft, most,
    )  # fmt: skip
    out = []
    for row in rows:
        try:
            was, now = decode(vault.data_key(row["conversation"], row["data_key"]).open(row["body"]))
        except Unsealable:
            continue
        out.append(Told(tuple(row["numbers"]), Difference(row["turn"], tuple(was), tuple(now))))
    return out


async def recorded_contacts(database: Database, most: int) -> list[Any]:
    """(id, channel, account, data_key) of those heard last, newest first."""
    return await database.fetch(
        "select c.id, c.channel, c.account, c.data_key from contacts c join conversations v on v.id = c.id "
        "where c.data_key is not null order by v.updated_at desc limit $1",
        most, limit=20,
    )  # fmt: skip


async def recorded_events(database: Database, contact: UUID) -> list[bytes]:
    rows = await database.fetch("select event from history where conversation = $1 order by turn", contact)
    return [row["event"] for row in rows]
