"""Nothing a message or a platform's answer says makes this machine call into its own network."""

import ipaddress
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.media.door import REFUSED, Door, StrangeAddress, _public


@pytest.fixture
async def inside() -> AsyncIterator[tuple[str, list[str]]]:
    """A server of our own network, and what it was asked."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/away":
            raise web.HTTPFound("http://169.254.169.254/latest")
        return web.Response(body=b"secret")

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}", asked
    await runner.cleanup()


async def get(door: Door, address: str) -> bytes:
    async with door.session() as http, http.get(address, allow_redirects=False) as response:
        return await response.read()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x", "http://localhost/x", "http://169.254.169.254/latest/meta-data", "http://10.0.0.8/x",
        "http://[::1]/x", "http://[::ffff:127.0.0.1]/x", "http://2130706433/x", "http://0x7f.1/x", "https://evil.example/x",
        "https://qpic.cn.evil.example/x", "https://evilqpic.cn/x", "http://mmbiz.qpic.cn:6379/x", "ftp://qpic.cn/x",
        "https://user@evil.example/x", "http://0.0.0.0/x", "http://192.168.1.1/x", "http://[fe80::1]/x",
    ],
)  # fmt: skip
async def test_only_the_platforms_own_hosts(address: str) -> None:
    found: list[str] = []
    REFUSED.set(found)
    with pytest.raises((StrangeAddress, aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
        await get(Door(["https://api.weixin.qq.com"], ["qpic.cn"]), address)


async def test_a_good_name_that_points_into_our_network(
    inside: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is the platform's, its address is not: refused when the connection is made, so no second answer helps."""
    base, asked = inside
    door = Door([], ["qpic.cn"])
    port = int(base.rpartition(":")[2])
    monkeypatch.setattr(door, "knows", lambda scheme, host, given: host == "mmbiz.qpic.cn")

    async def resolve(self: Any, host: str, given: int = 0, family: int = 0) -> list[dict[str, Any]]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    found: list[str] = []
    REFUSED.set(found)
    with pytest.raises(aiohttp.ClientError):
        await get(door, "http://mmbiz.qpic.cn/x")
    assert asked == []
    assert found == ["address"]


async def test_what_the_settings_name_may_be_near(inside: tuple[str, list[str]]) -> None:
    base, asked = inside
    assert await get(Door([base], []), base + "/file") == b"secret"
    assert await get(Door([base], []), base + "/away") == b"302: Found"  # told, not followed
    assert asked == ["/file", "/away"]
    other = base.rpartition(":")[0] + ":9"
    with pytest.raises(StrangeAddress):
        await get(Door([base], []), other + "/file")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("172.16.0.1", False), ("192.168.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("224.0.0.1", False), ("::1", False), ("fe80::1", False), ("fc00::1", False),
        ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("255.255.255.255", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert _public(ipaddress.ip_address(address)) is public
