"""An order that left arrives once: whatever the gateway does, whoever is killed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import Desk, Person
from tests.hotline.conftest import act, begin, state, taken, ticket_of, until
from tests.platforms.hotline import SECRET, HotlineGateway
from tests.service import Record, Service, free_port, stop_engines


async def send(person: Person, order: str) -> None:
    assert (await act(person, order, "send", **{"field-need": "今天派车"})).status == 303


async def hurry(record: Record, order: str) -> None:
    """Its next try is due now, and whoever held it is long dead."""
    await record.rows(
        "update orders set due_at = now(), lease_until = null where number = $1 and delivery in ('waiting', 'unsure')",
        order,
    )


async def settles(record: Record, order: str, tries: int) -> Any:
    """The order once so many tries are over."""

    async def look() -> Any:
        row = await state(record, order)
        return row if row["attempts"] >= tries and row["lease_until"] is None else None

    return await until(look)


async def test_a_gateway_with_bad_days(
    service: Service, record: Record, gateway: HotlineGateway, lina: Person, wang: Person
) -> None:
    order = await begin(lina, await ticket_of(service, record, "bad-days"))
    gateway.weather[:] = ["500", "busy", "html", "drop", "500-after", "off"]
    kinds = []
    await send(lina, order)
    for tries in range(1, 7):
        row = await settles(record, order, tries)
        kinds.append((row["delivery"], row["fault"]))
        await hurry(record, order)
    row = await taken(record, order)
    # After a try of unknown end nothing is certain until 12345 says so.
    assert kinds == [
        ("unsure", "broken"), ("unsure", "busy"), ("unsure", "garbled"), ("unsure", "timeout"), ("unsure", "broken"),
        ("unsure", "config"),
    ]  # fmt: skip
    assert row["attempts"] == 7
    mine = [one for one in gateway.tries if one.key == order]
    assert len(mine) == 7
    assert len({one.body for one in mine}) == 1  # byte by byte the same
    assert list(gateway.orders).count(order) == 1
    assert gateway.orders[order]["theirs"] in (await lina.get(f"/desk/orders/{order}")).words


async def test_what_12345_will_not_take_is_mended_and_sent_again(
    service: Service, record: Record, gateway: HotlineGateway, lina: Person, wang: Person
) -> None:
    ticket = await ticket_of(service, record, "mend")
    order = await begin(lina, ticket)
    await lina.do(f"/desk/tickets/{ticket}/acknowledge")
    gateway.weather[:] = ["422"]
    await send(lina, order)
    row = await settles(record, order, 1)
    assert (row["status"], row["delivery"]) == ("draft", "refused")
    page = (await lina.get(f"/desk/orders/{order}")).words
    assert "12345说内容不合格" in page
    assert "地址缺街镇" in page
    assert await record.value("select alert from tickets where number = $1", ticket) == "order_refused"
    assert "退单和没送到" in (await wang.get("/desk/orders")).words
    await act(lina, order, "send", **{"field-address": "浦东新区三林镇牡丹路60弄5号楼502室", "field-need": "派车"})
    await taken(record, order)
    assert list(gateway.orders).count(order) == 1


async def test_pressed_twice_or_by_two_people_it_is_one_order(
    service: Service, record: Record, gateway: HotlineGateway, lina: Person, wang: Person
) -> None:
    ticket = await ticket_of(service, record, "twice")
    order = await begin(lina, ticket)
    await wang.get(f"/desk/tickets/{ticket}")
    made = await asyncio.gather(*(one.form(f"/desk/tickets/{ticket}/order") for one in (lina, wang, lina)))
    assert {one.headers["Location"] for one in made} == {f"/desk/orders/{order}"}
    pressed = await asyncio.gather(
        *(act(one, order, "send", **{"field-need": "派车"}) for one in (lina, wang, lina, wang))
    )
    assert sorted(one.status for one in pressed) == [303, 409, 409, 409]
    await taken(record, order)
    assert [one.key for one in gateway.tries].count(order) == 1
    assert await record.value("select count(*) from orders where ticket = $1", ticket) == 1


async def test_stuck_is_said_and_a_person_files_it(
    service: Service, record: Record, gateway: HotlineGateway, lina: Person, wang: Person
) -> None:
    ticket = await ticket_of(service, record, "stuck")
    order = await begin(lina, ticket)
    await lina.do(f"/desk/tickets/{ticket}/acknowledge")
    gateway.weather[:] = ["busy"] * 2
    await send(lina, order)
    await settles(record, order, 1)
    assert "送不到12345" not in (await wang.get("/desk/orders")).words
    await record.rows("update orders set sent_at = now() - interval '4 minutes' where number = $1", order)
    await hurry(record, order)

    async def alarmed() -> bool:
        return bool((await state(record, order))["alarmed"])

    await until(alarmed)
    assert await record.value("select alert from tickets where number = $1", ticket) == "order_stuck"
    listing = (await wang.get("/desk/orders")).words
    assert "1 张工单送不到12345" in listing
    assert "12345的接口忙" in listing
    assert (await act(wang, order, "file", hotline_number="SH-PHONE-7")).status == 303
    row = await state(record, order)
    assert (row["status"], row["delivery"], row["payload"]) == ("filed", "dropped", None)
    gateway.weather.clear()
    assert order not in gateway.orders


@pytest.mark.slow(25)
@pytest.mark.timeout(300)
async def test_killed_between_the_commit_and_the_sending(home: Path) -> None:
    """kill -9, twice: before anything left, and while the gateway had it but had not answered."""
    gateway, port = HotlineGateway(), free_port()
    url = f"http://127.0.0.1:{port}/orders"
    service = Service(home, BANGNONG_HOTLINE_URL=url, BANGNONG_HOTLINE_SECRET=SECRET)
    await service.start()
    desk = Desk(service)
    try:
        lina = await desk.hire("lina")
        async with Record(home) as record:
            first = await begin(lina, await ticket_of(service, record, "killed-1"))
            await send(lina, first)  # committed; nobody listens at the gateway's address
            service.kill()
            row = await state(record, first)
            assert (row["status"], row["delivery"] in ("waiting", "sending")) == ("sent", True)
            async with gateway.serve(port):
                await service.start()
                await record.rows("update orders set due_at = now(), lease_until = null where number = $1", first)
                await taken(record, first)
                assert [one.key for one in gateway.tries] == [first]

                second = await begin(lina, await ticket_of(service, record, "killed-2"))
                gateway.weather.append("hang")
                await send(lina, second)

                async def arrived() -> bool:
                    return second in gateway.orders

                await until(arrived)
                service.kill()
                assert (await state(record, second))["delivery"] == "sending"
                await service.start()
                await record.rows("update orders set lease_until = now() where number = $1", second)
                await taken(record, second)
                assert [one.key for one in gateway.tries] == [first, second, second]
                assert len({one.body for one in gateway.tries if one.key == second}) == 1
                assert list(gateway.orders) == [first, second]
                changes = [row["change"] for row in await record.rows(
                    "select change from order_events where number = $1 order by id", second)]  # fmt: skip
                assert changes == ["made", "sent", "taken"]
    finally:
        for person in desk.people:
            await person.http.close()
        await service.stop()
        stop_engines(home)
