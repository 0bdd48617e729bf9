"""Mutated deliveries at a real service: those that pass are heard, read, stepped and written down on the real engines.

No 500, no line with a traceback, no memory that grows, and the service still does its work afterwards. One message in five is
whole and new, so that much is heard; the rest is broken like in `test_fuzz_hooks.py`, which says how. A 503 is an honest "send
it again" of a record that is slow just then, and must stay rare.
"""

import asyncio
import dataclasses
import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.base import Secret
from tests.faults.test_fuzz_hooks import GROWTH, HOTLINE, accounts, address, one_of, seeds_of, signed
from tests.service import Record, Service, stop_engines

TIMES, AT_ONCE = 3_600, 16


def environment() -> dict[str, str]:
    """The fuzzed accounts as settings. Nobody answers where they would be pushed to."""
    found = {"BANGNONG_CHANNELS": ",".join(f"{name}:main" for name, _ in accounts())}
    found["BANGNONG_HOTLINE_URL"] = "http://127.0.0.1:9/orders"
    found["BANGNONG_HOTLINE_SECRET"] = HOTLINE.reveal()
    for (name, _), account in accounts().items():
        for field in dataclasses.fields(account.secrets):
            value = getattr(account.secrets, field.name)
            if value := value.reveal() if isinstance(value, Secret) else value:
                value = "http://127.0.0.1:9" if field.name == "api_base" else value
                found[f"BANGNONG_{name}_main_{field.name}".upper()] = str(value)
    return found


def faults(log: Path) -> list[str]:
    """Every line that tells of an error nobody expected."""
    lines = log.read_text("utf-8").splitlines()
    return [line for line in lines if '"where"' in line or "Traceback" in line or "Error:" in line]


async def deliver(service: Service, times: int, seed: int) -> tuple[Counter[tuple[str, int]], int]:
    """((hook, status) → how many, kilobytes grown after the first fifth)."""
    chance, rows = random.Random(seed), accounts()
    seeds, statuses = seeds_of(rows), Counter[tuple[str, int]]()
    names, room, before = sorted(seeds), asyncio.Semaphore(AT_ONCE), 0

    async def one(nth: int) -> None:
        name = names[nth % len(names)]
        account, payload = rows.get((name, "main")), renewed(chance, chance.choice(seeds[name]))
        if chance.random() < 0.2:
            request = signed(account, payload, time.time())
        else:
            request = one_of(chance, account, payload, time.time())
        try:
            async with http.request(
                request.method, service.base + address(name), params=dict(request.query), data=request.body,
                headers=dict(request.headers), timeout=aiohttp.ClientTimeout(total=30),
            ) as answer:  # fmt: skip
                await answer.read()
                statuses[name, answer.status] += 1
        except (ValueError, aiohttp.InvalidURL):
            statuses[name, 0] += 1  # a header or a query that no client can send
        finally:
            room.release()

    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        tasks: set[asyncio.Task[None]] = set()
        for nth in range(times):
            if nth == times // 5:
                before = held(service)
            await room.acquire()
            task = asyncio.create_task(one(nth))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
    return statuses, held(service) - before


def ids() -> list[bytes]:
    """What the platforms' examples call their messages."""
    found = {
        one.message_id for account in accounts().values() for like in account.channel.examples for one in like.inbound
    }
    return [one.encode() for one in found if len(one) >= 8]


IDS = ids()


def renewed(chance: random.Random, payload: bytes) -> bytes:
    """The same message as one that was never sent before."""
    for known in IDS:
        if known in payload:
            fresh = "".join(str(chance.randrange(1, 10)) for _ in known[-8:]).encode()
            payload = payload.replace(known, known[:-8] + fresh)
    return payload


def held(service: Service) -> int:
    """Kilobytes the service's process has in memory."""
    assert service.process is not None
    lines = Path(f"/proc/{service.process.pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


def missing(heard: dict[str, int]) -> list[str]:
    """Channels of which too few messages are in the record. Toutiao's have no number of their own: the same words in the same
    second are the same message."""
    least = {"wechat": 20, "app": 20, "douyin": 20, "toutiao": 1}
    return [name for name, count in least.items() if heard.get(name, 0) < count]


async def all_heard(record: Record, within: float = 60) -> dict[str, int]:
    """Channel → distinct messages in the record; on a slow machine some wait in the spool for a while."""
    deadline = time.monotonic() + within
    while True:
        rows = await record.rows(
            "select c.channel, count(*) as n from inbox i join contacts c on c.id = i.conversation group by 1"
        )
        heard = {row["channel"]: row["n"] for row in rows}
        if not missing(heard) or time.monotonic() > deadline:
            return heard
        await asyncio.sleep(0.5)


@pytest.mark.slow(37)
@pytest.mark.timeout(300)
async def test_what_passes_is_heard(home: Path) -> None:
    service = await Service(home, **environment()).start()
    try:
        statuses, growth = await deliver(service, TIMES, random.SystemRandom().randrange(1 << 30))
        async with Record(home) as record:
            heard = await all_heard(record)
            letters = await record.value("select count(*) from dead_letters")
        async with aiohttp.ClientSession() as http, http.get(service.base + "/readyz") as ready:
            assert ready.status == 200
        wrong = faults(service.log)
    finally:
        await service.stop()
        stop_engines(home)
    told: dict[str, Any] = {
        "statuses": dict(sorted((f"{name} {status}", count) for (name, status), count in statuses.items())),
        "heard": heard, "dead letters": letters, "kilobytes grown": growth,
    }  # fmt: skip
    print(json.dumps(told))
    assert not [one for one in statuses if one[1] >= 500 and one[1] != 503], told
    assert sum(count for one, count in statuses.items() if one[1] == 503) < TIMES / 20, told
    assert not wrong, f"{len(wrong)} unexpected errors: {wrong[:3]}"
    assert not missing(heard), f"some hook was not heard: {heard}"
    assert statuses["hotline", 404] > 20, "no status of 12345's reached the record"
    assert letters > 20, "what could not be read was not kept"
    assert growth < GROWTH, f"grew by {growth} KB"
