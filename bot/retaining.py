"""The nightly run that erases what has been kept long enough: once a night, by one process, when an admin switched it on."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from bot.log import get_logger
from bot.store.database import Database, StoreAway
from bot.store.retention import retain, set_switch, take_night
from conversations.playbook import SHANGHAI
from data.retention import RetentionRows, load_retention

log = get_logger("retention")

ROWS: RetentionRows = load_retention()
_EVERY = 300.0


async def watch_nights(database: Database, clock: Callable[[], datetime]) -> None:
    """For ever: once a night, by one process, when an admin switched it on."""
    while True:
        try:
            with suppress(StoreAway):
                await tonight(database, clock())
        except Exception:
            log.exception("retention_failed")
        await asyncio.sleep(_EVERY)


async def switch(database: Database, nightly: bool, by: str, now: datetime) -> None:
    """On or off. Switched on in the daytime it begins the night that follows: there is time to think better of it."""
    here = now.astimezone(SHANGHAI)
    await set_switch(database, nightly, by, now, here.date() if nightly and here.time() >= ROWS.night else None)


async def tonight(database: Database, now: datetime) -> bool:
    """Run it if it is time and nobody has; whether it ran."""
    here = now.astimezone(SHANGHAI)
    if here.time() < ROWS.night or not await take_night(database, here.date()):
        return False
    done = await retain(database, ROWS, now, "worker")
    log.info("retained", **done)
    return True
