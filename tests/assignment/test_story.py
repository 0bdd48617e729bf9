"""A day of giving tickets: two people ask at once, the machine proposes and gives, nobody is there, a shift is handed over."""

import asyncio
from datetime import datetime, timedelta

import pytest

from conversations.playbook import SHANGHAI
from data.assignment import load_assignment
from tests.assignment.conftest import URGENT, until, waiting_ticket
from tests.desk.conftest import RED, Desk, Person
from tests.service import Record, Service

ROWS = load_assignment()


async def test_two_people_who_press_at_once_get_two_tickets(desk: Desk, service: Service, record: Record) -> None:
    first, second = await desk.hire("anan"), await desk.hire("beibei")
    numbers = {await waiting_ticket(service, record, f"pair-{n}", RED) for n in range(2)}
    answers = await asyncio.gather(first.do("/desk/next"), second.do("/desk/next"))
    assert [one.status for one in answers] == [200, 200]
    got = [one.json["number"] for one in answers]
    assert set(got) == numbers
    holders = await record.rows("select number, reporter from tickets where number = any ($1)", got)
    assert {row["number"]: row["reporter"] for row in holders} == dict(zip(got, ("anan", "beibei"), strict=True))
    page = await first.get(f"/desk/tickets/{got[0]}")
    assert "取下一件：危急在前" in page.words  # it says in the history why
    assert await record.value("select alert from tickets where number = $1", got[0]) == ""
    assert (await first.do(f"/desk/tickets/{got[0]}/hand-back")).status == 200
    assert (await second.do(f"/desk/tickets/{got[1]}/close", outcome="solved")).status == 200


async def test_a_double_press_is_one_wish_and_an_empty_queue_says_so(
    desk: Desk, service: Service, record: Record
) -> None:
    person = await desk.hire("cici")
    await waiting_ticket(service, record, "double", RED)
    answers = await asyncio.gather(*(person.do("/desk/next") for _ in range(3)))
    got = {one.json["number"] for one in answers if one.status == 200}
    assert len(got) == 1
    assert await record.value("select count(*) from tickets where reporter = 'cici' and outcome is null") == 1
    await record.rows("update tickets set reporter = 'nobody' where reporter = '' and outcome is null")
    await record.rows("update assignments set at = at - interval '1 minute'")
    empty = await person.form("/desk/next")
    assert empty.status == 409
    assert "现在没有等着接手的单" in empty.words
    await record.rows("update tickets set reporter = '' where reporter = 'nobody'")


async def test_who_is_full_is_told_so(desk: Desk, service: Service, record: Record) -> None:
    person = await desk.hire("dada")
    number = await waiting_ticket(service, record, "over", RED)
    await record.rows(
        "insert into tickets (number, conversation, case_key, channel, account, intent, urgency, urgency_rank, status, "
        "verification, flags, desk, district, reporter, wants_human, confidence, model, missing, body, created_at, updated_at, "
        "acknowledge_due, call_due, contact_due, revisit_due, changed) "
        "select 'B20101-' || (1000 + n), conversation, 500 + n, channel, account, intent, 'urgent', 1, 'assigned', verification, "
        "flags, desk, district, 'dada', false, 1, model, missing, body, created_at, updated_at, acknowledge_due, call_due, "
        "contact_due, revisit_due, 0 from tickets, generate_series(1, $2) n where number = $1",
        number, ROWS.cap,
    )  # fmt: skip
    answer = await person.do("/desk/next")
    assert answer.status == 409
    assert f"您手上有 {ROWS.cap} 张急件没办完" in answer.json["error"]["message"]
    assert await record.value("select reporter from tickets where number = $1", number) == ""
    await record.rows("delete from tickets where number like 'B20101-1%'")


