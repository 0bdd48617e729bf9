"""A real service in a process of its own: started, killed, frozen and looked into as an operator would."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from adapters.base import Secret
from bot.embedded import EmbeddedPostgres, EmbeddedValkey
from bot.settings import KeyFile
from bot.vault import Vault
from tests.warm import ROOT, Forked, bangnong

WECHAT = {
    "BANGNONG_WECHAT_MAIN_TOKEN": "stub-token",
    "BANGNONG_WECHAT_MAIN_APPID": "wx00000000test0001",
    "BANGNONG_WECHAT_MAIN_SECRET": "stub-app-secret-0001",
    "BANGNONG_WECHAT_MAIN_AES_KEY": "yujzed70TvzFSdV2Fi39sLeKR93gbbfjsX7ffkzVaTQ",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """One `bangnong serve` on `home`. `base` is its address; `log` what it printed.

    `warm`: a fork of a process that has read our modules (`tests.warm`), for tests that only talk to a service.
    """

    def __init__(
        self,
        home: Path,
        *,
        platform: str = "http://127.0.0.1:9",
        command: Sequence[str] = (),
        warm: bool = False,
        **env: str,
    ) -> None:
        self.home = home
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = home / f"serve-{self.port}.log"
        self.command = [*(command or (sys.executable, "-m", "bot")), "serve", "--port", str(self.port)]
        self.env = {
            **os.environ, **WECHAT, "BANGNONG_HOME": str(home), "BANGNONG_CHANNELS": "app:main,wechat:main",
            "BANGNONG_WECHAT_MAIN_API_BASE": platform, "PYTHONUNBUFFERED": "1", **env,
        }  # fmt: skip
        self.warm = warm
        self.process: subprocess.Popen[bytes] | Forked | None = None

    async def start(self, *, wait: float = 90) -> "Service":
        if self.warm:
            self.process = await asyncio.to_thread(
                bangnong, self.command[self.command.index("serve") :], self.env, self.log
            )
        else:
            with self.log.open("ab") as out:
                self.process = subprocess.Popen(self.command, env=self.env, cwd=ROOT, stdout=out, stderr=out)
        deadline = time.monotonic() + wait
        async with aiohttp.ClientSession() as http:
            while time.monotonic() < deadline:
                try:
                    async with http.get(self.base + "/healthz", timeout=aiohttp.ClientTimeout(total=1)) as answer:
                        if answer.status == 200:
                            return self
                except (aiohttp.ClientError, TimeoutError):
                    pass
                if self.process.poll() is not None:
                    break
                await asyncio.sleep(0.05)
        self.process.kill()
        raise AssertionError(f"the service did not come up:\n{self.log.read_text('utf-8')[-3000:]}")

    def kill(self) -> None:
        """kill -9: nothing is said to anybody."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    async def stop(self) -> int:
        """SIGTERM, and its exit code."""
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.to_thread(self.process.wait, 60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not stop:\n{self.log.read_text('utf-8')[-6000:]}") from None

    @property
    def admin_password(self) -> str:
        for line in self.log.read_text("utf-8").splitlines():
            if "admin /" in line:
                return line.split("admin /")[1].split()[0]
        raise AssertionError("no admin password was shown")

    def app_key(self) -> str:
        return KeyFile(self.home / "keys").get("app-main")


def signal_family(pids: Sequence[int], what: signal.Signals) -> None:
    """To each that is still there: a server's helpers come and go, and the rest must not stay frozen for one that went."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def stop_engines(home: Path) -> None:
    """What the last of several killed services left running."""
    EmbeddedValkey(home).stop()
    EmbeddedPostgres(home).stop(signal.SIGINT)


class Within:
    """A record of one connection: what portions do through it is undone with that connection's transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        yield self._connection


class Record:
    """The record read from outside: plain SQL, and words unsealed with the installation's key."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.dsn = EmbeddedPostgres(home).dsn
        self.vault = Vault(Secret(KeyFile(home / "keys").get("secret")))

    async def __aenter__(self) -> "Record":
        self.connection = await asyncpg.connect(self.dsn)
        sealed = await self.connection.fetchval("select value from installation where name = 'index_key'")
        self.vault.use_index_key(self.vault.open(sealed, b"index_key"))
        return self

    async def __aexit__(self, *gone: Any) -> None:
        await self.connection.close()

    async def rows(self, query: str, *args: Any) -> list[Any]:
        return list(await self.connection.fetch(query, *args))

    async def value(self, query: str, *args: Any) -> Any:
        return await self.connection.fetchval(query, *args)

    async def messages(self) -> list[dict[str, Any]]:
        """Every message of the record with its words."""
        from bot.codec import decode

        rows = await self.rows(
            "select m.*, c.data_key, c.openid from messages m join contacts c on c.id = m.conversation order by m.at"
        )
        out = []
        for row in rows:
            key = self.vault.data_key(row["conversation"], row["data_key"])
            direction = row["direction"].decode() if isinstance(row["direction"], bytes) else row["direction"]
            out.append(
                {
                    **dict(row),
                    "direction": direction,
                    "text": decode(key.open(row["body"]))["text"],
                    "openid": key.open(row["openid"]).decode(),
                }
            )
        return out


__all__ = ["ROOT", "Record", "Service", "stop_engines"]
