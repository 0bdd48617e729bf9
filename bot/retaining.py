"""The nightly run that erases what has been kept long enough: once a night, by one process, when an admin switched it on."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime

from bot.log import get_logger
from bot.store.database import Database, StoreAway
from bot.store.retention import retain, set_switch, switch_of, take_night
from conversations.playbook import SHANGHAI
from data.retention import RetentionRows, load_retention

log = get_logger("retention")

ROWS: RetentionRows = load_retention()
_EVERY = 300.0
_TRIES = 3
"""Of one night: what a record that does not answer in time would not do the third time, nobody need try all day."""


class Nights:
    """One process's nights. One that it took and could not finish is begun again, some times, and it is said."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._begun: tuple[date, int] | None = None

    @property
    def cut_off(self) -> bool:
        """Whether one was begun and not finished."""
        return self._begun is not None

    async def tonight(self, now: datetime) -> bool:
        """Run it if it is time and nobody has; whether it ran. Raises whatever kept it from its end."""
        here = now.astimezone(SHANGHAI)
        if here.time() < ROWS.night:
            return False
        night = here.date()
        if self._begun is None or self._begun[0] != night:
            self._begun = None
            if not await take_night(self.database, night):
                return False
            self._begun = night, 0
        elif self._begun[1] >= _TRIES or not (await switch_of(self.database)).nightly:
            return False
        self._begun = night, self._begun[1] + 1
        done = await retain(self.database, ROWS, now, "worker")
        self._begun = None
        log.info("retained", **done)
        return True


async def watch_nights(database: Database, clock: Callable[[], datetime]) -> None:
    """For ever: once a night, by one process, when an admin switched it on."""
    nights = Nights(database)
    while True:
        try:
            await nights.tonight(clock())
        except StoreAway as away:
            if nights.cut_off:
                log.error("retention_cut_off", reason=str(away))
        except Exception:
            log.exception("retention_failed")
        await asyncio.sleep(_EVERY)


async def switch(database: Database, nightly: bool, by: str, now: datetime) -> None:
    """On or off. Switched on in the daytime it begins the night that follows: there is time to think better of it."""
    here = now.astimezone(SHANGHAI)
    await set_switch(database, nightly, by, now, here.date() if nightly and here.time() >= ROWS.night else None)
