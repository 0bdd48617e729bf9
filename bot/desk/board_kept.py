"""What takes long to count is shown as it was a little while ago and counted anew behind the page; every page says as of when."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from aiohttp import web

from bot.log import get_logger

log = get_logger("board")

Count = Callable[[], Coroutine[Any, Any, Any]]


@dataclass(slots=True)
class Kept:
    """The last count, when it was made (monotonic seconds), and the next one while it is being made."""

    values: Any = None
    at: float = float("-inf")
    work: "asyncio.Task[Any] | None" = None


KEPT: web.AppKey[dict[str, Kept]] = web.AppKey("board_kept", dict)

FRESH, STALE = 20.0, 120.0
"""Seconds: served as it is; then served and counted anew; then waited for."""


async def as_lately(app: web.Application, name: str, count: Count) -> Any:
    """What `count` gave at most STALE seconds ago. Many who ask at once wait for one count. Raises what `count` raises."""
    kept = app[KEPT].setdefault(name, Kept())
    age = monotonic() - kept.at
    if age > FRESH and kept.work is None:
        kept.work = asyncio.create_task(count(), name=f"board {name}")
        kept.work.add_done_callback(partial(_settle, kept))
    if age <= STALE or kept.work is None:
        return kept.values
    return await asyncio.shield(kept.work)  # whoever goes away does not take the count from the others


def _settle(kept: Kept, work: "asyncio.Task[Any]") -> None:
    """A count that broke leaves what was there: whoever waits for it is told, and the next one begins anew."""
    kept.work = None
    if work.cancelled():
        return
    if fault := work.exception():
        log.warning("board_not_counted", kind=type(fault).__name__)
        return
    kept.values, kept.at = work.result(), monotonic()
