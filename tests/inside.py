"""The services of one process opened within the test, on a database of its own, with a clock the test moves.

For what happens between two lines: a test can stand there, which it cannot in another process. `inside` is the fixture;
a folder's conftest imports it together with `record_engines`.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest

from bot.arrivals import Outcome
from bot.embedded import Engines
from bot.intake import Answer
from bot.services import Services, addresses, open_services
from bot.settings import load_settings
from conversations.messages import ContactRef, Inbound
from tests.homes import EMPTY, open_folder, without_model
from tests.service import WECHAT, stop_engines

DYING = "我爸晕倒了叫不醒，没有呼吸，浦东新区牡丹路60弄3号502室，电话13800138000"
"""A critical matter told whole: it has its ticket at once."""
_numbers = count(1)


@dataclass
class Shift:
    """The machine's clock, `by` ahead of it."""

    by: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass
class Inside:
    """One open service and its clock. `keeper`: a connection to the same server that is not the service's."""

    services: Services
    clock: Shift
    keeper: Any

    @property
    def database(self) -> Any:
        return self.services.database

    def message(self, who: str, text: str, channel: str = "app", **more: Any) -> Inbound:
        return Inbound(
            contact=ContactRef(channel, "main", who), message_id=f"m{next(_numbers)}", kind="text", text=text,
            sent_at=self.clock(), opens="message", **more,
        )  # fmt: skip

    async def hear(self, who: str, text: str, channel: str = "app", **more: Any) -> Answer:
        """As a channel's hook does it."""
        account = self.services.accounts[channel, "main"]
        return await self.services.intake.hear(self.message(who, text, channel, **more), account)

    async def turn(self, who: str, text: str, channel: str = "app", *, slot: bool = False) -> Outcome:
        """Its turn alone, without what may still be said of it."""
        return await self.services.turns.hear(self.message(who, text, channel), slot=slot)

    async def conversation(self) -> UUID:
        """The only one there is."""
        found: UUID = await self.database.value("select id from conversations")
        return found

    async def until(self, true: Callable[[], Awaitable[Any]], within: float = 10.0) -> None:
        """Wait for it: a slow machine takes its time."""
        deadline = asyncio.get_running_loop().time() + within
        while not await true():
            assert asyncio.get_running_loop().time() < deadline, "it did not come about"
            await asyncio.sleep(0.02)

    async def cut(self) -> None:
        """The server ends every connection of the service, as in a restart or a failover."""
        name = urlsplit(self.database.dsn).path.removeprefix("/")
        await self.keeper.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()",
            name,
        )

    async def gone(self, query: str, *args: Any) -> None:
        """Until the query finds nothing more."""

        async def nothing() -> bool:
            return not await self.database.value(query, *args)

        await self.until(nothing)


Open = Callable[..., AbstractAsyncContextManager[Inside]]


@pytest.fixture(scope="session")
def record_engines(cluster: Path) -> Iterator[Engines]:
    """An installation's servers without a service, and without a model: the rules read alone."""
    home = without_model("inside", cluster)
    engines = Engines(home)
    engines.acquire()
    yield engines
    engines.release()
    stop_engines(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def inside(record_engines: Engines) -> AsyncIterator[Open]:
    """Opens services, each time on the same empty record: a second opening is a restart."""
    assert record_engines.postgres is not None
    name = f"inside_{next(_numbers)}"
    whole = record_engines.postgres.dsn.replace("/bangnong?", f"/{name}?")
    keeper = await asyncpg.connect(record_engines.postgres.dsn)
    await keeper.execute(f"create database {name} template {EMPTY}")
    home = open_folder("within")

    @asynccontextmanager
    async def opened(channels: str = "app:main", *, outbox: bool = True, **env: str) -> AsyncIterator[Inside]:
        settings = load_settings(
            {"BANGNONG_HOME": str(home), "BANGNONG_CHANNELS": channels, "BANGNONG_OCR": "off",
             "BANGNONG_WECHAT_MAIN_API_BASE": "http://127.0.0.1:9", **WECHAT, **env}
        )  # fmt: skip
        _, url = addresses(settings, record_engines)
        settings = replace(settings, database_url=whole, redis_url=url)
        clock = Shift()
        async with open_services(settings, None, clock=clock, outbox=outbox) as services:
            yield Inside(services, clock, keeper)

    yield opened
    shutil.rmtree(home)
    await keeper.execute(f"drop database {name} with (force)")
    await keeper.close()
