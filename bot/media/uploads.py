"""What a resident sends us directly: read with a limit, looked at, sealed on disk before its message is heard.

Whose it is may not be in the record yet (a photo can be the first message), so it waits under the service key, bound to
its sender; the fetcher takes it to the contact's own files and this copy goes.
"""

import asyncio
import hmac
import shutil
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from aiohttp import BodyPartReader

from bot.media.files import MediaFiles, upload_name
from bot.media.kinds import Found, Refused, kind_of
from bot.vault import Unsealable, Vault
from data.media import MediaRows

UPLOAD = b"upload"
"""What an upload's key is sealed with. Whose it is stands inside the seal, so that `keys rotate` needs no sender."""
_AT_ONCE = 8
"""Files looked at and sealed at a time; and of how many whole ones the bytes may wait in memory, while they come in."""
_PIECE_WITHIN, _BODY_WITHIN = 15.0, 150.0
"""Seconds for the next piece, and for the whole: 20 MB of a poor line. Who stands still holds nobody up."""
_MOST, _WITHIN = 30, 600.0
"""Uploads of one sender in ten minutes: a reporter's whole evening of photos, and no way to fill the disk."""
_LEAST_SPACE = 1 << 30
_SENDERS = 20_000


class NoRoom(Exception):
    """The disk is full or nearly so: not now."""


class TooMany(Exception):
    """This sender has sent more than anybody needs to."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file on disk. `upload` names it in a message (`naming_upload`)."""

    upload: str
    found: Found
    size: int


class Uploads:
    def __init__(self, files: MediaFiles, vault: Vault, rows: MediaRows) -> None:
        self.files = files
        self.vault = vault
        self.rows = rows
        self._busy = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0  # bytes of bodies that come in
        self._sent: dict[str, deque[float]] = {}

    async def take(self, part: BodyPartReader, account: str, sender: str) -> Uploaded:
        """Read one part of a form. Raises Refused (too_big, wrong_type, macro, damaged), TooMany, NoRoom."""
        self._count(sender)
        declared = "voice" if part.headers.get("Content-Type", "").startswith("audio/") else ""
        async with self.body(part.read_chunk) as data, self._busy:
            return await asyncio.to_thread(self.put, bytes(data), account, sender, declared)

    @asynccontextmanager
    async def body(self, read: Callable[[int], Awaitable[bytes]]) -> AsyncIterator[bytearray]:
        """What `read` brings until it brings nothing, counted as long as it is held. Raises Refused, NoRoom."""
        data = bytearray()
        try:
            await self._read(read, data)
            yield data
        finally:
            self._waiting -= len(data)

    async def _read(self, read: Callable[[int], Awaitable[bytes]], data: bytearray) -> None:
        """Into `data`, which is counted as it grows."""
        most = max(self.rows.most.values())
        try:
            async with asyncio.timeout(_BODY_WITHIN):
                while chunk := await asyncio.wait_for(read(65_536), _PIECE_WITHIN):
                    data += chunk
                    self._waiting += len(chunk)
                    if len(data) > most:
                        raise Refused("too_big")
                    if self._waiting > _AT_ONCE * most:
                        raise NoRoom
        except TimeoutError:
            raise Refused("damaged") from None

    async def accept(self, data: bytes, account: str, sender: str, declared: str = "") -> Uploaded:
        """As `take`, for who has it whole (`body`)."""
        self._count(sender)
        async with self._busy:
            return await asyncio.to_thread(self.put, data, account, sender, declared)

    def put(self, data: bytes, account: str, sender: str, declared: str = "") -> Uploaded:
        """Look at a file and write it. Raises as `take`."""
        found = kind_of(data, declared)
        if len(data) > self.rows.most[found.kind]:
            raise Refused("too_big")
        upload, whose = uuid4().hex, self._whose(account, sender)
        try:
            self.files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(self.files.folder).free < _LEAST_SPACE:
                raise NoRoom
            self.files.write(upload_name(upload), data, lambda key: self.vault.seal(whose + key, UPLOAD))
        except OSError as error:
            raise NoRoom from error
        return Uploaded(upload, found, len(data))

    def read(self, upload: str, account: str, sender: str) -> bytes:
        """Raises FileNotFoundError, Unsealable (another sender's), ValueError (no upload's name), OSError."""
        whose = self._whose(account, sender)

        def unseal(sealed: bytes) -> bytes:
            try:
                clear = self.vault.open(sealed, UPLOAD)
            except Unsealable:
                return self.vault.open(sealed, UPLOAD + whose)  # written before an upgrade
            if not hmac.compare_digest(clear[: len(whose)], whose):
                raise Unsealable("somebody else's upload")
            return clear[len(whose) :]

        return self.files.open(upload_name(upload), unseal).whole()

    def drop(self, upload: str) -> None:
        self.files.remove(upload_name(upload))

    def _whose(self, account: str, sender: str) -> bytes:
        return self.vault.hash("upload", account, sender)

    def _count(self, sender: str) -> None:
        """In this process only: a second one doubles what is allowed, which is still little."""
        now = time.monotonic()
        times = self._sent.pop(sender, deque())
        while times and now - times[0] > _WITHIN:
            times.popleft()
        self._sent[sender] = times
        if len(self._sent) > _SENDERS:
            self._sent.pop(next(iter(self._sent)))
        if len(times) >= _MOST:
            raise TooMany
        times.append(now)
