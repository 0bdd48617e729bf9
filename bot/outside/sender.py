"""Tells each target what happened: at least once, in order for each ticket, for a day; one slow target delays no other."""

import asyncio
import hmac
import random
from collections.abc import Callable
from time import time

import aiohttp

from bot.codec import encode
from bot.log import get_logger
from bot.outside.door import OutsideDoor
from bot.store.database import Database, StoreAway
from bot.store.outside import Delivery, busy_targets, claim, missed, secret_of, told
from bot.vault import Vault

log = get_logger("outside")

EVENTS = ("ticket.opened", "ticket.changed", "ticket.closed", "order.moved", "report.sent")
_LOOK = 2.0
_AT_ONCE = 8
_LONGEST_PAUSE = 1800.0
_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=6)
_GONE = 410


def body_of(one: Delivery) -> bytes:
    """The same bytes at every try. A receiver that wants more asks the API with its own token."""
    kind = one.event.partition(".")[0]
    return encode({"id": one.id, "event": one.event, kind: one.subject, "change": one.change, "at": one.at})


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Hex HMAC-SHA256 over timestamp, a dot and the body, as on the app channel."""
    return hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()


class HookSender:
    """One a working process; a task for each target that has something waiting."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        door: OutsideDoor,
        *,
        wall: Callable[[], float] = time,
        pause: float = 1.0,
    ) -> None:
        """`pause`: seconds after the first failure, doubled with each further one."""
        self.database = database
        self.vault = vault
        self.door = door
        self.wall = wall
        self.pause = pause
        self._running: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """For ever. Being cancelled in a try is like dying in it: the lease ends and it is told again."""
        async with self.door.session() as http:
            try:
                while True:
                    try:
                        await self._begin(http)
                    except StoreAway:
                        pass
                    except Exception:  # one look that goes wrong must not leave every target untold for good
                        log.exception("hooks_failed")
                    await asyncio.sleep(_LOOK)
            finally:
                for task in self._running.values():
                    task.cancel()
                await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _begin(self, http: aiohttp.ClientSession) -> None:
        busy = await busy_targets(self.database)
        self._running = {target: task for target, task in self._running.items() if not task.done()}
        for target in busy:
            if target not in self._running:
                self._running[target] = asyncio.create_task(self._serve(http, target), name=f"hook {target}")

    async def _serve(self, http: aiohttp.ClientSession, target: int) -> None:
        """What is due for one target. A failed round ends it, and its receiver is left alone for a while."""
        failures = 0
        try:
            while claimed := await claim(self.database, target, 1 if failures else _AT_ONCE):
                went = await asyncio.gather(*(self._tell(http, target, one) for one in claimed))
                failures = 0 if any(went) else failures + 1
                if failures:
                    await asyncio.sleep(min(30.0, self.pause * 2.0**failures))
                    return
        except StoreAway:
            return
        except Exception:
            log.exception("hook_failed", target=target)

    async def _tell(self, http: aiohttp.ClientSession, target: int, one: Delivery) -> bool:
        body, timestamp = body_of(one), str(int(self.wall()))
        headers = {
            "Content-Type": "application/json", "User-Agent": "bangnong", "X-Bangnong-Event": one.event,
            "X-Bangnong-Delivery": str(one.id), "X-Bangnong-Timestamp": timestamp,
            "X-Bangnong-Signature": sign(secret_of(self.vault, one.salt), timestamp, body),
        }  # fmt: skip
        fault, gone = "", False
        try:
            async with http.post(
                one.url, data=body, headers=headers, allow_redirects=False, timeout=_TIMEOUT
            ) as answer:
                if not 200 <= answer.status < 300:
                    fault, gone = f"http {answer.status}", answer.status == _GONE
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            fault = type(error).__name__
        if not fault:
            await told(self.database, target, one)
            return True
        log.warning("hook_missed", target=target, delivery=one.id, fault=fault, attempts=one.attempts)
        pause = min(_LONGEST_PAUSE, self.pause * 2.0 ** min(one.attempts, 12)) * random.uniform(0.8, 1.2)
        await missed(self.database, target, one, fault, pause, last=one.old or gone)
        return False
