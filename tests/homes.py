"""Homes for real services: a trained model and an empty record already in them, made once a run and copied.

`python -m tests.homes FOLDER` makes what is copied. initdb and twenty migrations cost each of sixty services seconds of a
whole core; that they work on a bare home is what `tests/bot/test_embedded.py` shows.
"""

import asyncio
import fcntl
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bot.embedded import EmbeddedPostgres
from bot.store.database import migrate
from tests.service import ROOT, Service, stop_engines

EMPTY = "empty_record"


@dataclass(frozen=True)
class Homes:
    """`models`: with a serving model; `cluster`: a PostgreSQL data folder that was shut down in order."""

    models: Path
    cluster: Path

    def new(self, name: str) -> Path:
        """Not below pytest's own folder: every other session of pytest closes that to PostgreSQL's user while this one runs."""
        home = without_model(name, self.cluster)
        shutil.copytree(self.models, home / "models")
        return home


def without_model(name: str, cluster: Path) -> Path:
    """A home with an empty record; the rules read alone."""
    home = open_folder(name)
    # Whose it is comes along: PostgreSQL's ordinary user where we are root.
    subprocess.run(["cp", "-a", str(cluster), str(home / "postgres")], check=True)
    return home


def open_folder(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"bangnong-{name}-"))
    folder.chmod(0o711)
    return folder


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Whoever of several test processes comes first; the others wait."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def shared_cluster(folder: Path) -> Path:
    """The cluster to copy, made by the first who asks."""
    with alone(folder):
        if not (folder / "cluster").exists():
            subprocess.run([sys.executable, "-m", "tests.homes", str(folder / "cluster")], cwd=ROOT, check=True)
    return folder / "cluster"


async def _migrated(dsn: str) -> None:
    """The service's database, and a copy that nobody connects to: for tests that want further empty ones beside it."""
    await migrate(dsn)
    connection = await asyncpg.connect(dsn.replace("/bangnong?", "/postgres?"))
    await connection.execute(f"create database {EMPTY} template bangnong")
    await connection.close()


def make_cluster(target: Path) -> None:
    home = open_folder("cluster")
    postgres = EmbeddedPostgres(home)
    postgres.start()
    try:
        asyncio.run(_migrated(postgres.dsn))
    finally:
        postgres.stop(signal.SIGINT)
    subprocess.run(["mv", str(home / "postgres"), str(target)], check=True)
    shutil.rmtree(home)


@asynccontextmanager
async def serving(
    home: Path, *, platform: str = "http://127.0.0.1:9", arguments: Sequence[str] = (), **env: str
) -> AsyncIterator[Service]:
    """A service on `home` that must still live when its tests are over, and stop in order; then the home goes."""
    running = Service(home, platform=platform, warm=True, **env)
    running.command.extend(arguments)
    await running.start()
    try:
        yield running
        assert running.process is not None
        assert running.process.poll() is None, f"the service died:\n{running.log.read_text('utf-8')[-3000:]}"
        assert await running.stop() == 0
    finally:
        if running.process is not None and running.process.poll() is None:
            running.kill()
        stop_engines(home)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    make_cluster(Path(sys.argv[1]))
