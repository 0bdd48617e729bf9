"""Sealed, whole or not there, readable from the middle, and noise without the contact's key."""

import os
import time
from pathlib import Path
from uuid import uuid4

import pytest

from bot.media.files import CHUNK, THUMB, VIEW, MediaFiles
from bot.vault import DataKey, Unsealable

NAME = "0123456789abcdef" * 2


@pytest.fixture
def files(tmp_path: Path) -> MediaFiles:
    return MediaFiles(tmp_path / "media")


@pytest.fixture
def key() -> DataKey:
    return DataKey(os.urandom(32), uuid4().bytes)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_what_was_written_comes_back(files: MediaFiles, key: DataKey, size: int) -> None:
    data = os.urandom(size)
    files.write(NAME, data, key.seal)
    opened = files.open(NAME, key.open)
    assert (opened.size, opened.whole()) == (size, data)
    assert data[:40] not in files.path(NAME).read_bytes() or size == 0 or size == 1


@pytest.mark.parametrize(
    ("first", "last"), [(0, 0), (5, 70_000), (CHUNK - 1, CHUNK), (CHUNK, CHUNK), (2 * CHUNK + 3, 9_999_999)]
)
def test_a_piece_from_the_middle(files: MediaFiles, key: DataKey, first: int, last: int) -> None:
    data = os.urandom(2 * CHUNK + 99)
    files.write(NAME, data, key.seal)
    assert b"".join(files.open(NAME, key.open).read(first, last)) == data[first : last + 1]


def test_another_contacts_key_opens_nothing(files: MediaFiles, key: DataKey) -> None:
    files.write(NAME, b"a face", key.seal)
    for other in (DataKey(os.urandom(32), key.context), DataKey(os.urandom(32), uuid4().bytes)):
        with pytest.raises(Unsealable):
            files.open(NAME, other.open)


@pytest.mark.parametrize("harm", ["cut", "swap", "flip", "longer", "head"])
def test_a_file_somebody_touched_does_not_open(files: MediaFiles, key: DataKey, harm: str) -> None:
    files.write(NAME, os.urandom(3 * CHUNK), key.seal)
    path = files.path(NAME)
    blob, sealed = path.read_bytes(), CHUNK + 16
    start = len(blob) - 3 * sealed
    harmed = {
        "cut": blob[: start + 2 * sealed],
        "swap": blob[:start]
        + blob[start + sealed : start + 2 * sealed]
        + blob[start : start + sealed]
        + blob[-sealed:],
        "flip": blob[:-1] + bytes([blob[-1] ^ 1]),
        "longer": blob[: start + 2 * sealed] + blob[start + sealed : start + 2 * sealed],
        "head": b"BNM1" + os.urandom(200),
    }[harm]
    path.write_bytes(harmed)
    with pytest.raises(Unsealable):
        files.open(NAME, key.open).whole()


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../etc/passwd", "/etc/passwd", NAME + "/x", NAME.upper(), NAME[:-1], NAME + ".x", "upload-../" + NAME,
     NAME + "\n", ".part", "%2e%2e", NAME + "\0"],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(files: MediaFiles, key: DataKey, name: str) -> None:
    for act in (
        lambda: files.path(name),
        lambda: files.open(name, key.open),
        lambda: files.write(name, b"x", key.seal),
    ):
        with pytest.raises(ValueError, match="no name"):
            act()


def test_a_full_disk_leaves_nothing_half_written(
    files: MediaFiles, key: DataKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write(NAME, b"first", key.seal)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write(NAME, b"second", key.seal)
    monkeypatch.undo()
    assert files.open(NAME, key.open).whole() == b"first"
    assert [path.name for path in files.path(NAME).parent.iterdir()] == [NAME]


def test_removing_takes_what_was_made_of_it(files: MediaFiles, key: DataKey) -> None:
    for name in (NAME, NAME + VIEW, NAME + THUMB):
        files.write(name, b"x", key.seal)
    assert files.weight()[0] == 3
    files.remove(NAME)
    files.remove(NAME)  # again is no fault
    assert files.weight() == (0, 0)


def test_what_is_young_is_left_and_half_written_files_of_the_dead_go(files: MediaFiles, key: DataKey) -> None:
    files.write(NAME, b"x", key.seal)
    folder = files.path(NAME).parent
    (folder / ".dead.part").write_bytes(b"half")
    assert list(files.names(time.time() - 60)) == []
    assert list(files.names(time.time() + 60)) == [[NAME]]
    assert not (folder / ".dead.part").exists()
