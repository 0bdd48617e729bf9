"""The spool: when the record is away, a verified message is written here (fsync) before it is acknowledged.

One append-only file per process, locked while that process lives; a file left behind by a killed process is adopted by
whoever comes next. Records are sealed under the service key and carry what was answered, so draining never repeats it.
"""

import fcntl
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bot.durable import sync_folder
from bot.vault import Unsealable, Vault
from conversations.messages import Inbound

HEAD = struct.Struct("<II")  # length, CRC-32
_LEAST, _MOST = 28, 1 << 24
"""A sealed blob has a nonce and a tag; no message is as long as the second. Other lengths are damage."""
CONTEXT = b"spool"


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
        self._changing = threading.Lock()  # `append` may run beside `batches`
        self.waiting = 0

    def append(self, held: Held) -> None:
        """Keep a message, on disk when this returns. Raises NothingStored; a half-written record is cut off again."""
        record = as_record(self.vault.seal(msgspec.json.encode(held), CONTEXT))
        with self._changing:
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

    def batches(self) -> Iterator["Batch"]:
        """Every file that is there now, oldest first: ours (closed, another takes its place) and what dead processes left.
        Finish each."""
        for path in sorted(self.folder.glob("*.spool")):
            if (batch := self._ours(path) or self._orphan(path)) is not None:
                yield batch

    def _ours(self, path: Path) -> "Batch | None":
        with self._changing:
            if path != self._path or self._handle is None or not self.waiting:
                return None
            batch = Batch(path, self._handle, self.vault)
            self._path, self._handle, self._size, self.waiting = None, None, 0, 0
            return batch

    def _orphan(self, path: Path) -> "Batch | None":
        handle = lock_file(path)
        return None if handle is None else Batch(path, handle, self.vault)

    def close(self) -> None:
        """Let go of our file, to be drained by whoever comes; an empty one is removed."""
        with self._changing:
            if self._handle is not None:
                if self._path is not None and not self._size:
                    self._path.unlink(missing_ok=True)
                os.close(self._handle)
                self._handle, self._path, self._size, self.waiting = None, None, 0, 0

    def _open(self) -> int:
        if self._handle is None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path, handle = self._new()
            try:
                sync_folder(self.folder)  # the file's name must survive as well as its bytes
            except OSError:
                path.unlink(missing_ok=True)
                os.close(handle)
                raise
            self._path, self._handle, self._size = path, handle, 0
        return self._handle

    def _new(self) -> tuple[Path, int]:
        """A file of our own, locked. Before the lock it looks like an orphan, and somebody may have removed it as one."""
        while True:
            path = self.folder / f"{time.time_ns():020d}-{os.getpid()}.spool"
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_nlink:
                return path, handle
            os.close(handle)


class Batch:
    """One spool file being drained, in order."""

    def __init__(self, path: Path, handle: int, vault: Vault) -> None:
        self.path = path
        self._handle = handle
        self._vault = vault
        self.damaged = 0

    def __iter__(self) -> Iterator[Held]:
        """Every whole record. A torn last one was never acknowledged; anything else unreadable is counted in `damaged`."""
        self.damaged = 0  # a second look counts anew
        os.lseek(self._handle, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._handle), "rb") as file:
            data = file.read()
        for start, end, whole in records(data):
            self.damaged += not whole
            blob = data[start + HEAD.size : end]
            try:
                yield msgspec.json.decode(self._vault.open(blob, CONTEXT), type=Held)
            except (Unsealable, msgspec.DecodeError):
                self.damaged += whole

    def done(self) -> None:
        """Everything is in the record: the file goes. A damaged one is kept aside for people."""
        if self.damaged:
            self.path.rename(self.path.with_suffix(".damaged"))
        else:
            self.path.unlink(missing_ok=True)
        os.close(self._handle)

    def move(self, folder: Path) -> None:
        """Not finished, and not to be taken again from where it is. Raises OSError, and then it is as if given `back`."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.rename(folder / self.path.name)
        finally:
            os.close(self._handle)

    def back(self) -> None:
        """Not finished: let go of it, to be drained later."""
        os.close(self._handle)


def as_record(blob: bytes) -> bytes:
    return HEAD.pack(len(blob), zlib.crc32(blob)) + blob


def records(data: bytes) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether its head and checksum are right) of every piece of a file, a torn last one left out.

    Behind a record that is not whole the next one that is is looked for, so that a wrong length does not cost those after it.
    """
    at = 0
    while at < len(data):
        end = _whole(data, at)
        if not (whole := bool(end)):
            ahead = (one for one in range(at + 1, len(data) - HEAD.size - _LEAST + 1) if _whole(data, one))
            end = next(ahead, len(data))
            if end == len(data) and _torn(data, at):
                return
        yield at, end, whole
        at = end


def _whole(data: bytes, at: int) -> int:
    """Where the record that begins here ends, 0 when none does."""
    if at + HEAD.size > len(data):
        return 0
    length, crc = HEAD.unpack_from(data, at)
    end = at + HEAD.size + length
    if not _LEAST <= length <= _MOST or end > len(data) or zlib.crc32(data[at + HEAD.size : end]) != crc:
        return 0
    return int(end)


def _torn(data: bytes, at: int) -> bool:
    """Whether the rest of the file looks like the beginning of an append, and not like a record with a wrong length."""
    if at + HEAD.size > len(data):
        return True
    length, crc = HEAD.unpack_from(data, at)
    rest = data[at + HEAD.size :]
    return bool(len(rest) < length <= _MOST and zlib.crc32(rest) != crc)


def lock_file(path: Path) -> int | None:
    """A handle on a file that was left behind, ours alone until it is closed; None when it is somebody's, or gone."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), path.stat()):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass  # its process lives and will drain it, or has done so
    os.close(handle)
    return None


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
