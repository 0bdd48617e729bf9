"""A few connections to the record, lent to one query or transaction at a time, the warmest first.

Our own in place of asyncpg's pool, which makes two tasks for every loan: three loans a message and a dozen a second of
watching made those cost more than the queries themselves.
"""

import asyncio
import time
from collections import deque
from typing import Any

import asyncpg

Connection = Any
"""asyncpg's own; its type is not worth naming everywhere."""

_IDLE = 300.0
"""Seconds after which a connection that was not needed beside others is closed."""


class Connections:
    """At most `size` open. Whoever finds none free waits in line, `limit` seconds at most."""

    def __init__(self, dsn: str, size: int, limit: float) -> None:
        self.dsn = dsn
        self.size = size
        self.limit = limit
        self._free: list[tuple[Connection, float]] = []
        self._lent: set[Connection] = set()
        self._open = 0
        self._line: deque[asyncio.Future[Connection | None]] = deque()
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False
        self._all_back = asyncio.Event()

    async def take(self, limit: float) -> Connection:
        """Give it back with `give`. Raises TimeoutError when none comes free, or whatever connecting raises."""
        if self._closed:
            raise asyncpg.InterfaceError("closed")
        while self._free:
            connection, _ = self._free.pop()
            if not connection.is_closed():
                self._lent.add(connection)
                return connection
            self._open -= 1
        if self._open < self.size:
            return await self._connect(limit)
        return await self._wait(limit)

    def give(self, connection: Connection, *, sound: bool) -> None:
        """`sound`: nothing was cut off on it. Whatever is not is ended; the server rolls back what was begun on it."""
        self._lent.discard(connection)
        if self._closed and not self._lent:
            self._all_back.set()
        if not sound or self._closed or connection.is_closed() or connection.is_in_transaction():
            connection.terminate()
            self._room()
            return
        for waiter in self._next():
            self._lent.add(connection)
            waiter.set_result(connection)
            return
        now = time.monotonic()
        self._free.append((connection, now))
        if now - self._free[0][1] > _IDLE:
            self._let_go(self._free.pop(0)[0])

    async def close(self) -> None:
        """Wait for what is lent, close everything. `terminate` for whoever cannot wait."""
        self._closed = True
        if self._lent:
            await self._all_back.wait()
        for connection, _ in self._free:
            await connection.close()
        self._free.clear()
        await asyncio.gather(*self._closing, return_exceptions=True)

    def terminate(self) -> None:
        for connection in (*self._lent, *(one for one, _ in self._free)):
            connection.terminate()
        self._free.clear()

    async def _connect(self, limit: float) -> Connection:
        self._open += 1
        try:
            connection = await asyncpg.connect(self.dsn, timeout=limit, command_timeout=self.limit)
        except BaseException:
            self._room()  # whoever waits sees for themselves
            raise
        self._lent.add(connection)
        return connection

    async def _wait(self, limit: float) -> Connection:
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._line.append(waiter)
        try:
            async with asyncio.timeout(limit):
                connection = await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled():  # handed over in the moment we stopped waiting
                if (late := waiter.result()) is not None:
                    self.give(late, sound=True)
                else:
                    self._room(again=True)
            raise
        return connection if connection is not None else await self._connect(limit)

    def _room(self, *, again: bool = False) -> None:
        """One less is open: the first in line may open another. `again`: that one did not."""
        if not again:
            self._open -= 1
        for waiter in self._next():
            waiter.set_result(None)
            return

    def _next(self) -> "list[asyncio.Future[Connection | None]]":
        """The first who still waits, or nobody."""
        while self._line:
            if not (waiter := self._line.popleft()).done():
                return [waiter]
        return []

    def _let_go(self, connection: Connection) -> None:
        self._open -= 1
        task = asyncio.create_task(connection.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
