"""Minutes follow each other: whoever writes is done before the clock moves, what reporters do within the minute after."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.simulation.play import Stage

START = datetime(2022, 3, 25, 14, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


class Told:
    """A clock that only tells; what happened, in order, with the minute the clock stood at."""

    def __init__(self, *timers: datetime) -> None:
        self.now = START
        self.timers = sorted(timers)
        self.lines: list[str] = []

    async def stands(self) -> datetime:
        return self.now

    async def set(self, now: datetime) -> datetime | None:
        assert now >= self.now
        self.now = now
        return next((one for one in self.timers if one > now), None)

    def tell(self, what: str) -> None:
        self.lines.append(f"{what} {(self.now - START) / timedelta(minutes=1):g}")

    def act(self, what: str, *, takes: float = 0.0) -> Any:
        async def done() -> None:
            await asyncio.sleep(takes)
            self.tell(what)

        return done

    async def look(self, now: datetime) -> None:
        await asyncio.sleep(0.001)
        self.tell("look")

    def work(self, now: datetime) -> None:
        """Nobody works."""


async def played(told: Told, stage: Stage, until: float) -> list[str]:
    await asyncio.wait_for(stage.play(at(until), told.look, told.work), 5)
    return told.lines


async def test_the_clock_waits_for_who_writes_and_a_minute_for_reporters() -> None:
    told = Told()
    stage = Stage(told, 0)  # type: ignore[arg-type]
    stage.begin(at(0.5), "T1", told.act("claims", takes=0.05))
    stage.schedule(at(0.6), "wang", told.act("writes", takes=0.02))
    stage.begin(at(1.5), "T1", told.act("replies"))
    lines = [line for line in await played(told, stage, 30) if not line.startswith("look")]
    assert lines == ["writes 1", "claims 2", "replies 2"]


async def test_what_the_last_minute_brought_is_looked_at_whatever_comes_next() -> None:
    told = Told(at(10.5))
    stage = Stage(told, 0)  # type: ignore[arg-type]
    stage.schedule(at(3.5), "wang", told.act("writes"))
    lines = await played(told, stage, 30)
    assert lines[:2] == ["look 1", "look 2"]  # what was there before anything was played
    # A timer's minute has a look after it too; the last one is that at the end.
    assert lines[2:] == ["look 4", "writes 4", "look 5", "look 11", "look 12", "look 30"]


async def test_words_of_one_person_keep_their_order() -> None:
    told = Told()
    stage = Stage(told, 0)  # type: ignore[arg-type]
    stage.schedule(at(0.1), "wang", told.act("one", takes=0.02))
    stage.schedule(at(0.2), "wang", told.act("two"))
    stage.schedule(at(0.3), "li", told.act("three"))
    lines = [line for line in await played(told, stage, 5) if not line.startswith("look")]
    assert lines == ["three 1", "one 1", "two 1"]
