"""WeChat's side of the wire, strict: tokens of both kinds, windows, quotas, refusals inside a 200, and bad weather.

async with WeChatPlatform().serve() as platform:
    secrets = platform.secrets()                 # api_base points here
    platform.wrote("oA")                         # opens 48 hours and 5 messages
    await channel.send(world, secrets, Outgoing(...))
    assert platform.sent == [("oA", "您好")]
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from aiohttp import web

from adapters.base import Secret
from adapters.wechat_secrets import WeChatSecrets
from bot.rehearsal.platforms.wechat_rest import CERTIFIED, Rest, refusal
from bot.rehearsal.platforms.wechat_tokens import APPID, SECRET, TokenSide

__all__ = ["SECRET", "WINDOWS", "WeChatPlatform"]

AES_KEY = "yujzed70TvzFSdV2Fi39sLeKR93gbbfjsX7ffkzVaTQ"
WINDOWS = {"message": (timedelta(hours=48), 5), "menu": (timedelta(minutes=1), 3)}
"""What an act of the contact opens: how long, how many messages. Tests change it to replay the rules of other years."""

Weather = Literal["hang", "drop", "garbage", "control", "500", "html", "missing"]


@dataclass
class Quota:
    ends: float
    left: int


@dataclass
class WeChatPlatform(TokenSide):
    windows: dict[str, tuple[timedelta, int]] = field(default_factory=lambda: dict(WINDOWS))
    sent: list[tuple[str, str]] = field(default_factory=list)
    media: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    weather: list[tuple[str, Weather]] = field(default_factory=list)
    """What happens to the next calls of a path, first in first out."""
    refusals: list[int] = field(default_factory=list)
    """errcodes for the next custom/send calls, whatever they say."""
    longest: int = 2048
    kind: str = "subscription-certified"
    latency: Callable[[], float] = lambda: 0.0
    """Seconds a call takes."""
    away: bool = False
    """Connections are cut before anything is read."""
    base: str = ""

    def __post_init__(self) -> None:
        self.rest = Rest(self)
        self.heard: dict[str, float] = {}
        """When somebody last acted, by openid."""
        self.exceeded: list[str] = []
        """Whom we wrote to outside their window or beyond their count."""
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
            "kind": self.kind,
            "api_base": self.base,
        }
        return WeChatSecrets(**(values | changes))

    def wrote(self, openid: str, opener: str = "message") -> None:
        """The contact wrote (or tapped the menu): quota and window start anew; writing needs following."""
        lasts, count = self.windows[opener]
        self.gone.discard(openid)
        self.heard[openid] = self.clock()
        self.quotas[openid] = Quota(self.clock() + lasts.total_seconds(), count)

    def unfollowed(self, openid: str) -> None:
        self.gone.add(openid)

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
        routes = [
            ("GET", "/cgi-bin/token", self._classic_token),
            ("POST", "/cgi-bin/stable_token", self._stable_token),
            ("POST", "/cgi-bin/message/custom/send", self._send),
            ("GET", "/cgi-bin/media/get", self._media),
            *self.rest.routes(),
        ]
        for method, path, handle in routes:
            app.router.add_route(method, path, self._weathered(handle))
        app.router.add_get("/film/{name}", self._film)
        return app

    def _weathered(self, handle: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            said = await handle(request)
            return said if isinstance(said, web.StreamResponse) else web.json_response(said)

        async def handler(request: web.Request) -> web.StreamResponse:
            self.calls.append(request.path)
            if self.away and request.transport:
                request.transport.abort()
                return web.Response()
            if wait := self.latency():
                await asyncio.sleep(wait)
            due = next((row for row in self.weather if request.path.endswith(row[0])), None)
            if due is None:
                return await answer(request)
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

    async def _send(self, request: web.Request) -> dict[str, Any]:
        raw = await request.read()
        fault = self.fault(request, request.path)
        if fault:
            return fault
        if self.kind not in CERTIFIED:
            return refusal(48001, "api unauthorized")
        if b"\\u" in raw:
            return refusal(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
        try:
            asked = json.loads(raw.decode("utf-8"))
            openid, kind = asked["touser"], asked["msgtype"]
            text = asked["text"]["content"] if kind == "text" else asked[kind]["media_id"]
        except (ValueError, KeyError, TypeError):
            return refusal(47001, "data format error")
        if set(asked) != {"touser", "msgtype", kind} or kind not in ("text", "image", "voice"):
            return refusal(40008, "invalid message type")
        if self.refusals:
            code = self.refusals.pop(0)
            if code:
                return refusal(code, "refused as told")
        if kind != "text":
            kept = self.rest.media.get(text)
            if kept is None or kept[2] <= self.clock():
                return refusal(40007, "invalid media_id")
            text = f"[{kind}:{text}]"
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
        if quota is None or self.clock() >= quota.ends or quota.left <= 0:
            self.exceeded.append(openid)
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
        uploaded = self.rest.media.get(name)
        if uploaded and uploaded[2] > self.clock():
            self.media[name] = uploaded[:2]
        elif uploaded:
            self.media.pop(name, None)
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
