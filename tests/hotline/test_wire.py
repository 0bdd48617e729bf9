"""The gateway's answer as networks bring it: in pieces, too long, cut off."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web

from adapters.base import Secret
from bot.hotline.wire import Missed, Unread, post_order, read_news

NUMBER = "B61128-0001-1"
RECEIPT = json.dumps({"number": NUMBER, "hotline_number": "12345678"}).encode()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def answered(http: aiohttp.ClientSession, *pieces: bytes, length: int) -> str:
    """What comes of an order whose answer is written piece by piece."""

    async def gate(request: web.Request) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse(headers={"Content-Length": str(length)})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(0.05)
        if request.transport is not None:
            request.transport.close()
        return response

    app = web.Application()
    app.router.add_post("/", gate)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return await post_order(
            http, f"http://127.0.0.1:{runner.addresses[0][1]}/", Secret("s" * 20), NUMBER, b"{}", datetime.now(UTC)
        )
    finally:
        await runner.cleanup()


async def test_a_receipt_in_two_pieces_is_believed(http: aiohttp.ClientSession) -> None:
    assert await answered(http, RECEIPT[:20], RECEIPT[20:], length=len(RECEIPT)) == "12345678"


async def test_an_answer_without_end_is_not_read_to_its_end(http: aiohttp.ClientSession) -> None:
    page = b" " * 65_536
    with pytest.raises(Missed) as missed:
        await answered(http, page, page, RECEIPT, length=2 * len(page) + len(RECEIPT))
    assert (missed.value.fault, missed.value.unknown) == ("garbled", True)


async def test_a_receipt_that_is_cut_off_may_have_been_taken(http: aiohttp.ClientSession) -> None:
    with pytest.raises(Missed) as missed:
        await answered(http, RECEIPT[:20], length=len(RECEIPT))
    assert (missed.value.fault, missed.value.unknown) == ("timeout", True)


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2022-04-05T20:00:00", "gestern"]
)
def test_a_moment_that_is_none(at: str) -> None:
    with pytest.raises(Unread) as caught:
        read_news(json.dumps({"number": NUMBER, "id": "x", "status": "received", "at": at}).encode())
    assert caught.value.field == "at"
