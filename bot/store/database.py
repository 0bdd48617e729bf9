"""The pool of connections, migrations, and what counts as "the database is away"."""

import asyncio
import math
import re
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

import asyncpg

Connection = Any
"""asyncpg hands out a proxy; its type is not worth naming everywhere."""

_MIGRATION_LOCK = 0x62616E676E6F6E67 >> 1


class StoreAway(Exception):
    """PostgreSQL does not answer, refuses, or has no room: what must not be lost goes to the spool."""


class NewerSchema(Exception):
    """The database was migrated by a newer program."""


AWAY = (
    OSError,
    TimeoutError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that was ended in the middle of something, now and then
    asyncpg.OperatorInterventionError,  # shut down, starting up, cancelled, ended for idling
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.ReadOnlySQLTransactionError,
)


class Database:
    """PostgreSQL behind a small pool. Every call either returns or raises StoreAway within `limit` seconds."""

    def __init__(self, dsn: str, *, size: int = 8, limit: float = 2.0) -> None:
        self.dsn = dsn
        self.size = size
        self.limit = limit
        self._pool: asyncpg.Pool | None = None
        self._answered_at = -math.inf

    async def open(self) -> None:
        try:
            self._pool = await asyncpg.create_pool(
                self.dsn,
                min_size=1,
                max_size=self.size,
                command_timeout=self.limit,
                timeout=self.limit,
                reset=_no_reset,
            )
        except AWAY as error:
            raise StoreAway(type(error).__name__) from error

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                await asyncio.wait_for(pool.close(), 3)
            except AWAY:
                pool.terminate()

    @asynccontextmanager
    async def connection(self, *, limit: float | None = None) -> AsyncIterator[Connection]:
        """A connection; whatever breaks for want of a database comes out as StoreAway.

        So does every refusal to let us in: roles, rules and databases are changed while we run, and a failover does it too.
        """
        if self._pool is None:
            raise StoreAway("closed")
        entered = False
        try:
            async with self._pool.acquire(timeout=limit or self.limit) as connection:
                entered = True
                yield connection
            self._answered_at = time.monotonic()
        except AWAY as error:
            raise StoreAway(type(error).__name__) from error
        except asyncpg.PostgresError as error:
            if entered:
                raise
            raise StoreAway(type(error).__name__) from error

    async def fetch(self, query: str, *args: Any, limit: float | None = None) -> list[Any]:
        async with self.connection() as connection:
            return list(await connection.fetch(query, *args, timeout=limit or self.limit))

    async def row(self, query: str, *args: Any) -> Any:
        async with self.connection() as connection:
            return await connection.fetchrow(query, *args)

    async def value(self, query: str, *args: Any) -> Any:
        async with self.connection() as connection:
            return await connection.fetchval(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        async with self.connection() as connection:
            return str(await connection.execute(query, *args))

    def answered_within(self, seconds: float) -> bool:
        """Whether it did just now, for somebody else: nobody need knock to see whether it is there."""
        return time.monotonic() - self._answered_at < seconds

    async def answers(self) -> bool:
        """Whether a trivial query succeeds now."""
        try:
            return bool(await self.value("select true"))
        except StoreAway:
            return False


async def _no_reset(connection: Connection) -> None:
    """We never change a connection's settings, so giving it back needs no round trip."""


def migrations() -> list[tuple[int, str, str]]:
    """(number, name, SQL) of every migration, in order."""
    found = []
    for path in files("bot.store.migrations").iterdir():
        if match := re.fullmatch(r"(\d{4})_(\w+)\.sql", path.name):
            found.append((int(match[1]), match[2], path.read_text("utf-8")))
    return sorted(found)


def beyond_us(done: Iterable[int]) -> int:
    """The newest of these migrations that this program does not know; 0 when it knows all."""
    return max(set(done) - {number for number, _, _ in migrations()}, default=0)


async def newer_than_us(connection: Connection) -> int:
    """As `beyond_us`, of a record that may be empty yet."""
    if not await connection.fetchval("select to_regclass('migrations') is not null"):
        return 0
    return beyond_us([row["number"] for row in await connection.fetch("select number from migrations")])


async def migrate(dsn: str) -> int:
    """Bring the schema up to date, one process at a time; the number of migrations applied. Raises NewerSchema."""
    try:
        connection = await asyncpg.connect(dsn, timeout=10)
    except (*AWAY, asyncpg.PostgresError) as error:
        raise StoreAway(type(error).__name__) from error
    try:
        await connection.execute("select pg_advisory_lock($1)", _MIGRATION_LOCK)
        await connection.execute(
            "create table if not exists migrations (number integer primary key, name text not null, "
            "at timestamptz not null default now())"
        )
        done = {row["number"] for row in await connection.fetch("select number from migrations")}
        known = migrations()
        if newest := beyond_us(done):
            raise NewerSchema(f"the database has migration {newest}, which this program does not know: use a newer one")
        applied = 0
        for number, name, sql in known:
            if number in done:
                continue
            async with connection.transaction():
                await connection.execute(sql)
                await connection.execute("insert into migrations (number, name) values ($1, $2)", number, name)
            applied += 1
        return applied
    finally:
        await connection.close()
