"""Revisits on the real desk: who is due and when, the three answers, the chat's own question and answer, open again."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.store.contacts import erase_contact
from bot.store.database import Database
from tests.desk.conftest import PHONE, RED, WHERE, Person, Resident, number_of
from tests.desk.test_window import wechat_says
from tests.directory.test_calls import ticket
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record, Service

GROUPS = ("现在要问的", "居民已经说解决了", "问过了，等居民回话", "一天之内要问的", "最近做过的")


async def group_of(person: Person, number: str) -> str:
    """Under which heading of the list the ticket stands, "" under none."""
    text = (await person.get("/desk/revisits")).text
    for title in GROUPS[:-1]:
        part = text.partition(f'-title">{title}')[2].partition("</section>")[0]
        if f"/desk/revisits/{number}" in part:
            return title
    return ""


async def closed_since(record: Record, number: str, hours: float) -> None:
    """As if it had been closed so long ago."""
    gap = timedelta(hours=hours)
    await record.rows(
        "update tickets set closed_at = closed_at - $2::interval, acted_at = acted_at - $2::interval where number = $1",
        number, gap,
    )  # fmt: skip
    await record.rows(
        "update ticket_events set at = at - $2::interval where number = $1 and change = 'closed'", number, gap
    )


async def close(person: Person, number: str) -> None:
    assert (await person.do(f"/desk/tickets/{number}/close", outcome="solved")).status == 200


async def test_a_closed_critical_case_is_asked_within_the_hour_and_again(
    service: Service, record: Record, lina: Person
) -> None:
    number = await ticket(service, record, "revisited")
    await close(lina, number)
    assert await group_of(lina, number) == "一天之内要问的"
    await closed_since(record, number, 2)
    assert await group_of(lina, number) == "现在要问的"
    page = await lina.get(f"/desk/revisits/{number}")
    assert "138****5678" in page.words
    assert PHONE not in page.text
    assert "在对话里问这一句" in page.words
    done = await lina.form(
        f"/desk/revisits/{number}", contacted="yes", solved="yes", satisfied="fair", again="", note="已做透析"
    )
    assert done.headers["Location"] == "/desk/revisits"
    assert await group_of(lina, number) == "一天之内要问的"  # a critical one is asked again after a day
    row = (await record.rows("select * from revisits where number = $1", number))[0]
    assert (row["by"], row["way"], row["contacted"], row["solved"], row["satisfied"]) == (
        "lina",
        "phone",
        "yes",
        "yes",
        "fair",
    )
    assert "透析".encode() not in row["body"]
    history = (await lina.get(f"/desk/tickets/{number}/parts")).json["parts"]["history"]
    assert "回访：联系上了、已解决、基本满意" in history
    assert "已做透析" in (await lina.get(f"/desk/revisits/{number}")).words


async def test_not_solved_opens_it_again(service: Service, record: Record, lina: Person) -> None:
    number = await ticket(service, record, "not-solved")
    await close(lina, number)
    await closed_since(record, number, 2)
    await lina.get(f"/desk/revisits/{number}")
    await lina.form(f"/desk/revisits/{number}", contacted="yes", solved="no", satisfied="bad", note="车没来")
    row = (await record.rows("select outcome, status, alert from tickets where number = $1", number))[0]
    assert (row["outcome"], row["status"]) == (None, "reopened")
    assert await group_of(lina, number) == ""  # it is work again, not a revisit
    open_one = await ticket(service, record, "not-solved-open")
    await lina.do(f"/desk/tickets/{open_one}/correct", field="status", value="claimed_done")
    await lina.get(f"/desk/revisits/{open_one}")
    await lina.form(f"/desk/revisits/{open_one}", contacted="yes", solved="no", satisfied="none")
    assert await record.value("select status from tickets where number = $1", open_one) == "reopened"


async def test_nobody_reached_is_tried_again_and_a_chosen_day_counts(
    service: Service, record: Record, lina: Person
) -> None:
    number = await ticket(service, record, "unreached")
    await close(lina, number)
    await closed_since(record, number, 30)
    await lina.get(f"/desk/revisits/{number}")
    await lina.form(f"/desk/revisits/{number}", contacted="no")
    assert await group_of(lina, number) == "一天之内要问的"
    assert "上次没联系上" in (await lina.get("/desk/revisits")).words
    await lina.form(f"/desk/revisits/{number}", contacted="yes", solved="yes", satisfied="good", again="3")
    assert await group_of(lina, number) == ""
    again = await record.value("select max(again_at) from revisits where number = $1", number)
    assert timedelta(days=2.9) < again - datetime.now(UTC) < timedelta(days=3.1)


async def asked_by_the_bot(record: Record, number: str) -> None:
    """The conversation's own timer is due now."""
    await record.rows(
        "update outbox o set due_at = now() from tickets t where t.number = $1 and o.conversation = t.conversation "
        "and o.kind = 'timer' and o.purpose = 'revisit'",
        number,
    )


async def until(record: Record, query: str, number: str, wanted: Any) -> None:
    async with asyncio.timeout(30):
        while True:
            if await record.value(query, number) == wanted:
                return
            await asyncio.sleep(0.1)


