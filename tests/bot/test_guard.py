"""What becomes of a request that does not come to its end: a line that broke alarms nobody, a fault of ours does."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from yarl import URL

from bot.app import guard


@pytest.fixture
async def ended() -> asyncio.Queue[str]:
    return asyncio.Queue()


@pytest.fixture
async def base(ended: "asyncio.Queue[str]") -> AsyncIterator[URL]:
    async def read(request: web.Request) -> web.StreamResponse:
        try:
            return web.Response(body=await request.read())
        finally:
            ended.put_nowait("read")

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        try:
            await asyncio.sleep(0.1)  # gone before it begins
            await response.prepare(request)
            while True:
                await response.write(b"x" * 1000)
                await asyncio.sleep(0.01)
        finally:
            ended.put_nowait("stream")

    async def ours(request: web.Request) -> web.StreamResponse:
        raise ConnectionResetError("a server of ours")

    app = web.Application(middlewares=[guard])
    app.router.add_post("/read", read)
    app.router.add_get("/stream", stream)
    app.router.add_get("/ours", ours)
    runner = web.AppRunner(app, access_log=None)  # a handler goes on when its client is gone, as the service's do
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield URL.build(scheme="http", host=host, port=port)
    await runner.cleanup()


def errors(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> list[str]:
    told = capsys.readouterr()
    printed = [line for line in (told.out + told.err).splitlines() if "error" in line.lower()]
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] + printed


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        (b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf", "read"),
        (b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", "stream"),
    ],
)
async def test_who_is_gone_is_no_error(
    base: URL, ended: "asyncio.Queue[str]", sent: bytes, where: str, caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with socket.create_connection((base.host or "", base.port or 0)) as line:
        line.sendall(sent)
        await asyncio.sleep(0.05)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # cut, not ended
    assert await asyncio.wait_for(ended.get(), 10) == where
    await asyncio.sleep(0.05)
    assert errors(caplog, capsys) == []


async def test_a_line_of_ours_that_broke_is_one(
    base: URL, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async with ClientSession() as http, http.get(base / "ours") as answer:
        assert answer.status == 500
        assert "已记录" in await answer.text()
    assert errors(caplog, capsys)
