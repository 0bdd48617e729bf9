"""Live news for open desks as server-sent events: one look at the record a process, spread to everybody.

The mark of an event is the record's own counter of ticket changes, so a browser that comes back says how far it got
and misses nothing; where events do not get through, `/desk/changes` answers the same to whoever asks.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from bot.codec import encode
from bot.desk.pages import json_answer
from bot.desk.record import Change, changes_after, newest_change
from bot.desk.session import Staff, still_there
from bot.keys import SERVICES
from bot.log import get_logger
from bot.numbers import whole
from bot.services import Services
from bot.store.database import StoreAway

log = get_logger("desk")

_LOOK = 3.0
"""Seconds between looks when no news comes: news may get lost, the record does not."""
_TOGETHER = 0.05
"""Seconds in which what happens at once is gathered into one event."""
_BACK = 64
"""How far behind the newest mark to look again: a change is numbered before it is committed."""
_LATE = 60.0
"""Seconds by which it may be committed later (behind a lock, or on a stalled disk): so far back is looked now and then, at
no more than `_MANY` changes."""
_MANY = 5000
_BEAT = 10.0
_SURE = 1.0
"""Seconds for which a session that was there is taken to be there still."""
_QUEUE = 100
_MOST = 400

Event = dict[str, Any]


class Feed:
    """One a process. `listen` gives a queue of events; None in it means the service is stopping."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.mark = 0
        self._told: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._marks: deque[tuple[float, int]] = deque()  # when the mark was where
        self._listeners: set[asyncio.Queue[Event | None]] = set()

    async def run(self) -> None:
        """Look whenever something happened anywhere, and every few seconds regardless; for ever."""
        async with self.services.live.listen() as news:
            while True:
                said: set[str] = set()
                here: set[str] = set()
                with suppress(TimeoutError):
                    one = await asyncio.wait_for(news.get(), _LOOK)
                    await asyncio.sleep(_TOGETHER)
                    while True:
                        if one["what"] == "said":
                            said.add(one["conversation"])
                        elif one["what"] == "here":
                            here.add(one["number"])
                        if news.empty():
                            break
                        one = news.get_nowait()
                try:
                    if self._listeners:  # whoever comes is told what they missed, and looked for from there
                        await self._look(said, here)
                except StoreAway:
                    await asyncio.sleep(1)
                except Exception:
                    log.exception("feed_failed")
                    await asyncio.sleep(1)

    async def _look(self, said: set[str], here: set[str]) -> None:
        found = await changes_after(self.services.database, max(0, self.mark - _BACK))
        if (far := self._far_back()) is not None:
            found = await changes_after(self.services.database, far, _MANY) + found
        changes = sorted(filter(self._is_new, found), key=lambda one: one.changed)
        if changes or said or here:
            self.mark = max([self.mark, *(one.changed for one in changes)])
            event = event_of(changes, self.mark, said, here)
            for queue in self._listeners:
                if queue.full():
                    while not queue.empty():
                        queue.get_nowait()
                    queue.put_nowait({"mark": self.mark, "reload": True, "tickets": [], "said": [], "here": []})
                queue.put_nowait(event)

    def _far_back(self) -> int | None:
        """The mark of `_LATE` ago, every `_LOOK` seconds; None in between."""
        now = time.monotonic()
        if self._marks and now - self._marks[-1][0] < _LOOK:
            return None
        self._marks.append((now, self.mark))
        while len(self._marks) > 1 and now - self._marks[1][0] > _LATE:
            self._marks.popleft()
        return max(0, self._marks[0][1] - _BACK)

    def _is_new(self, change: Change) -> bool:
        key = (change.number, change.changed)
        if key in self._told:
            return False
        self._told[key] = None
        if len(self._told) > _MANY + 800:
            self._told.popitem(last=False)
        return True

    @asynccontextmanager
    async def listen(self) -> AsyncIterator["asyncio.Queue[Event | None]"]:
        """Everything that changes from now on. Raises StoreAway."""
        now = await newest_change(self.services.database)
        if not self._listeners:
            self.mark = now
        queue: asyncio.Queue[Event | None] = asyncio.Queue(_QUEUE)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        for queue in self._listeners:
            while queue.full():
                queue.get_nowait()
            queue.put_nowait(None)


FEED: web.AppKey[Feed] = web.AppKey("feed", Feed)


def event_of(changes: list[Change], mark: int, said: set[str] | None = None, here: set[str] | None = None) -> Event:
    """Ids and codes only. A ticket's change is news of its conversation too; `here`: where people came or went."""
    talks = sorted({str(one.conversation) for one in changes} | (said or set()))
    return {"mark": mark, "tickets": [one.news() for one in changes], "said": talks, "here": sorted(here or ())}


async def run_feed(app: web.Application) -> AsyncIterator[None]:
    """For `app.cleanup_ctx`."""
    app[FEED] = Feed(app[SERVICES])
    task = asyncio.create_task(app[FEED].run(), name="desk-feed")
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def close_feed(app: web.Application) -> None:
    """For `app.on_shutdown`: open streams end, so that stopping does not wait for them."""
    app[FEED].close()


async def _since(services: Services, after: int | None) -> Event:
    """What changed after that mark, and a little before it: what was numbered earlier may have been committed later. Too much
    for a list asks for a reload."""
    if after is None:
        return event_of([], await newest_change(services.database))
    changes = await changes_after(services.database, max(0, after - _BACK), _MOST)
    if len(changes) == _MOST:
        return {**event_of([], await newest_change(services.database)), "reload": True}
    return event_of(changes, max([after, *(one.changed for one in changes)]))


async def get_changes(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/changes?after=: the same event for whoever has no stream. Without `after`: the mark alone."""
    return json_answer(await _since(request.app[SERVICES], whole(request.query.get("after", ""))))


async def get_events(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/events: server-sent events; resumes after Last-Event-ID (or ?after=). Ends with its session."""
    services, feed = request.app[SERVICES], request.app[FEED]
    after = whole(request.headers.get("Last-Event-ID", "") or request.query.get("after", ""))
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    async with feed.listen() as queue:
        missed = await _since(services, after)
        # Whoever went away, and a record that does not answer, end the stream: the browser comes back by itself.
        with suppress(ConnectionError, StoreAway):
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            await _tell(response, missed)
            checked = time.monotonic()
            while (event := await _next(queue)) is not None:
                if time.monotonic() - checked >= _SURE:
                    if not await still_there(services.database, staff):
                        break
                    checked = time.monotonic()
                if event:
                    await _tell(response, event)
                else:
                    await response.write(b"event: beat\ndata: 1\n\n")
    return response


async def _next(queue: "asyncio.Queue[Event | None]") -> Event | None:
    """The next event, an empty one when it is time for a beat, None at the end."""
    try:
        return await asyncio.wait_for(queue.get(), _BEAT)
    except TimeoutError:
        return {}


async def _tell(response: web.StreamResponse, event: Event) -> None:
    await response.write(b"id: %d\nevent: news\ndata: %s\n\n" % (event["mark"], encode(event)))
