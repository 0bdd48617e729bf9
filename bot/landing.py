"""From which article a visitor of the chat page came: `/chat?from=toutiao&item=…`, kept in a cookie until they write.

Nothing is written for somebody who only looks, so that a crawler fills no table. The cookie is not signed: whoever forges
it says something about themselves alone.
"""

import re

from aiohttp import web

from bot.desk.session import is_https
from bot.log import get_logger
from bot.services import Services
from bot.settings import Account
from bot.store.database import StoreAway
from bot.store.people import is_poster
from bot.store.toutiao import Landing, keep_landing
from conversations.messages import Inbound

log = get_logger("landing")

SOURCES = ("toutiao",)
_COOKIE = "bangnong_from"
_ITEM = re.compile(r"[0-9A-Za-z_-]{0,40}", re.ASCII)
_LASTS = 3 * 86_400
"""Seconds: somebody who writes later came for another reason."""


def landed(request: web.Request) -> str:
    """What the link says: "toutiao.7081", "" for a link of nobody's."""
    source, item = request.query.get("from", ""), request.query.get("item", "")
    if source not in SOURCES:
        return ""
    return f"{source}.{item if _ITEM.fullmatch(item) else ''}"


def remember(response: web.StreamResponse, request: web.Request) -> None:
    if told := landed(request):
        response.set_cookie(
            _COOKIE, told, max_age=_LASTS, httponly=True, samesite="Lax", secure=is_https(request), path="/"
        )


async def note_scene(services: Services, account: Account, message: Inbound) -> bool:
    """An aside that lets the conversation hear the message too: from which poster somebody came. Never raises."""
    scene = message.event_key.removeprefix("qrscene_")
    contact = message.contact
    try:
        if scene and len(scene) <= 64 and await is_poster(services.database, scene):
            who = services.vault.hash("openid", contact.channel, contact.account, contact.openid)
            await keep_landing(services.database, who, Landing("poster", scene, services.clock()))
    except StoreAway:
        log.warning("landing_not_kept")
    return False


async def note_landing(request: web.Request, services: Services, account: Account, sender: str) -> None:
    """Before what they write is heard, so that their ticket is younger. A label is not worth a message: never raises."""
    source, _, item = request.cookies.get(_COOKIE, "").partition(".")
    if source not in SOURCES or not _ITEM.fullmatch(item):
        return
    who = services.vault.hash("openid", account.channel.name, account.name, sender)
    try:
        await keep_landing(services.database, who, Landing(source, item, services.clock()))
    except StoreAway:
        log.warning("landing_not_kept")
