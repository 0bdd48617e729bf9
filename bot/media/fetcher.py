"""Fetches what residents sent, before the platforms forget it: claimed with a lease, tried until it expires, kept or said
to be lost. A poller of its own, because a file is due at once, slow to come, and never sent to anybody."""

import asyncio
import hashlib
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from adapters.base import SendFailed, World
from bot.live import News
from bot.log import get_logger
from bot.media.door import REFUSED
from bot.media.drawing import Died, Drawing
from bot.media.files import THUMB, VIEW, MediaFiles
from bot.media.kinds import SHOWN, Found, Refused, kind_of
from bot.media.pictures import Drawn
from bot.media.sweeping import sweep, sweep_gone
from bot.media.uploads import Uploads
from bot.settings import Account
from bot.store.database import Database, StoreAway
from bot.store.media import NOBODY, UPLOADS, Kept, Owed, claim, keep, lane_of, later, lose, settled_uploads
from bot.vault import Unsealable, Vault
from data.media import MediaRows

log = get_logger("media")

LEASE = timedelta(minutes=4)
"""Longer than a fetch may take; what a dead worker held waits this long, of the three days a platform gives."""
_LONGEST = 180.0
_LOOK = 1.0
_AT_ONCE = 4
"""Of one lane: an account's platform, or our own disk. One that hangs holds up itself alone."""
_LONGEST_PAUSE = 600.0
_DAMAGED_TRIES = 3
"""A picture that does not open may have been cut on the way: fetched again so often."""
_DRAWING_TRIES = 2
"""A picture over which its reader was ended may have met a bad hour of the machine once."""
_SWEEP = 6 * 3600.0

_LOST = {
    "media_gone": "gone", "media_too_big": "too_big", "media_unreadable": "elsewhere", "only_in_douyin": "elsewhere",
    "no_media": "unnamed",
}  # fmt: skip
"""The channels' codes for what no second try will bring → codes of `data/media.toml`."""


class _Late(Exception):
    """Not now: worth another try. Its word is the fault for the log and the row."""


