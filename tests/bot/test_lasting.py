"""Work that goes on for ever outlives what breaks it, and says so; no look that goes wrong is the last one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

import bot.outside.sender
import bot.supervision.watching
import bot.surge
import bot.tips
from bot.lasting import begin
from bot.outside.sender import HookSender
from bot.store.outbox import OutboxStore
from bot.surge import Surge
from bot.tips import Tips
from data.directory import load_directory
from tests.inside import Open


def _died(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.fields for record in caplog.records if record.message == "task_died"]  # type: ignore[attr-defined]


async def test_what_breaks_is_said_and_begun_again(caplog: pytest.LogCaptureFixture) -> None:
    begun: list[int] = []

    async def breaks() -> None:
        begun.append(1)
        if len(begun) == 1:
            raise ZeroDivisionError("with a resident's words")
        if len(begun) == 2:
            waited_for = asyncio.get_running_loop().create_future()
            waited_for.cancel()
            await waited_for

    await asyncio.wait_for(begin("breaks", breaks, pause=0.001), 5)
    assert len(begun) == 3
    assert [(one["task"], one["error"]) for one in _died(caplog)] == [
        ("breaks", "ZeroDivisionError"),
        ("breaks", "CancelledError"),
    ]
    assert "test_lasting.py" in str(_died(caplog)[0]["where"])
    assert "resident" not in str(_died(caplog))


async def test_a_cancelled_one_ends(caplog: pytest.LogCaptureFixture) -> None:
    async def waits() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ZeroDivisionError

    for work in (lambda: asyncio.sleep(60), waits):
        task = begin("waits", work, pause=60)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.done()
    assert [one["error"] for one in _died(caplog)] == ["ZeroDivisionError"]  # not in silence even then


@asynccontextmanager
async def _watched(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    async def run() -> None:
        await work()

    task = asyncio.create_task(run())
    yield
    task.cancel()
    await asyncio.wait([task])


class _BreaksOnce:
    """Stands for a record whose first answer is an error nobody thought of."""

    def __init__(self) -> None:
        self.looks = 0
        self.again = asyncio.Event()

    async def fetch(self, *_: Any, **__: Any) -> list[Any]:
        self.looks += 1
        if self.looks == 1:
            raise ZeroDivisionError
        self.again.set()
        await asyncio.sleep(60)
        return []


@asynccontextmanager
async def _session() -> AsyncIterator[None]:
    yield None


class _NoDoor:
    session = staticmethod(_session)


def _clock() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("which", ["surge", "tips", "ladder", "webhooks"])
async def test_the_next_look_comes(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.surge, "_EVERY", 0.001)
    monkeypatch.setattr(bot.tips, "_EVERY", 0.001)
    monkeypatch.setattr(bot.supervision.watching, "EVERY", 0.001)
    monkeypatch.setattr(bot.outside.sender, "_LOOK", 0.001)
    record = cast(Any, _BreaksOnce())
    work: dict[str, Callable[[], Awaitable[None]]] = {
        "surge": Surge(record, cast(Any, None)).watch,
        "tips": Tips(record, load_directory(), _clock).watch,
        "ladder": lambda: bot.supervision.watching.watch(record, _clock, lambda news: None),
        "webhooks": HookSender(record, cast(Any, None), cast(Any, _NoDoor())).run,
    }
    async with _watched(work[which]):
        await asyncio.wait_for(record.again.wait(), 5)


async def test_the_outbox_claims_again(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, broken = OutboxStore.claim, []

    async def breaks(store: OutboxStore, *args: Any) -> Any:
        if not broken:
            broken.append(1)
            raise ZeroDivisionError
        return await claim(store, *args)

    async with inside() as here:
        monkeypatch.setattr(OutboxStore, "claim", breaks)
        await here.hear("u", "家里断药了，高血压药吃完了三天")
        await here.until(lambda: here.database.value("select 1 from outbox where kind = 'timer'"))
        here.clock.by = timedelta(hours=1)
        here.services.outbox.tell()
        await here.until(lambda: here.database.value("select 1 from tickets"))  # fell silent
        assert broken