async def test_an_editor_writes_down_what_people_can_do(desk: Desk, editor: Person, record: Record) -> None:
    person = await desk.hire("eryi")
    assert (await person.get("/desk/people")).status == 403
    assert (await person.form("/desk/people/eryi", speciality="medical")).status == 403
    page = await editor.get("/desk/people")
    assert "eryi先生" in page.words
    kept = await editor.form(
        "/desk/people/eryi", speciality="medical", district="静安区", department="体育部", helper="yes"
    )
    assert kept.headers["Location"] == "/desk/people?kept=eryi#eryi"
    row = (await record.rows("select * from profiles where login = 'eryi'"))[0]
    assert (row["specialities"], row["districts"], row["department"], row["helper"]) == (
        ["medical"],
        ["静安区"],
        "体育部",
        True,
    )
    assert (await editor.form("/desk/people/eryi", speciality="magic")).status == 400
    assert (await editor.form("/desk/people/eryi", district="火星区")).status == 400
    assert (await editor.form("/desk/people/nobody")).status == 404
    guide = await person.get("/desk")
    assert "五张卡片，十分钟上手" in guide.words
    for card in range(1, 6):
        assert (await person.get(f"/desk/start?card={card}")).status == 200
    assert "一、先看红的" in (await person.get("/desk/start?card=nonsense")).words
    assert (await person.form("/desk/start/done")).status == 303
    assert "十分钟上手" not in (await person.get("/desk")).words


def _at(hours: float) -> str:
    return f"{datetime.now(SHANGHAI) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


async def test_shifts_are_made_by_rule(desk: Desk, editor: Person, record: Record) -> None:
    person = await desk.hire("fufu")
    await person.get("/desk/shifts")
    for fields, status, said in (
        ({"kind": "night", "starts": _at(20), "ends": _at(26)}, 400, "夜班要留一个打得通的电话"),
        ({"kind": "desk", "starts": _at(26), "ends": _at(20)}, 400, "下班要在上班之后"),
        ({"kind": "desk", "starts": _at(20), "ends": _at(40)}, 400, "一班最长 16 小时"),
        ({"kind": "desk", "starts": "soon", "ends": ""}, 400, "请填从几点到几点"),
        ({"kind": "king", "starts": _at(20), "ends": _at(22)}, 400, "请选一种班"),
        ({"kind": "desk", "starts": _at(20), "ends": _at(22), "login": "anan"}, 403, "只有编辑能给别人排班"),
    ):
        answer = await person.form("/desk/shifts", **fields)
        assert (answer.status, said in answer.words) == (status, True), answer.words
    night = {"kind": "night", "starts": _at(30), "ends": _at(36), "phone": "13900007777", "login": "fufu"}
    assert (await editor.form("/desk/shifts", **night)).status == 303
    assert (await editor.form("/desk/shifts", **night)).status == 409
    page = await person.get("/desk/shifts")
    assert "139****7777" in page.words
    assert "13900007777" not in page.text
    shift = await record.value("select id from shifts where login = 'fufu'")
    assert "13900007777" in (await person.form(f"/desk/shifts/{shift}/phone")).text
    assert await record.value("select count(*) from audit where action = 'shifts.phone' and actor = 'fufu'") == 1
    sealed = await record.value("select phone from shifts where id = $1", shift)
    assert b"13900007777" not in sealed
    assert (await person.form(f"/desk/shifts/{shift}/cancel")).status == 303
    assert (await person.form(f"/desk/shifts/{shift}/cancel")).status == 404


