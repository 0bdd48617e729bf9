"""What 12345 says of our orders: signed or not at all, heard once, never backwards, never a traceback."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.desk.conftest import Person
from tests.hotline.conftest import act, begin, state, taken, ticket_of
from tests.platforms.hotline import HotlineGateway
from tests.service import Record, Service


async def out(service: Service, record: Record, lina: Person, sender: str) -> str:
    """An order 12345 has."""
    order = await begin(lina, await ticket_of(service, record, sender))
    assert (await act(lina, order, "send", **{"field-need": "派车"})).status == 303
    await taken(record, order)
    return order


async def test_only_whoever_knows_the_secret(
    service: Service, record: Record, gateway: HotlineGateway, lina: Person
) -> None:
    order = await out(service, record, lina, "hook-signed")
    news = gateway.news(order, "received")
    for more in (
        {"secret": "somebody-elses-secret"}, {"signature": ""}, {"signature": "0" * 64}, {"skew": -400}, {"skew": 400},
    ):  # fmt: skip
        assert (await gateway.say(service.base, news, **more))[0] == 403, more  # type: ignore[arg-type]
    assert (await state(record, order))["status"] == "sent"
    assert (await gateway.say(service.base, news))[0] == 200
    big = b'{"text":"' + b"x" * (256 * 1024) + b'"}'
    assert (await gateway.say(service.base, None, raw=big))[0] == 413
    assert (await gateway.say(service.base, gateway.news("B20405-9999-1", "received")))[0] == 404
    code, said = await gateway.say(service.base, gateway.news(order, "solved"))
    assert (code, said["error"]["field"]) == (400, "status")
    code, said = await gateway.say(service.base, None, raw=b"{")
    assert code == 400
    draft = await begin(lina, await ticket_of(service, record, "hook-draft"))
    assert (await gateway.say(service.base, gateway.news(draft, "received")))[0] == 404
    # Our own order, sent back at us, is no news.
    assert (await gateway.say(service.base, None, raw=gateway.orders[order]["body"]))[0] == 400


async def test_repeats_and_stragglers(service: Service, record: Record, gateway: HotlineGateway, lina: Person) -> None:
    order = await out(service, record, lina, "hook-repeat")
    now = datetime.now(UTC)
    answered = gateway.news(order, "answered", "a1", now, text="今晚派车", unit="三林镇", hotline_number="SH-1")
    first = await asyncio.gather(*(gateway.say(service.base, answered) for _ in range(6)))
    assert {code for code, _ in first} == {200}
    events = (
        "select change, late from order_events where number = $1 and actor = 'hotline' and key is not null order by id"
    )
    assert [tuple(row) for row in await record.rows(events, order)] == [("answered", False)]
    for status in ("received", "assigned"):
        told = gateway.news(order, status, at=now - timedelta(minutes=9), unit="另一个单位")
        code, said = await gateway.say(service.base, told)
        assert (code, said["status"]) == (200, "answered")
    old = gateway.news(order, "answered", at=now - timedelta(minutes=3), text="旧的答复")
    assert (await gateway.say(service.base, old))[1]["status"] == "answered"
    page = (await lina.get(f"/desk/orders/{order}")).words
    assert "今晚派车" in page
    assert "另一个单位" not in page.partition("经过")[0]
    assert "晚到，状态没变" in page
    again = gateway.news(order, "answered", at=now + timedelta(minutes=1), text="车已到")
    assert (await gateway.say(service.base, again))[0] == 200
    assert "车已到" in (await lina.get(f"/desk/orders/{order}")).words.partition("经过")[0]
    assert (await gateway.say(service.base, gateway.news(order, "closed")))[1]["status"] == "closed"
    assert (await gateway.say(service.base, gateway.news(order, "returned", text="不受理")))[1]["status"] == "closed"
    row = await state(record, order)
    assert (row["status"], row["untold"]) == ("closed", True)  # they are done with it; the resident has not been told


@pytest.mark.parametrize("status", ["answered", "returned", "closed"])
async def test_what_comes_back_reaches_the_desk(
    service: Service, record: Record, gateway: HotlineGateway, lina: Person, status: str
) -> None:
    order = await out(service, record, lina, f"hook-desk-{status}")
    ticket = order.rpartition("-")[0]
    await lina.do(f"/desk/tickets/{ticket}/acknowledge")
    text = "" if status == "closed" else "写了几句"
    await gateway.say(service.base, gateway.news(order, status, text=text))
    alert = await record.value("select alert from tickets where number = $1", ticket)
    assert alert == ("order_returned" if status == "returned" else "order_answered")
    changes = [r["change"] for r in await record.rows("select change from ticket_events where number = $1", ticket)]
    assert f"order_{status}" in changes


async def test_without_a_secret_there_is_no_such_door(service: Service) -> None:
    """A GET is nobody's; the answer to strangers names nothing."""
    import aiohttp

    async with aiohttp.ClientSession() as http, http.get(f"{service.base}/hook/hotline") as got:
        assert got.status in (404, 405)
        assert "Traceback" not in await got.text()