class MediaFetcher:
    """One a working process. `world`: its session goes through the door and nowhere else."""

    def __init__(
        self, database: Database, vault: Vault, files: MediaFiles, uploads: Uploads, world: World,
        accounts: Mapping[tuple[str, str], Account], rows: MediaRows, clock: Callable[[], datetime],
        publish: Callable[[list[News]], None],
    ) -> None:  # fmt: skip
        self.database = database
        self.vault = vault
        self.files = files
        self.uploads = uploads
        self.world = world
        self.accounts = accounts
        self.rows = rows
        self.clock = clock
        self.publish = publish
        self.wake = asyncio.Event()
        self._held: set[Owed] = set()
        self._working: set[asyncio.Task[None]] = set()
        self._lanes = [lane_of(*key) for key in accounts]
        self._stopping = False
        self.drawing = Drawing()
        self._swept = time.monotonic() - _SWEEP + 60

    async def run(self) -> None:
        """Claim and fetch until stopped; as soon as one ends, its lane has room for another."""
        try:
            while not self._stopping:
                claimed: list[Owed] = []
                try:
                    if rooms := self._rooms():
                        claimed = await claim(self.database, self.vault, self.clock(), LEASE, rooms, self._lanes)
                    for one in claimed:
                        self._begin(one)
                    if not claimed:
                        await self._tidy()
                except StoreAway:
                    pass
                except Exception:
                    log.exception("media_failed")
                if not claimed and not self._stopping:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.wake.wait(), _LOOK)
                    self.wake.clear()
            await asyncio.gather(*self._working)
        finally:
            for task in self._working:
                task.cancel()
            await asyncio.gather(*self._working, return_exceptions=True)

    def _rooms(self) -> dict[str, int]:
        """Lane → how many more it may have under way."""
        busy = Counter(one.lane for one in self._held)
        return {lane: _AT_ONCE - busy[lane] for lane in (UPLOADS, NOBODY, *self._lanes) if busy[lane] < _AT_ONCE}

    def _begin(self, owed: Owed) -> None:
        self._held.add(owed)
        task = asyncio.create_task(self._take(owed))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def stop(self) -> None:
        """Claim nothing more; `run` returns after what is being fetched."""
        self._stopping = True
        self.wake.set()

    async def give_back(self) -> None:
        """What was still being fetched when `run` was cancelled is due at once, for whoever comes next."""
        with suppress(StoreAway):
            for one in self._held:
                await later(self.database, one, "stopped", self.clock())

    async def _take(self, owed: Owed) -> None:
        """One file, to whatever end. A fault of ours, or no record, leaves it to the end of its lease."""
        try:
            await self._to_an_end(owed)
        except StoreAway:
            log.warning("media_without_record", media=owed.id)
        except Exception:
            log.exception("media_failed", media=owed.id)
            with suppress(StoreAway):
                await self._later(owed, "ours")
        self._held.discard(owed)
        self.wake.set()

    async def _to_an_end(self, owed: Owed) -> None:
        try:
            await self._keep(owed, await self._fetch(owed))
        except Refused as refused:
            if refused.code == "damaged" and not owed.upload and owed.attempts < _DAMAGED_TRIES:
                await self._later(owed, refused.code)
                return
            if await lose(self.database, owed, refused.code):
                log.warning("media_lost", media=owed.id, fault=refused.code, attempts=owed.attempts)
                self._tell(owed)
            if refused.code == "unnamed":
                return  # an upload it named may be somebody else's
        except _Late as late:
            await self._later(owed, str(late))
        await self._drop_upload(owed)

    async def _later(self, owed: Owed, fault: str) -> None:
        now = self.clock()
        pause = min(_LONGEST_PAUSE, 2.0 ** min(owed.attempts, 12)) * random.uniform(0.8, 1.2)
        kept_for = self.rows.keeps.get(owed.channel, timedelta(days=3))
        log.warning("media_missed", media=owed.id, fault=fault, attempts=owed.attempts)
        if now + timedelta(seconds=pause) < owed.created_at + kept_for:
            await later(self.database, owed, fault, now + timedelta(seconds=pause))
        elif await lose(self.database, owed, "expired"):
            log.warning("media_lost", media=owed.id, fault="expired", attempts=owed.attempts)
            self._tell(owed)

    async def _fetch(self, owed: Owed) -> bytes:
        """The bytes. Raises Refused when no try will bring them, _Late when one may."""
        account = self.accounts.get((owed.channel, owed.account))
        if owed.attachment is None or account is None:
            # A key or an account may come back with the settings: it waits, as long as the platform does.
            raise _Late("unsealable" if owed.attachment is None else "no_account")
        if owed.upload:
            return await self._uploaded(owed)
        refused: list[str] = []
        REFUSED.set(refused)
        try:
            async with asyncio.timeout(_LONGEST):
                return await account.channel.fetch_media(self.world, account.secrets, owed.attachment)
        except SendFailed as failed:
            if refused:
                raise Refused("strange_address") from None
            if failed.failure.code in _LOST:
                raise Refused(_LOST[failed.failure.code]) from None
            raise _Late(failed.failure.code) from None
        except TimeoutError:
            raise _Late("timeout") from None

    async def _uploaded(self, owed: Owed) -> bytes:
        try:
            return await asyncio.to_thread(self.uploads.read, owed.upload, owed.account, owed.openid)
        except FileNotFoundError:
            raise _Late("upload_missing") from None  # on another machine's disk, perhaps
        except (Unsealable, ValueError):
            raise Refused("unnamed") from None  # somebody else's, or made up
        except OSError:
            raise _Late("disk") from None

    async def _keep(self, owed: Owed, data: bytes) -> None:
        """Look at it, write it, say so. Raises Refused, _Late, StoreAway."""
        found, drawn = await self._look(owed, data)
        digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
        hashed = self.vault.hash("media", str(owed.conversation), digest)
        key = self.vault.data_key(owed.conversation, owed.sealed_key)
        name = hashed.hex()
        parts = [(name + VIEW, drawn.view), (name + THUMB, drawn.thumb)] if drawn else []
        try:
            for one, content in (*parts, (name, data)):
                await asyncio.to_thread(self.files.write, one, content, key.seal)
        except OSError as error:
            log.error("media_not_written", media=owed.id, reason=error.strerror)
            raise _Late("disk") from None
        width, height = (drawn.width, drawn.height) if drawn else (0, 0)
        kept = Kept(hashed, found.kind, found.type, len(data), width, height)
        end = await keep(self.database, owed, kept, self.clock())
        if end == "erased":  # between the fetch and now; the name was theirs alone
            await asyncio.to_thread(self.files.remove, name)
        elif end == "kept":
            log.info("media_kept", media=owed.id, kind=found.kind, attempts=owed.attempts)
            self._tell(owed)

    async def _look(self, owed: Owed, data: bytes) -> tuple[Found, Drawn | None]:
        if not owed.upload and data[:64].lstrip()[:1] in (b"<", b"{", b""):
            raise _Late("no_file")  # a page of a proxy, or of a platform under repair, with a 200 on it
        found = await asyncio.to_thread(kind_of, data, owed.kind)
        if len(data) > self.rows.most[found.kind]:
            raise Refused("too_big")
        if found.type not in SHOWN:
            return found, None
        try:
            return found, await self.drawing.draw(data)
        except Died:
            raise (_Late("not_drawn") if owed.attempts < _DRAWING_TRIES else Refused("too_many_pixels")) from None

    async def _drop_upload(self, owed: Owed) -> None:
        """Once no message needs it any more; what is left by a crash the sweep finds."""
        if owed.upload and await settled_uploads(self.database, [owed.upload]):
            with suppress(OSError, ValueError):
                await asyncio.to_thread(self.uploads.drop, owed.upload)

    def _tell(self, owed: Owed) -> None:
        self.publish([{"what": "said", "conversation": str(owed.conversation), "pull": False}])

    async def _tidy(self) -> None:
        await sweep_gone(self.database, self.files)
        if time.monotonic() - self._swept > _SWEEP:
            self._swept = time.monotonic()
            await sweep(self.database, self.files, time.time())
