"""Shifts in the record: who is on duty when, the night watch's telephone, what was handed over at the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.codec import decode, encode
from bot.store.database import Connection, Database
from bot.vault import Unsealable, Vault

_PHONE, _NOTE = b"shift_phone", b"shift_note"


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift. `handed`: number → what became of it; `over`: handed over or taken off the list."""

    id: int
    login: str
    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    phone: str
    made_by: str
    ended_at: datetime | None
    handed: Mapping[str, str]
    note: str

    @property
    def over(self) -> bool:
        return self.ended_at is not None

    def on(self, now: datetime) -> bool:
        return not self.over and self.starts_at <= now < self.ends_at

    def owed(self, now: datetime) -> bool:
        """Whether its end has come and nobody has written what the next ones must know."""
        return not self.over and self.ends_at <= now


_SELECT = "select s.*, u.name from shifts s join users u using (login) where s.cancelled_by = ''"


def _shift(row: Any, vault: Vault) -> Shift:
    return Shift(
        row["id"], row["login"], row["name"], row["kind"], row["starts_at"], row["ends_at"], _open(vault, row["phone"], _PHONE),
        row["made_by"], row["ended_at"], decode(row["handed"].encode()) if row["ended_at"] else {},
        _open(vault, row["note"], _NOTE),
    )  # fmt: skip


def _open(vault: Vault, sealed: bytes | None, context: bytes) -> str:
    if sealed is None:
        return ""
    try:
        return vault.open(sealed, context).decode()
    except Unsealable:
        return "（解不开）"


async def make_shift(
    database: Database, vault: Vault, login: str, kind: str, starts: datetime, ends: datetime, phone: str, by: str,
    now: datetime,
) -> int | None:  # fmt: skip
    """Its id; None when there is no such person, or they have a shift at that time."""
    async with database.connection() as connection, connection.transaction():
        found = await connection.fetchval(
            "select 1 from users where login = $1 and active and role <> 'auditor' for update", login
        )
        clash = await connection.fetchval(
            "select 1 from shifts where login = $1 and cancelled_by = '' and ended_at is null "
            "and starts_at < $3 and ends_at > $2",
            login, starts, ends,
        )  # fmt: skip
        if not found or clash:
            return None
        made: int = await connection.fetchval(
            "insert into shifts (login, kind, starts_at, ends_at, phone, made_by, made_at) "
            "values ($1, $2, $3, $4, $5, $6, $7) returning id",
            login, kind, starts, ends, vault.seal(phone.encode(), _PHONE) if phone else None, by, now,
        )  # fmt: skip
        return made


async def cancel_shift(database: Database, shift: int, by: str) -> bool:
    """Take a shift off the list that nobody has handed over."""
    done = await database.value(
        "update shifts set cancelled_by = $2 where id = $1 and ended_at is null and cancelled_by = '' returning id",
        shift, by,
    )  # fmt: skip
    return done is not None


async def end_shift(
    database: Database, vault: Vault, shift: int, handed: Mapping[str, str], note: str, now: datetime
) -> bool:
    """Handed over. False when it was already."""
    done = await database.value(
        "update shifts set ended_at = $2, handed = $3::jsonb, note = $4 "
        "where id = $1 and ended_at is null and cancelled_by = '' returning id",
        shift, now, encode(dict(handed)).decode(), vault.seal(note.encode(), _NOTE) if note else None,
    )  # fmt: skip
    return done is not None


async def shifts_between(database: Database, vault: Vault, first: datetime, last: datetime) -> list[Shift]:
    """Every shift that touches the time, the earliest first."""
    rows = await database.fetch(
        f"{_SELECT} and s.starts_at < $2 and s.ends_at > $1 order by s.starts_at, s.id", first, last
    )
    return [_shift(row, vault) for row in rows]


async def get_shift(database: Database, vault: Vault, shift: int) -> Shift | None:
    row = await database.row(f"{_SELECT} and s.id = $1", shift)
    return _shift(row, vault) if row else None


async def shifts_of(database: Database, vault: Vault, login: str, now: datetime) -> list[Shift]:
    """Somebody's shifts that have begun and are not handed over: the one they are on, and those they owe a note for."""
    rows = await database.fetch(
        f"{_SELECT} and s.login = $1 and s.ended_at is null and s.starts_at <= $2 order by s.starts_at", login, now
    )
    return [_shift(row, vault) for row in rows]


async def on_duty(database: Database, vault: Vault, now: datetime, kinds: Sequence[str] = ()) -> list[Shift]:
    """Who is on duty now, and may still work here; of these kinds only, when any are named."""
    rows = await database.fetch(
        f"{_SELECT} and u.active and s.ended_at is null and s.starts_at <= $1 and s.ends_at > $1 "
        "and ($2::text[] = '{}' or s.kind = any ($2)) order by s.starts_at, s.id",
        now, list(kinds),
    )  # fmt: skip
    return [_shift(row, vault) for row in rows]


async def handed_lately(database: Database, vault: Vault, most: int = 12) -> list[Shift]:
    """The last notes of hand-over."""
    rows = await database.fetch(f"{_SELECT} and s.ended_at is not null order by s.ended_at desc limit $1", most)
    return [_shift(row, vault) for row in rows]


async def shifts_are_kept(database: Database, now: datetime) -> bool:
    """Whether this desk works in shifts at all: one that never made any is not told that nobody is on duty."""
    return bool(
        await database.value(
            "select exists (select from shifts where cancelled_by = '' and ends_at > $1::timestamptz - interval '14 days')",
            now,
        )
    )


async def rewrap_shifts(connection: Connection, vault: Vault) -> int:
    """Telephones and notes under the current service key; how many shifts."""
    rows = await connection.fetch(
        "select id, phone, note from shifts where phone is not null or note is not null for update"
    )
    await connection.executemany(
        "update shifts set phone = $2, note = $3 where id = $1",
        [
            (
                row["id"],
                vault.rewrap(row["phone"], _PHONE) if row["phone"] is not None else None,
                vault.rewrap(row["note"], _NOTE) if row["note"] is not None else None,
            )
            for row in rows
        ],
    )
    return len(rows)
