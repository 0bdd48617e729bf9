"""The JSON of the paper's own app, read strictly: every fault names its field, so that the app's makers can mend it.

{"id", "sender", "text", "sent_at"?, "location"? {"latitude", "longitude", "label"?}, "media"? [{"kind", "id"?, "url"?,
"format"?, "title"?}]}. Instead of text, place and media there may be `choice`: the key of the menu's row that was tapped.
Fields we do not know are left alone, so that a newer app can talk to an older service.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from adapters.base import Example, Malformed
from adapters.text import clean
from conversations.messages import Attachment, ContactRef, Inbound, Kind, Location

APP = "app"
TEXT_BYTES = 4000
LONGEST_TEXT, LONGEST_ID, LONGEST_LABEL, MOST_MEDIA = 20_000, 128, 500, 9
_FIRST, _LAST = 1_451_606_400, 32_503_680_000
"""2016 and 3000, in epoch seconds."""
_NO_TIME = 1e12
MEDIA_KINDS = ("image", "voice", "video", "file")


class FieldError(Malformed):
    """What is wrong and where: `code` for programs, `message` for people, `field` the JSON path ("" = the whole)."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(f"{field}: {code}" if field else code)
        self.code, self.message, self.field = code, message, field


def read_message(payload: bytes, account: str, *, now: float, sender: str | None = None) -> Inbound:
    """`now`: epoch seconds, taken when the app gives no `sent_at`. Raises FieldError."""
    body = _object(payload)
    text = _string(body, "text", LONGEST_TEXT, required=not {"location", "media", "choice"} & body.keys())
    location, media = _location(body.get("location")), _media(body.get("media"))
    choice = _string(body, "choice", LONGEST_ID)
    tapped = bool(choice) and not (text.strip() or location or media)
    if not (text.strip() or location or media or tapped):
        raise FieldError("empty", "消息没有内容", "text")
    return Inbound(
        contact=ContactRef(APP, account, sender or _identifier(body, "sender")),
        message_id=_identifier(body, "id"),
        kind="menu" if tapped else _kind(text, location, media),
        text=text,
        sent_at=_time(body.get("sent_at"), now),
        attachments=media,
        location=location,
        recipient=account,
        event="choice" if tapped else "",
        event_key=choice if tapped else "",
    )


def _object(payload: bytes) -> dict[str, Any]:
    try:
        body = json.loads(payload.decode("utf-8"))
    except UnicodeDecodeError:
        raise FieldError("not_utf8", "正文不是 UTF-8 编码") from None
    except (ValueError, RecursionError):
        raise FieldError("not_json", "正文不是有效的 JSON") from None
    if not isinstance(body, dict):
        raise FieldError("not_an_object", "正文必须是一个 JSON 对象")
    return body


def _string(body: Mapping[str, Any], name: str, longest: int, *, required: bool = False, path: str = "") -> str:
    value = body.get(name)
    field = path + name
    if value is None and not required:
        return ""
    if value is None:
        raise FieldError("missing", f"缺少 {field}", field)
    if not isinstance(value, str):
        raise FieldError("not_a_string", f"{field} 必须是字符串", field)
    if len(value) > longest:
        raise FieldError("too_long", f"{field} 不能超过 {longest} 个字符", field)
    return clean(value)


def _identifier(body: Mapping[str, Any], name: str) -> str:
    value = _string(body, name, LONGEST_ID, required=True)
    # Compared with what was sent: an id must be stored as it came, or the same id again would not be the same.
    if not value or value != body[name] or not value.isprintable() or value != value.strip():
        raise FieldError("bad_id", f"{name} 必须是 1 到 {LONGEST_ID} 个可打印字符", name)
    return value


def _kind(text: str, location: Location | None, media: tuple[Attachment, ...]) -> Kind:
    if text.strip():
        return "text"
    if location:
        return "location"
    return next(kind for kind in get_args(Kind) if kind == media[0].kind)


