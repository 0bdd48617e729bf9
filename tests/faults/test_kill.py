"""Killed on purpose: whatever was acknowledged survives `kill -9`, exactly once, and nobody is told anything thrice."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from tests.faults.sender import Sender, campaign, judge, plea, settled
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record, Service, stop_engines


async def _killed_campaign(
    home: Path,
    *,
    residents: int,
    each: int,
    kills: int,
    services: int = 1,
    command: tuple[str, ...] = (),
    seed: int = 1,
) -> dict[str, int]:
    """Residents write while services are killed at random moments and started again; then the ledger is judged."""
    chance = random.Random(seed)
    async with WeChatPlatform(windows=roomy()).serve() as platform:
        running = [Service(home, platform=platform.base, command=command) for _ in range(services)]
        for service in running:
            await service.start()
        sender = Sender(platform, lambda: [service.base for service in running])
        writing = asyncio.create_task(campaign(sender, residents, each, plea, lasting=kills * 3.2))
        killed = 0
        try:
            while killed < kills:
                await asyncio.sleep(chance.uniform(0.3, 1.6))
                victim = running[killed % len(running)]
                victim.kill()
                killed += 1
                await victim.start()
            await writing
            await settled(home)
            async with Record(home) as record:
                counts = await judge(sender, record)
        finally:
            writing.cancel()
            for service in running:
                await service.stop()
            stop_engines(home)
    print({**counts, "kills": killed})
    assert counts["redelivered"] >= kills, "the kills met nobody writing"
    return counts


def roomy() -> dict[str, tuple[object, int]]:
    """Quotas out of the way: these tests are about loss, not about windows."""
    from datetime import timedelta

    return {"message": (timedelta(hours=48), 1000), "menu": (timedelta(minutes=1), 1000)}


async def test_nothing_acknowledged_is_lost_when_killed(home: Path) -> None:
    counts = await _killed_campaign(home, residents=24, each=5, kills=3)
    # What is lost is told above, message by message; here only that enough was taken for that to mean something. How much
    # depends on how long a start takes: beside two other files a platform may give up on every sixth.
    assert counts["acknowledged"] > 0.6 * counts["sent"]


@pytest.mark.slow(120)
@pytest.mark.timeout(400)
async def test_five_hundred_messages_and_ten_kills(home: Path) -> None:
    counts = await _killed_campaign(home, residents=100, each=5, kills=10, seed=2)
    assert counts["sent"] == 500
    assert counts["tickets"] == 100


@pytest.mark.slow(70)
@pytest.mark.timeout(400)
async def test_two_processes_killed_in_turn(home: Path) -> None:
    counts = await _killed_campaign(home, residents=60, each=5, kills=6, services=2, seed=3)
    assert counts["tickets"] == 60


@pytest.mark.slow(50)
@pytest.mark.timeout(300)
async def test_a_planted_fault_turns_it_red(home: Path) -> None:
    """Acknowledging before the commit loses messages, and this test sees it."""
    command = (sys.executable, "-m", "tests.faults.planted", "acknowledge_before_commit")
    with pytest.raises(AssertionError, match=r"not in the record exactly once|other number of tickets"):
        await _killed_campaign(home, residents=24, each=5, kills=3, command=command)
