"""Somebody writes on the app and in WeCom with the same telephone: seen with its reason, asked, linked, written to where
a window is open, and taken apart again.
"""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.channels.conftest import erase
from tests.desk.conftest import Desk, Person, Resident, number_of
from tests.platforms.wecom import WeComPlatform
from tests.service import Record, Service

PHONE = "13911112222"
PLEA = f"我外婆尿毒症 三天没透析了 腿肿 喘不上气，电话{PHONE}，浦东新区三林镇牡丹路60弄5号楼502室"


@pytest.fixture(scope="module")
async def lian(desk: Desk) -> Person:
    return await desk.hire("lian")


async def wecom_says(service: Service, wecom: WeComPlatform, who: str, text: str) -> None:
    request = wecom.wrote(who, text)
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{service.base}/hook/wecom/main", params=dict(request.query), data=request.body) as answer,
    ):
        assert answer.status == 200


async def ticket(record: Record, sender: str, channel: str) -> str:
    for _ in range(300):
        try:
            return await number_of(record, sender, channel=channel)
        except IndexError:
            await asyncio.sleep(0.1)
    raise AssertionError(f"no ticket of {sender}")


async def part(person: Person, number: str) -> str:
    return str(json.loads((await person.get(f"/desk/tickets/{number}/parts")).text)["parts"]["linked"])


async def part_with(person: Person, number: str, words: str) -> str:
    """The panel once the indexer has seen both tickets."""
    for _ in range(200):
        if words in (found := await part(person, number)):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"{words} never came: {found}")


@pytest.fixture(scope="module")
async def two(service: Service, wecom: WeComPlatform) -> tuple[str, str]:
    """The same person's tickets on WeCom and on the app."""
    await wecom_says(service, wecom, "wmLian1", PLEA)
    await Resident(service, "lian-app").say(PLEA)
    async with Record(service.home) as record:
        return await ticket(record, "wmLian1", "wecom"), await ticket(record, "lian-app", "app")


async def test_seen_linked_written_to_and_taken_apart(
    service: Service, wecom: WeComPlatform, record: Record, lian: Person, two: tuple[str, str]
) -> None:
    there, here = two
    panel = await part_with(lian, there, "同一电话的其他对话")
    assert here in panel
    assert PHONE not in panel
    assert await record.rows("select * from contact_links") == [], "a machine links nobody"

    # Asked once, in words that tell nothing of the other channel.
    await lian.get(f"/desk/tickets/{here}")
    assert (await lian.do(f"/desk/tickets/{here}/same-ask", other=there)).status == 200
    assert (await lian.do(f"/desk/tickets/{here}/same-ask", other=there)).status == 409
    assert [text for text in await Resident(service, "lian-app").heard() if "同一个电话" in text]

    # Not without consent, not with a ticket that has nothing to do with it.
    assert (await lian.do(f"/desk/tickets/{here}/same-link", other=there, consent="")).status == 400
    assert (await lian.do(f"/desk/tickets/{here}/same-link", other="B20101-0001", consent="chat")).status == 404
    assert (
        await lian.do(f"/desk/tickets/{here}/same-reply", other=there, text="在吗", reply_id="abcdefgh")
    ).status == 404
    assert (await lian.do(f"/desk/tickets/{here}/same-link", other=there, consent="chat")).status == 200
    assert (await lian.do(f"/desk/tickets/{there}/same-link", other=here, consent="chat")).status == 409
    panel = await part(lian, here)
    assert "居民在对话里同意" in panel
    assert "lian先生" in panel

    # Written to through the other channel: that conversation's own reply, once however often the button is pressed.
    words = {"other": there, "text": "药已经联系好了，明天上午送到", "reply_id": "via-12345678"}
    for _ in range(2):
        assert (await lian.do(f"/desk/tickets/{here}/same-reply", **words)).status == 200
    for _ in range(150):
        if got := [text for who, text in wecom.sent if who == "wmLian1" and "联系好了" in text]:
            break
        await asyncio.sleep(0.1)
    assert len(got) == 1

    log = await record.rows(
        "select action, subject from audit where actor = 'lian' and action like 'desk.same%' order by id"
    )
    assert [tuple(row) for row in log] == [("desk.same_asked", here), ("desk.same_linked", here)]

    assert (await lian.do(f"/desk/tickets/{there}/same-unlink", other=here)).status == 200
    assert (await lian.do(f"/desk/tickets/{there}/same-unlink", other=here)).status == 409
    assert "同一电话的其他对话" in await part(lian, here)


async def test_a_shut_window_points_to_the_open_one(
    record: Record, lian: Person, two: tuple[str, str], service: Service, wecom: WeComPlatform
) -> None:
    there, here = two
    await lian.do(f"/desk/tickets/{there}/same-link", other=here, consent="phone")
    for nth in range(8):
        answer = await lian.do(f"/desk/tickets/{there}/reply", text=f"第{nth}句", reply_id=f"shut-0000{nth}")
        if answer.status == 409:
            break
    assert answer.status == 409, "the five of WeCom were never used up"
    panel = await part(lian, there)
    assert "<details open>" in panel
    assert "从网页或应用发" in panel


async def test_whoever_is_erased_is_tied_to_nobody(
    service: Service, record: Record, lian: Person, two: tuple[str, str]
) -> None:
    there, here = two
    assert await record.value("select count(*) from contact_links") == 1
    contact: Any = await record.value("select conversation from tickets where number = $1", here)
    await erase(service, contact)
    assert await record.value("select count(*) from contact_links") == 0
    assert await record.value("select count(*) from contact_asks") == 0
    assert here not in await part(lian, there)
    assert (await lian.do(f"/desk/tickets/{there}/same-link", other=here, consent="chat")).status == 404
