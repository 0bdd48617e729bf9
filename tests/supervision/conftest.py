"""The desk's real service and people, a unit to call, and time moved in the record instead of waited for."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.store.database import Database
from tests.desk.conftest import desk, lina, platform, record, service, zhou
from tests.service import Record

__all__ = ["desk", "lina", "platform", "record", "service", "zhou"]


@pytest.fixture(scope="module")
async def database(service: object) -> AsyncIterator[Database]:
    async with Record(service.home) as opened:  # type: ignore[attr-defined]
        database = Database(opened.dsn, limit=20)
        await database.open()
        yield database
        await database.close()


async def earlier(record: Record, number: str, gap: timedelta) -> None:
    """As if everything that was promised for the ticket had been promised so much earlier."""
    await record.rows(
        "update calls set promise_due = promise_due - $2::interval, at = at - $2::interval where number = $1",
        number,
        gap,
    )
    await record.rows(
        "update supervision set due = due - $2::interval, at = at - $2::interval where number = $1", number, gap
    )
