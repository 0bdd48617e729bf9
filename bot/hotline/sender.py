"""Sends what is to be sent to 12345: at least once, made harmless by the order's number as idempotency key. For ever:
an order is never given up by a machine, the desk is told after a while and may file it by hand."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import aiohttp

from adapters.base import Secret
from bot.hotline.queue import Leaving, claim, later, refused, taken
from bot.hotline.wire import Missed, post_order
from bot.live import News
from bot.log import get_logger
from bot.store.database import Database, StoreAway
from bot.vault import Vault

log = get_logger("hotline")

LEASE = timedelta(seconds=25)
"""Longer than a try may take; an order whose worker died waits this long."""
_LOOK = 1.0
_AT_ONCE = 8
_LONGEST_PAUSE = 120.0
_CONFIG_PAUSE = 30.0


class OrderSender:
    """One a working process. `stuck`: how long an order may be on its way before the desk is told."""

    def __init__(
        self, database: Database, vault: Vault, http: aiohttp.ClientSession, url: str, secret: Secret,
        clock: Callable[[], datetime], publish: Callable[[list[News]], None], stuck: timedelta,
    ) -> None:  # fmt: skip
        self.database = database
        self.vault = vault
        self.http = http
        self.url = url
        self.secret = secret
        self.clock = clock
        self.publish = publish
        self.stuck = stuck
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Claim and send until stopped; looks again at once while there is work."""
        while not self._stop.is_set():
            sent = 0
            try:
                claimed = await claim(self.database, self.vault, self.clock(), LEASE, _AT_ONCE)
                sent = len(claimed)
                await asyncio.gather(*(self._send(one) for one in claimed))
            except StoreAway:
                sent = 0
            except Exception:
                log.exception("orders_failed")
                sent = 0
            if not sent:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), _LOOK)

    def stop(self) -> None:
        """Claim nothing more; `run` returns after what is being sent."""
        self._stop.set()

    async def _send(self, one: Leaving) -> None:
        try:
            if one.payload is None:
                log.error("order_unsealable", order=one.number)
                return
            theirs = await post_order(self.http, self.url, self.secret, one.number, one.payload, self.clock())
        except Missed as missed:
            await self._missed(one, missed)
        else:
            await taken(self.database, self.vault, one.number, theirs, self.clock())
            log.info("order_taken", order=one.number, attempts=one.attempts)
        self.publish(
            [{"what": "ticket", "number": one.number.rpartition("-")[0], "change": "order_delivery", "alert": ""}]
        )

    async def _missed(self, one: Leaving, missed: Missed) -> None:
        now = self.clock()
        log.warning("order_missed", order=one.number, fault=missed.fault, attempts=one.attempts, unknown=missed.unknown)
        if missed.final and not one.unsure:
            await refused(self.database, self.vault, one, missed.detail, now)
            return
        # A refusal after a try of unknown outcome proves nothing about that one: it stays unsure and is said so.
        pause = _CONFIG_PAUSE if missed.fault == "config" else min(_LONGEST_PAUSE, 2.0 ** min(one.attempts, 10))
        due_at = now + timedelta(seconds=pause * random.uniform(0.8, 1.2))
        alarm = not one.alarmed and now - one.sent_at >= self.stuck
        unsure = missed.unknown or one.unsure
        await later(self.database, self.vault, one, missed.fault, due_at, now, unsure=unsure, alarm=alarm)
