"""Access tokens shared by all processes: fetched once at a time, kept in Redis, surviving Redis being away.

A platform counts token calls, and the classic kind makes every other holder's token invalid: hence one fetch at a time,
first within the process (callers share one task), then among processes (a lock in Redis that runs out by itself).
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from redis.exceptions import RedisError

from bot.log import get_logger

Fetch = Callable[[], Awaitable[tuple[str, float]]]

LOCK_SECONDS = 15
"""Longer than a token call may take (10 s); when its holder dies, others go on after this long."""
POLL_SECONDS = 0.05
REDIS_SECONDS = 1.0
SEEN_SECONDS = 0.5

_DELETE_IF_SAME = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
_AWAY = (RedisError, OSError, TimeoutError)

log = get_logger("tokens")


class Commands(Protocol):
    """What is asked of a `redis.asyncio.Redis`."""

    def get(self, name: str) -> Awaitable[Any]: ...

    def set(
        self, name: str, value: str, *, ex: int | None = ..., px: int | None = ..., nx: bool = ...
    ) -> Awaitable[Any]: ...

    def eval(self, script: str, numkeys: int, *keys_and_args: str) -> Awaitable[Any]: ...


class RedisTokenCache:
    """A `TokenCache`. Without Redis (None, or not answering) each process fetches for itself, once at a time.

    `clock` is monotonic seconds. Nothing here puts a token or a fetch's error into a log line.
    """

    def __init__(
        self, redis: Commands | None, *, prefix: str = "token:", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis = redis
        self._prefix = prefix
        self._clock = clock
        self._kept: dict[str, tuple[str, float]] = {}
        self._seen: dict[str, tuple[str, float]] = {}
        self._fetching: dict[str, asyncio.Task[str]] = {}

    async def get(self, key: str, fetch: Fetch) -> str:
        """The cached token, else the one `fetch` brings. Raises what `fetch` raises, to all who waited for it."""
        token = await self._cached(key)
        if token:
            return token
        task = self._fetching.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._fetch_once(key, fetch))
            self._fetching[key] = task
            task.add_done_callback(lambda done: self._forget_task(key, done))
        # Shielded: one caller's cancellation must not take the token from those who wait with it.
        return await asyncio.shield(task)

    async def drop(self, key: str, token: str) -> None:
        """Forget `token`, only if it is still the one kept: another process may have put a good one there."""
        for memory in (self._kept, self._seen):
            if memory.get(key, ("", 0.0))[0] == token:
                del memory[key]
        try:
            await self._ask(lambda redis: redis.eval(_DELETE_IF_SAME, 1, self._prefix + key, token))
        except _AWAY as error:
            self._tell(error)

    async def close(self) -> None:
        """Ends fetches under way; to be called before the event loop goes."""
        tasks = list(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget_task(self, key: str, done: asyncio.Task[str]) -> None:
        self._fetching.pop(key, None)
        if not done.cancelled():
            done.exception()  # looked at, so that nobody is told of an error whose callers have all gone

    async def _cached(self, key: str) -> str:
        """From Redis, which is the truth while it answers: another process may have dropped what we still remember.

        Asked anew twice a second at most: hundreds of sends a second need not each ask for the same token, and one that was
        dropped elsewhere just now is refused, dropped here too, and asked for again.
        """
        token, until = self._seen.get(key, ("", 0.0))
        if self._clock() < until:
            return token
        try:
            found = await self._ask(lambda redis: redis.get(self._prefix + key))
        except _AWAY as error:
            self._tell(error)
            return self._remembered(key)
        if self._redis is None:
            return self._remembered(key)
        if token := _text(found):
            self._seen[key] = (token, self._clock() + SEEN_SECONDS)
        return token

    def _remembered(self, key: str) -> str:
        token, until = self._kept.get(key, ("", 0.0))
        return token if self._clock() < until else ""

    async def _fetch_once(self, key: str, fetch: Fetch) -> str:
        if self._redis is None:
            return await self._fetch(key, fetch)
        lock, mine = f"{self._prefix}{key}:lock", secrets.token_hex(8)
        while True:
            try:
                got = await self._ask(lambda redis: redis.set(lock, mine, nx=True, ex=LOCK_SECONDS))
            except _AWAY as error:
                self._tell(error)
                return await self._fetch(key, fetch)
            if got:
                break
            await asyncio.sleep(POLL_SECONDS)
            token = await self._cached(key)
            if token:
                return token
        try:
            # Whoever held the lock before may have put a token there between our look and our turn.
            return await self._cached(key) or await self._fetch(key, fetch)
        finally:
            try:
                await self._ask(lambda redis: redis.eval(_DELETE_IF_SAME, 1, lock, mine))
            except _AWAY as error:
                self._tell(error)

    async def _fetch(self, key: str, fetch: Fetch) -> str:
        token, seconds = await fetch()
        self._kept[key] = (token, self._clock() + seconds)
        try:
            await self._ask(lambda redis: redis.set(self._prefix + key, token, px=max(1, int(seconds * 1000))))
        except _AWAY as error:
            self._tell(error)
        return token

    async def _ask(self, command: Callable[[Commands], Awaitable[Any]]) -> object:
        if self._redis is None:
            return None
        async with asyncio.timeout(REDIS_SECONDS):
            return await command(self._redis)

    def _tell(self, error: BaseException) -> None:
        log.warning("redis_away", error=type(error).__name__)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, str) else ""
