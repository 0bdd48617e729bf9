"""Live news to open desks and chats: a Redis stream between processes, queues within one.

News is a hint of ids and codes; what it is about is read from the record. Losing Redis loses nothing: news of this
process still arrives, and listeners look at the record themselves every few seconds.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from redis.exceptions import RedisError

from bot.log import get_logger

log = get_logger("live")

_STREAM = "bangnong:live"
_KEPT = 10_000
_QUEUE = 500
_TOGETHER = 0.04
"""Seconds in which news is gathered, for the other processes and from them."""

News = dict[str, Any]


class Live:
    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.origin = uuid4().hex[:12]
        self._listeners: set[asyncio.Queue[News]] = set()
        self._untold: list[News] = []
        self._telling: asyncio.Task[None] | None = None
        self.connected = False

    def publish(self, news: list[News]) -> None:
        """Tell this process at once, the others through Redis when it answers. Never waits, never raises."""
        for one in news:
            self._spread(one)
        self._untold += news
        if self._untold and (self._telling is None or self._telling.done()):
            self._telling = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        """Whatever happens within a moment as one entry: a batch of turns has its news every few milliseconds."""
        while self._untold:
            await asyncio.sleep(_TOGETHER)
            news, self._untold = self._untold, []
            try:
                fields = {"origin": self.origin, "news": json.dumps(news)}
                await self.redis.xadd(_STREAM, fields, maxlen=_KEPT, approximate=True)
            except (RedisError, OSError, TimeoutError):
                self.connected = False

    async def close(self) -> None:
        """Tell the others what this process still has to tell; without Redis nobody waits for it long."""
        if self._telling is not None:
            await asyncio.wait([self._telling], timeout=1)

    async def run(self) -> None:
        """Bring other processes' news to our listeners, for ever."""
        last = "$"
        while True:
            try:
                found = await self.redis.xread({_STREAM: last}, block=2000, count=200)
                self.connected = True
                if found:
                    await asyncio.sleep(_TOGETHER)
                for _, entries in found or []:
                    for entry_id, fields in entries:
                        last = entry_id
                        if _text(fields, "origin") != self.origin:
                            for one in json.loads(_text(fields, "news")):
                                self._spread(one)
            except (RedisError, OSError, TimeoutError, ValueError):
                self.connected = False
                last = "$"
                await asyncio.sleep(0.5)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator["asyncio.Queue[News]"]:
        """A queue of news from now on. A listener too slow to keep up is told `{"what": "reload"}`."""
        queue: asyncio.Queue[News] = asyncio.Queue(_QUEUE)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def _spread(self, one: News) -> None:
        for queue in self._listeners:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait({"what": "reload"})
            queue.put_nowait(one)


def _text(fields: Any, name: str) -> str:
    value = fields.get(name, fields.get(name.encode(), ""))
    return value.decode() if isinstance(value, bytes) else str(value)
