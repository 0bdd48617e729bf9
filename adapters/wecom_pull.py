"""Fetching from WeCom: pages by cursor, each remembered only once it was heard, and what their messages say. [K2]"""

import hashlib
import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp

from adapters.base import Malformed, World
from adapters.text import clean
from adapters.wecom_events import TOLD, words_of_merged
from adapters.wecom_secrets import WECOM, WeComSecrets
from adapters.wecom_send import call
from conversations.messages import Attachment, ContactRef, Inbound, Kind, Location

COLLEAGUE = "wecom_colleague"
"""A colleague answered in WeCom's own client."""
LIMIT = 1000
_PAGES = 50
"""Of one knock; what is left comes with the next look."""
_RESIDENT, _AGENT = "3", "5"
_LONGEST = 200
_UNNAMED = "unnamed-"
_MEDIA: Mapping[str, Kind] = {"image": "image", "voice": "voice", "video": "video", "file": "file"}

Hear = Callable[[tuple[Inbound, ...]], Awaitable[None]]


async def pull(
    world: World, secrets: WeComSecrets, account: str, token: str, hear: Hear, time_limit: aiohttp.ClientTimeout
) -> int:
    """How many came. Raises SendFailed, and OSError while the record is away: then the page comes again."""
    name = f"wecom-cursor:{secrets.name}"
    cursor = ((await world.grants.read(name)) or b"").decode() if world.grants else ""
    count = 0
    for _ in range(_PAGES):
        asked: dict[str, Any] = {"cursor": cursor, "limit": LIMIT, "open_kfid": secrets.open_kfid.reveal()}
        if token:
            asked["token"] = token
        page = await call(world, secrets, "/cgi-bin/kf/sync_msg", asked, time_limit)
        messages = read_page(page, account, secrets.open_kfid.reveal())
        if messages:
            await hear(messages)
        count += len(messages)
        after = page.get("next_cursor")
        if isinstance(after, str) and after and after != cursor:
            cursor = after
            if world.grants:
                await world.grants.change(name, _kept(cursor))
        elif page.get("has_more"):
            break  # the same page for ever
        if not page.get("has_more"):
            break
    return count


def _kept(cursor: str) -> Callable[[bytes | None], Awaitable[bytes]]:
    async def change(_: bytes | None) -> bytes:
        return cursor.encode()

    return change


def read_page(page: Mapping[str, Any], account: str, ours: str) -> tuple[Inbound, ...]:
    """Oldest first, as sent. The cursor moves on behind a page, so what is left out is lost: only what names nobody is.

    One without a time came now, one without an id gets one made of what it says.
    """
    rows = page.get("msg_list")
    found = []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and ours in (row.get("open_kfid"), _inner(row, "event").get("open_kfid")):
            try:
                found.append(_message(row, account, ours))
            except Malformed:
                continue
    return tuple(one for one in found if one is not None)


def _message(row: Mapping[str, Any], account: str, ours: str) -> Inbound | None:
    """None for what is no resident's and no colleague's: other events, and our own words."""
    origin, kind = str(row.get("origin")), _text(row.get("msgtype"))
    if kind == "event":
        return _event(row, account, ours)
    if origin not in (_RESIDENT, _AGENT):
        return None
    who, number = _text(row.get("external_userid")), _number_of(row)
    if not who or len(who) > _LONGEST:
        raise Malformed("external_userid is missing")
    body = _inner(row, kind)
    merged = words_of_merged(body) if kind == "merged_msg" else ""
    place = _place(body) if kind == "location" else None
    known: Kind = (
        "text" if kind == "text" or merged else "location" if place else "link" if kind == "link" else "unknown"
    )
    return Inbound(
        contact=ContactRef(WECOM, account, who),
        message_id=number,
        kind=_MEDIA.get(kind, known),
        text=_text(body.get("content")) if kind == "text" else merged,
        sent_at=_sent_at(row.get("send_time")),
        opens="message" if origin == _RESIDENT else "none",
        attachments=_attachments(kind, body),
        location=place,
        recipient=ours,
        event="" if origin == _RESIDENT else COLLEAGUE,
        event_key=_text(body.get("menu_id")),
    )


def _event(row: Mapping[str, Any], account: str, ours: str) -> Inbound | None:
    told = _inner(row, "event")
    what = TOLD.get(_text(told.get("event_type")))
    who = _text(told.get("external_userid")) or _text(row.get("external_userid"))
    if what is None or not who or len(who) > _LONGEST:
        return None
    name, field = what
    about = " ".join(filter(None, (_text(told.get(field)), str(told.get("fail_type", "")))))
    return Inbound(
        contact=ContactRef(WECOM, account, who), message_id=_number_of(row), kind="notice", text="",
        sent_at=_sent_at(row.get("send_time")), opens="none", recipient=ours, event=name, event_key=about,
    )  # fmt: skip


def _number_of(row: Mapping[str, Any]) -> str:
    number = _text(row.get("msgid"))
    if number and len(number) <= _LONGEST:
        return number
    return _UNNAMED + hashlib.sha256(repr(sorted(row.items(), key=str)).encode("utf-8", "replace")).hexdigest()[:32]


def _inner(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def _attachments(kind: str, body: Mapping[str, Any]) -> tuple[Attachment, ...]:
    if kind in _MEDIA:
        return (Attachment(kind, _text(body.get("media_id")), format="amr" if kind == "voice" else ""),)
    if kind == "link":
        address = _text(body.get("url"))
        words = " — ".join(filter(None, (_text(body.get("title")), _text(body.get("desc")))))
        return (Attachment("link", url=address if address.startswith(("http://", "https://")) else "", title=words),)
    return ()


def _place(body: Mapping[str, Any]) -> Location | None:
    north, east = _number(body.get("latitude")), _number(body.get("longitude"))
    if not (abs(north) <= 90 and abs(east) <= 180):
        return None
    return Location(north, east, " ".join(filter(None, (_text(body.get("name")), _text(body.get("address"))))))


def _number(value: Any) -> float:
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _sent_at(value: Any) -> datetime:
    """Epoch seconds; now where there are none, or nonsense."""
    try:
        return moment(int(value) if isinstance(value, float) else value)
    except (Malformed, ValueError, OverflowError):
        return datetime.now(UTC)


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""


def moment(value: Any) -> datetime:
    """Epoch seconds. Raises Malformed."""
    try:
        number = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else 0
        if number <= 0:
            raise ValueError
        return datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed("no time") from None
