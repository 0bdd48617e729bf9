"""The record away, Redis away, the disk full: people are answered, nothing acknowledged is lost, nothing is pretended."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from redis import Redis

from bot.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.faults.sender import Sender, campaign, judge, plea, settled
from tests.faults.test_kill import roomy
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record, Service, signal_family, stop_engines


async def _interrupted(
    home: Path, interrupt: object, *, services: int = 1, residents: int = 30, lasting: float = 12.0
) -> tuple[dict[str, int], Sender]:
    """A campaign during which `interrupt()` (a coroutine function) happens; judged at the end."""
    async with WeChatPlatform(windows=roomy()).serve() as platform:
        running = [await Service(home, platform=platform.base).start() for _ in range(services)]
        sender = Sender(platform, lambda: [service.base for service in running])
        writing = asyncio.create_task(campaign(sender, residents, 5, plea, lasting=lasting))
        try:
            await asyncio.sleep(1.5)
            await interrupt()  # type: ignore[operator]
            await writing
            await settled(home, within=90)
            async with Record(home) as record:
                counts = await judge(sender, record)
        finally:
            writing.cancel()
            for service in running:
                await service.stop()
            stop_engines(home)
    print(counts)
    return counts, sender


@pytest.mark.slow(27)
async def test_postgres_frozen_for_seconds(home: Path) -> None:
    """SIGSTOP: connections stay open and nothing answers, which is worse than a refusal."""

    async def freeze() -> None:
        engine = EmbeddedPostgres(home)
        family = _family(engine)
        signal_family(family, signal.SIGSTOP)
        await asyncio.sleep(6)
        signal_family(family, signal.SIGCONT)

    counts, sender = await _interrupted(home, freeze)
    held = [answer for entry in sender.ledger for answer in entry.answers if "120" in answer]
    assert held, "people in danger were told so while the record was away"
    assert counts["acknowledged"] == counts["sent"]


@pytest.mark.slow(45)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("services", [1, 2])
async def test_postgres_stopped_for_twenty_seconds(home: Path, services: int) -> None:
    """Stopped outright, its start barred, so that the watchful service cannot bring it back before its time."""

    async def stop() -> None:
        engine = EmbeddedPostgres(home)
        data, away = engine.data, engine.data.with_name("data.away")
        engine.stop(signal.SIGINT)
        data.rename(away)
        data.write_text("barred")
        await asyncio.sleep(20)
        data.unlink()
        away.rename(data)

    counts, _ = await _interrupted(home, stop, services=services, lasting=25)
    assert counts["acknowledged"] == counts["sent"]


async def test_redis_flushed_and_killed(home: Path) -> None:
    """Redis is the nerve, not the memory."""

    async def kill() -> None:
        engine = EmbeddedValkey(home)
        Redis.from_url(engine.url).flushall()
        await asyncio.sleep(1)
        os.kill(int(engine.pid_file.read_text()), signal.SIGKILL)
        await asyncio.sleep(3)

    counts, _ = await _interrupted(home, kill, residents=20, lasting=6)
    assert counts["acknowledged"] == counts["sent"]
    assert counts["redelivered"] == 0


@pytest.mark.slow(25)
async def test_nothing_can_be_stored(home: Path) -> None:
    """Record away and disk full: an honest refusal with the danger line, never `success`; the app gets 503."""
    command = (sys.executable, "-m", "tests.faults.planted", "full_disk")
    async with WeChatPlatform(windows=roomy()).serve() as platform:
        service = await Service(home, platform=platform.base, command=command).start()
        try:
            family = _family(EmbeddedPostgres(home))
            signal_family(family, signal.SIGSTOP)
            sender = Sender(platform, lambda: [service.base])
            import aiohttp

            async with aiohttp.ClientSession() as http:
                entry = await asyncio.wait_for(sender.write(http, "oResident", "我妈喘不上气，嘴唇发紫", 1), 30)
                key = service.app_key()
                answer = await _app_message(http, service, key, "m1", "家里断粮了")
            assert not entry.acknowledged
            assert all("没能收下" in said and "120" in said for said in entry.answers)
            assert answer[0] == 503
            assert answer[1]["accepted"] is False
            assert "没能收下" in answer[1]["replies"][0]["text"]
        finally:
            signal_family(family, signal.SIGCONT)
            await service.stop()
            stop_engines(home)


async def _app_message(http: object, service: Service, key: str, name: str, text: str) -> tuple[int, dict[str, object]]:
    import json
    import time

    from adapters.app import CHANNEL, AppSecrets
    from adapters.base import Secret

    payload = json.dumps({"id": name, "sender": "s1", "text": text}, ensure_ascii=False).encode()
    request = CHANNEL.sign(payload, AppSecrets(Secret(key)), now=time.time())
    async with http.post(
        service.base + "/api/app/main/messages", headers=dict(request.headers), data=request.body
    ) as response:  # type: ignore[attr-defined]
        return response.status, await response.json()


def _family(engine: EmbeddedPostgres) -> list[int]:
    """The postmaster and all its children."""
    head = int((engine.data / "postmaster.pid").read_text().split("\n", 1)[0])
    children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
    return [head, *map(int, children)]
