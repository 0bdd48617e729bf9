"""A poster is made, printed and hung; somebody scans it, follows and writes: their ticket and the tally say where from."""

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.wechat import CHANNEL
from tests.desk.conftest import Desk, number_of
from tests.homes import Homes, serving
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record, Service

RED = "我外婆尿毒症 三天没透析了 腿肿 喘不上气，电话13800006201"


@pytest.fixture(scope="module")
async def wechat() -> AsyncIterator[WeChatPlatform]:
    async with WeChatPlatform(kind="service-certified").serve() as platform:
        yield platform


@pytest.fixture(scope="module")
async def paper(homes: Homes, wechat: WeChatPlatform) -> AsyncIterator[Service]:
    async with serving(
        homes.new("posters"), platform=wechat.base, BANGNONG_WECHAT_MAIN_KIND="service-certified"
    ) as running:
        yield running


async def push(service: Service, wechat: WeChatPlatform, body: bytes) -> None:
    request = CHANNEL.sign(body, wechat.secrets(), now=time.time())
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{service.base}/hook/wechat/main", params=dict(request.query), data=request.body) as answer,
    ):
        assert answer.status == 200
        await answer.read()


async def test_from_the_poster_to_the_tally(paper: Service, wechat: WeChatPlatform) -> None:
    desk = Desk(paper)
    editor = await desk.hire("bian", "editor")
    assert "还没有海报" in (await editor.get("/desk/posters")).words
    assert (await editor.form("/desk/posters", title="", account="main")).status == 400
    assert (await editor.form("/desk/posters", title="文化中心", account="other")).status == 409
    made = await editor.form("/desk/posters", title="三林镇文化中心门口", account="main")
    assert made.status == 303
    where = made.headers["Location"]
    scene = where.rsplit("/", 1)[1]
    assert "三林镇文化中心门口" in (await editor.get(where)).words
    async with editor.http.get(paper.base + where + "/code") as code:
        assert (code.content_type, (await code.read())[:4]) == ("image/png", b"\x89PNG")
    assert (await editor.get("/desk/posters/p0000")).status == 404
    assert (await desk.stranger().get(where)).status in (302, 303)

    openid = "oPoster0000000000000000001"
    wechat.wrote(openid, "menu")
    await push(
        paper, wechat,
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>{int(time.time())}</CreateTime>"
        f"<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_{scene}</EventKey><Ticket>TK</Ticket></xml>".encode(),
    )  # fmt: skip
    wechat.wrote(openid)
    await push(paper, wechat, wechat.text_push(openid, RED, 9_001))
    async with Record(paper.home) as record:
        number = await number_of(record, openid, channel="wechat")
    assert "扫海报来：三林镇文化中心门口" in (await editor.get(f"/desk/tickets/{number}")).words
    assert "1 人从这里来，1 张单" in (await editor.get("/desk/posters")).words
    assert "海报二维码" in (await editor.get("/desk/board")).words

    wechat.token_refusal = 40164
    wechat.expire_tokens()
    wechat.rest.scenes.clear()
    refused = await editor.form("/desk/posters", title="另一处", account="main")
    assert (refused.status, "白名单" in refused.words) == (502, True)
    wechat.token_refusal = 0
    assert (await editor.form(f"{where}/retire")).status == 303
    assert (await editor.form(f"{where}/retire")).status == 409
    for person in desk.people:
        await person.http.close()
