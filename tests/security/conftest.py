"""One real service with every door that can be switched on for outsiders, a person of every role, and residents."""

from collections.abc import AsyncIterator

import pytest

from tests.desk.conftest import Desk, Person, desk, record
from tests.homes import Homes, serving
from tests.service import Service

__all__ = ["desk", "record"]

ROLES = ("reporter", "editor", "liaison", "admin", "auditor")


@pytest.fixture(scope="package")
async def service(homes: Homes) -> AsyncIterator[Service]:
    settings = {
        "BANGNONG_OPEN311_INTENTS": "medicine,supplies", "BANGNONG_API_A_MINUTE": "100000",
        "BANGNONG_HOTLINE_URL": "http://127.0.0.1:9/orders", "BANGNONG_HOTLINE_SECRET": "a-secret-agreed-with-nobody",
    }  # fmt: skip
    async with serving(homes.new("security"), **settings) as running:
        yield running


@pytest.fixture(scope="package")
async def people(desk: Desk) -> dict[str, Person]:
    """A person of every role; `zhou` is a further reporter whom others may wish to look at."""
    found = {role: await desk.hire(f"the-{role}", role) for role in ROLES}
    return {**found, "zhou": await desk.hire("zhou")}
