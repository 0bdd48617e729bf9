"""A service where one role must come in by two steps, and people who work there."""

from collections.abc import AsyncIterator

import pytest

from tests.desk.conftest import desk, record
from tests.homes import Homes, serving
from tests.inside import inside, record_engines
from tests.rights.issuer import Issuer
from tests.service import Service

__all__ = ["desk", "inside", "record", "record_engines"]


@pytest.fixture(scope="package")
async def issuer() -> AsyncIterator[Issuer]:
    async with Issuer().serve() as stand_in:
        yield stand_in


@pytest.fixture(scope="package")
async def service(homes: Homes, issuer: Issuer) -> AsyncIterator[Service]:
    async with serving(homes.new("rights"), BANGNONG_SECOND_FACTOR_ROLES="liaison", **issuer.env) as running:
        yield running
