"""From a ticket: whom to call and why, the call in two taps, the promise that comes due; a resident's number stays sealed."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.desk.directory import ROWS
from bot.store.calls import open_promises
from bot.store.contacts import erase_contact
from bot.store.database import Database
from bot.store.units import get_unit
from tests.desk.conftest import PHONE, RED, WHERE, Answer, Desk, Person, Resident, number_of
from tests.directory.conftest import put, seated
from tests.service import Record, Service


async def ticket(service: Service, record: Record, sender: str, *words: str) -> str:
    for text in words or (RED, WHERE):
        await Resident(service, sender).say(text)
    return await number_of(record, sender)


async def panel(person: Person, number: str) -> str:
    return str((await person.get(f"/desk/tickets/{number}/parts")).json["parts"]["calls"])


async def test_those_that_fit_are_named_with_the_reason(
    service: Service, record: Record, lina: Person, database: Database
) -> None:
    number = await ticket(service, record, "who-to-call")
    there = await put(
        database, name="三林镇卫生办", kind="street", street="三林镇", numbers=("021-50009001", "50009002转8")
    )
    await put(database, name="徐汇区卫健委", kind="department", district="徐汇区", street="")
    await put(database, name="三林物资组", kind="street", street="三林镇", scope=("supplies",))
    shown = await panel(lina, number)
    assert "三林镇卫生办" in shown
    assert "同一个街镇" in shown
    assert 'href="tel:02150009001"' in shown
    assert 'href="tel:50009002,8"' in shown
    for other in ("徐汇区卫健委", "三林物资组"):
        assert other not in shown
    found = await lina.get(f"/desk/tickets/{number}/callees?q=徐汇卫健")
    assert "徐汇区卫健委" in found.json["html"]  # looked for by hand: it can be called all the same
    assert f'action="/desk/tickets/{number}/calls"' in found.json["html"]
    await lina.form(f"/desk/directory/{there}/retire")
    assert "三林镇卫生办" not in await panel(lina, number)


async def test_a_call_is_logged_and_its_promise_comes_due(
    service: Service, record: Record, lina: Person, zhou: Person, database: Database
) -> None:
    number = await ticket(service, record, "promised")
    unit = await put(database, name="三林应急办", kind="street", street="三林镇", numbers=("50009100",))
    await lina.do(f"/desk/tickets/{number}/claim")
    answer = await lina.do(
        f"/desk/tickets/{number}/calls",
        unit=str(unit),
        result="agreed",
        promise="下午派车",
        due="0",
        note="王主任接的",
        move="yes",
    )
    assert answer.status == 200
    parts = answer.json["parts"]
    assert "三林应急办答应“下午派车”" in parts["promises"]
    assert "王主任接的" in parts["calls"]
    assert "打了电话：三林应急办，答应处理" in parts["history"]
    assert await record.value("select status from tickets where number = $1", number) == "local_coord"
    row = (await record.rows("select * from calls where number = $1", number))[0]
    assert (row["by"], row["result"], row["dialled"], row["promise_state"]) == ("lina", "agreed", "50009100", "open")
    assert timedelta(hours=3.9) < row["promise_due"] - datetime.now(UTC) < timedelta(hours=4.1)
    assert "派车".encode() not in row["body"]  # what was said is sealed
    counted = await get_unit(database, ROWS, unit)
    assert counted is not None
    assert (counted.figures.calls, counted.figures.answered) == (1, 1)

    await record.rows("update calls set promise_due = now() - interval '20 minutes' where id = $1", row["id"])
    listed = await zhou.get("/desk/calls")
    first = listed.words.partition("答应了还没回音的")[2].partition("最近的电话")[0]
    assert re.search(rf"{number} 三林应急办 50009100：下午派车 .*超时 20 分钟", first)
    assert "超时 20 分钟" in (await zhou.get(f"/desk/tickets/{number}/parts")).json["parts"]["promises"]
    settled = await zhou.form(f"/desk/tickets/{number}/promise", call=str(row["id"]), state="missed", back="list")
    assert settled.headers["Location"] == "/desk/calls"
    again = await lina.do(f"/desk/tickets/{number}/promise", call=str(row["id"]), state="kept")
    assert again.status == 409
    after = (await lina.get(f"/desk/tickets/{number}/parts")).json["parts"]
    assert after["promises"].strip() == ""
    assert "答应的没做到：三林应急办" in after["history"]
    assert "没做到（zhou先生 记下）" in after["calls"]


async def test_a_call_to_the_resident_keeps_the_number_sealed_and_says_they_were_called(
    service: Service, record: Record, lina: Person, zhou: Person
) -> None:
    number = await ticket(service, record, "rang")
    answer = await lina.do(
        f"/desk/tickets/{number}/calls", unit="", result="answered", note=f"女儿接的，另一个号 {PHONE}"
    )
    assert answer.status == 200
    shown = answer.json["parts"]["calls"]
    assert "居民" in shown
    assert "138****5678" in shown
    assert PHONE not in answer.text
    assert await record.value("select verification from tickets where number = $1", number) == "called_back"
    row = (await record.rows("select * from calls where number = $1", number))[0]
    assert row["dialled"] == ""
    assert PHONE.encode() not in row["body"]
    assert PHONE not in (await zhou.get("/desk/calls")).text
    before = await record.value("select count(*) from audit where action = 'desk.reveal' and subject = $1", number)
    words = (await lina.do(f"/desk/tickets/{number}/call-words")).json["calls"]
    assert words[str(row["id"])] == {"dialled": PHONE, "promise": "", "note": f"女儿接的，另一个号 {PHONE}"}
    after = await record.rows("select detail from audit where action = 'desk.reveal' and subject = $1", number)
    assert len(after) == before + 1
    assert PHONE not in str(await record.rows("select detail from audit where subject = $1", number))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"result": ""}, "请选一个结果"),
        ({"result": "wonderful"}, "请选一个结果"),
        ({"result": "agreed", "unit": "999999999"}, "没有这一家"),
        ({"result": "agreed", "unit": "x"}, "没有这一家"),
        ({"result": "agreed", "unit": ""}, "打给单位用的"),
        ({"result": "answered", "unit": ""}, "还没有居民的电话"),
        ({"result": "agreed", "due": "99"}, "到期时间"),
        ({"result": "agreed", "due": "-1"}, "到期时间"),
        ({"result": "no_answer", "promise": "派车"}, "没有人接"),
        ({"result": "agreed", "note": "长" * 301}, "太长"),
    ],
)
async def test_what_cannot_be_logged_is_said(
    service: Service, record: Record, lina: Person, database: Database, fields: dict[str, str], says: str
) -> None:
    rows = await record.rows("select t.number from tickets t join contacts c on c.id = t.conversation where c.openid_hash = $1",
        record.vault.hash("openid", "app", "main", "unfit"))  # fmt: skip
    number = rows[0]["number"] if rows else await ticket(service, record, "unfit", RED)
    units = await record.rows("select id from units where name = '试错居委会'")
    unit = units[0]["id"] if units else await put(database, name="试错居委会", street="北蔡镇")
    answer = await lina.do(f"/desk/tickets/{number}/calls", **{"unit": str(unit), **fields})
    assert (answer.status, answer.json["error"]["code"]) == (400, "unfit")
    assert says in answer.json["error"]["message"]
    assert await record.value("select count(*) from calls where number = $1", number) == 0


async def test_without_a_script_the_pressed_button_counts(
    service: Service, record: Record, lina: Person, database: Database
) -> None:
    number = await ticket(service, record, "no-script")
    unit = await put(database, name="没脚本居委会", street="北蔡镇")
    await lina.get(f"/desk/tickets/{number}")
    fields = [("csrf", lina.csrf), ("unit", str(unit)), ("result", ""), ("result", "busy")]
    answer = await lina.ask("POST", f"/desk/tickets/{number}/calls", data=fields)
    assert answer.headers["Location"] == f"/desk/tickets/{number}"
    assert await record.value("select result from calls where number = $1", number) == "busy"


async def test_who_may_and_who_may_not(
    service: Service, record: Record, desk: Desk, lina: Person, database: Database
) -> None:
    number = await ticket(service, record, "calls-roles")
    unit = await put(database, name="谁能打应急站", kind="street", street="三林镇")
    posts = {
        f"/desk/tickets/{number}/calls": {"unit": str(unit), "result": "agreed"},
        f"/desk/tickets/{number}/promise": {"call": "1", "state": "kept"},
        f"/desk/tickets/{number}/call-words": {},
        f"/desk/revisits/{number}": {"contacted": "no"},
        f"/desk/revisits/{number}/ask": {},
    }
    auditor = await seated(desk, database, "calls-auditor", "auditor")
    page = await auditor.get(f"/desk/tickets/{number}")
    assert page.status == 200
    assert "谁能打应急站" in page.text
    assert "/calls" not in page.text.partition('id="part-calls"')[2].partition("</section>")[0]
    for path, fields in posts.items():
        answers: list[Answer] = [await auditor.do(path, **fields), await lina.do(path, csrf="forged", **fields)]
        assert [(one.status, one.json["error"]["code"]) for one in answers] == [(403, "role"), (403, "csrf")], path
        assert (await desk.stranger().do(path, csrf="x", **fields)).status == 401
        assert (await lina.do(path.replace(number, "B00000-0001"), **fields)).status == 404, path
    assert await record.value("select count(*) from calls where number = $1", number) == 0


async def test_erasing_a_person_leaves_the_counts_and_no_words(
    service: Service, record: Record, lina: Person, database: Database
) -> None:
    number = await ticket(service, record, "erased-calls")
    unit = await put(database, name="删除以后居委会", street="三林镇")
    await lina.do(f"/desk/tickets/{number}/calls", unit=str(unit), result="agreed", promise="给502室送药")
    await lina.do(f"/desk/tickets/{number}/calls", unit="", result="answered", note="家里说好了")
    contact = await record.value("select conversation from tickets where number = $1", number)
    assert [one.promise for one in await open_promises(database, record.vault, number)] == ["给502室送药"]
    assert await erase_contact(database, contact)
    assert await open_promises(database, record.vault, number) == []
    shown = await lina.get(f"/desk/tickets/{number}")
    assert "内容看不到了" in shown.words
    for page in (shown, await lina.get("/desk/calls"), await lina.get(f"/desk/directory/{unit}")):
        assert page.status == 200
        for word in ("502室", "送药", "家里说好了", PHONE):
            assert word not in page.text
    assert (await lina.do(f"/desk/tickets/{number}/calls", unit=str(unit), result="busy")).status == 404
    assert (await lina.do(f"/desk/tickets/{number}/call-words")).status == 404
    counted = await get_unit(database, ROWS, unit)
    assert counted is not None
    assert counted.figures.calls == 1
