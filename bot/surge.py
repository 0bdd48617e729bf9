"""Whether more is open than the people at the desk can see to, and how many tickets wait: looked up now and then."""

import asyncio
from collections.abc import Callable

from bot.log import get_logger
from bot.store.database import Database, StoreAway
from conversations.playbook import Playbook

log = get_logger("surge")

_EVERY = 20.0
_COUNT = """
select (select count(*) from tickets where outcome is null) as open,
    (select count(*) from tickets
     where outcome is null and reporter = '' and status in ('intake', 'triaged', 'reopened')) as waiting,
    (select count(distinct s.login) from sessions s join users u on u.login = s.login
     where s.seen_at > now() - interval '15 minutes' and u.role <> 'auditor') as people
"""


class Surge:
    """`on()` is what the last look showed. With nobody at the desk it is night or a beginning, and the hours speak."""

    def __init__(self, database: Database, playbook: Callable[[], Playbook]) -> None:
        self.database = database
        self.playbook = playbook
        self._on = False
        self._waiting = 0

    def on(self) -> bool:
        return self._on

    def waiting(self) -> int:
        """Open tickets nobody had taken at the last look."""
        return self._waiting

    async def look(self) -> None:
        row = (await self.database.fetch(_COUNT))[0]
        now = row["people"] > 0 and self.playbook().manners.surging(row["open"], row["people"])
        if now is not self._on:
            log.info("surge", on=now, open=row["open"], people=row["people"])
        self._on, self._waiting = now, row["waiting"]

    async def watch(self) -> None:
        while True:
            try:
                await self.look()
            except StoreAway:
                pass
            except Exception:  # a look that breaks must not be the last one
                log.exception("surge_failed")
            await asyncio.sleep(_EVERY)
