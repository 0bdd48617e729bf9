"""A backup made while people write, brought back on another machine: every word, every ticket, and nobody who was erased."""

import asyncio
import fcntl
import json
import shutil
import subprocess
import tarfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import bot.backup
from adapters.app import CHANNEL, AppSecrets
from adapters.base import Secret
from bot.backup import back_up
from bot.embedded import EmbeddedPostgres
from bot.settings import KeyFile
from bot.vault import Vault
from tests.service import Record, Service, stop_engines
from tests.warm import ran

RED = "我外婆尿毒症 三天没透析了 腿肿 喘不上气"


async def bangnong(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(ran, arguments, Service(home).env)


async def say(service: Service, sender: str, *texts: str) -> None:
    secrets = AppSecrets(Secret(service.app_key()))
    async with aiohttp.ClientSession() as http:
        for nth, text in enumerate(texts):
            body = {"id": f"{sender}-{nth}-{time.time_ns()}", "sender": sender, "text": text}
            signed = CHANNEL.sign(json.dumps(body).encode(), secrets, now=time.time())
            url = service.base + "/api/app/main/messages"
            async with http.post(url, data=signed.body, headers=dict(signed.headers)) as response:
                assert response.status == 200


async def kept(home: Path) -> list[tuple[Any, ...]]:
    async with Record(home) as record:
        words = sorted(
            (row["conversation"], row["turn"], row["position"], row["text"]) for row in await record.messages()
        )
        tickets = sorted(tuple(row) for row in await record.rows("select number, urgency, status from tickets"))
    return [*words, *tickets]


@pytest.fixture
async def served(home: Path) -> AsyncIterator[Service]:
    service = await Service(home, warm=True).start()
    yield service
    await service.stop()
    stop_engines(home)


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("elsewhere")
    for place in (folder, *list(folder.parents)[:2]):
        if place.owner() == Path.home().owner():
            place.chmod(place.stat().st_mode | 0o011)
    yield folder
    stop_engines(folder)


@pytest.mark.slow(40)
async def test_everything_comes_back_elsewhere(served: Service, elsewhere: Path, tmp_path: Path) -> None:
    file = tmp_path / "night.tar"
    await say(served, "first", RED, "13800005678 浦东新区三林镇牡丹路60弄5号楼502室")
    (served.home / "media" / "ab").mkdir(parents=True)
    (served.home / "media" / "ab" / "abcd").write_bytes(b"sealed picture")
    made = await bangnong(served.home, "backup", str(file))
    assert made.returncode == 0, made.stderr
    assert "密钥不在里面" in made.stdout
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as tar:
        assert not any("keys" in name or "secret" in name for name in tar.getnames())
    before = await kept(served.home)
    assert len(before) >= 5
    assert (await bangnong(served.home, "backup", str(file))).returncode == 2, "an old backup is not overwritten"
    running = await bangnong(served.home, "restore", str(file), "--replace")
    assert running.returncode == 1
    assert "先停下服务" in running.stderr

    stranger = await bangnong(elsewhere, "restore", str(file))
    assert stranger.returncode == 1
    assert "要用做它时的密钥" in stranger.stderr
    shutil.rmtree(elsewhere / "keys")
    shutil.copytree(served.home / "keys", elsewhere / "keys")
    back = await bangnong(elsewhere, "restore", str(file))
    assert back.returncode == 0, back.stderr
    assert (elsewhere / "media" / "ab" / "abcd").read_bytes() == b"sealed picture"
    assert (elsewhere / "models" / "current").read_text() == (served.home / "models" / "current").read_text()
    again = await Service(elsewhere).start()
    try:
        assert await kept(elsewhere) == before
        await say(again, "first", "没有解决")
        assert len(await kept(elsewhere)) > len(before)
    finally:
        await again.stop()


@pytest.mark.slow(35)
async def test_who_was_erased_since_stays_erased(served: Service, tmp_path: Path) -> None:
    file = tmp_path / "before.tar"
    await say(served, "stays", RED)
    await say(served, "goes", RED)
    assert (await bangnong(served.home, "backup", str(file))).returncode == 0
    async with Record(served.home) as record:
        goes = await record.value(
            "select t.number from tickets t join contacts c on c.id = t.conversation where c.openid_hash = $1",
            record.vault.hash("openid", "app", "main", "goes"),
        )
    assert (await bangnong(served.home, "erase", "--contact", goes)).returncode == 0
    await say(served, "later", RED)
    await served.stop()
    refused = await bangnong(served.home, "restore", str(file))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    back = await bangnong(served.home, "restore", str(file), "--replace")
    assert back.returncode == 0, back.stderr
    assert "照样删除" in back.stderr
    service = await Service(served.home).start()
    try:
        async with Record(served.home) as record:
            assert await record.value("select count(*) from contacts where erased_at is null") == 1
            assert await record.value("select count(*) from contacts where data_key is not null") == 1
            assert await record.value("select count(*) from tickets") == 2
            assert await record.value("select count(*) from audit where action = 'restore'") == 1
    finally:
        await service.stop()


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _flip(file: Path) -> None:
    body = bytearray(file.read_bytes())
    body[len(body) // 3] ^= 0xFF
    file.write_bytes(bytes(body))


def _nonsense(file: Path) -> None:
    file.write_bytes(b"this is no tar")


def _smuggled(file: Path) -> None:
    with tarfile.open(file, "w") as tar:
        tar.add(__file__, "models/../../keys/secret")


@pytest.mark.parametrize("damage", [_cut, _flip, _nonsense, _smuggled, Path.unlink])
def test_a_damaged_backup_is_refused_before_anything_is_touched(tmp_path: Path, damage: Any) -> None:
    from bot.backup import BackupFailed, read_manifest

    file = tmp_path / "b.tar"
    body = json.dumps({"format": 1, "made_at": "", "files": {}, "check": ""}).encode()
    (tmp_path / "manifest.json").write_bytes(body)
    (tmp_path / "data").write_bytes(b"x" * 20_000)
    with tarfile.open(file, "w") as tar:
        tar.add(tmp_path / "data", "record.dump")
        tar.add(tmp_path / "manifest.json", "manifest.json")
    with pytest.raises(BackupFailed, match="对不上"):
        read_manifest(file)
    damage(file)
    with pytest.raises(BackupFailed):
        read_manifest(file)


@pytest.mark.slow(20)
async def test_what_is_drained_during_a_backup_is_in_it(
    served: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the spool into the record between the two halves of a backup: it is in one of them at least."""
    spool = served.home / "spool"
    spool.mkdir(exist_ok=True)
    writer = (spool / "1-1.spool").open("xb")  # of another process, which lives and will drain it
    fcntl.flock(writer, fcntl.LOCK_EX)
    writer.write(b"a message")
    writer.flush()
    (served.home / "models" / ".draft-x-1").mkdir(parents=True, exist_ok=True)
    (served.home / "models" / ".draft-x-1" / "weights.npy").write_bytes(b"half")
    run = bot.backup._run

    def drains(command: list[str]) -> str:
        said = run(command)
        (spool / "1-1.spool").unlink(missing_ok=True)
        return said

    monkeypatch.setattr(bot.backup, "_run", drains)
    vault, dsn = Vault(Secret(KeyFile(served.home / "keys").get("secret"))), EmbeddedPostgres(served.home).dsn
    manifest = back_up(dsn, served.home, vault, tmp_path / "b.tar", lambda what: None)
    assert "spool/1-1.spool" in manifest.files
    assert not any("draft" in name for name in manifest.files)
    writer.close()
