"""Who may do what to an order, through which door, and what is left of it when the resident is erased."""

from datetime import datetime

import pytest

from bot.store.contacts import erase_contact
from bot.store.database import Database
from tests.desk.conftest import PHONE, Desk, Person
from tests.hotline.conftest import WHERE, act, begin, state, taken, ticket_of
from tests.platforms.hotline import HotlineGateway
from tests.service import Record, Service

ACTS = ("save", "send", "file", "news", "number", "close")


@pytest.fixture(scope="package")
async def shen(desk: Desk) -> Person:
    return await desk.hire("shen", "auditor")


@pytest.fixture(scope="package")
async def wei(desk: Desk) -> Person:
    return await desk.hire("wei", "liaison")


async def test_an_auditor_looks_masked_and_does_nothing(
    service: Service, record: Record, lina: Person, shen: Person
) -> None:
    ticket = await ticket_of(service, record, "auditor")
    order = await begin(lina, ticket)
    for path in ("/desk/orders", "/desk/orders/rows", f"/desk/orders/{order}", f"/desk/tickets/{ticket}"):
        page = await shen.get(path)
        assert page.status == 200, path
        for secret in (PHONE, "5号楼502"):
            assert secret not in page.text, (path, secret)
    assert "<form" not in (await shen.get(f"/desk/orders/{order}")).text.partition("<main")[2]
    assert (await shen.get(f"/desk/orders/{order}/sheet")).status == 403
    for name in ACTS:
        assert (await act(shen, order, name)).status == 403, name
    for name in ("order", "order-tell"):
        assert (await shen.form(f"/desk/tickets/{ticket}/{name}")).status == 403, name
    looked = "select count(*) from audit where actor = 'shen' and action = 'desk.reveal'"
    assert await record.value(looked) == 0


async def test_strangers_and_other_sites_get_nothing(
    service: Service, record: Record, desk: Desk, lina: Person
) -> None:
    ticket = await ticket_of(service, record, "stranger")
    order = await begin(lina, ticket)
    stranger = desk.stranger()
    for path in ("/desk/orders", "/desk/orders/rows", f"/desk/orders/{order}", f"/desk/orders/{order}/sheet"):
        assert (await stranger.get(path)).headers["Location"].startswith("/login"), path
    paths = [f"/desk/orders/{order}/{name}" for name in ACTS]
    paths += [f"/desk/tickets/{ticket}/order", f"/desk/tickets/{ticket}/order-tell"]
    for path in paths:
        assert (await stranger.form(path)).headers["Location"].startswith("/login"), path
        for csrf in ("", "x" * 32):
            answer = await lina.ask("POST", path, data={"csrf": csrf, "field-need": "派车"})
            assert answer.status == 403, path
            assert "页面已过期" in answer.words
    assert (await state(record, order))["status"] == "draft"


async def test_a_colleagues_order_is_the_editors_and_the_liaisons_too(
    service: Service, record: Record, lina: Person, zhou: Person, wang: Person, wei: Person
) -> None:
    ticket = await ticket_of(service, record, "colleague")
    order = await begin(lina, ticket)
    assert (await zhou.get(f"/desk/orders/{order}")).status == 200
    for name in ACTS:
        refused = await act(zhou, order, name)
        assert refused.status == 409, name
        assert "同事在办" in refused.words
    assert (await zhou.form(f"/desk/tickets/{ticket}/order")).status == 409
    for person in (wang, wei):
        await person.get(f"/desk/orders/{order}")
        saved = await act(person, order, "save", **{"field-need": "派车"})
        assert saved.headers["Location"] == f"/desk/orders/{order}?saved=yes"


async def test_bad_input_gets_a_sentence(service: Service, record: Record, lina: Person) -> None:
    ticket = await ticket_of(service, record, "bad-input")
    order = await begin(lina, ticket)
    for path in ("/desk/orders/B20405-0001-9", "/desk/orders/x", "/desk/orders/%00", "/desk/orders/B/sheet"):
        assert (await lina.get(path)).status == 404, path
    for name, fields, status, words in (
        ("save", {"field-need": "字" * 301}, 400, "太长"),
        ("send", {"field-need": "字" * 301}, 400, "太长"),
        ("send", {"field-subject": "", "field-need": ""}, 400, "至少写一样"),
        ("send", {"field-phone": "", "field-address": "", "field-need": "派车"}, 400, "至少要有一个"),
        ("file", {"field-need": "派车", "hotline_number": "!!"}, 400, "工单号只能是"),
        ("news", {"status": ""}, 400, "请选"),
        ("number", {"hotline_number": ""}, 400, "工单号只能是"),
        ("news", {"status": "received"}, 409, "刷新"),  # nothing was sent yet
    ):
        answer = await act(lina, order, name, **fields)
        assert (answer.status, words in answer.words) == (status, True), (name, fields, answer.status)
    odd = await act(
        lina, order, "save", level="dire", kind="x", called="<b>", **{"field-need": "<script>alert(1)</script>"}
    )
    assert odd.status == 303
    row = await state(record, order)
    assert (row["level"], row["kind"], row["called"]) == ("top", "help", "unknown")
    assert "<script>alert" not in (await lina.get(f"/desk/orders/{order}")).text
    assert (await act(lina, order, "solve")).status == 404
    tell = await lina.do(f"/desk/tickets/{ticket}/order-tell", order=order, mark="0", text="已送")
    assert (tell.status, tell.json["error"]["code"]) == (409, "newer")
    other = await ticket_of(service, record, "bad-input-2")
    assert (await lina.do(f"/desk/tickets/{other}/order-tell", order=order, mark="0", text="已送")).status == 404


