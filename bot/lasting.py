"""Work that goes on as long as the process does: whatever breaks it is said, and it is begun again.

A loop that ended in silence would be noticed by whoever waits for what it did: a text, a fired timer, an alarm.
"""

import asyncio
from collections.abc import Awaitable, Callable

from bot.log import get_logger
from bot.stopping import lines

log = get_logger("lasting")

_PAUSE, _LONGEST_PAUSE = 1.0, 30.0

Work = Callable[[], Awaitable[None]]


def begin(name: str, work: Work, *, pause: float = _PAUSE) -> "asyncio.Task[None]":
    """A task that ends when `work` returns in order, or when it is cancelled."""
    return asyncio.create_task(_again_and_again(name, work, pause), name=name)


async def _again_and_again(name: str, work: Work, pause: float) -> None:
    """`pause`: seconds before it is begun again, doubled each time it breaks."""
    this = asyncio.current_task()
    assert this is not None
    waits = pause
    while True:
        fault: BaseException
        try:
            await work()
            return
        except asyncio.CancelledError as error:
            if this.cancelling():
                raise
            fault = error  # not meant for us: something it waited for was cancelled
        except Exception as error:
            fault = error
        log.error("task_died", task=name, error=type(fault).__name__, where=lines(fault))
        if this.cancelling():
            return
        await asyncio.sleep(waits)
        waits = min(_LONGEST_PAUSE, 2 * waits)
