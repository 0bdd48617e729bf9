"""The files: sealed in chunks so that a film can be shown from its middle, on disk before anybody says they are.

A file has a key of its own, sealed under the contact's key (an upload's under the service key until its contact is
known) in the file's head: destroying the contact's key makes every file of theirs noise, in backups too. Each chunk's
nonce counts, and the last says so: chunks cannot be exchanged, repeated or cut off unnoticed.
"""

import os
import re
import shutil
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.durable import replacing
from bot.log import get_logger
from bot.vault import Unsealable

log = get_logger("media")

CHUNK = 64 * 1024
_MAGIC = b"BNM1"
_HEAD = struct.Struct(">4sHQ")  # magic, length of the sealed key, bytes of the clear file
_TAG = 16
_NAME = re.compile(r"[0-9a-f]{32}(\.[vt])?|upload-[0-9a-f]{32}", re.ASCII)

VIEW, THUMB = ".v", ".t"
"""Beside a picture: as it is shown (nothing of the camera's in it), and small."""

Seal = Callable[[bytes], bytes]


def upload_name(upload: str) -> str:
    """The file of an upload whose message is still on its way."""
    return f"upload-{upload}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed file, ready to be read. `size`: bytes of the clear file."""

    path: Path
    size: int
    start: int
    key: bytes

    def read(self, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """The bytes from `first` to `last` (both included), chunk by chunk. Raises Unsealable, OSError."""
        last = self.size - 1 if last is None else min(last, self.size - 1)
        aead, final = AESGCM(self.key), max(self.size - 1, 0) // CHUNK
        with self.path.open("rb") as source:
            for index in range(first // CHUNK, last // CHUNK + 1):
                source.seek(self.start + index * (CHUNK + _TAG))
                try:
                    clear = aead.decrypt(_nonce(index, final), source.read(CHUNK + _TAG), None)
                except (InvalidTag, ValueError) as error:
                    raise Unsealable("a chunk of a media file does not open") from error
                begin = first - index * CHUNK if index == first // CHUNK else 0
                yield clear[begin : last - index * CHUNK + 1]

    def whole(self) -> bytes:
        return b"".join(self.read())


class MediaFiles:
    """`$BANGNONG_HOME/media`. Names are ours: 32 hexadecimal digits; anything else is refused, whoever asks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Raises ValueError for a name that is none of ours."""
        if not _NAME.fullmatch(name):
            raise ValueError("no name of a media file")
        return self.folder / ("incoming" if name.startswith("upload-") else name[:2]) / name

    def write(self, name: str, data: bytes, seal: Seal) -> None:
        """On disk when this returns, whole or not at all. Raises OSError (a full disk among them)."""
        path = self.path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = AESGCM.generate_key(256)
        sealed, aead, final = seal(key), AESGCM(key), max(len(data) - 1, 0) // CHUNK
        with replacing(path) as out:
            out.write(_HEAD.pack(_MAGIC, len(sealed), len(data)) + sealed)
            for index in range(final + 1):
                out.write(aead.encrypt(_nonce(index, final), data[index * CHUNK : (index + 1) * CHUNK], None))

    def reseal(self, name: str, rewrap: Seal) -> None:
        """The same file with its key sealed anew, whole or as it was. Raises as `open`."""
        path = self.path(name)
        with path.open("rb") as source:
            size, sealed = _read_head(source)
            sealed = rewrap(sealed)
            with replacing(path) as out:
                out.write(_HEAD.pack(_MAGIC, len(sealed), size) + sealed)
                shutil.copyfileobj(source, out, CHUNK)
                was = os.fstat(source.fileno())
                out.flush()
                os.utime(out.fileno(), ns=(was.st_atime_ns, was.st_mtime_ns))  # it is as old as it was

    def open(self, name: str, unseal: Seal) -> Opened:
        """Raises FileNotFoundError, OSError, Unsealable, ValueError (no name of ours)."""
        path = self.path(name)
        with path.open("rb") as source:
            size, sealed = _read_head(source)
            key = unseal(sealed)
        return Opened(path, size, _HEAD.size + len(sealed), key)

    def remove(self, name: str) -> None:
        """With what was made of it. What is not there is removed already."""
        for one in (name,) if name.startswith("upload-") else (name, name + VIEW, name + THUMB):
            self.path(one).unlink(missing_ok=True)

    def remove_all(self, names: Iterable[str]) -> None:
        for name in names:
            self.remove(name)

    def names(self, before: float) -> Iterator[list[str]]:
        """Names of files last written before that moment (epoch seconds), a folder at a time; half-written ones go."""
        for folder in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            found = []
            for path in folder.iterdir() if folder.is_dir() else ():
                try:
                    if path.stat().st_mtime >= before:
                        continue
                    if path.name.endswith(".part"):
                        path.unlink(missing_ok=True)
                    elif _NAME.fullmatch(path.name):
                        found.append(path.name)
                except FileNotFoundError:
                    continue
            if found:
                yield found

    def weight(self) -> tuple[int, int]:
        """(files, bytes) on disk."""
        sizes = [path.stat().st_size for path in self.folder.glob("*/*") if path.is_file()]
        return len(sizes), sum(sizes)


def _read_head(source: IO[bytes]) -> tuple[int, bytes]:
    """(bytes of the clear file, its sealed key). Raises Unsealable."""
    head = source.read(_HEAD.size)
    if len(head) < _HEAD.size or not head.startswith(_MAGIC):
        raise Unsealable("no media file of ours")
    _, length, size = _HEAD.unpack(head)
    return size, source.read(length)


def _nonce(index: int, final: int) -> bytes:
    """The key is the file's own, so counting is enough; the last chunk's nonce is unlike any other's."""
    return struct.pack(">IQ", index == final, index)
