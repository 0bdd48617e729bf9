"""The H5 chat: a page, a socket that survives lost connections, polling where there is none, a form without scripts.

The resident is a random id in a signed, http-only cookie; nobody can write or read as somebody else.
"""

import asyncio
import hmac
import json
import secrets as chance
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from uuid import uuid4

from aiohttp import WSCloseCode, WSMsgType, web
from jinja2 import Environment, select_autoescape

from adapters.app_message import FieldError, read_message
from bot.app_channel import KEEP_NOTHING, app_account, error_answer, hear, reply_pairs, said_answer, said_since
from bot.desk.session import is_https
from bot.forms import read_form
from bot.keys import SERVICES
from bot.landing import note_landing, remember
from bot.log import get_logger
from bot.metrics import MESSAGES
from bot.services import Services
from bot.settings import Account
from bot.store.database import StoreAway
from bot.webhooks import read_body

log = get_logger("chat")

_COOKIE = "bangnong_chat"
_YEAR = 365 * 24 * 3600
_LOOK = 5.0
"""Seconds between looks at the record when no news comes: news may get lost, the record does not."""

OPEN: web.AppKey[set[web.WebSocketResponse]] = web.AppKey("open_chats", set)

_pages = Environment(autoescape=select_autoescape(default=True), enable_async=False)


def sign(services: Services, name: str) -> str:
    """Our proof of a name: a cookie's, or a form's (`form:` and whose it is)."""
    key = services.settings.secret_key.reveal().encode()
    return hmac.new(key, b"chat\x1f" + name.encode(), "sha256").hexdigest()[:32]


def sender_of(request: web.Request) -> str | None:
    """Who writes, by the cookie; None without a good one."""
    name, _, proof = request.cookies.get(_COOKIE, "").partition(".")
    if name and hmac.compare_digest(proof.encode("utf-8", "replace"), sign(request.app[SERVICES], name).encode()):
        return f"h5-{name}"
    return None


def _set_cookie(request: web.Request, response: web.StreamResponse, name: str) -> None:
    value = f"{name}.{sign(request.app[SERVICES], name)}"
    response.set_cookie(
        _COOKIE, value, max_age=_YEAR, httponly=True, samesite="Lax", secure=is_https(request), path="/"
    )


async def page(request: web.Request) -> web.StreamResponse:
    """GET /chat: the page with what was said so far, for those without scripts too."""
    services, account, _ = app_account(request)
    sender = sender_of(request)
    messages: list[dict[str, Any]] = []
    if sender:
        try:
            messages = await said_since(services, account, sender, "", incoming=True, newest=True)
        except StoreAway:
            log.warning("page_without_history")
    fresh = chance.token_urlsafe(18)  # a first visit's form must work too: who they will be is decided here
    csrf = sign(services, f"form:{sender or f'h5-{fresh}'}")
    text = render(services, account, csrf, messages)
    response = web.Response(text=text, content_type="text/html", charset="utf-8", headers=KEEP_NOTHING)
    if sender is None:
        _set_cookie(request, response, fresh)
    remember(response, request)
    return response


def render(
    services: Services,
    account: Account,
    csrf: str = "",
    messages: Sequence[dict[str, Any]] = (),
    *,
    shell: bool = False,
) -> str:
    """The page. `shell`: as it is kept for times without a network; what was said is fetched once there is one."""
    template = _pages.from_string(files("bot.desk").joinpath("chat/chat.html").read_text("utf-8"))
    chips = [(key, tap.name) for key, tap in services.rows.playbook.taps.items() if tap.need]
    return template.render(account=account.name, csrf=csrf, messages=messages, chips=chips, shell=shell)


async def send_form(request: web.Request) -> web.StreamResponse:
    """POST /chat/send: the form of a browser without scripts."""
    services, account, _ = app_account(request)
    sender = sender_of(request)
    form = await read_form(request)
    given = str(form.get("csrf", ""))
    if sender is None or not hmac.compare_digest(given.encode(), sign(services, f"form:{sender}").encode()):
        raise web.HTTPSeeOther("/chat")
    text, choice = str(form.get("text", "")).strip()[:20_000], str(form.get("choice", ""))
    if text or choice in services.rows.playbook.taps:
        said = {"id": uuid4().hex, **({"text": text} if text else {"choice": choice})}
        try:
            inbound = read_message(json.dumps(said).encode(), account.name, now=now_seconds(), sender=sender)
        except FieldError:  # nothing but characters no platform takes: nothing was said
            raise web.HTTPSeeOther("/chat#end") from None
        await note_landing(request, services, account, sender)
        heard = await services.intake.hear(inbound, account)
        if not heard.stored:
            return web.Response(text=heard.text, status=503, charset="utf-8")
    raise web.HTTPSeeOther("/chat#end")


