"""Stand-ins for staging: what a platform does with a slow or broken service, and messages a service can open."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from adapters import discover
from adapters.base import Answer, Request
from bot.rehearsal.platforms.delivering import deliver
from bot.rehearsal.platforms.staging import stage
from bot.settings import load_settings


@asynccontextmanager
async def answering(
    answer: Callable[[web.Request, int], web.Response | None],
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A service that answers as told by how often it was asked; None never answers."""
    seen: list[bytes] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(await request.read())
        said = answer(request, len(seen))
        if said is None:
            await asyncio.sleep(30)
        return said or web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield "http://{}:{}".format(*runner.addresses[0][:2]), seen
    await runner.cleanup()


def words(answer: Answer) -> str:
    return "" if answer.body == b"success" else answer.body.decode()


async def test_the_same_bytes_come_again_until_somebody_answers() -> None:
    async with (
        answering(lambda _, n: web.Response(text="您好") if n == 3 else None) as (base, seen),
        aiohttp.ClientSession() as http,
    ):
        done = await deliver(http, base, Request("POST", body=b"once"), words, patience=0.3)
    assert (done.attempts, done.status, done.shown) == (3, 200, "您好")
    assert seen == [b"once"] * 3


async def test_four_times_in_vain_and_the_resident_reads_a_failure() -> None:
    async with answering(lambda _, n: None) as (base, seen), aiohttp.ClientSession() as http:
        done = await deliver(http, base, Request("POST", body=b"x"), words, patience=0.1)
    assert (done.attempts, done.status, done.shown, len(seen)) == (4, 0, None, 4)


async def test_what_the_platform_cannot_read_is_a_failure_too() -> None:
    async with (
        answering(lambda _, n: web.Response(status=500, text="oops")) as (base, seen),
        aiohttp.ClientSession() as http,
    ):
        done = await deliver(http, base, Request("POST", body=b"x"), words)
    assert (done.status, done.shown, len(seen)) == (500, None, 1)


async def test_residents_of_every_platform_reach_a_service_set_up_as_printed(tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    told: list[str] = []
    opened: list[str] = []

    async with (
        answering(lambda request, n: web.Response(text="success")) as (base, seen),
        stage(base, 0, told.append) as staging,
    ):
        env = dict(line.split("=", 1) for line in staging.settings())
        settings = load_settings({**env, "BANGNONG_HOME": str(tmp_path_factory.mktemp("staged"))})
        for name in staging.platforms:
            await staging.push(name, "laowang", "家里断粮两天了")
            account = settings.accounts[name, "main"]
            assert account.secrets.api_base == staging.platforms[name].base
            opened.append(name)
        # What is asked of a stand-in is told, by path and code alone.
        token = await staging.http.get(f"{staging.platforms['wecom'].base}/cgi-bin/gettoken?corpid=x&corpsecret=secret")
        assert token.status == 200
    assert opened == ["wechat", "douyin", "wecom"]
    assert len(seen) == 3
    assert any("服务 → wecom /cgi-bin/gettoken 200 错误码 40013" in line for line in told)
    assert not any("断粮" in line or "secret" in line for line in told)


def test_the_channels_of_the_stand_ins_exist() -> None:
    assert {"wechat", "douyin", "wecom"} <= set(discover())
