"""Simulated life on all channels: residents who write, platforms that deliver twice, reporters who answer, bad weather.

What reporters were told is on its way is written into a ledger of the test's own (`Life.owed`), to be compared with the
record and with what the platforms' stand-ins got. Every text in it is unlike every other.
"""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp

from adapters.app import CHANNEL as APP
from adapters.app import AppSecrets
from adapters.base import Request, Secret
from adapters.wechat import CHANNEL as WECHAT
from bot.rehearsal.payloads import text_payload
from tests.platforms.douyin import DouyinPlatform
from tests.platforms.wechat import WeChatPlatform
from tests.platforms.wecom import WeComPlatform
from tests.service import Service

PATIENCE = aiohttp.ClientTimeout(total=5)
SLOW_SHARE, SLOW_SECONDS = 0.02, 2.5


@dataclass
class Owed:
    """A reply the service has taken: by which channel, to which ticket."""

    channel: str
    number: str
    text: str


@dataclass
class Life:
    """`until`: monotonic seconds; `length`: of the whole, from which everything else is measured."""

    services: Sequence[Service]
    wechat: WeChatPlatform
    douyin: DouyinPlatform
    wecom: WeComPlatform
    token: str
    length: float
    seed: int = 1
    owed: list[Owed] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    heard: int = 0
    again: int = 0
    expiries: int = 0
    away: float = 0.0
    cut: int = 0
    """Answers of custom/send that were cut off, garbled or a 500: nobody can know what became of those."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.until = time.monotonic() + self.length
        self.app = AppSecrets(Secret(self.services[0].app_key()))

    @property
    def going(self) -> bool:
        return time.monotonic() < self.until

    def base(self) -> str:
        return self.chance.choice(self.services).base

    async def run(self) -> None:
        self.wechat.latency = lambda: SLOW_SECONDS if self.chance.random() < SLOW_SHARE else 0.02
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as http:
            residents = [
                self._resident(http, channel, nth)
                for channel in ("wechat", "douyin", "wecom", "app")
                for nth in range(9)
            ]
            await asyncio.gather(*residents, *(self._reporter(http, nth) for nth in range(3)), self._weather())
        self.wechat.away, self.wechat.latency = False, lambda: 0.0

    # -- residents

    async def _resident(self, http: aiohttp.ClientSession, channel: str, person: int) -> None:
        await asyncio.sleep(self.chance.uniform(0, min(12, self.length / 6)))
        nth = 0
        while self.going:
            text = (
                f"我爸尿毒症三天没透析了，喘不上气。{channel}第{person}号"
                if not nth
                else f"补充{channel}{person}之{nth}：人还是难受"
            )
            await self._write(http, channel, person, nth, text)
            nth += 1
            await asyncio.sleep(self.chance.uniform(6, 18))

    async def _write(self, http: aiohttp.ClientSession, channel: str, person: int, nth: int, text: str) -> None:
        who, number = f"oSoak{channel}{person:016d}", f"{self.seed}{person:03d}{nth:05d}"
        now = datetime.now(UTC)
        match channel:
            case "wechat":
                self.wechat.wrote(who)
                push = self.wechat.text_push(who, text, int(number) + 70_000_000)
                request = WECHAT.sign(push, self.wechat.secrets(), now=time.time())
                path = "/hook/wechat/main"
            case "wecom":
                request, path = self.wecom.wrote(who, text), "/hook/wecom/main"
            case "douyin":
                body = self.douyin.wrote(who, text)
                request, path = Request("POST", "", {}, self.douyin.headers(body), body), "/hook/douyin/main"
            case _:
                request = APP.sign(text_payload("app", who, text, number, now), self.app, now=time.time())
                path = "/api/app/main/messages"
        self.heard += 1
        if self.chance.random() < 0.1:  # the platform lost patience: the same again, elsewhere, at once
            self.again += 1
            await asyncio.gather(self._deliver(http, path, request), self._deliver(http, path, request))
            return
        for _ in range(4):
            if await self._deliver(http, path, request):
                return

    async def _deliver(self, http: aiohttp.ClientSession, path: str, request: Request) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with http.post(
                self.base() + path, params=dict(request.query), headers=dict(request.headers), data=request.body
            ) as answer:
                await answer.read()
                assert answer.status == 200, f"{path}: {answer.status}"
                return True
        return False

    # -- reporters

    async def _reporter(self, http: aiohttp.ClientSession, desk: int) -> None:
        nth = 0
        while self.going:
            await asyncio.sleep(self.chance.uniform(0.2, 0.7))
            with suppress(aiohttp.ClientError, TimeoutError):
                _, page = await self._ask(http, "/api/v1/tickets?limit=50")
                for ticket in self.chance.sample(page.get("items", []), min(2, len(page.get("items", [])))):
                    nth += 1
                    await self._reply(
                        http, ticket, f"{desk}-{nth}", f"记者{desk}第{nth}句，{ticket['number']}：正在联系医院"
                    )

    async def _reply(self, http: aiohttp.ClientSession, ticket: dict[str, Any], name: str, text: str) -> None:
        body = {"id": f"soak-{name}-{ticket['number']}", "text": text}
        for _ in range(3):  # a time-out is asked again under the same id, as a client should
            with suppress(aiohttp.ClientError, TimeoutError):
                status, said = await self._ask(http, f"/api/v1/tickets/{ticket['number']}/reply", body)
                if status == 200:
                    self.owed.append(Owed(ticket["channel"], ticket["number"], text))
                else:
                    code = str(said.get("error", {}).get("code", status))
                    self.refused[code] = self.refused.get(code, 0) + 1
                return

    async def _ask(
        self, http: aiohttp.ClientSession, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        async with http.request(
            "POST" if body is not None else "GET", self.base() + path,
            data=None if body is None else json.dumps(body), headers={"Authorization": f"Bearer {self.token}"},
        ) as answer:  # fmt: skip
            return answer.status, await answer.json(content_type=None)

    # -- weather

    async def _weather(self) -> None:
        """Tokens end in the middle of things, sends are refused or cut, and once the platform is away for a sixth."""
        begins, ends = self.until - self.length * 0.5, self.until - self.length * 0.5 + self.length / 6
        while self.going:
            await asyncio.sleep(self.chance.uniform(2, 5))
            away = begins < time.monotonic() < ends
            if away and not self.wechat.away:
                self.away = self.length / 6
            self.wechat.away = away
            match self.chance.randrange(5):
                case 0 | 1:
                    self.expiries += 1
                    self.wechat.expire_tokens()
                case 2:
                    self.wechat.refusals += [self.chance.choice((-1, -1, 45015, 45047, 43004))]
                case 3:
                    self.cut += 1
                    self.wechat.weather.append(("custom/send", self.chance.choice(("drop", "500", "garbage"))))
                case _:
                    self.douyin.expire_access()
