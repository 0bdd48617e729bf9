"""The embedded engines: one of each whoever starts, taken over after `kill -9`, in odd paths, gone when the last leaves."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from redis import Redis

from bot.embedded import EmbeddedPostgres, EmbeddedValkey, Engines
from bot.embedded.postgres import EngineFailed
from tests.service import ROOT, Record, Service, stop_engines

HOLD = """
import sys, time
from pathlib import Path
from bot.embedded import Engines
Engines(Path(sys.argv[1]), postgres=sys.argv[2] == "both").acquire()
print("up", flush=True)
time.sleep(60)
"""


def _postmaster(home: Path) -> int:
    return int((EmbeddedPostgres(home).data / "postmaster.pid").read_text().split("\n", 1)[0])


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engines")
    for parent in (folder, *list(folder.parents)[:2]):
        if parent.owner() == Path.home().owner():
            parent.chmod(parent.stat().st_mode | 0o011)
    return folder


@pytest.mark.parametrize("name", ["a home with spaces and 中文", "long" * 30])
async def test_odd_paths(place: Path, name: str) -> None:
    home = place / name
    home.mkdir(mode=0o755)
    engines = Engines(home)
    engines.acquire()
    try:
        assert engines.postgres and engines.valkey
        connection = await asyncpg.connect(engines.postgres.dsn)
        assert await connection.fetchval("show fsync") == "on"
        assert await connection.fetchval("show listen_addresses") == ""
        assert (await connection.fetchval("select '帮侬忙'::text")) == "帮侬忙"
        await connection.close()
        redis = Redis.from_url(engines.valkey.url)
        assert redis.config_get("port")["port"] == "0"
        redis.close()
    finally:
        assert engines.release() is True
    assert not engines.postgres.running()
    assert not engines.valkey.running()


def test_two_processes_share_one_server_and_the_last_stops_it(place: Path) -> None:
    one, two = Engines(place), Engines(place)
    one.acquire()
    first = _postmaster(place)
    two.acquire()
    assert _postmaster(place) == first
    assert one.release() is False
    assert two.postgres is not None
    assert two.postgres.running()
    assert two.release() is True
    assert not two.postgres.running()


def test_a_server_left_by_kill_9_is_taken_over_not_doubled(place: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(place), "both"], cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"up\n"
    orphan = _postmaster(place)
    child.kill()
    child.wait()
    child.stdout.close()
    engines = Engines(place)
    engines.acquire()
    assert _postmaster(place) == orphan
    assert engines.release() is True


@pytest.mark.parametrize("engine", [EmbeddedPostgres, EmbeddedValkey])
def test_a_number_that_was_given_to_another_is_left_alone(place: Path, engine: type) -> None:
    """A server that was killed leaves its pid behind, and the machine counts round."""
    server = engine(place)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        file = server.data / "postmaster.pid" if engine is EmbeddedPostgres else server.pid_file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{stranger.pid}\n")
        assert not server.running()
        server.stop()
        time.sleep(0.2)
        assert stranger.poll() is None, "a process that is none of ours was ended"
    finally:
        stranger.kill()
        stranger.wait()


def test_valkey_dies_with_its_parent(place: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(place), "valkey"], cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    valkey = EmbeddedValkey(place)
    assert valkey.running()
    child.kill()
    child.wait()
    child.stdout.close()
    for _ in range(100):
        if not valkey.running():
            return
        import time

        time.sleep(0.05)
    raise AssertionError("Valkey outlived its parent")


@pytest.mark.slow
async def test_a_service_left_alone_brings_valkey_back(home: Path) -> None:
    """Valkey died with the process that started it; the other service starts it again."""
    one = await Service(home).start()
    two = await Service(home).start()
    try:
        valkey = EmbeddedValkey(home)
        before = valkey.pid_file.read_text()

        def another() -> bool:
            return valkey.running() and valkey.pid_file.exists() and valkey.pid_file.read_text() not in ("", before)

        one.kill()
        for _ in range(600):  # for a moment the old one still answers
            if another():
                break
            await asyncio.sleep(0.1)
        assert another()
    finally:
        assert await two.stop() == 0
        stop_engines(home)


async def test_a_graceful_stop_loses_nothing(home: Path) -> None:
    """SIGTERM in the middle of traffic: whatever was answered is in the record, and the engines are stopped."""
    import aiohttp

    from tests.bot.conftest import Running
    from tests.bot.test_app_api import AppClient
    from tests.platforms.wechat import WeChatPlatform

    service = await Service(home).start()
    accepted, enough = list[str](), asyncio.Event()
    async with aiohttp.ClientSession() as http:
        running = Running(service, WeChatPlatform(), http)

        async def write(person: int) -> None:
            app = AppClient(running, f"stop{person}")
            for nth in range(50):
                try:
                    status, _ = await app.send(f"没菜了{person}-{nth}")
                except (aiohttp.ClientError, OSError):
                    return
                if status == 200:
                    accepted.append(f"没菜了{person}-{nth}")
                if len(accepted) > 20:
                    enough.set()

        writers = [asyncio.create_task(write(person)) for person in range(8)]
        await asyncio.wait_for(enough.wait(), 60)
        assert service.process is not None
        service.process.send_signal(signal.SIGTERM)
        await asyncio.gather(*writers)
        assert await asyncio.to_thread(service.process.wait, 20) == 0
    assert len(accepted) > 20
    assert not EmbeddedPostgres(home).running()
    engines = Engines(home)
    engines.acquire()
    try:
        async with Record(home) as record:
            kept = [row["text"] for row in await record.messages() if row["direction"] == "i"]
    finally:
        engines.release()
    assert not set(accepted) - set(kept)
    assert len(kept) == len(set(kept))


@pytest.mark.slow
async def test_open_chats_do_not_hold_up_the_stop(place: Path, trained: Path) -> None:
    """A page left open must not make a restart slow: sockets are closed first, and pages come back by themselves."""
    shutil.copytree(trained, place / "models")
    service = await Service(place).start()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await http.get(service.base + "/chat")
        async with http.ws_connect(service.base + "/api/app/main/ws") as wire:
            await wire.send_json({"type": "resume"})
            began = time.monotonic()
            stopped = asyncio.create_task(service.stop())
            async with asyncio.timeout(6):
                while (frame := await wire.receive()).type not in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
                    assert frame.type is aiohttp.WSMsgType.TEXT
            assert await stopped == 0
            assert time.monotonic() - began < 7
    stop_engines(place)


def test_a_second_database_is_never_begun(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cluster was made is written down; rights that change later are a clear error, not an empty database."""
    engines = EmbeddedPostgres(place)
    engines.start()
    made = engines.base
    engines.stop()
    assert (place / "postgres.place").read_text().strip() == str(made)
    monkeypatch.setattr("bot.embedded.postgres._reachable", lambda path, user: path != place)
    if os.getuid() == 0 and made == place / "postgres":
        with pytest.raises(EngineFailed, match="chmod o\\+x"):
            EmbeddedPostgres(place)
    else:
        assert EmbeddedPostgres(place).base == made


def test_a_server_that_is_killed_under_its_starter_comes_back(place: Path) -> None:
    """As the kernel does when memory runs out: a dead child nobody took note of looks to PostgreSQL like one that works."""
    engines = Engines(place, valkey=False)
    engines.acquire()
    try:
        assert engines.postgres is not None
        killed = _postmaster(place)
        os.kill(killed, signal.SIGKILL)
        while engines.postgres.running():
            time.sleep(0.02)
        engines.ensure(engines.postgres)
        assert engines.postgres.running()
        assert _postmaster(place) != killed
    finally:
        engines.release()


@pytest.mark.parametrize("told", ["", "postgres"])
def test_a_place_that_says_nothing_begins_no_database(place: Path, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    (place / "postgres.place").write_text(told)
    (place / "here").mkdir()
    monkeypatch.chdir(place / "here")
    with pytest.raises(EngineFailed, match="does not say where the database is"):
        EmbeddedPostgres(place)
    assert not list((place / "here").iterdir())
