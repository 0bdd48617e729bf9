"""The app channel's signed API: messages in, answers in the response, and everything said since for whoever asks."""

from typing import Any

from aiohttp import web

from adapters.app import App, answer
from adapters.app_message import FieldError
from adapters.base import Malformed, Rejected, Request
from bot.intake import Answer
from bot.keys import SERVICES
from bot.metrics import MESSAGES, REJECTED, TURN_SECONDS
from bot.services import Services
from bot.settings import Account
from bot.store.database import StoreAway
from bot.store.said import Message, message_id, messages_since
from bot.webhooks import read_body
from conversations.messages import Inbound

KEEP_NOTHING = {"Cache-Control": "no-store"}
"""For whatever shows a talk: it is not left on a machine several people use."""


def app_account(request: web.Request, name: str | None = None) -> tuple[Services, Account, App]:
    """The app account the request names (or the first one). Raises 404."""
    services = request.app[SERVICES]
    wanted = name or request.match_info.get("account")
    for (channel, account_name), account in services.accounts.items():
        if channel == "app" and wanted in (None, account_name):
            assert isinstance(account.channel, App)
            return services, account, account.channel
    raise web.HTTPNotFound(
        text='{"error":{"code":"no_account","message":"没有这个账号","field":""}}', content_type="application/json"
    )


async def post_message(request: web.Request) -> web.StreamResponse:
    """POST /api/app/{account}/messages, signed. The same `id` again gives the same answer."""
    services, account, channel = app_account(request)
    body = await read_body(request)
    if body is None:
        return error_answer(413, "too_large", "消息太大", "")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        opened = channel.open(Request("POST", request.path, dict(request.query), headers, body), account.secrets)
        inbound = channel.parse(opened.payload, account.name)[0]
    except Rejected:
        REJECTED.labels("app").inc()
        return error_answer(403, "bad_signature", "签名不对或已过期", "")
    except FieldError as error:
        return error_answer(400, error.code, error.message, error.field)
    except Malformed as error:
        return error_answer(400, "malformed", str(error), "")
    return await hear(services, account, inbound)


async def hear(services: Services, account: Account, inbound: Inbound) -> web.Response:
    """Hear a message of the app or the chat page; 503 with the honest words when nothing could be stored."""
    MESSAGES.labels("app", inbound.kind).inc()
    with TURN_SECONDS.labels("app").time():
        heard = await services.intake.hear(inbound, account)
    replies = reply_pairs(heard, inbound)
    if not heard.stored:
        body = answer(replies).body.replace(b'"accepted": true', b'"accepted": false')
        return web.Response(body=body, status=503, content_type="application/json")
    return web.Response(body=answer(replies).body, content_type="application/json")


def reply_pairs(heard: Answer, inbound: Inbound) -> list[tuple[str, str]]:
    return [
        (message_id(one.effect_id) if one.effect_id else f"{inbound.message_id}:held", one.text) for one in heard.said
    ]


async def get_messages(request: web.Request) -> web.StreamResponse:
    """GET /api/app/{account}/messages?sender=&after=: what was said to that sender since, signed over path with query."""
    services, account, channel = app_account(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        channel.verify_fetch(request.raw_path, headers, account.secrets)
    except Rejected:
        REJECTED.labels("app").inc()
        return error_answer(403, "bad_signature", "签名不对或已过期", "")
    sender = request.query.get("sender", "")
    if not sender:
        return error_answer(400, "missing", "缺少 sender", "sender")
    try:
        place = f"/api/app/{account.name}/media"
        said = await said_since(services, account, sender, request.query.get("after", ""), place=place)
    except StoreAway:
        return error_answer(503, "store_away", "系统正在恢复，请稍后再试", "")
    return said_answer(said)


def said_answer(said: list[dict[str, Any]]) -> web.Response:
    return web.json_response({"messages": said}, headers=KEEP_NOTHING)


async def said_since(
    services: Services, account: Account, sender: str, after: str, *, incoming: bool = False, newest: bool = False,
    place: str = "/chat/media",
) -> list[dict[str, Any]]:  # fmt: skip
    """`place`: where this asker may open files, for none but that sender."""
    hashed = services.vault.hash("openid", "app", account.name, sender)
    found = await messages_since(services.database, services.vault, hashed, after, incoming=incoming, newest=newest)
    return [shown(message, place) for message in found]


def shown(message: Message, place: str) -> dict[str, Any]:
    """A message as the contact's side sees it: a reporter is "reporter", not a name."""
    author = "me" if message.direction == "i" else "bot" if message.author == "bot" else "reporter"
    out: dict[str, Any] = {"id": message.id, "at": message.at.isoformat(), "author": author, "text": message.text}
    kept = [one for one in message.media if one.status == "kept"]
    if kept:
        out["media"] = [
            {"kind": one.kind, "src": f"{place}/{one.link}", "width": one.width, "height": one.height} for one in kept
        ]
    return out


def error_answer(status: int, code: str, words: str, field: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": words, "field": field}}, status=status)
