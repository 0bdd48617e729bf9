"""A knock is worked off however the platform or the record stands: what residents wrote there does not wait for the next look."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot import pulling
from bot.pulling import Pulls

PAUSES = (0.01, 0.02, 0.03)


@dataclass
class Channel:
    """A platform that is away for the first `fails` fetches."""

    name: str = "wecom"
    fails: int = 0
    knocks: list[Any] = field(default_factory=list)

    async def pull(self, world: Any, secrets: Any, account: str, knock: Any, hear: Any) -> int:
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise OSError("away")
        self.knocks.append(knock)
        return 0


@dataclass
class Fetched:
    """The only account, and what works on it."""

    channel: Channel
    pulls: Pulls
    key: tuple[str, str] = ("wecom", "main")
    name: str = "main"
    secrets: None = None

    def knock(self, what: Any = None) -> None:
        self.pulls.knock(self, what)  # type: ignore[arg-type]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.005)


class _Services:
    world = None


@pytest.fixture
async def fetched(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fetched]:
    monkeypatch.setattr(pulling, "Pulling", Channel)
    made = Fetched(Channel(), Pulls(_Services(), PAUSES))  # type: ignore[arg-type]
    yield made
    await made.pulls.stop()
    assert not made.pulls._running


async def test_an_outage_longer_than_the_pauses_ends_in_a_fetch(fetched: Fetched) -> None:
    fetched.channel.fails = 9
    fetched.knock("one")
    await fetched.until(lambda: bool(fetched.channel.knocks))
    assert fetched.channel.knocks == ["one"]


async def test_a_knock_during_an_outage_is_fetched_with(fetched: Fetched) -> None:
    fetched.channel.fails = 9
    fetched.knock("one")
    await fetched.until(lambda: fetched.channel.fails < 7)
    fetched.knock("two")
    await fetched.until(lambda: bool(fetched.channel.knocks))
    await fetched.until(lambda: not fetched.pulls._running)
    assert fetched.channel.knocks == ["two"], "its token is the younger one"


async def test_a_knock_in_the_moment_a_fetch_ends_is_followed_by_another(fetched: Fetched) -> None:
    for _ in range(20):
        fetched.channel.knocks.clear()
        fetched.knock("one")
        task = fetched.pulls._running[fetched.key]
        while not task.done():  # noqa: ASYNC110
            await asyncio.sleep(0)
        fetched.knock("two")
        await fetched.until(lambda: fetched.channel.knocks == ["one", "two"])


async def test_a_fault_of_ours_is_tried_again_too(fetched: Fetched, monkeypatch: pytest.MonkeyPatch) -> None:
    pull, left = fetched.channel.pull, [1, 2, 3, 4, 5]

    async def faulty(*given: Any) -> int:
        if left:
            left.pop()
            raise ZeroDivisionError("ours")
        return await pull(*given)

    monkeypatch.setattr(fetched.channel, "pull", faulty)
    fetched.knock("one")
    await fetched.until(lambda: bool(fetched.channel.knocks))