def _number(value: object) -> float:
    """NaN for what is no number; JSON's true and false are none either."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _location(value: object) -> Location | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise FieldError("not_an_object", "location 必须是对象", "location")
    degrees = []
    for name, most in (("latitude", 90), ("longitude", 180)):
        number = _number(value.get(name))
        if not abs(number) <= most:
            raise FieldError("bad_number", f"{name} 必须是 -{most} 到 {most} 之间的数", f"location.{name}")
        degrees.append(number)
    return Location(degrees[0], degrees[1], _string(value, "label", LONGEST_LABEL, path="location."))


def _media(value: object) -> tuple[Attachment, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_MEDIA:
        raise FieldError("not_a_list", f"media 必须是最多 {MOST_MEDIA} 项的数组", "media")
    return tuple(_attachment(item, f"media[{place}]") for place, item in enumerate(value))


def _attachment(item: object, field: str) -> Attachment:
    if not isinstance(item, dict):
        raise FieldError("not_an_object", f"{field} 必须是对象", field)
    kind = item.get("kind")
    if kind not in MEDIA_KINDS:
        raise FieldError("bad_kind", f"{field}.kind 必须是 {'、'.join(MEDIA_KINDS)} 之一", f"{field}.kind")
    name, url, form, title = (
        _string(item, key, longest, path=f"{field}.")
        for key, longest in (("id", LONGEST_ID), ("url", 2000), ("format", 32), ("title", 200))
    )
    if url and not url.startswith("https://"):
        raise FieldError("bad_url", f"{field}.url 必须以 https:// 开头", f"{field}.url")
    if not (name or url):
        raise FieldError("missing", f"{field} 缺少 id 或 url", field)
    return Attachment(str(kind), name, url, form, title)


def _time(value: object, now: float) -> datetime:
    """Epoch seconds (milliseconds above 10^11) or ISO 8601 with an offset."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError
            return _likely(moment.timestamp(), now)
        number = now if value is None else _number(value)
        return _likely(number / 1000 if number > 100_000_000_000 else number, now)
    except (ValueError, OverflowError, OSError):
        raise FieldError("bad_time", "sent_at 必须是秒数，或带时区的 ISO 8601 时间", "sent_at") from None


def _likely(seconds: float, now: float) -> datetime:
    """The moment, or now where no app has ever stood: a telephone that lost its clock must not cost the message, nor what it
    says of days (the days before the year 1 cannot be counted back to)."""
    if not abs(seconds) < _NO_TIME:
        raise ValueError
    return datetime.fromtimestamp(seconds if _FIRST <= seconds < _LAST else now, UTC)


_PLAIN = Inbound(
    contact=ContactRef(APP, "main", "resident-1"),
    message_id="6f1c2c5e-0000-4000-8000-000000000001",
    kind="text",
    text="浦东三林镇，妈妈的降压药断了",
    sent_at=datetime.fromtimestamp(1649000000, UTC),
    recipient="main",
)

EXAMPLES = (
    Example(
        "text",
        json.dumps(
            {"id": _PLAIN.message_id, "sender": "resident-1", "text": _PLAIN.text, "sent_at": 1649000000}
        ).encode(),
        (_PLAIN,),
    ),
    Example(
        "text with a place and a picture, time in ISO 8601",
        (
            '{"id":"6f1c2c5e-0000-4000-8000-000000000001","sender":"resident-1","text":"浦东三林镇，妈妈的降压药断了",'
            '"sent_at":"2022-04-03T23:33:20+08:00","location":{"latitude":31.15,"longitude":121.5,"label":"三林镇"},'
            '"media":[{"kind":"image","url":"https://example.cn/1.jpg"}]}'
        ).encode(),
        (
            Inbound(
                contact=_PLAIN.contact,
                message_id=_PLAIN.message_id,
                kind="text",
                text=_PLAIN.text,
                sent_at=_PLAIN.sent_at,
                attachments=(Attachment("image", url="https://example.cn/1.jpg"),),
                location=Location(31.15, 121.5, "三林镇"),
                recipient="main",
            ),
        ),
    ),
)
