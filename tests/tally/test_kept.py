"""What takes long is counted once for many, served while it is counted anew, and never served too old."""

import asyncio

import pytest
from aiohttp import web

from bot.desk import board_kept
from bot.desk.board_kept import KEPT, as_lately
from bot.store.database import StoreAway


class Counting:
    """Counts how often it was asked; answers when it is let, or fails."""

    def __init__(self) -> None:
        self.asked = 0
        self.may = asyncio.Event()
        self.fails = False

    async def __call__(self) -> int:
        self.asked += 1
        mine = self.asked
        await self.may.wait()
        if self.fails:
            raise StoreAway("test")
        return mine


@pytest.fixture
def app() -> web.Application:
    made = web.Application()
    made[KEPT] = {}
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(board_kept, "monotonic", lambda: now[0])
    return now


async def test_many_who_ask_at_once_wait_for_one_count(app: web.Application, clock: list[float]) -> None:
    count = Counting()
    first, second = (asyncio.create_task(as_lately(app, "all", count)) for _ in range(2))
    gone = asyncio.create_task(as_lately(app, "all", count))
    await asyncio.sleep(0)
    gone.cancel()  # somebody closed the page
    count.may.set()
    assert await asyncio.gather(first, second) == [1, 1]
    assert count.asked == 1


async def test_old_figures_are_shown_while_new_ones_are_made_but_not_for_ever(
    app: web.Application, clock: list[float]
) -> None:
    count = Counting()
    count.may.set()
    assert await as_lately(app, "all", count) == 1
    clock[0] += board_kept.FRESH - 1
    assert await as_lately(app, "all", count) == 1
    assert count.asked == 1
    clock[0] += 2
    assert await as_lately(app, "all", count) == 1
    work = app[KEPT]["all"].work
    assert work is not None
    await work
    await asyncio.sleep(0)
    assert await as_lately(app, "all", count) == 2
    clock[0] += board_kept.STALE + 1
    assert await as_lately(app, "all", count) == 3


async def test_a_count_that_breaks_is_told_once_it_is_too_old(app: web.Application, clock: list[float]) -> None:
    count = Counting()
    count.may.set()
    assert await as_lately(app, "all", count) == 1
    count.fails = True
    clock[0] += board_kept.FRESH + 1
    assert await as_lately(app, "all", count) == 1
    work = app[KEPT]["all"].work
    assert work is not None
    with pytest.raises(StoreAway):
        await work
    await asyncio.sleep(0)
    clock[0] += board_kept.STALE
    with pytest.raises(StoreAway):
        await as_lately(app, "all", count)
    await asyncio.sleep(0)
    count.fails = False
    assert await as_lately(app, "all", count) == 4
