"""PostgreSQL and Valkey from wheels, started and stopped by whoever comes first and leaves last.

Every process of an installation holds a shared lock on `$BANGNONG_HOME/live.lock`. Starting and stopping happen under
an exclusive lock on `engines.lock`, so two processes never start two servers, a server orphaned by `kill -9` is taken
over by the next process, and only the last process to leave stops the engines.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.embedded.postgres import EmbeddedPostgres
from bot.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey", "Engines"]


class Engines:
    """The engines of one installation. `acquire` before use, `release` once at the end, `ensure` whenever one is gone."""

    def __init__(self, home: Path, *, postgres: bool = True, valkey: bool = True) -> None:
        self.home = home
        self.postgres = EmbeddedPostgres(home) if postgres else None
        self.valkey = EmbeddedValkey(home) if valkey else None
        self._live: int | None = None

    def acquire(self) -> None:
        """Join the installation, starting what is not running. Call from the main thread: Valkey is tied to it."""
        with self._exclusive():
            self._live = os.open(self.home / "live.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._live, fcntl.LOCK_SH)
            self._start()

    def ensure(self, engine: EmbeddedPostgres | EmbeddedValkey) -> None:
        """Start an engine again that has gone (the starter of Valkey was killed, PostgreSQL crashed)."""
        with self._exclusive():
            if not engine.running():
                engine.start()

    def release(self) -> bool:
        """Leave. Returns True when this was the last process, which stops the engines."""
        if self._live is None:
            return False
        with self._exclusive():
            fcntl.flock(self._live, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._live, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                last = False
            else:
                last = True
                for engine in (self.valkey, self.postgres):
                    if engine is not None:
                        engine.stop()
            os.close(self._live)
            self._live = None
        return last

    def _start(self) -> None:
        for engine in (self.postgres, self.valkey):
            if engine is not None and not engine.running():
                engine.start()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        handle = os.open(self.home / "engines.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
