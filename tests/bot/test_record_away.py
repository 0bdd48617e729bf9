"""What counts as "the record is away": whatever it is that keeps us from it, and nothing of what it says to a statement."""

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from bot.embedded import Engines
from bot.store.database import Database, StoreAway
from tests.inside import DYING, Open


@pytest.fixture(scope="module")
async def database(record_engines: Engines) -> AsyncIterator[Database]:
    assert record_engines.postgres is not None
    opened = Database(record_engines.postgres.dsn, size=2)
    await opened.open()
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "fault",
    [
        asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.IdleSessionTimeoutError("terminating connection due to idle-session timeout"),
        asyncpg.DiskFullError("could not extend file"),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_connection_that_breaks(database: Database, fault: Exception) -> None:
    with pytest.raises(StoreAway):
        async with database.connection():
            raise fault
    assert await database.answers()


@pytest.mark.parametrize("fault", [asyncpg.UniqueViolationError("twice"), asyncpg.InsufficientPrivilegeError("table")])
async def test_what_a_statement_is_told_is_not_that(database: Database, fault: Exception) -> None:
    with pytest.raises(type(fault)):
        async with database.connection():
            raise fault


async def test_who_may_not_log_in_writes_to_the_spool_and_goes_on_afterwards(inside: Open) -> None:
    async with inside() as here:
        await here.keeper.execute("alter role bangnong nologin")
        try:
            await here.cut()
            answer = await here.hear("u", DYING)
            assert (answer.stored, "120" in answer.text) == (True, True)
            assert not await here.database.answers()
            assert here.services.intake.away
        finally:
            await here.keeper.execute("alter role bangnong login")

        async def back() -> bool:
            try:
                return bool(await here.database.value("select count(*) = 1 from tickets"))
            except StoreAway:
                return False

        await here.until(back)
        assert not list((here.services.settings.home / "spool" / "aside").glob("*"))


async def test_two_people_whose_messages_have_the_same_number(inside: Open) -> None:
    """An app may count the messages of each telephone apart: while the record is away, neither is taken for the other's."""
    async with inside() as here:
        account = here.services.accounts["app", "main"]
        here.services.intake.away = True
        told = {"a": DYING, "b": "家里煤气漏了，三林路100弄3号"}
        answers = [
            await here.services.intake.hear(replace(here.message(who, text), message_id="8"), account)
            for who, text in told.items()
        ]
        assert [answer.again for answer in answers] == [False, False]

        async def heard() -> bool:
            return bool(await here.database.value("select count(*) = 2 from inbox"))

        await here.until(heard)
