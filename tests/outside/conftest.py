"""One real service for all of this folder, allowed to tell a receiver on this machine; people; and the receiver."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from tests.desk.conftest import Desk, Person, record
from tests.homes import Homes, serving
from tests.inside import inside, record_engines
from tests.service import Service, free_port

__all__ = ["inside", "record", "record_engines"]


@dataclass
class Receiver:
    """Somebody else's program, and at `push` a push service of the own network.

    `answers`: path → status it gives; `heard`: (path, headers, raw body).
    """

    base: str
    push: str
    answers: dict[str, int] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    fresh: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, request: web.Request) -> web.Response:
        if request.path in self.stuck:
            await self.over.wait()
            return web.Response(status=503)
        self.heard.append((request.path, {k.lower(): v for k, v in request.headers.items()}, await request.read()))
        self.fresh.set()
        return web.Response(status=self.answers.get(request.path, 200))

    def told(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(body) for where, _, body in self.heard if where == path]

    async def until(self, true: Callable[[], object], wait: float = 60) -> None:
        deadline = time.monotonic() + wait
        while not true():
            assert time.monotonic() < deadline, self.heard[-5:]
            self.fresh.clear()
            try:
                await asyncio.wait_for(self.fresh.wait(), 0.5)
            except TimeoutError:
                continue


@pytest.fixture(scope="package")
async def receiver() -> AsyncIterator[Receiver]:
    port, other = free_port(), free_port()
    there = Receiver(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{other}")
    app = web.Application()
    app.router.add_post("/{name}", there.hear)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    for one in (port, other):
        await web.TCPSite(runner, "127.0.0.1", one).start()
    yield there
    there.over.set()
    await runner.cleanup()


@pytest.fixture(scope="package")
async def service(homes: Homes, receiver: Receiver) -> AsyncIterator[Service]:
    settings = {
        "BANGNONG_WEBHOOKS_INSIDE": receiver.base, "BANGNONG_PUSH_INSIDE": receiver.push,
        "BANGNONG_OPEN311_INTENTS": "medicine,supplies", "BANGNONG_API_A_MINUTE": "100000",
    }  # fmt: skip
    async with serving(homes.new("outside"), **settings) as running:
        yield running


@pytest.fixture(scope="package")
async def desk(service: Service) -> AsyncIterator[Desk]:
    opened = Desk(service)
    yield opened
    for person in opened.people:
        await person.http.close()


@pytest.fixture(scope="package")
async def lina(desk: Desk) -> Person:
    return await desk.hire("lina")


@pytest.fixture(scope="package")
async def admin(desk: Desk) -> Person:
    return await desk.hire("chief", "admin")
