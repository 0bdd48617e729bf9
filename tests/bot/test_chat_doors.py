"""The chat's doors over HTTP: what a browser is told to keep and not to keep, and which of a long talk it is given."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.bot.conftest import Running
from tests.service import Record

SCRIPTED = {"X-Requested-With": "bangnong"}


@pytest.fixture
async def visitor(running: Running) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(running.base, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get("/chat") as page:
            assert page.status == 200
        yield http


async def test_of_a_long_talk_the_page_is_given_the_end(running: Running, visitor: aiohttp.ClientSession) -> None:
    async with visitor.post(
        "/chat/messages", json={"id": "1", "text": "家里氨氯地平吃完了"}, headers=SCRIPTED
    ) as answer:
        assert answer.status == 200
    async with Record(running.home) as record:
        (last,) = await record.rows("select * from messages where direction = 'i' order by at desc limit 1")
        names = sorted({*dict(last)} - {"turn"})
        await record.rows(
            f"insert into messages (turn, {', '.join(names)}) select turn + extra, {', '.join(names)} from messages "
            "cross join generate_series(1, 300) as extra where conversation = $1 and turn = $2 and position = $3",
            last["conversation"], last["turn"], last["position"],
        )  # fmt: skip
    async with visitor.get("/chat/messages?own=1&after=", headers=SCRIPTED) as answer:
        shown = (await answer.json())["messages"]
    assert shown[-1]["id"] == f"{last['turn'] + 300}.{last['position']}"
    async with visitor.get("/chat/messages?after=", headers=SCRIPTED) as answer:
        assert (await answer.json())["messages"][0]["id"].startswith(f"{last['turn']}."), "what is new comes in order"


async def test_nobody_on_the_way_keeps_the_talk(running: Running, visitor: aiohttp.ClientSession) -> None:
    for path in ("/chat", "/chat/messages?after="):
        async with visitor.get(path, headers=SCRIPTED) as answer:
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "no-store", path


async def test_behind_a_proxy_that_speaks_tls_the_cookies_are_secure(running: Running) -> None:
    for forwarded, secure in (("https", True), ("http", False)):
        async with (
            aiohttp.ClientSession(headers={"X-Forwarded-Proto": forwarded}) as http,
            http.get(f"{running.base}/chat?from=toutiao&item=7") as page,
        ):
            cookies = page.headers.getall("Set-Cookie")
        assert len(cookies) == 2
        assert [("; Secure" in one) for one in cookies] == [secure, secure]
