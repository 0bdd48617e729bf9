"""Through the running service: WeCom's knock is followed by the words, an answer goes back; Toutiao's push is taken."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from adapters.base import Request, Secret
from adapters.toutiao import CHANNEL as TOUTIAO
from adapters.toutiao import ToutiaoSecrets
from tests.channels.conftest import PUSH_TOKEN
from tests.desk.conftest import Desk
from tests.platforms.wecom import WeComPlatform
from tests.service import Record, Service

RED = "我外婆尿毒症 三天没透析了 腿肿 喘不上气，电话13800006201"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def deliver(http: aiohttp.ClientSession, service: Service, path: str, request: Request) -> tuple[int, bytes]:
    async with http.post(
        service.base + path, params=dict(request.query), headers=dict(request.headers), data=request.body
    ) as answer:
        return answer.status, await answer.read()


async def until(found: Callable[[], Awaitable[object]], what: str) -> object:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if value := await found():
            return value
        await asyncio.sleep(0.05)
    raise AssertionError(what)


async def test_a_knock_brings_the_words_and_they_are_answered(
    service: Service, record: Record, wecom: WeComPlatform, desk: Desk, http: aiohttp.ClientSession
) -> None:
    knock = wecom.wrote("wmRed", RED)
    began = time.monotonic()
    assert await deliver(http, service, "/hook/wecom/main", knock) == (200, b"")
    assert time.monotonic() - began < 4.5
    number = await until(
        lambda: record.value("select number from tickets where channel = 'wecom' and urgency = 'critical'"), "no ticket"
    )
    await until(lambda: _said(wecom, "wmRed", "120"), "the danger line did not arrive")
    # The same knock again, and one more for the same messages: nothing is heard twice.
    assert await deliver(http, service, "/hook/wecom/main", knock) == (200, b"")
    await deliver(http, service, "/hook/wecom/main", wecom.wrote("wmOther", "你好"))
    await until(lambda: _said(wecom, "wmOther", ""), "the second resident was not answered")
    heard = [one for one in await record.messages() if one["openid"] == "wmRed" and one["direction"] == "i"]
    assert len(heard) == 1
    # A reporter writes back inside the window.
    qian = await desk.hire("qian-kf")
    assert "微信客服" in (await qian.get(f"/desk/tickets/{number}")).words
    await qian.do(f"/desk/tickets/{number}/claim")
    done = await qian.do(f"/desk/tickets/{number}/reply", text="我是记者，马上打给您", reply_id="reply-kf-0001")
    assert done.status == 200, done.text
    await until(lambda: _said(wecom, "wmRed", "我是记者"), "the reporter's words did not arrive")


async def _said(wecom: WeComPlatform, who: str, part: str) -> bool:
    return any(to == who and part in text for to, text in wecom.sent)


async def test_a_colleague_in_wecoms_own_client_silences_the_bot(
    service: Service, record: Record, wecom: WeComPlatform, http: aiohttp.ClientSession
) -> None:
    await deliver(http, service, "/hook/wecom/main", wecom.wrote("wmAgent", "家里断粮两天了，浦东三林"))
    await until(lambda: _said(wecom, "wmAgent", ""), "not answered")
    await deliver(http, service, "/hook/wecom/main", wecom.wrote("wmAgent", "我来处理", origin=5))

    async def kept() -> bool:
        return any(one["author"] == "colleague" and one["text"] == "我来处理" for one in await record.messages())

    await until(kept, "the colleague's words are not in the record")
    before = len([one for one in wecom.sent if one[0] == "wmAgent"])
    await deliver(http, service, "/hook/wecom/main", wecom.wrote("wmAgent", "谢谢，电话13800006202"))

    async def heard() -> bool:
        return any("13800006202" in one["text"] for one in await record.messages())

    await until(heard, "not heard")
    assert len([one for one in wecom.sent if one[0] == "wmAgent"]) == before


async def test_wecoms_door_is_shut_to_strangers(
    service: Service, wecom: WeComPlatform, http: aiohttp.ClientSession
) -> None:
    good = wecom.knock()
    calls = len(wecom.calls)
    forged = Request("POST", "", {**good.query, "msg_signature": "0" * 40}, good.headers, good.body)
    assert (await deliver(http, service, "/hook/wecom/main", forged))[0] == 403
    assert (await deliver(http, service, "/hook/wecom/main", Request("POST", body=b"<xml/>")))[0] == 403
    assert (await deliver(http, service, "/hook/wecom/main", Request("POST", body=b"x" * 262_145)))[0] == 413
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'
    assert (await deliver(http, service, "/hook/wecom/main", Request("POST", query=good.query, body=bomb)))[0] == 403
    assert len(wecom.calls) == calls, "nothing was fetched for a stranger"


async def test_toutiaos_push_is_heard_and_acknowledged_with_the_one_word_it_takes(
    service: Service, record: Record, http: aiohttp.ClientSession
) -> None:
    secrets = ToutiaoSecrets(Secret(PUSH_TOKEN), "on")
    fields = {
        "ToUserName": "tt01", "FromUserName": "resident-tt", "CreateTime": int(time.time() * 1000), "MsgType": "text",
        "Content": RED.replace("6201", "6203"),
    }  # fmt: skip
    request = TOUTIAO.sign(json.dumps(fields, ensure_ascii=False).encode(), secrets, now=time.time())
    for _ in range(2):
        assert await deliver(http, service, "/hook/toutiao/push", request) == (200, b"success")
    rows = await record.rows("select urgency, account from tickets where channel = 'toutiao' and account = 'push'")
    assert [(row["urgency"], row["account"]) for row in rows] == [("critical", "push")]
    forged = json.loads(request.body) | {"msg": json.dumps(fields | {"Content": "别的话"})}
    refused = Request("POST", headers=request.headers, body=json.dumps(forged).encode())
    assert (await deliver(http, service, "/hook/toutiao/push", refused))[0] == 403
    assert (await deliver(http, service, "/hook/toutiao/push", Request("POST", body=b"x" * 262_145)))[0] == 413