async def post_message(request: web.Request) -> web.StreamResponse:
    """POST /chat/messages: as the app's, but by cookie; the header keeps other sites' forms out."""
    services, account, _ = app_account(request)
    sender = sender_of(request)
    if sender is None or request.headers.get("X-Requested-With") != "bangnong":
        return error_answer(403, "no_session", "请刷新页面", "")
    body = await read_body(request)
    if body is None:
        return error_answer(413, "too_large", "消息太大", "")
    try:
        inbound = read_message(body, account.name, now=now_seconds(), sender=sender)
    except FieldError as error:
        return error_answer(400, error.code, error.message, error.field)
    await note_landing(request, services, account, sender)
    return await hear(services, account, inbound)


async def get_messages(request: web.Request) -> web.StreamResponse:
    """GET /chat/messages?after=: polling for whoever has no socket. `own`: the whole talk anew, of a long one its end."""
    services, account, _ = app_account(request)
    sender = sender_of(request)
    if sender is None:
        return error_answer(403, "no_session", "请刷新页面", "")
    try:
        own = "own" in request.query
        said = await said_since(services, account, sender, request.query.get("after", ""), incoming=own, newest=own)
    except StoreAway:
        return error_answer(503, "store_away", "系统正在恢复", "")
    return said_answer(said)


async def close_sockets(app: web.Application) -> None:
    """For `app.on_shutdown`: pages are told to come back later, so that stopping does not wait for them."""
    wires = app[OPEN]
    closing = [wire.close(code=WSCloseCode.GOING_AWAY) for wire in wires]
    await asyncio.gather(*closing, return_exceptions=True)


async def socket(request: web.Request) -> web.StreamResponse:
    """GET /api/app/{account}/ws: messages in, answers and whatever is said later out; resumes after a message id."""
    services, account, _ = app_account(request)
    sender = sender_of(request)
    origin = request.headers.get("Origin", "")
    if sender is None or (origin and origin.split("://", 1)[-1] != request.host):
        return error_answer(403, "no_session", "请刷新页面", "")
    wire = web.WebSocketResponse(heartbeat=25, max_msg_size=256 * 1024)
    await wire.prepare(request)
    request.app[OPEN].add(wire)
    talk = _Talk(services, account, sender, wire, request)
    async with services.live.listen() as news:
        teller = asyncio.create_task(talk.tell(news))
        try:
            async for frame in wire:
                if frame.type is WSMsgType.TEXT:
                    await talk.heard(frame.data)
        finally:
            request.app[OPEN].discard(wire)
            teller.cancel()
            await asyncio.gather(teller, return_exceptions=True)
    return wire


class _Talk:
    """One open socket. `after` is the last message id the page is known to have."""

    def __init__(
        self, services: Services, account: Account, sender: str, wire: web.WebSocketResponse, request: web.Request
    ) -> None:
        self.services, self.account, self.sender, self.wire, self.request = services, account, sender, wire, request
        self.after = ""
        self.resumed = False
        self._lock = asyncio.Lock()

    async def heard(self, data: str) -> None:
        try:
            frame = json.loads(data)
            kind = frame["type"]
        except (ValueError, KeyError, TypeError, RecursionError):
            await self.wire.send_json({"type": "error", "code": "malformed"})
            return
        if kind == "resume":
            self.after, self.resumed = str(frame.get("after") or ""), True
            await self._catch_up()
        elif kind == "message":
            await self._message(frame)

    async def _message(self, frame: dict[str, Any]) -> None:
        try:
            body = json.dumps(
                {name: frame[name] for name in ("id", "text", "location", "media", "choice") if name in frame}
            ).encode()
            inbound = read_message(body, self.account.name, now=now_seconds(), sender=self.sender)
        except FieldError as error:
            answer = {"type": "error", "for": frame.get("id"), "code": error.code, "message": error.message}
            await self.wire.send_json(answer)
            return
        MESSAGES.labels("app", inbound.kind).inc()
        await note_landing(self.request, self.services, self.account, self.sender)
        heard = await self.services.intake.hear(inbound, self.account)
        replies = [{"id": name, "text": text} for name, text in reply_pairs(heard, inbound)]
        await self.wire.send_json(
            {"type": "replies", "for": inbound.message_id, "stored": heard.stored, "replies": replies}
        )

    async def tell(self, news: "asyncio.Queue[dict[str, Any]]") -> None:
        """Look at the record whenever something was said anywhere, and every few seconds regardless."""
        while True:
            try:
                one = await asyncio.wait_for(news.get(), _LOOK)
                if one["what"] not in ("said", "reload"):
                    continue
            except TimeoutError:
                pass
            if self.resumed and not self.services.intake.away:
                await self._catch_up()

    async def _catch_up(self) -> None:
        async with self._lock:
            try:
                said = await said_since(self.services, self.account, self.sender, self.after)
            except StoreAway:
                return
            if said:
                await self.wire.send_json({"type": "said", "messages": said})
                self.after = said[-1]["id"]


def now_seconds() -> float:
    return datetime.now(UTC).timestamp()
