"""A real service with a gateway of 12345 beside it, residents and staff as the desk's tests have them."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.desk.conftest import RED, Answer, Desk, Person, Resident, number_of
from tests.homes import Homes, serving
from tests.platforms.hotline import SECRET, HotlineGateway
from tests.service import Record, Service

WHERE = "电话13800005678，浦东新区三林镇牡丹路60弄5号楼502室"


@pytest.fixture(scope="package")
async def gateway() -> AsyncIterator[HotlineGateway]:
    async with HotlineGateway().serve() as stand_in:
        yield stand_in


@pytest.fixture(scope="package")
async def service(homes: Homes, gateway: HotlineGateway) -> AsyncIterator[Service]:
    async with serving(
        homes.new("hotline"), BANGNONG_HOTLINE_URL=gateway.url, BANGNONG_HOTLINE_SECRET=SECRET
    ) as running:
        yield running


@pytest.fixture
async def record(service: Service) -> AsyncIterator[Record]:
    async with Record(service.home) as opened:
        yield opened


@pytest.fixture(scope="package")
async def desk(service: Service) -> AsyncIterator[Desk]:
    opened = Desk(service)
    yield opened
    for person in opened.people:
        await person.http.close()


@pytest.fixture(scope="package")
async def lina(desk: Desk) -> Person:
    return await desk.hire("lina")


@pytest.fixture(scope="package")
async def zhou(desk: Desk) -> Person:
    return await desk.hire("zhou")


@pytest.fixture(scope="package")
async def wang(desk: Desk) -> Person:
    return await desk.hire("wang", "editor")


async def ticket_of(service: Service, record: Record, sender: str, *words: str) -> str:
    """The number of a resident's ticket after they said all that."""
    resident = Resident(service, sender)
    for text in words or (RED, WHERE):
        await resident.say(text)
    return await number_of(record, sender)


async def begin(person: Person, ticket: str, *, claim: bool = True) -> str:
    """Claimed, and a draft made from it; its number."""
    if claim:
        assert (await person.do(f"/desk/tickets/{ticket}/claim")).status == 200
    await person.get(f"/desk/tickets/{ticket}")
    made = await person.form(f"/desk/tickets/{ticket}/order")
    assert made.status == 303, made.words
    return made.headers["Location"].rpartition("/")[2]


async def act(person: Person, order: str, name: str, **fields: str) -> Answer:
    return await person.form(f"/desk/orders/{order}/{name}", **fields)


async def until(look: Callable[[], Any], *, limit: float = 25) -> Any:
    """What a query says once it says something true."""
    async with asyncio.timeout(limit):
        while True:
            found = await look()
            if found:
                return found
            await asyncio.sleep(0.05)


async def state(record: Record, order: str) -> Any:
    return (await record.rows("select * from orders where number = $1", order))[0]


async def taken(record: Record, order: str) -> Any:
    """The order once the gateway has it for sure."""

    async def look() -> Any:
        row = await state(record, order)
        return row if row["delivery"] == "taken" else None

    return await until(look)


async def parts(person: Person, ticket: str) -> str:
    """The order's section of the ticket page, as it is now."""
    return str((await person.get(f"/desk/tickets/{ticket}/parts")).json["parts"]["orders"])


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
