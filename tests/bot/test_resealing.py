"""After `keys rotate` the previous key may be forgotten: nothing that waits on disk is lost with it."""

from pathlib import Path

import pytest

import bot.store.rewrapping as rewrapping
from adapters.base import Secret
from bot.commands.keys import rotate
from bot.media.files import MediaFiles
from bot.media.uploads import Uploads
from bot.resealing import reseal_home
from bot.spool import Spool
from bot.store.contacts import erase_contact
from bot.vault import Unsealable, Vault
from data.media import load_media
from tests.bot.test_spool import drained, held
from tests.inside import Open

OLD, NEW = Secret("an-old-service-key-of-ours"), Secret("a-new-service-key-of-ours")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def vault(*keys: Secret) -> Vault:
    made = Vault(*keys)
    made.use_index_key(b"i" * 32)
    return made


def reseal(home: Path) -> tuple[int, list[Path]]:
    return reseal_home(home, vault(NEW, OLD), vault(NEW))


def test_spool_and_what_was_set_aside(tmp_path: Path) -> None:
    for folder, text in ((tmp_path / "spool", "一"), (tmp_path / "spool" / "aside", "二")):
        spool = Spool(folder, vault(OLD))
        spool.append(held(text))
        spool.close()
    (tmp_path / "spool" / "unread").mkdir()
    unread = tmp_path / "spool" / "unread" / "1.sealed"
    unread.write_bytes(vault(OLD).seal(b"?", b"dead_letter"))
    assert reseal(tmp_path) == (3, [])
    assert drained(Spool(tmp_path / "spool", vault(NEW))) == ["一"]
    assert drained(Spool(tmp_path / "spool" / "aside", vault(NEW))) == ["二"]
    assert vault(NEW).open(unread.read_bytes(), b"dead_letter") == b"?"


def test_what_a_process_still_holds_is_named(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", vault(OLD))
    spool.append(held("一"))
    (path,) = (tmp_path / "spool").iterdir()
    assert reseal(tmp_path) == (0, [path])
    spool.close()
    fresh = Spool(tmp_path / "spool", vault(NEW, OLD))
    fresh.append(held("二"))
    assert reseal(tmp_path) == (1, [])


def test_what_is_damaged_stays_as_it_is(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", vault(OLD))
    for text in "一二":
        spool.append(held(text))
    spool.close()
    (path,) = (tmp_path / "spool").iterdir()
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    assert reseal(tmp_path) == (1, [])
    assert drained(Spool(tmp_path / "spool", vault(NEW))) == ["二"]
    assert [one.suffix for one in (tmp_path / "spool").iterdir()] == [".damaged"]


def test_an_upload_whose_message_has_not_come(tmp_path: Path) -> None:
    files = MediaFiles(tmp_path / "media")
    upload = Uploads(files, vault(OLD), load_media()).put(PNG, "main", "u").upload
    assert reseal(tmp_path) == (1, [])
    later = Uploads(files, vault(NEW), load_media())
    assert later.read(upload, "main", "u") == PNG
    with pytest.raises(Unsealable):
        later.read(upload, "main", "somebody else")


def test_an_upload_of_before_the_upgrade_is_read_and_named(tmp_path: Path) -> None:
    """Only its sender's message says whose it is."""
    files, old = MediaFiles(tmp_path / "media"), vault(OLD)
    name = "upload-" + "0" * 32
    files.write(name, PNG, lambda key: old.seal(key, b"upload" + old.hash("upload", "main", "u")))
    assert Uploads(files, vault(NEW, OLD), load_media()).read("0" * 32, "main", "u") == PNG
    assert reseal(tmp_path) == (0, [files.path(name)])


@pytest.mark.parametrize("torn", [b"", b"\0" * 40])
def test_a_dead_letter_that_nobody_opens_is_named_and_stops_nothing(tmp_path: Path, torn: bytes) -> None:
    folder = tmp_path / "spool" / "unread"
    folder.mkdir(parents=True)
    (folder / "1.sealed").write_bytes(torn)
    (folder / "2.sealed").write_bytes(vault(OLD).seal(b"<xml>", b"dead_letter"))
    assert reseal(tmp_path) == (1, [folder / "1.sealed"])
    assert vault(NEW).open((folder / "2.sealed").read_bytes(), b"dead_letter") == b"<xml>"


async def test_a_large_record_is_done_in_portions_and_can_be_begun_again(
    inside: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrapping, "PORTION", 2)
    only_new = Vault(NEW)
    async with inside(outbox=False) as here:
        database = here.database
        for who in "abcde":
            await here.turn(who, "家里没菜了")
        await database.execute(
            "insert into dead_letters (channel, account, reason, body) select 'app', 'main', 'x', $1 from generate_series(1, 3)",
            here.services.vault.seal(b"?", b"dead_letter"),
        )
        contacts = [row["id"] for row in await database.fetch("select id from contacts order by id")]
        assert await erase_contact(database, contacts[1])
        sealed = "update contacts set data_key = $2 where id = $1"
        good = await database.value("select data_key from contacts where id = $1", contacts[3])
        await database.execute(sealed, contacts[3], good[:-1] + bytes([good[-1] ^ 1]))
        both = Vault(NEW, here.services.settings.secret_key)
        with pytest.raises(Unsealable):
            await rotate(database, both)

        async def opened() -> list[bool]:
            rows = await database.fetch("select id, data_key from contacts where data_key is not null order by id")
            return [opens(only_new, row["data_key"], row["id"].bytes) for row in rows]

        assert await opened() == [True, True, False, False]
        await database.execute(sealed, contacts[3], good)
        counts: list[tuple[str, int]] = []
        assert await rotate(database, both, lambda what, count: counts.append((what, count))) >= 8
        assert await opened() == [True] * 4
        assert [count for _, count in counts][:4] == [2, 4, 2, 3]
        assert await database.value("select data_key is null from contacts where id = $1", contacts[1])
        letters = await database.fetch("select body from dead_letters")
        assert [only_new.open(row["body"], b"dead_letter") for row in letters] == [b"?"] * 3


def opens(vault: Vault, sealed: bytes, context: bytes) -> bool:
    try:
        return bool(vault.open(sealed, context))
    except Unsealable:
        return False
