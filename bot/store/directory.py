"""The directory of units, written: every change with its history, by whom and when; retired and never deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import asyncpg

from bot.codec import decode, encode
from bot.directory.units import DETAILS, Draft, Unit
from bot.store.database import Connection, Database


class Taken(Exception):
    """There is a unit of that name in that place already."""


class Changed(Exception):
    """Somebody else changed it meanwhile, or it is gone."""


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One line of a unit's history. `detail`: column → (was, now)."""

    at: datetime
    by: str
    change: str
    detail: Mapping[str, tuple[Any, Any]]


async def history_of_unit(database: Database, unit: int) -> list[UnitChange]:
    """Newest first."""
    rows = await database.fetch(
        "select at, by, change, detail from unit_changes where unit = $1 order by id desc limit 100", unit
    )
    return [
        UnitChange(row["at"], row["by"], row["change"], {
            name: (was, now) for name, (was, now) in decode(row["detail"].encode()).items()
        })
        for row in rows
    ]  # fmt: skip


async def add_unit(database: Database, draft: Draft, by: str, at: datetime) -> int:
    """Its id. Raises Taken."""
    async with database.connection() as connection, connection.transaction():
        return await _add(connection, draft, by, at)


async def _add(connection: Connection, draft: Draft, by: str, at: datetime) -> int:
    try:
        unit: int = await connection.fetchval(
            "insert into units (name, kind, district, street, scope, numbers, hours, note, source, verified_at, verified_by) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
            draft.name, draft.kind, draft.district, draft.street, list(draft.scope), list(draft.numbers), draft.hours,
            draft.note, draft.source, draft.verified_at, by if draft.verified_at else "",
        )  # fmt: skip
    except asyncpg.UniqueViolationError as error:
        raise Taken from error
    await _told(connection, unit, by, at, "added", {})
    return unit


async def _told(
    connection: Connection, unit: int, by: str, at: datetime, change: str, detail: Mapping[str, Any]
) -> None:
    await connection.execute(
        "insert into unit_changes (unit, at, by, change, detail) values ($1, $2, $3, $4, $5::jsonb)",
        unit, at, by, change, encode(dict(detail)).decode(),
    )  # fmt: skip


async def change_unit(
    database: Database, unit: int, version: int, draft: Draft, by: str, at: datetime
) -> tuple[str, ...]:
    """The columns that changed. Raises Changed, Taken."""
    async with database.connection() as connection, connection.transaction():
        return await _change(connection, unit, version, draft, by, at)


async def _change(
    connection: Connection, unit: int, version: int, draft: Draft, by: str, at: datetime
) -> tuple[str, ...]:
    was = await connection.fetchrow("select * from units where id = $1 and version = $2 for update", unit, version)
    if was is None:
        raise Changed
    now = asdict(draft)
    before = {name: tuple(was[name]) if isinstance(was[name], list) else was[name] for name in DETAILS}
    columns = tuple(name for name in DETAILS if before[name] != now[name])
    verified = draft.verified_at or was["verified_at"]
    if not columns and verified == was["verified_at"]:
        return ()
    try:
        await connection.execute(
            "update units set name = $2, kind = $3, district = $4, street = $5, scope = $6, numbers = $7, hours = $8, "
            "note = $9, source = $10, verified_at = $11, verified_by = $12, version = version + 1 where id = $1",
            unit, draft.name, draft.kind, draft.district, draft.street, list(draft.scope), list(draft.numbers), draft.hours,
            draft.note, draft.source, verified, by if draft.verified_at else was["verified_by"],
        )  # fmt: skip
    except asyncpg.UniqueViolationError as error:
        raise Taken from error
    detail = {name: (before[name], now[name]) for name in columns}
    await _told(connection, unit, by, at, "changed" if columns else "verified", detail)
    return columns if verified == was["verified_at"] else (*columns, "verified_at")


async def verify_unit(database: Database, unit: int, by: str, at: datetime) -> bool:
    """Somebody called, or looked it up: the numbers are right as they stand. False when it is retired or unknown."""
    return await _mark(
        database, unit, by, at, "verified",
        "update units set verified_at = $2, verified_by = $3, version = version + 1 "
        "where id = $1 and retired_at is null returning id",
        at, by,
    )  # fmt: skip


async def retire_unit(database: Database, unit: int, by: str, at: datetime) -> bool:
    return await _mark(
        database, unit, by, at, "retired",
        "update units set retired_at = $2, version = version + 1 where id = $1 and retired_at is null returning id", at,
    )  # fmt: skip


async def restore_unit(database: Database, unit: int, by: str, at: datetime) -> bool:
    return await _mark(
        database, unit, by, at, "restored",
        "update units set retired_at = null, version = version + 1 where id = $1 and retired_at is not null returning id",
    )  # fmt: skip


async def _mark(database: Database, unit: int, by: str, at: datetime, change: str, statement: str, *args: Any) -> bool:
    async with database.connection() as connection, connection.transaction():
        if await connection.fetchval(statement, unit, *args) is None:
            return False
        await _told(connection, unit, by, at, change, {})
    return True


async def import_units(
    database: Database, added: Sequence[Draft], changed: Sequence[tuple[Unit, Draft]], by: str, at: datetime
) -> None:
    """All or nothing. Raises Taken or Changed when the directory is no longer what the plan was made for."""
    async with database.connection(limit=60) as connection, connection.transaction():
        for draft in added:
            await _add(connection, draft, by, at)
        for unit, draft in changed:
            await _change(connection, unit.id, unit.version, draft, by, at)
