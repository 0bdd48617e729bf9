"""The stand-ins as a staging system: on ports of their own, every call told as it comes, a resident played by an operator."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Protocol

import aiohttp
from aiohttp import web

from adapters import discover
from adapters.base import Request, Secret
from bot.rehearsal.payloads import hook_path, text_payload
from bot.rehearsal.platforms.delivering import Delivered, deliver
from bot.rehearsal.platforms.douyin import DouyinPlatform
from bot.rehearsal.platforms.wechat import WeChatPlatform
from bot.rehearsal.platforms.wecom import WeComPlatform

Tell = Callable[[str], None]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Platform(Protocol):
    base: str

    def app(self) -> web.Application: ...

    def secrets(self) -> Any: ...


@dataclass
class Staging:
    """What is running. `told`: whatever happens, one line each, ids and codes only."""

    service: str
    platforms: dict[str, Platform]
    http: aiohttp.ClientSession
    tell: Tell

    def settings(self) -> list[str]:
        """The lines to paste into the service's `.env`: made-up secrets, and addresses that lead here."""
        lines = [f"BANGNONG_CHANNELS={','.join(f'{name}:main' for name in self.platforms)},app:main"]
        for name, platform in self.platforms.items():
            secrets = platform.secrets()
            for row in fields(secrets):
                value = getattr(secrets, row.name)
                plain = value.reveal() if isinstance(value, Secret) else value
                if plain and (isinstance(value, Secret) or row.name == "api_base"):
                    lines.append(f"BANGNONG_{name}_MAIN_{row.name}".upper() + f"={plain}")
        return lines

    async def push(self, name: str, sender: str, text: str) -> Delivered:
        """As a resident: the window opens at the platform, the message is delivered as the platform would."""
        platform, channel = self.platforms[name], discover()[name]
        secrets = platform.secrets()
        request = self._request(name, platform, sender, text)
        done = await deliver(
            self.http, self.service + hook_path(name, "main"), request, lambda answer: channel.unwrap(answer, secrets)
        )
        self.tell(f"{name} → 服务 {sender} 第 {done.attempts} 次送达 {done.status or '没有回音'} {done.seconds:.1f} 秒")
        return done

    def _request(self, name: str, platform: Platform, sender: str, text: str) -> Request:
        if isinstance(platform, WeComPlatform):
            return platform.wrote(sender, text)
        if isinstance(platform, DouyinPlatform):
            body = platform.wrote(sender, text)
            return Request("POST", headers=platform.headers(body), body=body)
        assert isinstance(platform, WeChatPlatform)
        platform.wrote(sender)
        payload = text_payload(name, sender, text, str(time.time_ns()), datetime.now(UTC))
        return discover()[name].sign(payload, platform.secrets(), now=time.time())


@asynccontextmanager
async def stage(service: str, port: int, tell: Tell) -> AsyncIterator[Staging]:
    """WeChat on `port`, Douyin and WeCom on the next two; port 0 takes free ones. Raises OSError for a port in use."""
    platforms: dict[str, Platform] = {
        "wechat": WeChatPlatform(), "douyin": DouyinPlatform(), "wecom": WeComPlatform(),
    }  # fmt: skip
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        for place, (name, platform) in enumerate(platforms.items()):
            app = platform.app()
            app.middlewares.append(_telling(name, tell))
            runner = web.AppRunner(app, shutdown_timeout=0.2)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", port + place if port else 0).start()
            platform.base = "http://{}:{}".format(*runner.addresses[0][:2])
        yield Staging(service.rstrip("/"), platforms, http, tell)


def _telling(name: str, tell: Tell) -> Any:
    @web.middleware
    async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        code = ""
        if isinstance(response, web.Response) and response.content_type == "application/json" and response.text:
            found = response.text.partition('"errcode":')[2][:8].strip(' ,}"')
            code = f" 错误码 {found.split(',')[0]}" if found and not found.startswith("0") else ""
        tell(f"服务 → {name} {request.path} {response.status}{code}")
        return response

    return told
