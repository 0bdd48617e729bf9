"""Files that outlive a crash: whole or not at all, their names as well as their bytes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write what is to stand at `path`: on disk when this ends, whole or not at all. Raises OSError."""
    with _beside(path) as (beside, out):
        yield out
        _settle(out)
        beside.replace(path)
    sync_folder(path.parent)


def make_once(path: Path, data: bytes) -> bool:
    """Writes a new file, whole or not at all; False when somebody else has made it meanwhile. Raises OSError."""
    with _beside(path) as (beside, out):
        out.write(data)
        _settle(out)
        try:
            os.link(beside, path)
        except FileExistsError:
            return False
    sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _beside(path: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A file of ours alone in the same folder, gone at the end unless it was renamed."""
    beside = path.with_name(f".{uuid4().hex}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield beside, out
    finally:
        beside.unlink(missing_ok=True)


def _settle(out: IO[bytes]) -> None:
    out.flush()
    os.fsync(out.fileno())
