"""Wakes reporters' telephones for a red alarm nobody has seen: numbers and urgency only, tried for ten minutes."""

import asyncio
import random

import aiohttp

from bot.codec import encode
from bot.desk.session import WRITERS
from bot.log import get_logger
from bot.outside.door import OutsideDoor
from bot.outside.push import Signer, sealed
from bot.settings import KeyFile, Settings, read_environment
from bot.store.database import Database, StoreAway
from bot.store.push import FRESH, Wake, anybody, claim_wakes, device_gone, not_woken, note_alarms, woke
from conversations.alerts import RED

log = get_logger("push")

CONTACT = "BANGNONG_PUSH_CONTACT"
_LOOK = 1.5
_IDLE = 4.0
"""Seconds between looks while no device is there: one that has just come waits as long for its greeting."""
_TIMEOUT = aiohttp.ClientTimeout(total=12, connect=6)
_GONE = (404, 410)
_NEVER = (400, 401, 403, 413)
_LONGEST_PAUSE = 60.0


def open_signer(settings: Settings) -> Signer:
    """With the key beside the others in `keys/`, made when first wanted."""
    return Signer(KeyFile(settings.home / "keys").get("push"), read_environment().get(CONTACT, "").strip())


def body_of(wake: Wake) -> bytes:
    """All that is ever sent: a number that opens nothing without a login, and how urgent it is."""
    return encode({"number": wake.number, "urgency": wake.urgency})


class PushSender:
    """One a process; two processes share the work by leases."""

    def __init__(self, database: Database, door: OutsideDoor, signer: Signer, *, pause: float = 1.0) -> None:
        """`pause`: seconds after the first failure, doubled with each further one."""
        self.database, self.door, self.signer, self.pause = database, door, signer, pause

    async def run(self) -> None:
        """For ever. Being cancelled in a try is like dying in it: the lease ends and it is told again."""
        async with self.door.session() as http:
            while True:
                there = False
                try:
                    if there := await anybody(self.database):
                        await self._round(http)
                except StoreAway:
                    pass
                except Exception:  # one round that goes wrong must not silence the telephones for good
                    log.exception("push_failed")
                await asyncio.sleep(_LOOK if there else _IDLE)

    async def _round(self, http: aiohttp.ClientSession) -> None:
        await note_alarms(self.database, RED, WRITERS)
        while wakes := await claim_wakes(self.database):
            await asyncio.gather(*(self._wake(http, one) for one in wakes))

    async def _wake(self, http: aiohttp.ClientSession, wake: Wake) -> None:
        fault, status = "", 0
        try:
            headers = {
                "Authorization": self.signer.header(wake.to.endpoint), "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream", "TTL": str(int(FRESH.total_seconds())), "Urgency": "high",
                "Topic": wake.number or "test",
            }  # fmt: skip
            body = sealed(body_of(wake), wake.to)
            async with http.post(
                wake.to.endpoint, data=body, headers=headers, allow_redirects=False, timeout=_TIMEOUT
            ) as answer:
                status = answer.status
                fault = "" if 200 <= status < 300 else f"http {status}"
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            fault = type(error).__name__
        if not fault:
            await woke(self.database, wake)
        elif status in _GONE:
            log.info("push_gone", device=wake.device)
            await device_gone(self.database, wake)
        else:
            log.warning("push_missed", device=wake.device, fault=fault, attempts=wake.attempts)
            pause = min(_LONGEST_PAUSE, self.pause * 2.0 ** min(wake.attempts, 8)) * random.uniform(0.8, 1.2)
            await not_woken(self.database, wake, fault, pause, last=status in _NEVER)
