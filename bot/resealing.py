"""What lies sealed under the service key outside the record: the spool, what was set aside or not read, uploads that wait."""

import os
from collections.abc import Iterator
from pathlib import Path

from bot.durable import replacing
from bot.media.files import MediaFiles
from bot.media.uploads import UPLOAD
from bot.spool import CONTEXT, HEAD, as_record, lock_file, records
from bot.spooled import ASIDE
from bot.vault import Unsealable, Vault


def reseal_home(home: Path, vault: Vault, current: Vault) -> tuple[int, list[Path]]:
    """(how many are now under the current key, files that still need the previous one). `current` knows that key alone.

    The service may run. A spool file it writes to is its own and must be under the current key already.
    """
    count, left = 0, list[Path]()
    for path in _files(home / "spool"):
        try:
            done = _reseal_spooled(path, vault, current)
        except FileNotFoundError:
            continue  # drained meanwhile
        count += done or 0
        left += [path] if done is None else []
    for path in sorted((home / "spool" / "unread").glob("*.sealed")):
        try:
            _replace(path, vault.rewrap(path.read_bytes(), b"dead_letter"))
            count += 1
        except Unsealable:
            left.append(path)
    files = MediaFiles(home / "media")
    for path in sorted((files.folder / "incoming").glob("upload-*")):
        try:
            files.reseal(path.name, lambda sealed: vault.rewrap(sealed, UPLOAD))
            count += 1
        except FileNotFoundError:
            continue
        except Unsealable:
            left.append(path)
    return count, left


def _files(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / ASIDE):
        yield from sorted([*place.glob("*.spool"), *place.glob("*.damaged")])


def _reseal_spooled(path: Path, vault: Vault, current: Vault) -> int | None:
    """How many records; None when a process has the file and something in it is not under the current key."""
    handle = lock_file(path)
    data = path.read_bytes()
    if handle is None:
        return None if any(_needs(blob, vault, current) for _, blob in _pieces(data)) else 0
    try:
        count, out = 0, bytearray()
        for piece, blob in _pieces(data):
            try:
                out += as_record(vault.rewrap(blob, CONTEXT))
                count += 1
            except Unsealable:
                out += piece  # as it was: people may make something of it
        if count:
            _replace(path, bytes(out))
        return count
    finally:
        os.close(handle)


def _pieces(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(as it lies there, its sealed part)."""
    for start, end, _ in records(data):
        yield data[start:end], data[start + HEAD.size : end]


def _needs(blob: bytes, vault: Vault, current: Vault) -> bool:
    try:
        vault.open(blob, CONTEXT)
    except Unsealable:
        return False  # nobody opens it, whatever the keys
    try:
        current.open(blob, CONTEXT)
    except Unsealable:
        return True
    return False


def _replace(path: Path, data: bytes) -> None:
    with replacing(path) as out:
        out.write(data)
