"""A restore that is cut off half way, and begun again: nobody erased is back, no number is given twice."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.backup import BackupFailed, back_up
from bot.cli import main
from bot.commands.backup import bring_back
from bot.restoring import cut_off
from bot.store import database as module
from bot.store.contacts import erase_contact
from bot.store.database import Database
from tests.inside import DYING, Inside, Open

NUMBER = "select number from tickets order by created_at desc, number desc limit 1"


async def saved(here: Inside, out: Path) -> None:
    """A backup with one person in it, who is erased after it; and three more tickets are given."""
    await here.turn("gone", DYING)
    back_up(here.database.dsn, here.services.settings.home, here.services.vault, out, lambda _: None)
    assert await erase_contact(here.database, await here.database.value("select id from contacts"))
    for who in "abc":
        await here.turn(who, DYING)


async def restored(dsn: str, home: Path, out: Path) -> int:
    database = Database(dsn, limit=30)
    await database.open()
    try:
        return await bring_back(database, home, out, "then", replace=True)
    finally:
        await database.close()


@pytest.mark.slow
async def test_cut_off_and_begun_again(inside: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "b.tar"
    async with inside(outbox=False) as here:
        await saved(here, out)
        last = await here.database.value(NUMBER)
        dsn, home = here.database.dsn, here.services.settings.home

    async def cut(dsn: str) -> Any:
        raise ConnectionError("the line to the machine broke")

    with monkeypatch.context() as patch:
        patch.setattr(module, "migrate", cut)
        with pytest.raises(ConnectionError):
            await restored(dsn, home, out)
    assert cut_off(home)
    assert await restored(dsn, home, out) == 1
    assert not cut_off(home)
    async with inside(outbox=False) as here:
        assert await here.database.value("select count(*) from contacts where data_key is not null") == 0
        await here.turn("new", DYING)
        assert await here.database.value(NUMBER) > last


async def test_a_backup_that_does_not_come_in_leaves_no_trace(inside: Open, tmp_path: Path) -> None:
    wrong = tmp_path / "b.tar"
    async with inside(outbox=False) as here:
        dsn, home = here.database.dsn, here.services.settings.home
        back_up(dsn, home, here.services.vault, wrong, lambda _: None)
    wrong.write_bytes(wrong.read_bytes().replace(b"PGDMP", b"PGDMQ"))
    with pytest.raises(BackupFailed):
        await restored(dsn, home, wrong)
    assert not cut_off(home)


async def test_a_version_is_rolled_back(
    inside: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A newer program's record is replaced by a backup we can read; its own backup is refused with all as it was."""
    ours, theirs = tmp_path / "ours.tar", tmp_path / "theirs.tar"
    async with inside(outbox=False) as here:
        dsn, home = here.database.dsn, here.services.settings.home
        await here.turn("told", DYING)
        back_up(dsn, home, here.services.vault, ours, lambda _: None)
        await here.database.execute("insert into migrations (number, name) values (9999, 'of_tomorrow')")
        back_up(dsn, home, here.services.vault, theirs, lambda _: None)
        await here.turn("since", DYING)
        monkeypatch.setenv("BANGNONG_SECRET_KEY", here.services.settings.secret_key.reveal())
    monkeypatch.setenv("BANGNONG_HOME", str(home))
    monkeypatch.setenv("BANGNONG_DATABASE_URL", dsn)

    async def run(*words: str) -> tuple[int, str]:
        return await asyncio.to_thread(main, words), capsys.readouterr().err

    code, said = await run("backup", str(tmp_path / "more.tar"))
    assert code == 2 and "9999" in said
    code, said = await run("restore", str(theirs), "--replace")
    assert code == 1 and "9999" in said and "更新的程序" in said
    assert not cut_off(home)
    database = Database(dsn)
    await database.open()
    assert await database.value("select count(*) from tickets") == 2
    await database.close()
    code, said = await run("restore", str(ours), "--replace")
    assert code == 0, said
    async with inside(outbox=False) as here:
        assert await here.database.value("select count(*) from tickets") == 1
