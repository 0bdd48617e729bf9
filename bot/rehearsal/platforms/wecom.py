"""WeCom customer service's side of the wire, strict: tokens, pages by cursor, the window, and the key that makes repeats
harmless.

async with WeComPlatform().serve() as platform:
    secrets = platform.secrets()                 # api_base points here
    knock = platform.wrote("wmA", "断药了")       # opens 48 hours and 5 messages; the sealed delivery to post to the hook
    assert platform.sent == [("wmA", "您好")]
"""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from adapters.base import Request, Secret
from adapters.wecom import CHANNEL
from adapters.wecom_secrets import WeComSecrets

CORPID, SECRET, OPEN_KFID = "ww00000000test01", "stub-kf-secret-000001", "wkStub0001"
TOKEN, AES_KEY = "stub-kf-token", "yujzed70TvzFSdV2Fi39sLeKR93gbbfjsX7ffkzVaTQ"
WINDOW, COUNT = 48 * 3600, 5
TOKEN_LIFE, KNOCK_LIFE = 7200, 600
BLIND_MOST = 10
"""Fetches without a good token in a minute; then a minute of 45009. [a WeCom employee's answer]"""


@dataclass
class WeComPlatform:
    clock: Callable[[], float] = time.time
    page: int = 100
    """Messages a page: small in tests, so that paging is seen."""
    sent: list[tuple[str, str]] = field(default_factory=list)
    exceeded: list[str] = field(default_factory=list)
    """Whom we wrote to outside their window or beyond their count."""
    calls: list[str] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    """errcodes for the next calls but the token's."""
    base: str = ""

    def __post_init__(self) -> None:
        self.tokens: dict[str, float] = {}
        self.messages: list[dict[str, Any]] = []
        self.knocks: dict[str, float] = {}
        self.windows: dict[str, tuple[float, int]] = {}
        self.keys: dict[str, str] = {}
        self.blind: list[float] = []
        self.media: dict[str, bytes] = {}

    def secrets(self, **changes: Any) -> WeComSecrets:
        values: dict[str, Any] = {
            "corpid": Secret(CORPID), "secret": Secret(SECRET), "token": Secret(TOKEN), "open_kfid": Secret(OPEN_KFID),
            "aes_key": Secret(AES_KEY), "api_base": self.base,
        }  # fmt: skip
        return WeComSecrets(**(values | changes))

    def wrote(self, who: str, text: str, **changes: Any) -> Request:
        """A resident's message (or whatever `changes` make of it), and the knock that announces it."""
        message = {
            "msgid": f"msg{len(self.messages) + 1:06d}", "open_kfid": OPEN_KFID, "external_userid": who,
            "send_time": int(self.clock()), "origin": 3, "msgtype": "text", "text": {"content": text},
        }  # fmt: skip
        message |= changes
        self.messages.append(message)
        if message["origin"] == 3:
            self.windows[who] = (self.clock() + WINDOW, COUNT)
        return self.knock()

    def knock(self, kfid: str = OPEN_KFID) -> Request:
        token = f"ENC{len(self.knocks) + 1:06d}"
        self.knocks[token] = self.clock() + KNOCK_LIFE
        payload = (
            f"<xml><ToUserName><![CDATA[{CORPID}]]></ToUserName><CreateTime>{int(self.clock())}</CreateTime>"
            f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
            f"<Token><![CDATA[{token}]]></Token><OpenKfId><![CDATA[{kfid}]]></OpenKfId></xml>"
        )
        return CHANNEL.sign(payload.encode(), self.secrets(), now=self.clock())

    def expire_tokens(self) -> None:
        self.tokens.clear()

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator["WeComPlatform"]:
        runner = web.AppRunner(self.app(), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.base = "http://{}:{}".format(*runner.addresses[0][:2])
        try:
            yield self
        finally:
            await runner.cleanup()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        app.router.add_get("/cgi-bin/gettoken", self._gettoken)
        app.router.add_post("/cgi-bin/kf/sync_msg", self._sync)
        app.router.add_post("/cgi-bin/kf/send_msg", self._send)
        app.router.add_get("/cgi-bin/media/get", self._media)
        return app

    async def _gettoken(self, request: web.Request) -> web.Response:
        self.calls.append(request.path)
        if request.query.get("corpid") != CORPID:
            return refusal(40013, "invalid corpid")
        if request.query.get("corpsecret") != SECRET:
            return refusal(40001, "invalid credential")
        token = f"kf-access-token-{len(self.calls)}"
        self.tokens[token] = self.clock() + TOKEN_LIFE
        return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": TOKEN_LIFE})

    def _fault(self, request: web.Request) -> web.Response | None:
        self.calls.append(request.path)
        token = request.query.get("access_token", "")
        if token not in self.tokens:
            return refusal(40014, "invalid access_token")
        if self.tokens[token] <= self.clock():
            return refusal(42001, "access_token expired")
        if self.refusals and (code := self.refusals.pop(0)):
            return refusal(code, "refused as told")
        return None

    async def _sync(self, request: web.Request) -> web.Response:
        if fault := self._fault(request):
            return fault
        asked = await _asked(request)
        if asked is None or not 0 < asked.get("limit", 1000) <= 1000:
            return refusal(40058, "invalid request parameter")
        if asked.get("open_kfid") != OPEN_KFID:
            return refusal(95000, "invalid open_kfid")
        if self.knocks.get(asked.get("token", ""), 0) <= self.clock():
            self.blind = [at for at in self.blind if self.clock() - at < 60]
            if len(self.blind) >= BLIND_MOST:
                return refusal(45009, "api freq out of limit")
            self.blind.append(self.clock())
        cursor = asked.get("cursor", "")
        start = int(cursor.removeprefix("cur")) if cursor else 0
        end = min(start + min(self.page, asked.get("limit", 1000)), len(self.messages))
        return web.json_response(
            {
                "errcode": 0, "errmsg": "ok", "next_cursor": f"cur{end}", "has_more": int(end < len(self.messages)),
                "msg_list": self.messages[start:end],
            }
        )  # fmt: skip

    async def _send(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if fault := self._fault(request):
            return fault
        if b"\\u" in raw:
            return refusal(40033, "invalid charset")
        asked = await _asked(request)
        if asked is None or set(asked) - {"touser", "open_kfid", "msgid", "msgtype", "text"}:
            return refusal(40058, "invalid request parameter")
        if asked.get("open_kfid") != OPEN_KFID:
            return refusal(95000, "invalid open_kfid")
        key, text, who = asked.get("msgid", ""), (asked.get("text") or {}).get("content", ""), asked.get("touser", "")
        if key and (len(key) > 32 or not key.replace("-", "").replace("_", "").isalnum()):
            return refusal(40058, "invalid msgid")
        if not text.strip() or len(text.encode()) > 2048:
            return refusal(40058, "invalid content")
        if key and key in self.keys:
            return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": key})
        ends, left = self.windows.get(who, (0.0, 0))
        if self.clock() >= ends or left <= 0:
            self.exceeded.append(who)
            return refusal(95001, "send msg limit")
        self.windows[who] = (ends, left - 1)
        self.keys[key] = who
        self.sent.append((who, text))
        return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": key})

    async def _media(self, request: web.Request) -> web.Response:
        if fault := self._fault(request):
            return fault
        body = self.media.get(request.query.get("media_id", ""))
        return (
            refusal(40007, "invalid media_id") if body is None else web.Response(body=body, content_type="image/jpeg")
        )


async def _asked(request: web.Request) -> dict[str, Any] | None:
    try:
        asked = json.loads((await request.read()).decode())
    except ValueError:
        return None
    return asked if isinstance(asked, dict) else None


def refusal(code: int, words: str) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": words})
