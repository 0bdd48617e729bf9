"""A reporter's words on their way out: delivered, refused, retried, or honestly unsure."""

import asyncio
import time
from typing import Any

from adapters.wechat import CHANNEL
from tests.bot.conftest import Running
from tests.bot.test_app_api import _api, token  # noqa: F401 - the fixture
from tests.service import Record


async def _ticket(running: Running, token: str, openid: str, number: int) -> str:  # noqa: F811
    running.platform.wrote(openid)
    push = running.platform.text_push(openid, "我爸透析两次没做了，喘不上气", number)
    request = CHANNEL.sign(push, running.platform.secrets(), now=time.time())
    async with running.http.post(
        running.base + "/hook/wechat/main", params=dict(request.query), data=request.body
    ) as response:
        assert response.status == 200
    _, page = await _api(running, token, f"/api/v1/tickets?sender={openid}")
    return str(page["items"][0]["number"])


async def _reply(running: Running, token: str, number: str, text: str, name: str) -> tuple[int, dict[str, Any]]:  # noqa: F811
    return await _api(running, token, f"/api/v1/tickets/{number}/reply", {"id": name, "text": text})


async def _delivery(
    running: Running, openid: str, text: str, *, not_in: tuple[str, ...] = ("pending",)
) -> tuple[str, str]:
    for _ in range(150):
        async with Record(running.home) as record:
            rows = [row for row in await record.messages() if row["openid"] == openid and row["text"] == text]
        if rows and rows[0]["delivery"] not in not_in:
            return rows[0]["delivery"], rows[0]["note"]
        await asyncio.sleep(0.1)
    raise AssertionError(f"still {rows[0]['delivery'] if rows else 'absent'}")


async def test_a_reply_arrives_once_in_the_residents_channel(running: Running, token: str) -> None:  # noqa: F811
    openid = "oOutbox00000000000000001"
    number = await _ticket(running, token, openid, 880_001)
    assert (await _reply(running, token, number, "已联系医院，请等电话", "r1"))[0] == 200
    assert await _delivery(running, openid, "已联系医院，请等电话") == ("delivered", "")
    assert running.platform.sent.count((openid, "已联系医院，请等电话")) == 1


async def test_a_refusal_is_read_by_the_reporter_and_shuts_the_window(running: Running, token: str) -> None:  # noqa: F811
    openid = "oOutbox00000000000000002"
    number = await _ticket(running, token, openid, 880_002)
    running.platform.refusals.append(45015)
    await _reply(running, token, number, "您好", "r1")
    delivery, note = await _delivery(running, openid, "您好")
    assert delivery == "failed"
    assert note
    _, whole = await _api(running, token, f"/api/v1/tickets/{number}")
    assert "undelivered" in [event["change"] for event in whole["events"]]
    assert whole["alert"] in ("undelivered", "critical")
    status, refused = await _reply(running, token, number, "再试", "r2")
    assert (status, refused["error"]["code"]) == (409, "window")


async def test_busy_is_tried_again(running: Running, token: str) -> None:  # noqa: F811
    openid = "oOutbox00000000000000003"
    number = await _ticket(running, token, openid, 880_003)
    running.platform.refusals.append(-1)
    await _reply(running, token, number, "忙时再发", "r1")
    assert (await _delivery(running, openid, "忙时再发"))[0] == "delivered"
    assert running.platform.sent.count((openid, "忙时再发")) == 1


async def test_a_cut_line_is_unsure_and_not_sent_blindly_again(running: Running, token: str) -> None:  # noqa: F811
    openid = "oOutbox00000000000000004"
    number = await _ticket(running, token, openid, 880_004)
    running.platform.weather.append(("custom/send", "drop"))
    await _reply(running, token, number, "线断了", "r1")
    delivery, note = await _delivery(running, openid, "线断了")
    assert delivery == "unsure"
    assert "不能确定" in note
    await asyncio.sleep(1)
    assert running.platform.sent.count((openid, "线断了")) == 1
    _, whole = await _api(running, token, f"/api/v1/tickets/{number}")
    assert "unsure" in [event["change"] for event in whole["events"]]


async def test_order_is_kept_while_one_waits(running: Running, token: str) -> None:  # noqa: F811
    openid = "oOutbox00000000000000005"
    number = await _ticket(running, token, openid, 880_005)
    running.platform.refusals.append(-1)
    for nth in range(3):
        await _reply(running, token, number, f"第{nth}句", f"r{nth}")
    assert (await _delivery(running, openid, "第2句"))[0] == "delivered"
    assert [text for who, text in running.platform.sent if who == openid] == ["第0句", "第1句", "第2句"]
