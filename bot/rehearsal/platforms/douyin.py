"""Douyin's side of the wire, strict: the chain of tokens with its lives, scenes, quoted messages, windows, quotas, echoes.

async with DouyinPlatform().serve() as platform:
    secrets = platform.secrets()                       # api_base points here
    delivery = platform.wrote("@resident", "断药了")     # opens 24 hours and 6 messages; also the delivery to push
    await platform.push(http, hook, delivery)          # signed, delivered again until answered with 200
    assert platform.texts("@resident") == ["……"]
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

from bot.rehearsal.platforms.douyin_people import (
    CLIENT_KEY,
    CLIENT_SECRET,
    FIRST_REFRESH,
    PAPER,
    DouyinResidents,
    conversation_of,
)

__all__ = ["CLIENT_SECRET", "FIRST_REFRESH", "DouyinPlatform", "conversation_of"]


@dataclass
class DouyinPlatform(DouyinResidents):
    """What Douyin answers."""

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
        if not fault and self.refusals and (code := self.refusals.pop(0)):
            return refusal(code, "refused as told")
        found = self.media.get(request.query.get("message_id", ""))
        if fault or found is None or not request.query.get("conversation_id"):
            return fault or refusal(2100005, "parameters")
        return granted({"media_type": found[0], "url": found[1]})

    async def _file(self, request: web.Request) -> web.Response:
        if self.file_status != 200:
            return web.Response(status=self.file_status)
        body = self.files.get(request.match_info["name"])
        return web.Response(body=body, content_type="image/jpeg") if body is not None else web.Response(status=404)


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