async def test_proposed_passed_on_given_and_handed_over(
    desk: Desk, service: Service, editor: Person, record: Record
) -> None:
    gaga, haha = await desk.hire("gaga"), await desk.hire("haha")
    await record.rows("update tickets set outcome = 'solved', status = 'closed' where outcome is null")
    await editor.get("/desk")
    await editor.form("/desk/people/gaga", speciality="medical")
    for person in (gaga, haha):
        assert (await person.form("/desk/shifts/start")).headers["Location"] == "/desk/shifts"
    assert "您已经在班" in (await gaga.form("/desk/shifts/start")).words

    # It is proposed to who knows the matter; they pass it on, and the colleague gets it, in the end without being asked.
    number = await waiting_ticket(service, record, "proposed", URGENT)
    await until(
        lambda: record.value("select 1 from assignments where number = $1 and login = 'gaga'", number), "proposed"
    )
    page = await gaga.get("/desk")
    assert "请您接" in page.words
    assert "专长就医" in page.words
    assert "提议给gaga先生" in (await haha.get("/desk")).words
    assert (await haha.form(f"/desk/proposals/{number}/pass")).status == 409
    assert (await gaga.form(f"/desk/proposals/{number}/pass")).status == 303
    await until(
        lambda: record.value("select 1 from assignments where number = $1 and login = 'haha'", number), "asked haha"
    )
    await record.rows(
        "update assignments set at = at - interval '4 minutes' where number = $1 and state = 'open'", number
    )
    await until(
        lambda: record.value("select 1 from tickets where number = $1 and reporter = 'haha'", number), "given to haha"
    )
    told = await haha.get(f"/desk/tickets/{number}")
    for words in ("提议给gaga先生：在班、在线", "专长就医", "自动派给haha先生：", "自动派单"):
        assert words in told.words
    assert await record.value("select alert from tickets where number = $1", number) != ""  # no person has seen it yet

    # The shift does not end in silence: every grave ticket needs a word.
    shift = await record.value("select id from shifts where login = 'haha' and ended_at is null")
    page = await haha.get(f"/desk/shifts/{shift}/end")
    assert number in page.words
    refused = await haha.form(f"/desk/shifts/{shift}/end", note="没有")
    assert (refused.status, f"{number} 还没有写办到哪里" in refused.words) == (400, True)
    stranger = {"note": "没有", f"to-{number}": "anan", f"word-{number}": "x"}
    assert "不在班" in (await haha.form(f"/desk/shifts/{shift}/end", **stranger)).words
    assert (await gaga.get(f"/desk/shifts/{shift}/end")).status == 404
    word = "住静安的老太太，街道答应三点派车"
    fields = {"note": "街道电话难打", f"to-{number}": "gaga", f"word-{number}": word}
    done = await haha.form(f"/desk/shifts/{shift}/end", **fields)
    assert done.headers["Location"] == "/desk/shifts"
    assert await record.value("select reporter from tickets where number = $1", number) == "gaga"
    assert "街道答应三点派车" in (await gaga.get(f"/desk/tickets/{number}")).words
    listed = await editor.get("/desk/shifts")
    assert "交给gaga先生" in listed.words
    assert "街道电话难打" in listed.words
    kept = await record.rows("select to_jsonb(s)::text as line from shifts s")
    assert not any("老太太" in row["line"] or "街道电话" in row["line"] for row in kept)

    # Who owes a hand-over gets nothing new; and with nobody left on duty the editor is told in words.
    await record.rows(
        "update shifts set starts_at = starts_at - interval '9 hours', ends_at = now() where login = 'gaga'"
    )
    owed = await gaga.do("/desk/next")
    assert "上一班还没有交班" in owed.json["error"]["message"]
    assert "还没有交班" in (await gaga.get("/desk")).words
    lonely = await waiting_ticket(service, record, "lonely", RED)
    await until(lambda: record.value("select 1 from assignments where number = $1 and way = 'nobody'", lonely), "told")
    page = await editor.get("/desk")
    assert "现在没有人在班，没法派" in page.words
    assert "没法派" not in (await haha.get("/desk")).words
    assert "现在没有人在班，没法派。请编辑安排人接手。" in (await editor.get(f"/desk/tickets/{lonely}")).words


@pytest.mark.parametrize("path", ["/desk/shifts/999999999999/end", "/desk/shifts/0/end"])
async def test_a_shift_that_is_none_is_said_so(desk: Desk, editor: Person, path: str) -> None:
    assert (await editor.get(path)).status == 404
