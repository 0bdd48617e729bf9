"""A channel that counts: what the reporter is told before writing, what becomes of a message, and what is refused."""

import asyncio
import re
import time

import aiohttp

from adapters.wechat import CHANNEL
from tests.desk.conftest import RED, Person, number_of
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record, Service


async def wechat_says(service: Service, platform: WeChatPlatform, openid: str, text: str) -> None:
    """A follower writes to the account; the platform opens its window."""
    platform.wrote(openid)
    payload = (
        f"<xml><ToUserName><![CDATA[gh_stub000001]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{time.time_ns()}</MsgId></xml>"
    )
    request = CHANNEL.sign(payload.encode(), platform.secrets(), now=time.time())
    async with aiohttp.ClientSession() as http:
        url = service.base + "/hook/wechat/main"
        async with http.post(url, params=dict(request.query), data=request.body) as response:
            assert response.status == 200


async def reply(person: Person, number: str, name: str, text: str = "我是记者，请保持电话畅通。") -> int:
    answer = await person.do(f"/desk/tickets/{number}/reply", text=text, reply_id=f"draft-{name}")
    return answer.status


async def delivered_as(person: Person, number: str, words: str, count: int = 1) -> str:
    """The conversation once it says of so many messages what became of them."""
    async with asyncio.timeout(20):
        while True:
            talk = str((await person.get(f"/desk/tickets/{number}/parts")).json["parts"]["talk"])
            if talk.count(words) >= count:
                return talk
            await asyncio.sleep(0.1)


async def test_what_is_left_is_said_before_and_kept(
    service: Service, record: Record, platform: WeChatPlatform, lina: Person
) -> None:
    openid = "oWindow00000000000000000001"
    await wechat_says(service, platform, openid, RED)
    number = await number_of(record, openid, channel="wechat")
    page = await lina.get(f"/desk/tickets/{number}")
    assert re.search(r"还能发 5 条，到 \d+月\d+日 \d\d:\d\d", page.words)
    assert page.text.index("还能发") < page.text.index('<textarea id="text"')
    assert 'data-bytes="2047"' in page.text
    assert "微信" in page.words
    for turn in range(5):
        assert await reply(lina, number, f"count-{turn}") == 200
    refused = await lina.do(f"/desk/tickets/{number}/reply", text="第六条", reply_id="draft-count-6")
    assert (refused.status, refused.json["error"]["code"]) == (409, "window")
    assert "不能再发" in refused.json["error"]["message"]
    page = await lina.get(f"/desk/tickets/{number}")
    assert "居民再写一句就能发" in page.words
    assert "data-shut" in page.text
    await delivered_as(lina, number, "已送到", 6)  # the answer in the slot and five replies
    assert [text for who, text in platform.sent if who == openid].count("第六条") == 0
    # What was sent in the three seconds before, and WeChat's times are whole ones, may have reached it afterwards.
    await asyncio.sleep(4.2)
    await wechat_says(service, platform, openid, "还在喘")
    assert "还能发 5 条" in (await lina.get(f"/desk/tickets/{number}")).words


async def test_a_long_text_is_counted_as_it_will_be_sent(
    service: Service, record: Record, platform: WeChatPlatform, lina: Person
) -> None:
    openid = "oWindow00000000000000000002"
    await wechat_says(service, platform, openid, RED)
    number = await number_of(record, openid, channel="wechat")
    assert await reply(lina, number, "long-0001", "请您保持电话畅通。" * 120) == 200  # 3240 bytes: three parts at most
    assert "还能发 2 条" in (await lina.get(f"/desk/tickets/{number}")).words
    assert await reply(lina, number, "long-0002", "请您保持电话畅通。" * 120) == 409
    assert await reply(lina, number, "long-0003") == 200


async def test_an_unknown_end_is_shown_as_such(
    service: Service, record: Record, platform: WeChatPlatform, lina: Person
) -> None:
    openid = "oWindow00000000000000000003"
    await wechat_says(service, platform, openid, RED)
    number = await number_of(record, openid, channel="wechat")
    platform.weather.append(("/cgi-bin/message/custom/send", "drop"))
    assert await reply(lina, number, "drop-0001") == 200
    talk = await delivered_as(lina, number, "不确定是否送到")
    assert re.search(r'class="trouble">不确定是否送到：[^<]+', talk)
    assert "有一条没有送到" in (await lina.get(f"/desk/tickets/{number}")).words
