"""The spool: when the record is away, a verified message is written here (fsync) before it is acknowledged.

One append-only file per process, locked while that process lives; a file left behind by a killed process is adopted by
whoever comes next. Records are sealed under the service key and carry what was answered, so draining never repeats it.
"""

import fcntl
import os
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bot.vault import Unsealable, Vault
from conversations.messages import Inbound

_HEAD = struct.Struct("<II")  # length, CRC-32
_CONTEXT = b"spool"


class NothingStored(Exception):
    """Neither the record nor the spool took it: the resident must be told so, never `success`."""


@dataclass(frozen=True, slots=True)
class Held:
    """A message kept while the record was away. `answered`: `danger`, or `held` for the plain honest line; `said` the words."""

    inbound: Inbound
    answered: str
    said: str = ""


class Spool:
    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder = folder
        self.vault = vault
        self._path: Path | None = None
        self._handle: int | None = None
        self._size = 0
        self.waiting = 0

    def append(self, held: Held) -> None:
        """Keep a message, on disk when this returns. Raises NothingStored; a half-written record is cut off again."""
        blob = self.vault.seal(msgspec.json.encode(held), _CONTEXT)
        record = _HEAD.pack(len(blob), zlib.crc32(blob)) + blob
        try:
            handle = self._open()
            try:
                _write_all(handle, record)
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, self._size)
                os.lseek(handle, self._size, os.SEEK_SET)
                raise
        except OSError as error:
            raise NothingStored(error.strerror or "spool") from error
        self._size += len(record)
        self.waiting += 1

    def take(self) -> "Batch | None":
        """The oldest file with messages (ours closed and replaced, or an orphan's), or None. Finish it with `done`."""
        if self.waiting and self._path is not None:
            path, handle = self._path, self._handle
            assert handle is not None
            self._path, self._handle, self._size, self.waiting = None, None, 0, 0
            return Batch(path, handle, self.vault)
        for path in sorted(self.folder.glob("*.spool")):
            if path == self._path:
                continue
            try:
                handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)  # its process lives and will drain it
                continue
            if path.exists():
                return Batch(path, handle, self.vault)
            os.close(handle)
        return None

    def close(self) -> None:
        """Let go of our file; an empty one is removed."""
        if self._handle is not None:
            if self._path is not None and not self._size:
                self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = self._path = None

    def _open(self) -> int:
        if self._handle is None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"{time.time_ns():020d}-{os.getpid()}.spool"
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)  # the file's name must survive as well as its bytes
            finally:
                os.close(folder)
            self._path, self._handle, self._size = path, handle, 0
        return self._handle


class Batch:
    """One spool file being drained, in order."""

    def __init__(self, path: Path, handle: int, vault: Vault) -> None:
        self.path = path
        self._handle = handle
        self._vault = vault
        self.damaged = 0

    def __iter__(self) -> Iterator[Held]:
        """Every whole record. A torn last one was never acknowledged; anything else unreadable is counted in `damaged`."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._handle), "rb") as file:
            data = file.read()
        at = 0
        while at + _HEAD.size <= len(data):
            length, crc = _HEAD.unpack_from(data, at)
            blob = data[at + _HEAD.size : at + _HEAD.size + length]
            at += _HEAD.size + length
            if len(blob) < length:
                return
            try:
                if zlib.crc32(blob) != crc:
                    raise Unsealable("crc")
                yield msgspec.json.decode(self._vault.open(blob, _CONTEXT), type=Held)
            except (Unsealable, msgspec.DecodeError):
                self.damaged += 1

    def done(self) -> None:
        """Everything is in the record: the file goes. A damaged one is kept aside for people."""
        if self.damaged:
            self.path.rename(self.path.with_suffix(".damaged"))
        else:
            self.path.unlink(missing_ok=True)
        os.close(self._handle)

    def back(self) -> None:
        """Not finished: let go of it, to be drained later."""
        os.close(self._handle)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
