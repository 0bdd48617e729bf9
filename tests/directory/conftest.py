"""The desk's real service and people, and units for them to call."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import pytest
from yarl import URL

from bot.desk.directory import DISTRICTS, ROWS
from bot.desk.session import COOKIE, begin
from bot.directory.units import Draft, Words
from bot.people import add_user
from bot.store.database import Database
from bot.store.directory import add_unit
from data.playbook import load_playbook
from tests.desk.conftest import Desk, Person, desk, lina, platform, record, service, zhou
from tests.service import Record

__all__ = ["desk", "lina", "platform", "record", "service", "zhou"]

NOW = datetime(2022, 4, 5, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai."""


@pytest.fixture(scope="package")
def words() -> Words:
    return Words.of(ROWS, load_playbook(), DISTRICTS)


def given(**more: str) -> dict[str, str]:
    """A line of a sheet that is right."""
    row = {
        "name": "三林居委会", "kind": "居委村委", "district": "浦东新区", "street": "三林镇", "numbers": "021-50000000",
        "source": "镇政府网站",
    }  # fmt: skip
    return row | more


def draft(**more: object) -> Draft:
    values: Mapping[str, object] = {
        "name": "三林居委会", "kind": "committee", "district": "浦东新区", "street": "三林镇", "scope": (),
        "numbers": ("021-50000000",), "hours": "", "note": "", "source": "镇政府网站", "verified_at": None,
    }  # fmt: skip
    return Draft(**{**values, **more})  # type: ignore[arg-type]


@pytest.fixture
async def database(record: Record) -> AsyncIterator[Database]:
    opened = Database(record.dsn, limit=10)
    await opened.open()
    yield opened
    await opened.close()


async def put(database: Database, **more: object) -> int:
    """A unit in the record; its id."""
    return await add_unit(database, draft(**more), "lina", datetime.now(UTC))


async def seated(desk: Desk, database: Database, login: str, role: str) -> Person:
    """Somebody of that role with a session, without the walk through the login page."""
    await add_user(database, login, f"{login}先生", role, "long-enough-1", must_change=False)
    person = desk.stranger()
    person.http.cookie_jar.update_cookies({COOKIE: await begin(database, login)}, URL(person.base))
    await person.get("/desk")
    return person
