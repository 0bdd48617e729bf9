"""The desk's real service and people, a database of one's own to look into, two editors and a writer."""

from collections.abc import AsyncIterator

import pytest

from bot.store.database import Database
from tests.desk.conftest import Desk, Person, desk, lina, platform, record, service, zhou
from tests.directory.conftest import seated
from tests.service import Record, Service

__all__ = ["desk", "lina", "platform", "record", "service", "zhou"]


@pytest.fixture(scope="module")
async def database(service: Service) -> AsyncIterator[Database]:
    async with Record(service.home) as opened:
        database = Database(opened.dsn, limit=20)
        await database.open()
        yield database
        await database.close()


@pytest.fixture(scope="module")
async def editor(desk: Desk, database: Database) -> Person:
    return await seated(desk, database, "report-editor", "editor")


@pytest.fixture(scope="module")
async def chief(desk: Desk, database: Database) -> Person:
    return await seated(desk, database, "report-chief", "editor")
