"""The spool: kept in order, taken up by whoever comes next, and what of it is damaged is kept for people."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.base import Secret
from bot.spool import Batch, Held, NothingStored, Spool
from bot.vault import Vault
from conversations.messages import ContactRef, Inbound

VAULT = Vault(Secret("a-service-key-of-the-spool-test"))


def held(text: str) -> Held:
    at = datetime(2026, 11, 28, tzinfo=UTC)
    return Held(Inbound(ContactRef("app", "main", "u"), text, "text", text, at), "held", "已收到")


def filled(folder: Path, *texts: str) -> Spool:
    spool = Spool(folder, VAULT)
    for text in texts:
        spool.append(held(text))
    return spool


def drained(spool: Spool) -> list[str]:
    said = []
    while (batch := next(spool.batches(), None)) is not None:
        said += [one.inbound.text for one in batch]
        batch.done()
    return said


def only(folder: Path) -> Path:
    (path,) = folder.glob("*.spool")
    return path


def test_what_was_given_back_comes_before_what_was_written_since(tmp_path: Path) -> None:
    spool = filled(tmp_path, "一", "二")
    batch = next(spool.batches(), None)
    assert batch is not None
    batch.back()  # the record went away again
    spool.append(held("三"))
    assert drained(spool) == ["一", "二", "三"]
    assert spool.waiting == 0


def test_a_file_that_lost_its_name_before_it_was_locked_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process finds it empty and unlocked, and removes it as an orphan."""
    other, flock = Spool(tmp_path, VAULT), fcntl.flock
    found: list[Batch] = []

    def late(handle: int, how: int) -> None:
        if how == fcntl.LOCK_EX and not found:
            batch = next(other.batches(), None)
            assert batch is not None
            found.append(batch)
            batch.done()
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", late)
    spool = filled(tmp_path, "我爸叫不醒")
    assert found
    assert spool._handle is not None
    os.close(spool._handle)  # killed
    assert drained(Spool(tmp_path, VAULT)) == ["我爸叫不醒"]


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("byte", [0, 3])
def test_a_damaged_length_costs_nothing_and_is_shown(tmp_path: Path, at: int, byte: int) -> None:
    spool, start = Spool(tmp_path, VAULT), 0
    for nth, text in enumerate("一二三"):
        start = spool._size if nth == at else start
        spool.append(held(text))
    data = bytearray(only(tmp_path).read_bytes())
    data[start + byte] ^= 1
    only(tmp_path).write_bytes(data)
    assert drained(spool) == ["一", "二", "三"], "the checksum says where it ends"
    assert [path.suffix for path in tmp_path.iterdir()] == [".damaged"]


def test_a_damaged_record_costs_itself_alone(tmp_path: Path) -> None:
    spool = filled(tmp_path, "一")
    size = spool._size
    spool.append(held("二"))
    data = bytearray(only(tmp_path).read_bytes())
    data[3] ^= 1
    data[size // 2] ^= 1
    only(tmp_path).write_bytes(data)
    assert drained(spool) == ["二"]
    assert [path.suffix for path in tmp_path.iterdir()] == [".damaged"]


@pytest.mark.parametrize("left", [3, 20])
def test_a_torn_last_record_was_never_acknowledged(tmp_path: Path, left: int) -> None:
    spool = filled(tmp_path, "一")
    size = spool._size
    spool.append(held("二"))
    with only(tmp_path).open("r+b") as file:
        file.truncate(size + left)
    assert drained(spool) == ["一"]
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_named_is_not_kept_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lock would hide it from everybody as long as we live."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    spool = Spool(tmp_path, VAULT)
    with pytest.raises(NothingStored):
        spool.append(held("一"))
    monkeypatch.undo()
    spool.append(held("二"))
    assert drained(spool) == ["二"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("tail", [4, 7, 8, 10, 15, 16, 24, 40])
def test_the_tail_of_a_crash_keeps_nobody_from_being_heard(tmp_path: Path, tail: int) -> None:
    filled(tmp_path, "一").close()
    path = only(tmp_path)
    path.write_bytes(path.read_bytes() + b"\0" * tail)
    assert drained(Spool(tmp_path, VAULT)) == ["一"]
    assert not list(tmp_path.glob("*.spool"))
