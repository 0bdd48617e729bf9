"""What is sent again after a lost connection is kept once; what was heard at an old number says nothing of the new one."""

from typing import Any

from bot.desk.directory import ROWS
from bot.store.database import Database
from bot.store.units import get_unit
from tests.api.test_every_route import token_of
from tests.desk.conftest import Person
from tests.directory.conftest import put
from tests.directory.test_calls import ticket
from tests.service import Record, Service

FORM = "f0f0f0f0-1111-2222-3333-444455556666"


async def test_the_same_form_twice_is_kept_once_and_another_one_is_another(
    service: Service, record: Record, lina: Person, zhou: Person, database: Database
) -> None:
    number = await ticket(service, record, "sent-again")
    unit = await put(database, name="三林再打办", kind="street", street="三林镇", numbers=("50009111",))
    sent: dict[str, dict[str, Any]] = {
        "calls": {"unit": str(unit), "result": "no_answer", "note": "没人接"},
        "note": {"text": "老人听力不好，大声说"},
        "supervise": {"level": "street", "who": "三林镇防控办", "way": "phone", "due": "0"},
    }
    counts = {
        "calls": "select count(*) from calls where number = $1",
        "note": "select count(*) from ticket_events where number = $1 and change = 'noted'",
        "supervise": "select count(*) from supervision where number = $1",
    }
    lines = "select count(*) from ticket_events where number = $1 and change in ('called', 'supervised')"
    for act, fields in sent.items():
        for _ in range(2):
            answer = await lina.do(f"/desk/tickets/{number}/{act}", **fields, form=FORM)
            assert answer.status == 200, answer.text
        assert await record.value(counts[act], number) == 1, act
    assert await record.value(lines, number) == 2
    assert (await lina.do(f"/desk/tickets/{number}/note", text="另一句", form=FORM)).status == 200
    assert (await zhou.do(f"/desk/tickets/{number}/note", text="老人听力不好，大声说", form=FORM)).status == 200
    assert (await lina.do(f"/desk/tickets/{number}/note", text="老人听力不好，大声说")).status == 200
    assert await record.value(counts["note"], number) == 4
    page = await lina.get(f"/desk/revisits/{number}")
    assert 'name="form" value="' in page.text
    for _ in range(2):
        told = await lina.form(f"/desk/revisits/{number}", contacted="no", note="没人接", form=FORM)
        assert told.status == 303
    assert await record.value("select count(*) from revisits where number = $1", number) == 1


async def test_a_call_to_the_old_number_does_not_brand_the_new_one(
    service: Service, record: Record, lina: Person, database: Database
) -> None:
    number = await ticket(service, record, "old-number")
    unit = await put(database, name="三林旧号办", kind="street", street="三林镇", numbers=("021-58880000",))
    dead = next(iter(ROWS.dead))
    await record.rows("update units set numbers = '{021-58889999}' where id = $1", unit)
    dialled = await lina.do(f"/desk/tickets/{number}/calls", unit=str(unit), number="021-58880000", result=dead)
    assert dialled.status == 200
    assert await record.value("select dialled from calls where unit = $1", unit) == "021-58880000"
    found = await get_unit(database, ROWS, unit)
    assert found is not None
    assert (found.figures.dead_at, found.figures.failures) == (None, 0)
    await lina.do(f"/desk/tickets/{number}/calls", unit=str(unit), number="021 58889999", result=dead)
    found = await get_unit(database, ROWS, unit)
    assert found is not None and found.figures.dead_at is not None
    await lina.do(f"/desk/tickets/{number}/calls", unit=str(unit), number="<script>", result=dead)
    assert (
        await record.value("select dialled from calls where unit = $1 order by id desc limit 1", unit) == "021-58889999"
    )


async def test_what_was_typed_outlives_a_colleague_s_tick(lina: Person, zhou: Person, database: Database) -> None:
    unit = await put(database, name="三林同改办", kind="street", street="三林镇", numbers=("50009222",))
    page = f"/desk/directory/{unit}"
    before = (await lina.get(page)).text.split('name="version" value="')[1].split('"')[0]
    await zhou.get(page)
    assert (await zhou.form(f"{page}/verify")).status == 303
    typed = {
        "name": "三林同改办", "kind": ROWS.kinds["street"].title, "district": "浦东新区", "street": "三林镇",
        "numbers": "50009222|50009223", "source": "电话问的", "note": "夜里打第二个号码",
    }  # fmt: skip
    refused = await lina.form(f"{page}/edit", **typed, version=before)
    assert refused.status == 409
    assert "夜里打第二个号码" in refused.text
    assert "50009223" in refused.text
    again = refused.text.split('name="version" value="')[1].split('"')[0]
    assert (await lina.form(f"{page}/edit", **typed, version=again)).status == 303
    assert "夜里打第二个号码" in (await lina.get(page)).text


async def test_the_api_gives_every_call(service: Service, record: Record, lina: Person, database: Database) -> None:
    number = await ticket(service, record, "many-calls")
    unit = await put(database, name="三林常打办", kind="street", street="三林镇", numbers=("50009333",))
    await record.rows(
        "insert into calls (number, conversation, unit, dialled, at, by, result) select number, conversation, $2, '50009333', "
        "now(), 'lina', 'no_answer' from tickets, generate_series(1, 70) where number = $1",
        number, unit,
    )  # fmt: skip
    headers, cursor, seen = {"Authorization": f"Bearer {await token_of(record)}"}, "", 0
    while True:
        page = (await lina.get(f"/api/v1/tickets/{number}/calls?limit=50&cursor={cursor}", headers=headers)).json
        seen += len(page["items"])
        if not (cursor := page["next"]):
            break
    assert seen == 70