async def test_what_is_said_in_the_chat_is_not_asked_twice(service: Service, record: Record, lina: Person) -> None:
    number = await ticket(service, record, "chatted")
    await lina.do(f"/desk/tickets/{number}/correct", field="status", value="claimed_done")
    assert await group_of(lina, number) == "一天之内要问的"
    await asked_by_the_bot(record, number)
    events = "select count(*) from ticket_events where number = $1 and change = 'revisit_due'"
    await until(record, events, number, 1)
    assert await group_of(lina, number) == "问过了，等居民回话"
    answered = await lina.form(f"/desk/revisits/{number}/ask")
    assert answered.status == 409
    assert "已经在对话里问过" in answered.words
    await Resident(service, "chatted").say("解决了")
    assert await record.value("select status from tickets where number = $1", number) == "revisited"
    assert await group_of(lina, number) == "居民已经说解决了"
    page = (await lina.get("/desk/revisits")).words
    assert re.search(rf"{number} 已回访 .*居民刚刚在对话里说已解决", page)
    await lina.get(f"/desk/revisits/{number}")
    entries = (await lina.get(f"/desk/revisits/{number}")).words.partition("以前问过的")[2]
    assert "居民 在对话里说已解决" in entries
    assert "自动助手 在对话里问了一声" in entries


async def test_asked_in_the_chat_within_the_window(
    service: Service, record: Record, lina: Person, platform: WeChatPlatform
) -> None:
    for text in (RED, WHERE):
        await wechat_says(service, platform, "oRevisit", text)
    number = await number_of(record, "oRevisit", channel="wechat")
    await lina.do(f"/desk/tickets/{number}/correct", field="status", value="local_coord")
    page = await lina.get(f"/desk/revisits/{number}")
    room = re.search(r"还能发 <b>(\d)</b> 条", page.text)
    assert room
    done = await lina.form(f"/desk/revisits/{number}/ask")
    assert done.headers["Location"] == "/desk/revisits"
    assert (await lina.form(f"/desk/revisits/{number}/ask")).status == 409
    after = await lina.get(f"/desk/revisits/{number}")
    assert f"还能发 <b>{int(room[1]) - 1}</b> 条" in after.text
    assert await group_of(lina, number) == "问过了，等居民回话"
    assert (
        await record.value("select reporter from tickets where number = $1", number) == ""
    )  # the answer is the bot's to hear
    await wechat_says(service, platform, "oRevisit", "2")
    assert await record.value("select status from tickets where number = $1", number) == "local_coord"
    assert "居民 在对话里说没有解决" in (await lina.get(f"/desk/revisits/{number}")).words


async def test_an_ended_ticket_is_asked_in_the_chat_too(
    service: Service, record: Record, lina: Person, platform: WeChatPlatform
) -> None:
    for text in ("妈妈的降压药氨氯地平只剩三天", "电话13911112222，杨浦区控江路1200弄8号楼301，12345没打过"):
        await wechat_says(service, platform, "oEnded", text)
    number = await number_of(record, "oEnded", channel="wechat")
    await lina.do(f"/desk/tickets/{number}/close", outcome="solved", note="", tell="no")
    assert (await lina.form(f"/desk/revisits/{number}/ask")).headers["Location"] == "/desk/revisits"
    assert await group_of(lina, number) == "问过了，等居民回话"
    await wechat_says(service, platform, "oEnded", "1")
    assert await record.value("select status from tickets where number = $1", number) == "closed"
    await wechat_says(service, platform, "oEnded", "满意")
    page = (await lina.get(f"/desk/revisits/{number}")).words
    assert "居民 在对话里说已解决" in page
    rows = await record.rows("select change from ticket_events where number = $1 and actor = 'contact'", number)
    assert [row["change"] for row in rows][-3:] == ["says_contacted", "says_solved", "says_good"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "请选联系上了没有"),
        ({"contacted": "yes"}, "请选解决了没有"),
        ({"contacted": "yes", "solved": "yes"}, "不评价"),
        ({"contacted": "yes", "solved": "yes", "satisfied": "great"}, "不评价"),
        ({"contacted": "no", "note": "长" * 501}, "备注太长"),
        ({"contacted": "no", "again": "2"}, "什么时候回访"),
        ({"contacted": "no", "on": "明天"}, "写成 2022-04-05"),
        ({"contacted": "no", "on": "2022-04-05"}, "今天以后"),
        ({"contacted": "no", "on": "2999-01-01"}, "四个月以内"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_kept(
    service: Service, record: Record, lina: Person, fields: dict[str, str], says: str
) -> None:
    hashed = record.vault.hash("openid", "app", "main", "revisit-unfit")
    rows = await record.rows(
        "select number from tickets t join contacts c on c.id = t.conversation where c.openid_hash = $1", hashed
    )
    number = rows[0]["number"] if rows else await ticket(service, record, "revisit-unfit")
    await lina.get("/desk/revisits")
    answer = await lina.form(f"/desk/revisits/{number}", **fields)
    assert answer.status == 400
    assert says in answer.words
    if fields.get("solved"):
        assert re.search(r'name="solved" value="yes" checked', answer.text)
    assert await record.value("select count(*) from revisits where number = $1", number) == 0


async def test_an_erased_person_is_not_asked(
    service: Service, record: Record, lina: Person, database: Database
) -> None:
    number = await ticket(service, record, "revisit-erased")
    await close(lina, number)
    await closed_since(record, number, 2)
    await lina.get(f"/desk/revisits/{number}")
    await lina.form(f"/desk/revisits/{number}", contacted="no", note="女儿说晚上再打")
    contact = await record.value("select conversation from tickets where number = $1", number)
    assert await erase_contact(database, contact)
    assert await group_of(lina, number) == ""
    assert (await lina.get(f"/desk/revisits/{number}")).status == 404
    assert (await lina.form(f"/desk/revisits/{number}", contacted="no")).status == 404
    assert "女儿说" not in (await lina.get("/desk/revisits")).text
