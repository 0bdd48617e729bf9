"""Toutiao without an interface: a link that says where somebody came from, and comments brought in by hand."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
import pytest

from adapters.base import Secret
from bot.desk.toutiao_sheet import BadComments, read_comments, when
from bot.settings import KeyFile
from bot.store.tally import CUTS
from bot.store.toutiao import rewrap_comments
from bot.vault import Vault
from data.toutiao import load_toutiao
from tests.channels.conftest import erase
from tests.desk.conftest import Desk, Person
from tests.service import Record, Service, Within

ROWS = load_toutiao()
NOW = datetime(2022, 4, 5, 4, 0, tzinfo=UTC)
RED = "救命，我妈晕倒叫不醒了"


@pytest.fixture(scope="module")
async def xu(desk: Desk) -> AsyncIterator[Person]:
    person = await desk.hire("xu", "editor")
    await person.get("/desk/toutiao")
    yield person


async def test_a_visitor_from_an_article_is_toutiaos(service: Service, record: Record, xu: Person) -> None:
    landed, before = (
        await record.value("select count(*) from landings"),
        await by_channel(record),
    )  # other files' residents
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get(f"{service.base}/chat?from=toutiao&item=7081234") as page:
            assert page.status == 200
        assert await record.value("select count(*) from landings") == landed, "who only looks leaves nothing"
        headers = {"X-Requested-With": "bangnong"}
        body = json.dumps({"id": "landed-1", "text": "奶奶三天没透析了，喘不上气，电话13800006101"})
        async with http.post(f"{service.base}/chat/messages", data=body, headers=headers) as answer:
            assert answer.status == 200
    (row,) = await record.rows(
        "select l.source, l.item, c.id from landings l join contacts c on c.openid_hash = l.who where l.item = '7081234'"
    )
    assert (row["source"], row["item"]) == ("toutiao", "7081234")
    number = await record.value("select number from tickets where conversation = $1", row["id"])
    assert "从头条文章 7081234 来" in (await xu.get(f"/desk/tickets/{number}")).words
    channels = await by_channel(record)
    assert channels["toutiao"] == before.get("toutiao", 0) + 1, "the tally counts it under Toutiao"
    assert channels.get("app") == before.get("app")
    # Erasing takes the trace with it, whichever way it is done.
    await erase(service, row["id"])
    assert await record.value("select count(*) from landings") == landed


async def by_channel(record: Record) -> dict[str, int]:
    cuts = await record.rows(CUTS, datetime(2022, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), ["dialysis"])
    return {row["code"]: row["n"] for row in cuts if row["cut"] == "channel"}


@pytest.mark.parametrize("query", ["from=weibo&item=1", "from=toutiao&item=%3Cscript%3E", "from=&item="])
async def test_a_link_of_nobodys_marks_nothing_odd(service: Service, query: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{service.base}/chat?{query}") as page:
        assert page.status == 200
        assert "script" not in page.cookies["bangnong_from"].value if "bangnong_from" in page.cookies else True


async def test_brought_in_comments_are_read_and_red_ones_ring(xu: Person, record: Record) -> None:
    table = (
        "评论,作者,时间,链接\n"
        f"{RED},路人甲,2小时前,https://www.toutiao.com/article/1\n"
        "写得真好,路人乙,昨天 12:30,\n"
        "隔离在家断粮两天，电话13800006102，求帮忙,路人丙,2022-04-05 10:00,\n"
    )
    done = await xu.form("/desk/toutiao", pasted=table, link="https://www.toutiao.com/article/9")
    assert done.headers["Location"] == "/desk/toutiao?new=3&double=0&rang=1"
    page = await xu.get(done.headers["Location"])
    assert "1 条可能有危险，已经立单响铃" in page.words
    assert "13800006102" not in page.text, "masked on the list"
    rows = await record.rows(
        "select c.number, c.status, t.alert, t.channel from public_comments c join tickets t using (number)"
    )
    assert [(row["status"], row["channel"]) for row in rows] == [("case", "toutiao")]
    assert rows[0]["alert"] in ("critical", "check")
    ticket = await xu.get(f"/desk/tickets/{rows[0]['number']}")
    assert "头条（评论）" in ticket.words
    assert "路人甲 https://www.toutiao.com/article/1" in ticket.words
    assert "私下写不到他" in ticket.words
    again = await xu.form("/desk/toutiao", pasted=table, link="https://www.toutiao.com/article/9")
    assert again.headers["Location"] == "/desk/toutiao?new=0&double=3&rang=0"
    # At rest nothing of it can be read, and a case keeps no second copy.
    bodies = await record.rows("select status, body from public_comments")
    assert all("断粮".encode() not in (row["body"] or b"") for row in bodies)
    assert [row["body"] is None for row in bodies if row["status"] == "case"] == [True]


async def test_one_press_makes_a_case_or_answers_in_public(xu: Person, record: Record) -> None:
    await xu.form("/desk/toutiao", pasted="家里断奶粉了，电话13800006103，谁能帮忙\n这篇要顶上去", link="")
    found = await record.rows("select id, intent from public_comments where status = 'new' order by id desc limit 2")
    page = await xu.get("/desk/toutiao")
    answer = re.search(rf'id="answer-{found[1]["id"]}">(.*?)</p>', page.text)
    assert answer
    assert answer[1] == ROWS.said("", red=False)
    assert not re.search(r"\d{5,}|奶粉", answer[1]), "nothing of the comment's stands in public"
    made = await xu.form(f"/desk/toutiao/{found[1]['id']}/case")
    assert re.fullmatch(r"/desk/tickets/B[\d-]+", made.headers["Location"])
    assert (await xu.form(f"/desk/toutiao/{found[1]['id']}/case")).status == 409
    assert (await xu.form(f"/desk/toutiao/{found[0]['id']}/answered")).status == 303
    # Even talk becomes a case when a person wants it to.
    talk = await xu.form(f"/desk/toutiao/{found[0]['id']}/case")
    assert re.fullmatch(r"/desk/tickets/B[\d-]+", talk.headers["Location"])


async def test_what_cannot_be_read_is_said(desk: Desk, xu: Person) -> None:
    for fields, sentence in (
        ({"pasted": " \n"}, "还没有贴评论"),
        ({"pasted": "x", "link": "javascript:alert(1)"}, "要以 http:// 或 https:// 开头"),
        ({"pasted": "\n".join(f"第{n}条" for n in range(501))}, "一次最多 500 条，这里有 501 条"),
        ({"pasted": "评论,作者\n,甲\n"}, "“评论”一栏都是空的"),
    ):
        answer = await xu.form("/desk/toutiao", **fields)
        assert answer.status == 400
        assert sentence in answer.words
    assert (await xu.form("/desk/toutiao/999999/case")).status == 404
    auditor = await desk.hire("xu-auditor", "auditor")
    assert (await auditor.get("/desk/toutiao")).status == 200
    assert (await auditor.form("/desk/toutiao", pasted="x")).status == 403
    assert (await xu.ask("POST", "/desk/toutiao", data={"pasted": "x", "csrf": "no"})).status == 403


async def test_a_file_of_excels_is_read(xu: Person, record: Record) -> None:
    form = aiohttp.FormData({"csrf": xu.csrf, "link": "", "pasted": ""})
    form.add_field(
        "file", "评论内容,昵称\n小区停水三天了,读者丁\n".encode("gbk"), filename="评论.csv", content_type="text/csv"
    )
    done = await xu.ask("POST", "/desk/toutiao", data=form)
    assert done.headers["Location"].startswith("/desk/toutiao?new=1&")
    assert "小区停水三天了" in (await xu.get("/desk/toutiao")).words


def test_times_as_people_see_them() -> None:
    assert when("3小时前", NOW) == datetime(2022, 4, 5, 1, 0, tzinfo=UTC)
    assert when("昨天 12:30", NOW) == datetime(2022, 4, 4, 4, 30, tzinfo=UTC)
    assert when("12-31 08:00", NOW) == datetime(2021, 12, 31, 0, 0, tzinfo=UTC)
    assert when("2022/4/5 09:15", NOW) == datetime(2022, 4, 5, 1, 15, tzinfo=UTC)
    assert when("13-45", NOW) is None
    assert when("02-29 12:30", datetime(2024, 1, 15, tzinfo=UTC)) is None, "no such day had been by then"
    assert when("", NOW) is None
    assert when("2030-01-01", NOW) == NOW, "nothing is written tomorrow"


def test_tables_and_lines() -> None:
    lines = read_comments("作者\t评论\n甲\t第一条\n乙\t第二条", "https://a.cn/1", ROWS, NOW)
    assert [(one.author, one.text, one.link) for one in lines] == [
        ("甲", "第一条", "https://a.cn/1"), ("乙", "第二条", "https://a.cn/1"),
    ]  # fmt: skip
    assert [one.text for one in read_comments("一\n\n二, 三", "", ROWS, NOW)] == ["一", "二, 三"]
    with pytest.raises(BadComments):
        read_comments("", "", ROWS, NOW)


async def test_the_push_has_no_address_until_it_is_switched_on(xu: Person) -> None:
    assert (await xu.ask("POST", "/hook/toutiao/main", data=b"{}")).status == 404
    assert (await xu.get("/hook/toutiao/main?echostr=x&signature=x&timestamp=1&nonce=1")).status == 404


async def test_a_new_service_key_takes_the_waiting_comments_along(service: Service, record: Record, xu: Person) -> None:
    await xu.form("/desk/toutiao", pasted="我们小区没有菜卖了", link="")
    old, new = Secret(KeyFile(service.home / "keys").get("secret")), Secret("another-long-service-key")
    rotation = record.connection.transaction()
    await rotation.start()
    assert await rewrap_comments(cast(Any, Within(record.connection)), Vault(new, old), lambda _: None) > 0
    bodies = await record.rows("select body from public_comments where body is not null")
    assert any("没有菜卖" in Vault(new).open(row["body"], b"public_comment").decode() for row in bodies)
    await rotation.rollback()
