"""Time in a rehearsal: minute by minute, whatever falls into it is done, then the clock moves on.

The service's own timers keep their moments: the clock never jumps over one.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

import aiohttp

_MINUTE = timedelta(minutes=1)

Look = Callable[[datetime], Coroutine[Any, Any, object]]


class ClockAway(Exception):
    """The service's clock cannot be moved; the message says why."""


class RemoteClock:
    """The rehearsal's clock, seen from outside."""

    def __init__(self, http: aiohttp.ClientSession, base: str, key: str) -> None:
        self.http = http
        self.url = f"{base}/rehearsal/clock"
        self._headers = {"Authorization": f"Bearer {key}"}
        self.late = 0

    async def stands(self) -> datetime:
        """Raises ClockAway where there is no such clock."""
        try:
            async with self.http.get(self.url) as answer:
                if answer.status != 200:
                    raise ClockAway("the service there runs on the real clock")
                return datetime.fromisoformat((await answer.json())["now"])
        except aiohttp.ClientError as error:
            raise ClockAway(f"no service answers ({type(error).__name__})") from error

    async def set(self, now: datetime) -> datetime | None:
        """Move it; when the service has something to do next. Raises ClockAway."""
        async with self.http.post(self.url, json={"to": now.isoformat()}, headers=self._headers) as answer:
            body = await answer.json()
            if answer.status != 200:
                raise ClockAway(str(body.get("error", answer.status)))
        self.late += body["late"]
        return datetime.fromisoformat(body["next"]) if body["next"] else None


class Stage:
    """What is to happen, in order. Acts of one `whose` follow each other, the others of a minute go side by side."""

    _Entry = tuple[datetime, int, str, Callable[[], Coroutine[Any, Any, object]], bool]

    def __init__(self, clock: RemoteClock, pace: float) -> None:
        """`pace`: rehearsal seconds to a real one; 0 as fast as it goes."""
        self.clock = clock
        self.pace = pace
        self._heap: list[Stage._Entry] = []
        self._count = 0
        self._open: dict[str, asyncio.Task[None]] = {}

    def schedule(self, at: datetime, whose: str, act: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self._count += 1
        heappush(self._heap, (at, self._count, whose, act, False))

    def begin(self, at: datetime, whose: str, act: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """As `schedule`, but the clock need not wait for its end: it comes within the next minute. What a reporter does."""
        self._count += 1
        heappush(self._heap, (at, self._count, whose, act, True))

    async def play(self, until: datetime, look: Look, work: Callable[[datetime], None]) -> None:
        """Everything before `until`. While the clock moves into a minute somebody looks at what the one before brought, and
        `work(now)` may schedule what follows from it, for the same minute too; nothing brought is left unseen at the end.
        """
        coming: datetime | None = await self.clock.stands()
        began, start = asyncio.get_running_loop().time(), self._heap[0][0] if self._heap else until
        busy = False
        now = start
        while True:
            moments = [one for one in (self._heap[0][0] if self._heap else None, coming) if one is not None]
            if busy:
                moments.append(now)  # what it brought is seen a minute later, whatever else is to come
            now = min([*moments, until])
            if now >= until:
                break
            now = min(until, now.replace(second=0, microsecond=0) + _MINUTE)
            if self.pace:
                ahead = (now - start).total_seconds() / self.pace - (asyncio.get_running_loop().time() - began)
                await asyncio.sleep(max(0.0, ahead))
            due, before = coming is not None and coming <= now, list(self._open.values())
            coming, _ = await asyncio.gather(self.clock.set(now), look(now))
            work(now)
            busy = await self._minute(now) > 0 or due
            await asyncio.gather(*before)
        await asyncio.gather(*self._open.values())
        await self.clock.set(until)
        await look(until)
        work(until)

    async def _minute(self, now: datetime) -> int:
        """How much was done or begun."""
        acts: dict[tuple[bool, str], list[Callable[[], Coroutine[Any, Any, object]]]] = defaultdict(list)
        while self._heap and self._heap[0][0] <= now:
            _, _, whose, act, begun = heappop(self._heap)
            acts[begun, whose].append(act)
        before, self._open = self._open, {}
        for (begun, whose), these in acts.items():
            if begun:
                self._open[whose] = asyncio.create_task(_in_turn(these, before.get(whose)))
        await asyncio.gather(*(_in_turn(these) for (begun, _), these in acts.items() if not begun))
        return len(acts)


async def _in_turn(
    acts: list[Callable[[], Coroutine[Any, Any, object]]], after: "asyncio.Task[None] | None" = None
) -> None:
    if after is not None:
        await after
    for act in acts:
        await act()
