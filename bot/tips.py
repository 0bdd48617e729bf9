"""Numbers where somebody answered lately, in memory: looked up now and then, told to the turns that may pass one on."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime

from bot.directory.freshness import Trust, reached, trust
from bot.directory.matching import scope_of
from bot.directory.units import Unit, private
from bot.log import get_logger
from bot.store.database import Database, StoreAway
from bot.store.units import find_units
from conversations.codes import Intent
from conversations.knowledge import Tip
from data.directory import DirectoryRows

log = get_logger("tips")

_EVERY = 60.0
_MOST = 2
"""Numbers told to one turn; the conversation says one at most."""


class Tips:
    """`near` gives what the last look showed. A mobile is somebody's own and never among them."""

    def __init__(self, database: Database, rows: DirectoryRows, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.rows = rows
        self.clock = clock
        self._by_district: dict[str, list[Tip]] = {}

    def near(self, district: str, intents: Collection[Intent]) -> tuple[Tip, ...]:
        """For this district first, then for the whole city; each meant for one of `intents`."""
        places = dict.fromkeys((district, "")) if district else ("",)
        every = [tip for place in places for tip in self._by_district.get(place, ())]
        return tuple([tip for tip in every if not tip.intents.isdisjoint(intents)][:_MOST])

    async def look(self) -> None:
        now = self.clock()
        found: defaultdict[str, list[Tip]] = defaultdict(list)
        for unit in await find_units(self.database, self.rows, answered=now - self.rows.rules.fresh):
            if (tip := self._tip(unit, now)) is not None:
                found[unit.district].append(tip)
        self._by_district = dict(found)

    def _tip(self, unit: Unit, now: datetime) -> Tip | None:
        """None for what is private, not answered lately, for one street only, or for everything: that is no advice."""
        number = next((one for one in unit.numbers if not private(one)), "")
        at = unit.figures.answered_at
        intents = frozenset(Intent(code) for code in scope_of(unit, self.rows) if code in set(Intent))
        rules, figures = self.rows.rules, unit.figures
        good = trust(figures, unit.verified_at, rules, now) is Trust.REACHED and reached(figures, rules, now)
        if not number or at is None or not good or unit.street or not intents:
            return None
        return Tip(unit.name, number, at, unit.district, intents)

    async def watch(self) -> None:
        while True:
            try:
                await self.look()
            except StoreAway:
                pass
            except Exception:  # a look that breaks must not be the last one
                log.exception("tips_failed")
            await asyncio.sleep(_EVERY)
