"""Douyin's side of the wire, strict: the chain of tokens with its lives, scenes, quoted messages, windows, quotas, echoes.

async with DouyinPlatform().serve() as platform:
    secrets = platform.secrets()                       # api_base points here
    delivery = platform.wrote("@resident", "断药了")     # opens 24 hours and 6 messages; also the delivery to push
    await platform.push(http, hook, delivery)          # signed, delivered again until answered with 200
    assert platform.texts("@resident") == ["……"]
"""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, cast

import aiohttp
from aiohttp import web

from adapters.base import Secret
from adapters.douyin_secrets import DouyinSecrets

CLIENT_KEY, CLIENT_SECRET, PAPER = "awstubclientkey1", "stub-client-secret-0001", "_000StubPaper"
FIRST_REFRESH = "stub-refresh-token-0"
WINDOWS = {"im_reply_msg": (timedelta(hours=24), 6), "im_enter_direct_msg": (timedelta(seconds=30), 3)}

Weather = Literal["hang", "drop", "garbage", "500", "html", "missing"]


@dataclass
class Act:
    """Something a resident did that may be answered."""

    openid: str
    scene: str
    conversation: str
    ends: float
    left: int


@dataclass
class DouyinPlatform:
    clock: Callable[[], float] = time.time
    windows: dict[str, tuple[timedelta, int]] = field(default_factory=lambda: dict(WINDOWS))
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    """(openid, scene, text) in order."""
    commented: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    weather: list[tuple[str, Weather]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    """Codes for the next im/send/msg calls, whatever they say; 0 lets one through."""
    token_refusal: int = 0
    renewal_refusal: int = 0
    longest: int = 1000
    client_life: int = 7200
    access_life: int = 15 * 86_400
    refresh_life: int = 30 * 86_400
    renewals_allowed: int = 5
    says_refresh_end: bool = True
    media: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Message id → (media type, address)."""
    files: dict[str, bytes] = field(default_factory=dict)
    base: str = ""

    def __post_init__(self) -> None:
        self.acts: dict[str, Act] = {}
        self.access: dict[str, float] = {}
        self.client: dict[str, float] = {}
        self.refresh: dict[str, tuple[float, int]] = {FIRST_REFRESH: (self.clock() + self.refresh_life, 0)}
        self.comments: set[str] = set()
        self.banned: set[str] = set()
        self.echoes: list[bytes] = []
        """im_send_msg deliveries of what was sent, to be pushed by whoever wants them."""
        self._count = 0

    # -- what the test does

    def secrets(self, **changes: Any) -> DouyinSecrets:
        values: dict[str, Any] = {
            "client_key": Secret(CLIENT_KEY),
            "client_secret": Secret(CLIENT_SECRET),
            "open_id": Secret(PAPER),
            "refresh_token": Secret(FIRST_REFRESH),
            "api_base": self.base,
        }
        return DouyinSecrets(**(values | changes))

    def environment(self, account: str = "MAIN") -> dict[str, str]:
        start = f"BANGNONG_DOUYIN_{account}_"
        return {
            f"{start}CLIENT_KEY": CLIENT_KEY,
            f"{start}CLIENT_SECRET": CLIENT_SECRET,
            f"{start}OPEN_ID": PAPER,
            f"{start}REFRESH_TOKEN": FIRST_REFRESH,
            f"{start}API_BASE": self.base,
        }

    def new_id(self, kind: str) -> str:
        self._count += 1
        return f"@{kind}-{self._count}+/=="

    def wrote(self, openid: str, text: str = "", *, as_string: bool = False, **content: Any) -> bytes:
        """The resident writes: a new act to be answered, and the delivery that tells of it."""
        number = content.setdefault("server_message_id", self.new_id("message"))
        said = self.said(openid, {"message_type": "text", "text": text, **content})
        self._act(number, openid, "im_reply_msg")
        return self.delivery("im_receive_msg", json.dumps(said) if as_string else said, openid, PAPER)

    def entered(self, openid: str) -> bytes:
        """The resident opens the chat. Its content comes as a string."""
        number = self.new_id("enter")
        self._act(number, openid, "im_enter_direct_msg")
        content = {
            "conversation_short_id": conversation_of(openid), "server_message_id": number, "conversation_type": "1",
            "create_time": str(int(self.clock() * 1000)), "scene_type": "1",
        }  # fmt: skip
        return self.delivery("im_enter_direct_msg", json.dumps(content), openid, PAPER)

    def typed(self, openid: str, text: str) -> bytes:
        """A colleague answers in the Douyin app: an echo without a source."""
        return self.delivery(
            "im_send_msg", self.said(openid, {"message_type": "text", "text": text, "source": ""}), PAPER, openid
        )

    def commented_on(self, openid: str, text: str, item: str = "@item-1==") -> bytes:
        number = self.new_id("comment")
        self.comments.add(number)
        content = {
            "comment_id": number, "comment_user_id": openid, "content": text, "create_time": int(self.clock()),
            "digg_count": 0, "reply_comment_total": 0, "reply_to_comment_id": "0", "reply_to_item_id": item, "at_user_id": "",
        }  # fmt: skip
        return self.delivery("item_comment_reply", content, openid, PAPER)

    def said(self, openid: str, content: dict[str, Any]) -> dict[str, Any]:
        return {
            "conversation_short_id": conversation_of(openid), "server_message_id": self.new_id("message"),
            "conversation_type": 1, "create_time": int(self.clock() * 1000), "source": "",
            "user_infos": [{"open_id": openid, "nick_name": "居民", "avatar": ""}], **content,
        }  # fmt: skip

    def delivery(self, event: str, content: Any, sender: str, to: str) -> bytes:
        fields = {"event": event, "client_key": CLIENT_KEY, "from_user_id": sender, "to_user_id": to}
        return json.dumps({**fields, "log_id": self.new_id("log"), "content": content}, ensure_ascii=False).encode()

    def headers(self, body: bytes, delivery_id: str = "") -> dict[str, str]:
        proof = hashlib.sha1(CLIENT_SECRET.encode() + body).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Douyin-Signature": proof,
            "Msg-Id": delivery_id or self.new_id("delivery"),
        }

    async def push(self, http: aiohttp.ClientSession, hook: str, body: bytes, *, tries: int = 4) -> list[int]:
        """Deliver as Douyin does: 5 s, then up to three times more under the same Msg-Id. The statuses (0: no answer)."""
        headers, statuses = self.headers(body), list[int]()
        for _ in range(tries):
            try:
                async with http.post(
                    hook, data=body, headers=headers, timeout=aiohttp.ClientTimeout(total=5)
                ) as answer:
                    await answer.read()
                    statuses.append(answer.status)
            except (aiohttp.ClientError, TimeoutError):
                statuses.append(0)
            if statuses[-1] == 200:
                break
        return statuses

    def texts(self, openid: str) -> list[str]:
        return [text for who, _, text in self.sent if who == openid]

    def expire_access(self) -> None:
        self.access.clear()

    def revoke(self) -> None:
        """The editor takes the authorisation back in the app: everything of it dies at once. [D9]"""
        self.access.clear()
        self.refresh.clear()

    def authorised_again(self) -> str:
        """A person scanned: a new refresh token, the old ones gone."""
        self.revoke()
        token = f"stub-refresh-token-again-{len(self.calls)}"
        self.refresh[token] = (self.clock() + self.refresh_life, 0)
        return token

    def _act(self, number: str, openid: str, scene: str) -> None:
        lasts, count = self.windows[scene]
        ends = self.clock() + lasts.total_seconds()
        self.acts[number] = Act(openid, scene, conversation_of(openid), ends, count)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["DouyinPlatform"]:
        runner = web.AppRunner(self.app(), handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        try:
            yield self
        finally:
            await runner.cleanup()

    # -- what Douyin does

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        for path, handle in {
            "/oauth/client_token/": self._client_token,
            "/oauth/refresh_token/": self._refresh_token,
            "/oauth/renew_refresh_token/": self._renew,
            "/im/send/msg/": self._send,
            "/item/comment/reply/": self._comment_reply,
        }.items():
            app.router.add_post(path, self._weathered(handle))
        app.router.add_get("/api/im/message/resources/", self._weathered(self._resources))
        app.router.add_get("/files/{name}", self._file)
        return app

    def _weathered(self, handle: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def handler(request: web.Request) -> web.StreamResponse:
            self.calls.append(request.path)
            due = next((row for row in self.weather if request.path.endswith(row[0])), None)
            if due is None:
                return web.json_response(await handle(request))
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
                case "missing":
                    return web.json_response({"message": "?"})
                case "500":
                    return web.Response(status=502, text="bad gateway")
                case "html":
                    return web.Response(text="<html>maintenance</html>", content_type="text/html")
            return web.Response()

        return handler

    async def _form(self, request: web.Request, *names: str) -> dict[str, str] | dict[str, Any]:
        """The form's fields; under "wrong" what is wrong with the caller."""
        if request.content_type != "application/x-www-form-urlencoded":
            return {"wrong": refusal(10002, "parameters must be form-encoded")}
        form = {name: str(value) for name, value in (await request.post()).items()}
        if self.token_refusal:
            return {"wrong": refusal(self.token_refusal, "refused as told")}
        if form.get("client_key") != CLIENT_KEY:
            return {"wrong": refusal(10003, "client_key error")}
        if set(form) != {"client_key", *names}:
            return {"wrong": refusal(10002, "parameters missing or unknown")}
        return form

    async def _client_token(self, request: web.Request) -> dict[str, Any]:
        form = await self._form(request, "client_secret", "grant_type")
        if "wrong" in form:
            return dict(cast("dict[str, Any]", form["wrong"]))
        if form["client_secret"] != CLIENT_SECRET or form["grant_type"] != "client_credential":
            return refusal(10013, "client_secret error")
        return granted(
            {"access_token": self._new(self.client, "clt", self.client_life), "expires_in": self.client_life}
        )

    async def _refresh_token(self, request: web.Request) -> dict[str, Any]:
        form = await self._form(request, "grant_type", "refresh_token")
        if "wrong" in form:
            return dict(cast("dict[str, Any]", form["wrong"]))
        ends, _ = self.refresh.get(str(form["refresh_token"]), (0.0, 0))
        if form["grant_type"] != "refresh_token" or ends <= self.clock():
            return refusal(10010, "refresh_token expired")
        self.access.clear()  # the earlier one is replaced
        data = {
            "access_token": self._new(self.access, "act", self.access_life),
            "expires_in": self.access_life,
            "open_id": PAPER,
            "refresh_token": form["refresh_token"],
            "scope": "user_info",  # the scopes of private messages are never listed [D18]
        }
        if self.says_refresh_end:
            data["refresh_expires_in"] = int(ends - self.clock())
        return granted(data)

    async def _renew(self, request: web.Request) -> dict[str, Any]:
        form = await self._form(request, "refresh_token")
        if "wrong" in form:
            return dict(cast("dict[str, Any]", form["wrong"]))
        if self.renewal_refusal:
            return refusal(self.renewal_refusal, "refused as told")
        old = str(form["refresh_token"])
        ends, renewed = self.refresh.get(old, (0.0, 0))
        if ends <= self.clock():
            return refusal(10010, "refresh_token expired")
        if renewed >= self.renewals_allowed:
            return refusal(10020, "renew_refresh_token reached its limit")
        del self.refresh[old]  # the old one dies with the call
        token = f"stub-refresh-token-{renewed + 1}-{len(self.calls)}"
        self.refresh[token] = (self.clock() + self.refresh_life, renewed + 1)
        return granted({"refresh_token": token, "expires_in": self.refresh_life})

    def _new(self, kept: dict[str, float], kind: str, life: int) -> str:
        token = f"{kind}.stub-token-{len(self.calls)}"
        kept[token] = self.clock() + life
        return token

    def _caller_fault(self, request: web.Request) -> dict[str, Any]:
        token = request.headers.get("access-token", "")
        if token not in self.access:
            return refusal(2190002, "access_token invalid")
        if self.access[token] <= self.clock():
            return refusal(2190008, "access_token expired")
        return {} if request.query.get("open_id") == PAPER else refusal(2190015, "token and open_id do not match")

    async def _body(self, request: web.Request, names: set[str]) -> dict[str, Any]:
        try:
            asked = json.loads((await request.read()).decode("utf-8"))
        except ValueError:
            return {}
        return asked if isinstance(asked, dict) and set(asked) == names else {}

    async def _send(self, request: web.Request) -> dict[str, Any]:
        fault = self._caller_fault(request)
        if fault:
            return fault
        asked = await self._body(request, {"to_user_id", "scene", "msg_id", "conversation_id", "content"})
        try:
            content = asked["content"]
            text = content["text"]["text"]
            if content["msg_type"] != 1 or set(content) != {"msg_type", "text"} or not isinstance(text, str):
                raise KeyError
        except (KeyError, TypeError):
            return refusal(2100005, "parameters")
        if self.refusals and (code := self.refusals.pop(0)):
            return refusal(code, "refused as told", finer=code)
        return self._deliver(asked, text)

    def _deliver(self, asked: dict[str, Any], text: str) -> dict[str, Any]:
        act, openid = self.acts.get(asked["msg_id"]), asked["to_user_id"]
        if not text.strip() or len(text) > self.longest:
            return refusal(2100005, "text empty or too long")
        if openid in self.banned:
            return refusal(2100009, "user banned")
        wrong = act is None or (act.openid, act.conversation) != (openid, asked["conversation_id"])
        if act is None or wrong or act.scene != asked["scene"]:
            return refusal(2100005, "parameters", finer=28003082)
        if self.clock() >= act.ends:
            return refusal(2100005, "parameters", finer=28003080)
        if act.left <= 0:
            return refusal(2100005, "parameters", finer=28003070)
        act.left -= 1
        self.sent.append((openid, asked["scene"], text))
        said = {"message_type": "text", "text": text, "source": CLIENT_KEY}
        self.echoes.append(self.delivery("im_send_msg", self.said(openid, said), PAPER, openid))
        return {**granted({}), "msg_id": self.new_id("sent")}

    async def _comment_reply(self, request: web.Request) -> dict[str, Any]:
        fault = self._caller_fault(request)
        if fault:
            return fault
        asked = await self._body(request, {"item_id", "comment_id", "content"})
        if not asked.get("content"):
            return refusal(2100005, "parameters")
        if asked["comment_id"] not in self.comments:
            return refusal(2111003, "comment invalid")
        self.commented.append((asked["comment_id"], asked["content"]))
        return granted({"comment_id": self.new_id("comment")})

    async def _resources(self, request: web.Request) -> dict[str, Any]:
        fault = self._caller_fault(request)
        found = self.media.get(request.query.get("message_id", ""))
        if fault or found is None or not request.query.get("conversation_id"):
            return fault or refusal(2100005, "parameters")
        return granted({"media_type": found[0], "url": found[1]})

    async def _file(self, request: web.Request) -> web.Response:
        body = self.files.get(request.match_info["name"])
        return web.Response(body=body, content_type="image/jpeg") if body is not None else web.Response(status=404)


def conversation_of(openid: str) -> str:
    return f"@talk/{openid}=="


def granted(data: dict[str, Any]) -> dict[str, Any]:
    """Codes come as text in some calls. [D11]"""
    extra = {"error_code": 0, "sub_error_code": 0, "description": "", "logid": "20220401", "now": 1649000000000}
    return {"data": {"error_code": "0", "description": "", **data}, "extra": extra, "message": "success"}


def refusal(code: int, words: str, finer: int = 0) -> dict[str, Any]:
    extra = {
        "error_code": code,
        "sub_error_code": finer,
        "description": words,
        "logid": "20220401",
        "now": 1649000000000,
    }
    return {"data": {"error_code": str(code), "description": words}, "extra": extra, "message": "error"}
