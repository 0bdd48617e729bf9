"""The 12345 gateway's side: checks every signature and clock, remembers keys, and has its bad days on order."""

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

SECRET = "agreed-with-12345-on-paper"
SKEW = 300
FIELDS = {"number", "ticket", "level", "type", "category", "called_12345", "made_at", "sent_at", "fields"}


@dataclass
class Try:
    """One request as it came: its key, its bytes, what it was answered with."""

    key: str
    body: bytes
    status: int = 0


@dataclass
class HotlineGateway:
    """`orders`: what was taken, by our number. `weather`: what happens to the next requests, in order.

    hang: taken, but no answer comes. drop: taken, and the line breaks. 500: a fault before it is taken. 500-after: a
    fault after it is taken. html: taken, answered with a page. busy: 429. 422: refused with a sentence. off: 403.
    """

    secret: str = SECRET
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    tries: list[Try] = field(default_factory=list)
    weather: list[str] = field(default_factory=list)
    base: str = ""
    port: int = 0
    hang: float = 30.0

    @property
    def url(self) -> str:
        return f"{self.base}/orders"

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator["HotlineGateway"]:
        app = web.Application()
        app.router.add_post("/orders", self._take)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
        self.port = runner.addresses[0][1]
        self.base = f"http://127.0.0.1:{self.port}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        one = Try(request.headers.get("Idempotency-Key", ""), body)
        self.tries.append(one)
        answer = await self._answer(request, one)
        one.status = answer.status
        return answer

    async def _answer(self, request: web.Request, one: Try) -> web.Response:
        weather = self.weather.pop(0) if self.weather else ""
        match weather:
            case "500":
                return web.Response(status=500, text="oops")
            case "busy":
                return web.Response(status=429)
            case "off":
                return web.Response(status=403)
            case "422":
                return refusal(422, "地址缺街镇")
        if wrong := self._wrong(request, one):
            return wrong
        known = self.orders.get(one.key)
        if known is not None and known["body"] != one.body:
            return refusal(409, "同一个编号，内容不同")
        if known is None:
            known = {
                "body": one.body,
                "order": json.loads(one.body),
                "theirs": f"SH{20220405000 + len(self.orders) + 1}",
            }
            self.orders[one.key] = known
        match weather:
            case "hang":
                await asyncio.sleep(self.hang)
            case "drop":
                if request.transport:
                    request.transport.abort()
            case "500-after":
                return web.Response(status=502, text="bad gateway")
            case "html":
                return web.Response(text="<html>维护中</html>", content_type="text/html")
        return web.json_response({"number": one.key, "hotline_number": known["theirs"]}, status=201)

    def _wrong(self, request: web.Request, one: Try) -> web.Response | None:
        stamp, given = request.headers.get("X-Bangnong-Timestamp", ""), request.headers.get("X-Bangnong-Signature", "")
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > SKEW:
            return refusal(403, "clock")
        if given != hmac.new(self.secret.encode(), stamp.encode() + b"." + one.body, "sha256").hexdigest():
            return refusal(403, "signature")
        try:
            order = json.loads(one.body)
        except ValueError:
            return refusal(400, "not JSON")
        if set(order) != FIELDS or order["number"] != one.key:
            return refusal(400, "fields")
        if not order["fields"].get("phone") and not order["fields"].get("address"):
            return refusal(422, "没有电话")
        return None

    def news(self, number: str, status: str, name: str = "", at: datetime | None = None, **more: str) -> dict[str, Any]:
        """A statement of ours about an order, to be posted."""
        moment = at or datetime.now(UTC)
        said = {"id": name or f"{number}-{status}-{moment.timestamp()}", "number": number, "status": status}
        return {**said, "at": moment.isoformat(), **more}

    async def say(
        self,
        base: str,
        value: Any,
        *,
        secret: str = "",
        skew: float = 0,
        signature: str | None = None,
        raw: bytes = b"",
    ) -> tuple[int, Any]:
        """Posted to the desk's service, signed; (status, answer as JSON or None)."""
        body = raw or json.dumps(value, ensure_ascii=False).encode()
        stamp = str(int(time.time() + skew))
        proof = hmac.new((secret or self.secret).encode(), stamp.encode() + b"." + body, "sha256").hexdigest()
        headers = {
            "X-Bangnong-Timestamp": stamp, "X-Bangnong-Signature": proof if signature is None else signature,
            "Content-Type": "application/json",
        }  # fmt: skip
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{base}/hook/hotline", data=body, headers=headers) as got,
        ):
            text = await got.text()
            return got.status, json.loads(text) if text.startswith("{") else None


def refusal(status: int, words: str) -> web.Response:
    return web.json_response({"error": {"message": words}}, status=status)
