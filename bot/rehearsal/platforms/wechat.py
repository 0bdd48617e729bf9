"""WeChat's side of the wire, strict: tokens of both kinds, windows, quotas, refusals inside a 200, and bad weather.

async with WeChatPlatform().serve() as platform:
    secrets = platform.secrets()                 # api_base points here
    platform.wrote("oA")                         # opens 48 hours and 5 messages
    await channel.send(world, secrets, Outgoing(...))
    assert platform.sent == [("oA", "您好")]
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from aiohttp import web

from adapters.base import Secret
from adapters.wechat_secrets import WeChatSecrets

APPID, SECRET, AES_KEY = "wx00000000test0001", "stub-app-secret-0001", "yujzed70TvzFSdV2Fi39sLeKR93gbbfjsX7ffkzVaTQ"
WINDOWS = {"message": (timedelta(hours=48), 5), "menu": (timedelta(minutes=1), 3)}
"""What an act of the contact opens: how long, how many messages. Tests change it to replay the rules of other years."""

Weather = Literal["hang", "drop", "garbage", "control", "500", "html", "missing"]


@dataclass
class Quota:
    ends: float
    left: int


@dataclass
class WeChatPlatform:
    clock: Callable[[], float] = time.time
    windows: dict[str, tuple[timedelta, int]] = field(default_factory=lambda: dict(WINDOWS))
    sent: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    """Every call by path, refused ones too."""
    media: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    weather: list[tuple[str, Weather]] = field(default_factory=list)
    """What happens to the next calls of a path, first in first out."""
    refusals: list[int] = field(default_factory=list)
    """errcodes for the next custom/send calls, whatever they say."""
    token_refusal: int = 0
    longest: int = 2048
    token_life: int = 7200
    base: str = ""

    def __post_init__(self) -> None:
        self.tokens: dict[str, float] = {}
        self.stable = ""
        self.quotas: dict[str, Quota] = {}
        self.gone: set[str] = set()
        self.off: set[str] = set()

    # -- what the test does

    def secrets(self, **changes: Any) -> WeChatSecrets:
        values: dict[str, Any] = {
            "token": Secret("stub-token"),
            "appid": Secret(APPID),
            "secret": Secret(SECRET),
            "aes_key": Secret(AES_KEY),
            "api_base": self.base,
        }
        return WeChatSecrets(**(values | changes))

    def wrote(self, openid: str, opener: str = "message") -> None:
        """The contact wrote (or tapped the menu): quota and window start anew; writing needs following."""
        lasts, count = self.windows[opener]
        self.gone.discard(openid)
        self.quotas[openid] = Quota(self.clock() + lasts.total_seconds(), count)

    def unfollowed(self, openid: str) -> None:
        self.gone.add(openid)

    def expire_tokens(self) -> None:
        self.tokens.clear()
        self.stable = ""

    def text_push(self, openid: str, text: str, number: int) -> bytes:
        """A text message in clear, as WeChat pushes it (sign it with the channel's `sign`)."""
        safe = text.replace("]]>", "]]]]><![CDATA[>")
        return (
            f"<xml><ToUserName><![CDATA[gh_stub000001]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
            f"<CreateTime>{int(self.clock())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            f"<Content><![CDATA[{safe}]]></Content><MsgId>{number}</MsgId></xml>"
        ).encode()

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["WeChatPlatform"]:
        runner = web.AppRunner(self.app(), handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        try:
            yield self
        finally:
            await runner.cleanup()

    # -- what WeChat does

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        app.router.add_get("/cgi-bin/token", self._weathered(self._classic_token))
        app.router.add_post("/cgi-bin/stable_token", self._weathered(self._stable_token))
        app.router.add_post("/cgi-bin/message/custom/send", self._weathered(self._send))
        app.router.add_get("/cgi-bin/media/get", self._weathered(self._media))
        app.router.add_get("/film/{name}", self._film)
        return app

    def _weathered(self, handle: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def handler(request: web.Request) -> web.StreamResponse:
            self.calls.append(request.path)
            due = next((row for row in self.weather if request.path.endswith(row[0])), None)
            if due is None:
                return web.json_response(await handle(request)) if handle != self._media else await handle(request)
            self.weather.remove(due)
            match due[1]:
                case "hang":
                    await handle(request)  # it was taken; only the answer never comes
                    await asyncio.sleep(30)
                case "drop":
                    await handle(request)
                    if request.transport:
                        request.transport.abort()
                case "garbage":
                    return web.Response(body=b"\xff<html>", content_type="application/json")
                case "control":
                    return web.Response(body=b'{"errcode":0,"errmsg":"ok\x08"}', content_type="application/json")
                case "missing":
                    return web.json_response({"errmsg": "?"})
                case "500":
                    return web.Response(status=502, text="bad gateway")
                case "html":
                    return web.Response(text="<html>maintenance</html>", content_type="text/html")
            return web.Response()

        return handler

    async def _stable_token(self, request: web.Request) -> dict[str, Any]:
        asked = await request.json()
        if asked.get("grant_type") != "client_credential" or not isinstance(asked.get("force_refresh"), bool):
            return refusal(40002, "invalid grant_type")
        wrong = self._wrong_caller(asked.get("appid"), asked.get("secret"))
        if wrong:
            return wrong
        if self.tokens.get(self.stable, 0) - self.clock() < 300:
            self.stable = self._new_token("stable")
        return {"access_token": self.stable, "expires_in": int(self.tokens[self.stable] - self.clock())}

    async def _classic_token(self, request: web.Request) -> dict[str, Any]:
        wrong = self._wrong_caller(request.query.get("appid"), request.query.get("secret"))
        if wrong:
            return wrong
        for token in self.tokens:  # the new one replaces the old one, whoever holds that
            if token != self.stable:
                self.tokens[token] = 0
        return {"access_token": self._new_token("classic"), "expires_in": self.token_life}

    def _wrong_caller(self, appid: object, secret: object) -> dict[str, Any]:
        if self.token_refusal:
            return refusal(self.token_refusal, "refused as told")
        if appid != APPID:
            return refusal(40013, "invalid appid")
        return refusal(40125, "invalid appsecret") if secret != SECRET else {}

    def _new_token(self, kind: str) -> str:
        token = f"{kind}-access-token-{len(self.tokens)}-{len(self.calls)}"
        self.tokens[token] = self.clock() + self.token_life
        return token

    def _token_fault(self, request: web.Request) -> dict[str, Any]:
        token = request.query.get("access_token", "")
        if not token:
            return refusal(41001, "access_token missing")
        if token not in self.tokens:
            return refusal(40001, "invalid credential, access_token is invalid or not latest")
        return refusal(42001, "access_token expired") if self.tokens[token] <= self.clock() else {}

    async def _send(self, request: web.Request) -> dict[str, Any]:
        raw = await request.read()
        fault = self._token_fault(request)
        if fault:
            return fault
        if b"\\u" in raw:
            return refusal(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
        try:
            asked = json.loads(raw.decode("utf-8"))
            openid, text = asked["touser"], asked["text"]["content"]
        except (ValueError, KeyError, TypeError):
            return refusal(47001, "data format error")
        if set(asked) != {"touser", "msgtype", "text"} or asked["msgtype"] != "text":
            return refusal(40008, "invalid message type")
        if self.refusals:
            code = self.refusals.pop(0)
            if code:
                return refusal(code, "refused as told")
        return self._deliver(openid, text)

    def _deliver(self, openid: str, text: str) -> dict[str, Any]:
        if not text.strip():
            return refusal(44004, "empty content")
        if len(text.encode()) >= self.longest:
            return refusal(45002, "content size out of limit")
        if openid in self.gone:
            return refusal(43004, "require subscribe")
        if openid in self.off:
            return refusal(48002, "user block")
        quota = self.quotas.get(openid)
        if quota is None or self.clock() >= quota.ends:
            return refusal(45015, "response out of time limit or subscription is canceled")
        if quota.left <= 0:
            return refusal(45047, "out of response count limit")
        quota.left -= 1
        self.sent.append((openid, text))
        return {"errcode": 0, "errmsg": "ok"}

    async def _media(self, request: web.Request) -> web.Response:
        fault = self._token_fault(request)
        name = request.query.get("media_id", "")
        if not fault and name not in self.media:
            fault = refusal(40007, "invalid media_id")
        if fault:
            return web.Response(text=json.dumps(fault), content_type="text/plain")  # so it comes: not even as JSON
        body, content_type = self.media[name]
        if content_type.startswith("video/"):
            told = {"video_url": f"{self.base}/film/{name}"}
            return web.Response(text=json.dumps(told), content_type="text/plain")
        return web.Response(body=body, content_type=content_type)

    async def _film(self, request: web.Request) -> web.Response:
        """Where a video really lies: another host of the platform's, asked without a token."""
        body, content_type = self.media[request.match_info["name"]]
        return web.Response(body=body, content_type=content_type)


def refusal(code: int, words: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": f"{words} rid: 0-0-0"}