async def test_looking_is_counted_and_stopped(service: Service, record: Record, lina: Person, zhou: Person) -> None:
    order = await begin(lina, await ticket_of(service, record, "counted"))
    assert (await zhou.get(f"/desk/orders/{order}")).status == 200
    await record.rows(
        "insert into audit (actor, action, subject) select 'zhou', 'desk.reveal', 'x' from generate_series(1, 120)"
    )
    stopped = await zhou.get(f"/desk/orders/{order}")
    assert stopped.status == 429
    assert PHONE not in stopped.text


async def test_a_closed_ticket_sends_nothing_new(service: Service, record: Record, lina: Person) -> None:
    ticket = await ticket_of(service, record, "ended")
    order = await begin(lina, ticket)
    assert (await lina.do(f"/desk/tickets/{ticket}/close", outcome="withdrawn")).status == 200
    refused = await act(lina, order, "send", **{"field-need": "派车"})
    assert (refused.status, "已经结束" in refused.words) == (409, True)
    assert (await act(lina, order, "close", note="居民不用了")).status == 303
    assert (await lina.form(f"/desk/tickets/{ticket}/order")).status == 409


async def test_nothing_in_clear_and_nothing_left_of_an_erased_resident(
    service: Service, record: Record, gateway: HotlineGateway, lina: Person, wang: Person
) -> None:
    ticket = await ticket_of(service, record, "erased", "我外婆尿毒症 三天没透析了 喘不上气", WHERE)
    order = await begin(lina, ticket)
    await act(lina, order, "send", reason="听不清", **{"field-need": "请派车去仁济", "field-name": "王女士"})
    await taken(record, order)
    said = gateway.news(order, "assigned", "e1", unit="三林镇", text="联系王女士", hotline_number="SHERASE1")
    await gateway.say(service.base, said)
    waiting = await begin(lina, await ticket_of(service, record, "erased-2"))
    secrets = (PHONE, "牡丹路", "502", "尿毒症", "王女士", "仁济", "听不清", "SHERASE1", "三林镇")
    for table in ("orders", "order_events"):
        values = [one for row in await record.rows(f"select * from {table} where number = $1", order) for one in row]
        words = " ".join(str(one) for one in values if not isinstance(one, bytes | datetime))
        sealed = b"".join(one for one in values if isinstance(one, bytes))
        assert sealed
        for secret in secrets:
            assert secret not in words, (table, secret)
            assert secret.encode() not in sealed, (table, secret)
    gateway.weather[:] = ["busy"]
    await act(lina, waiting, "send", **{"field-need": "派车"})
    database = Database(record.dsn)
    await database.open()
    for number in (ticket, waiting.rpartition("-")[0]):
        contact = await record.value("select conversation from tickets where number = $1", number)
        assert await erase_contact(database, contact)
    await database.close()
    gateway.weather.clear()
    row = await state(record, order)
    assert (bytes(row["form"]), row["reply"], row["payload"], row["status"]) == (b"", None, None, "assigned")
    assert await record.value("select count(*) from order_events where number = $1 and detail is not null", order) == 0
    assert (await state(record, waiting))["delivery"] in ("dropped", "taken")
    # What comes later is noted as a code; its words have no key to be kept under.
    late = gateway.news(order, "answered", "e2", text="已联系王女士", hotline_number="SHERASE1")
    assert (await gateway.say(service.base, late))[0] == 200
    assert (await state(record, order))["reply"] is None
    for person in (lina, wang):
        for path in (f"/desk/orders/{order}", f"/desk/orders/{order}/sheet", "/desk/orders", f"/desk/tickets/{ticket}"):
            page = await person.get(path)
            assert page.status == 200, path
            for secret in ("王女士", "牡丹路60", "SHERASE1"):
                assert secret not in page.text, (path, secret)
    assert "资料已删除" in (await lina.get(f"/desk/orders/{order}")).words
    for name in ACTS:
        assert (await act(lina, order, name, status="received", hotline_number="SH-77")).status == 404, name
