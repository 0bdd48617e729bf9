"""What `/metrics` tells beside the counters: what waits in the record and in the spool, and how far the loop lags behind."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

from aiohttp import web

from bot.keys import SERVICES
from bot.services import Services
from bot.spooled import standing_of
from bot.store.database import StoreAway
from bot.store.watching import Standing, read_standing
from conversations.codes import Urgency

_STEP = 0.5
_KEPT = 10.0
"""Seconds a count of the record is good for: two boards must not count twice."""


class Watch:
    """The largest lag since it was last asked for, in seconds, and the record's standing."""

    def __init__(self) -> None:
        self._lag = 0.0
        self._standing: tuple[float, Standing | None] = (-_KEPT, None)

    async def run(self) -> None:
        """For ever: a sleep that ends late is what everybody else waited."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(_STEP)
            self._lag = max(self._lag, time.monotonic() - began - _STEP)

    async def lines(self, services: Services) -> list[str]:
        """In Prometheus' text form. Without the record, what is in it is left out rather than told as zero."""
        lag, self._lag = self._lag, 0.0
        spooled = await asyncio.to_thread(standing_of, services.spool.folder)
        return [
            f"bangnong_loop_lag_seconds {lag:.6f}\n",
            f"bangnong_spool_waiting {services.intake.drain.left(spooled.waiting)}\n",
            f"bangnong_spool_aside {spooled.aside}\n",
            f"bangnong_spool_damaged {spooled.damaged}\n",
            f"bangnong_record_away {int(services.intake.away)}\n",
            *_told(await self._look(services)),
        ]

    async def _look(self, services: Services) -> Standing | None:
        at, standing = self._standing
        if time.monotonic() - at >= _KEPT:
            try:
                standing = await read_standing(services.database, services.clock())
            except StoreAway:
                standing = None
            self._standing = (time.monotonic(), standing)
        return standing


def _told(standing: Standing | None) -> Iterator[str]:
    if standing is None:
        return
    for level in Urgency:
        yield f'bangnong_open_tickets{{urgency="{level}"}} {standing.open.get(level, 0)}\n'
    yield f"bangnong_alarms_unseen {standing.unseen}\n"
    yield f"bangnong_alarms_overdue {standing.overdue}\n"
    yield f"bangnong_outbox_late {standing.late}\n"


WATCH = web.AppKey("watch", Watch)


async def watch(app: web.Application) -> AsyncIterator[None]:
    """For `app.cleanup_ctx`."""
    app[WATCH] = Watch()
    task = asyncio.create_task(app[WATCH].run(), name="lag")
    yield
    task.cancel()


async def lines(request: web.Request) -> list[str]:
    return await request.app[WATCH].lines(request.app[SERVICES])
