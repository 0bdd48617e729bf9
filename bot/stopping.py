"""Stopping within a bound. What was acknowledged is on disk already, so a stop that hangs is worth less than a quick end.

Whatever still works after `SLOW` seconds is named in the log by where it stands; after `LAST` the process ends by itself,
before a supervisor (systemd waits 90 s) would kill it without a word.
"""

import asyncio
import faulthandler
import traceback
from collections.abc import Collection
from typing import Any

from bot.log import get_logger

log = get_logger("stopping")

SLOW = 10.0
LAST = 45.0
_AGAIN = 1.0


def begin(*, slow: float = SLOW, last: float = LAST) -> None:
    """From here on the process has `last` seconds. Called in the loop when the signal has come."""
    faulthandler.dump_traceback_later(last, exit=True)
    asyncio.get_running_loop().call_later(slow, _name_the_slow)


def over() -> None:
    """Everything is closed: no alarm is needed any more."""
    faulthandler.cancel_dump_traceback_later()


async def end(tasks: Collection["asyncio.Task[Any]"], *, again: float = _AGAIN, patience: float = SLOW) -> None:
    """Cancel them until they have ended: a wait that ends in the very moment of a cancellation forgets it (bpo-37658)."""
    waiting, left = set(tasks), patience
    while waiting and left > 0:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=again)
        left -= again
    for task in waiting:
        log.error("would_not_end", task=task.get_name(), where=_where(task))


def _name_the_slow() -> None:
    for task in asyncio.all_tasks():
        log.warning("stopping_slowly", task=task.get_name(), where=_where(task))


def lines(error: BaseException) -> list[str]:
    """Where it happened, innermost last: never what it says, which may hold what a resident wrote."""
    return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]


def _where(task: "asyncio.Task[Any]") -> list[str]:
    """Files and lines only, innermost last: a frame's values may hold what a resident wrote."""
    return [f"{frame.f_code.co_filename}:{frame.f_lineno}" for frame in task.get_stack(limit=6)]
