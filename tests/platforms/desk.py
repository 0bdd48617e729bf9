"""The chat page's other side, as bot/chat.py does it, with the faults of a bad line on order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from jinja2 import Environment

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


class ChatDesk:
    """`heard`: (id, text) as they came in, repeats too. `said`: the record, in order."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.said: list[dict[str, Any]] = []
        self.sockets: set[web.WebSocketResponse] = set()
        self.answers: dict[str, list[dict[str, str]]] = {}
        self.sockets_allowed = True
        self.swallow = 0
        """Messages heard and stored whose answer does not come back: the line breaks just then."""
        self.refuse = ""
        self.down = False
        self.base = ""
        self.turn = 0

    def put(self, author: str, text: str) -> dict[str, Any]:
        self.turn += 1
        at = datetime(2022, 4, 5, 1, 0, tzinfo=UTC) + timedelta(minutes=self.turn)
        message = {"id": f"{self.turn}.0", "at": at.isoformat(), "author": author, "text": text}
        self.said.append(message)
        return message

    async def say(self, text: str, author: str = "reporter") -> None:
        message = self.put(author, text)
        for socket in list(self.sockets):
            await socket.send_json({"type": "said", "messages": [message]})

    async def drop_all(self) -> None:
        for socket in list(self.sockets):
            await socket.close()

    def hear(self, name: str, text: str) -> list[dict[str, str]]:
        """The same id again gives the same answer."""
        self.heard.append((name, text))
        if name not in self.answers:
            self.put("me", text)
            reply = self.put("bot", f"收到：{text}")
            self.answers[name] = [{"id": reply["id"], "text": reply["text"]}]
        return self.answers[name]

    def since(self, after: str, *, own: bool = False) -> list[dict[str, Any]]:
        turn = float(after or -1)
        return [m for m in self.said if float(m["id"]) > turn and (own or m["author"] != "me")]

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["ChatDesk"]:
        app = web.Application()
        app.router.add_get("/chat", self._page)
        app.router.add_post("/chat/send", self._form)
        app.router.add_post("/chat/messages", self._post)
        app.router.add_get("/chat/messages", self._get)
        app.router.add_get("/api/app/main/ws", self._socket)
        app.router.add_static("/chat/static", Path(str(files("bot.desk"))) / "chat")
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base = "http://{}:{}".format(*runner.addresses[0][:2])
        try:
            yield self
        finally:
            await self.drop_all()
            await runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        source = files("bot.desk").joinpath("chat/chat.html").read_text("utf-8")
        page = Environment(autoescape=True).from_string(source)
        text = page.render(account="main", csrf="c", messages=self.since("", own=True))
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": CSP})

    async def _form(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["csrf"] == "c"
        self.hear(f"form-{len(self.heard)}", str(form["text"]))
        raise web.HTTPSeeOther("/chat#end")

    async def _post(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("X-Requested-With") != "bangnong":
            return web.json_response({"error": {"code": "no_session", "message": "请刷新页面"}}, status=403)
        asked = await request.json()
        assert set(asked) == {"id", "text"}
        if self.refuse:
            return web.json_response({"error": {"code": "x", "message": self.refuse, "field": "text"}}, status=400)
        if self.down:
            held = [{"id": f"{asked['id']}:held", "text": "没能收下，请打12345或稍后再发"}]
            return web.json_response({"accepted": False, "replies": held}, status=503)
        replies = self.hear(asked["id"], asked["text"])
        if self._swallowed(request):
            return web.Response()
        return web.json_response({"accepted": True, "replies": replies})

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response({"messages": self.since(request.query["after"], own="own" in request.query)})

    def _swallowed(self, request: web.Request) -> bool:
        if not self.swallow:
            return False
        self.swallow -= 1
        if request.transport:
            request.transport.abort()
        return True

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not self.sockets_allowed:
            return web.Response(status=503)
        wire = web.WebSocketResponse()
        await wire.prepare(request)
        try:
            async for frame in wire:
                if frame.type is not WSMsgType.TEXT:
                    continue
                asked = frame.json()
                if asked["type"] == "resume":
                    await wire.send_json({"type": "said", "messages": self.since(asked["after"])})
                    self.sockets.add(wire)
                elif self.refuse:
                    await wire.send_json({"type": "error", "for": asked["id"], "code": "x", "message": self.refuse})
                else:
                    replies = self.hear(asked["id"], asked["text"])
                    if self._swallowed(request):
                        break
                    await wire.send_json({"type": "replies", "for": asked["id"], "stored": True, "replies": replies})
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.sockets.discard(wire)
        return wire
