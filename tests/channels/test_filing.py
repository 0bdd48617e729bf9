"""Somebody rings the newsroom: the reporter types it once, sees how it is understood, presses Enter; it is a ticket."""

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.channels.conftest import erase
from tests.desk.conftest import Answer, Desk, Person
from tests.service import Record, Service

RED = "我外婆尿毒症，三天没透析了，腿肿，喘不上气"
WHERE = "浦东新区三林镇牡丹路60弄5号楼502室"
PHONE = "13800006001"


@pytest.fixture(scope="module")
async def wu(desk: Desk) -> AsyncIterator[Person]:
    person = await desk.hire("wu")
    await person.get("/desk/new")
    yield person


async def file(person: Person, **fields: str) -> Answer:
    return await person.form("/desk/new", **{"way": "phone", "id": uuid4().hex, **fields})


def number_in(answer: Answer) -> str:
    assert answer.status == 303, answer.words
    found = re.fullmatch(r"/desk/tickets/(B[\d-]+)", answer.headers["Location"])
    assert found
    return found[1]


async def test_a_red_call_rings_at_once_and_is_answered_by_telephone(wu: Person, record: Record) -> None:
    seen = await wu.do("/desk/new/read", words=RED, phone=PHONE, place=WHERE, who="外孙女")
    assert seen.json["red"] is True
    for word in ("透析", "危急", PHONE, "502室", "120"):
        assert word in seen.json["html"]
    assert await record.value("select count(*) from contacts where channel = 'staff'") == 0, "reading keeps nothing"
    number = number_in(await file(wu, words=RED, phone="138 0000 6001", place=WHERE, who="外孙女"))
    row = (await record.rows("select channel, urgency, alert, intent from tickets where number = $1", number))[0]
    assert (row["channel"], row["urgency"], row["intent"]) == ("staff", "critical", "dialysis")
    assert row["alert"] == "critical"
    page = await wu.get(f"/desk/tickets/{number}")
    assert "代为登记（来电，wu先生记）" in page.words
    assert "居民不在网上" in page.words
    assert 'id="reply" class="reply" hidden' in page.text
    refused = await wu.do(f"/desk/tickets/{number}/claim")
    assert refused.status == 200
    refused = await wu.do(f"/desk/tickets/{number}/reply", text="您好", reply_id="reply-00001")
    assert refused.status == 409
    # The list of whom to ring, until a call is logged.
    assert number in (await wu.get("/desk/new")).text
    called = await wu.do(f"/desk/tickets/{number}/calls", result="answered")
    assert called.status == 200, called.text
    assert number not in (await wu.get("/desk/new")).text
    assert (await record.value("select count(*) from audit where action = 'desk.filed' and subject = $1", number)) == 1


async def test_pressed_twice_it_is_one_ticket(wu: Person, record: Record) -> None:
    form = {"words": "家里断粮两天了，有两个小孩", "phone": "13800006002", "place": WHERE, "id": uuid4().hex}
    answers = await asyncio.gather(*(file(wu, **form) for _ in range(3)))
    numbers = {number_in(one) for one in [*answers, await file(wu, **form)]}
    assert len(numbers) == 1
    number = numbers.pop()
    assert await record.value("select count(*) from filings where number = $1", number) == 1
    assert await record.value("select count(*) from audit where action = 'desk.filed' and subject = $1", number) == 1
    said = [one for one in await record.messages() if one["openid"] == "tel-13800006002" and one["direction"] == "i"]
    assert len(said) == 1


async def test_without_a_number_it_is_a_ticket_all_the_same(wu: Person, record: Record) -> None:
    """The engine would ask and wait; nobody will answer by writing, so what is known is filed."""
    number = number_in(await file(wu, words="家里断粮两天了", way="live"))
    row = (await record.rows("select urgency, alert from tickets where number = $1", number))[0]
    assert row["urgency"] == "urgent"
    # What the model of the tests, learnt from every third sentence, doubts may be told; that nobody has seen it may not.
    assert row["alert"] in ("", "check"), "whoever filed it has seen it"
    other = number_in(await file(wu, words="家里断粮两天了", way="live"))
    assert other != number, "two unknown callers are two people"


async def test_the_same_telephone_is_the_same_person(wu: Person, record: Record) -> None:
    first = number_in(await file(wu, words=f"楼上漏水，物业不管，电话13800006003，{WHERE}"))
    second = number_in(await file(wu, words="刚才漏水的，现在更大了，物业还是没来", phone="13800006003"))
    assert first == second
    assert "居民" in (await wu.get(f"/desk/tickets/{first}")).words


async def test_what_cannot_be_filed_comes_back_with_a_sentence(wu: Person) -> None:
    for fields, sentence in (
        ({"words": "  "}, "还没有写对方说了什么"),
        ({"words": "断粮了", "phone": "问居委"}, "这个电话拨不出去"),
        ({"words": "你好"}, "没有听出要帮什么忙"),
        ({"words": "断粮了", "id": "x"}, "页面已过期，内容还在"),
        ({"words": "断" * 5001}, "太长了"),
    ):
        answer = await file(wu, **fields)
        assert answer.status == 400
        assert sentence in answer.words
        assert fields["words"].strip() in answer.text, "what was typed is still there"


async def test_what_is_unclear_can_be_filed_all_the_same(wu: Person, record: Record) -> None:
    number = number_in(await file(wu, words="你好", insist="yes"))
    assert await record.value("select wants_human from tickets where number = $1", number) is True


async def test_who_may(desk: Desk, wu: Person, record: Record) -> None:
    auditor = await desk.hire("wu-auditor", "auditor")
    assert (await auditor.get("/desk/new")).status == 403
    assert (await file(auditor, words=RED)).status == 403
    assert "/desk/new" not in (await auditor.get("/desk")).text
    stranger = desk.stranger()
    assert (await stranger.get("/desk/new")).headers["Location"].startswith("/login")
    assert (await wu.do("/desk/new", csrf="wrong", words=RED, id=uuid4().hex)).status == 403
    assert (await wu.ask("POST", "/hook/staff/desk", data=b"{}")).status == 404, "nothing listens outside"


async def test_erased_it_is_gone(service: Service, wu: Person, record: Record) -> None:
    number = number_in(await file(wu, words=RED, phone="13800006005", place=WHERE))
    contact = await record.value("select conversation from tickets where number = $1", number)
    await erase(service, contact)
    page = await wu.get(f"/desk/tickets/{number}")
    assert page.status == 200
    assert "13800006005" not in page.text
    assert "尿毒症" not in page.text
