"""Channels whose deliveries only say that something is there: fetched after every knock, and looked at now and then.

The knock is acknowledged at once; what it announced stays with the platform until it was heard, because the cursor moves
only afterwards. A crash in between brings the page again, and a message heard before changes nothing.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import chain, groupby, repeat

from adapters.base import Opened, Pulling, SendFailed
from bot.asides import take_aside
from bot.log import get_logger
from bot.metrics import counter
from bot.pushed import heard_pushed
from bot.services import Services
from bot.settings import Account
from conversations.messages import Inbound

log = get_logger("pulling")

EVERY = 600.0
"""Seconds between looks nobody asked for: a knock may get lost, and without its token a platform allows few."""
_AGAIN = (2.0, 5.0, 15.0)
"""Pauses after a failure, the last again and again while a knock's token is good."""
_TOKEN = 600.0
"""Seconds for which it is."""
_WITHOUT = 60.0
"""The pause that is repeated without one."""


class Pulls:
    """One fetch an account at a time; a knock that comes meanwhile is followed by one more."""

    def __init__(self, services: Services, pauses: tuple[float, ...] = _AGAIN) -> None:
        self.services = services
        self.pauses = pauses
        self._waiting: dict[tuple[str, str], Inbound | None] = {}
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}

    def knock(self, account: Account, message: Inbound | None) -> None:
        """Fetch soon; returns at once."""
        self._waiting[account.key] = message or self._waiting.get(account.key)
        if account.key not in self._running:
            self._running[account.key] = asyncio.get_running_loop().create_task(self._work(account))

    async def watch(self, accounts: Callable[[], list[Account]]) -> None:
        """For ever: look at the start, since knocks came while nobody was there, and every EVERY seconds."""
        while True:
            for account in accounts():
                self.knock(account, None)
            await asyncio.sleep(EVERY)

    async def stop(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, account: Account) -> None:
        try:
            while account.key in self._waiting:
                await self._until_fetched(account)
        finally:  # nothing is awaited since we looked: whoever knocks from here on finds nobody at work
            self._running.pop(account.key, None)

    async def _until_fetched(self, account: Account) -> None:
        """Try until one fetch succeeds: what was knocked for is there, and nobody may knock again for hours."""
        knock, since = self._waiting.pop(account.key), time.monotonic()
        for pause in chain(self.pauses, repeat(None)):
            try:
                await self._fetch(account, knock)
                return
            except SendFailed as error:
                log.warning("pull_failed", channel=account.channel.name, code=error.failure.code)
            except OSError:
                log.warning("pull_waits", channel=account.channel.name)  # the record is away: the page comes again
            except Exception:
                log.exception("pull_broken", channel=account.channel.name)
            await asyncio.sleep(pause or (self.pauses[-1] if knock else _WITHOUT))
            if (fresh := self._waiting.pop(account.key, None)) is not None:
                knock, since = fresh, time.monotonic()
            elif time.monotonic() - since > _TOKEN:
                knock = None

    async def _fetch(self, account: Account, knock: Inbound | None) -> None:
        channel = account.channel
        assert isinstance(channel, Pulling)

        async def hear(messages: tuple[Inbound, ...]) -> None:
            # Sorting is stable: what one person wrote stays in order, different people need not wait for each other.
            ordered = sorted(messages, key=lambda one: one.contact.openid)
            talks = [list(group) for _, group in groupby(ordered, key=lambda one: one.contact.openid)]
            done = await asyncio.gather(*(self._hear(account, talk) for talk in talks), return_exceptions=True)
            for outcome in done:
                if isinstance(outcome, BaseException):
                    raise outcome

        world = self.services.world
        count = await channel.pull(world, account.secrets, account.name, knock, hear)
        if count:
            log.info("pulled", channel=channel.name, account=account.name, count=count)

    async def _hear(self, account: Account, messages: list[Inbound]) -> None:
        for message in messages:
            counter(account.channel.name, message.kind).inc()
            opened = Opened(b"")
            if await take_aside(self.services, account, message, opened, again=True):
                continue
            heard = await self.services.intake.hear(message, account)
            taken = await heard_pushed(self.services, account, (message,), (heard,), opened)
            if taken.status != 200:
                raise OSError("nothing was kept")  # the cursor must not move past it


def pulling(services: Services) -> list[Account]:
    """Accounts that must be fetched from."""
    return [one for one in services.accounts.values() if isinstance(one.channel, Pulling)]
