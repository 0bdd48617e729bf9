"""From the fields of a decrypted WeChat push to an `Inbound`: every message type and event, and nothing else.

The message classes and their fields are wechatpy's; what it leaves out is ours: JSON, `bizmsgmenuid`, newer events.
Field tables: developers.weixin.qq.com, "receiving standard messages" and "receiving events" (protocols 1.4, 1.5).
"""

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wechatpy.messages import MESSAGE_TYPES, BaseMessage, UnknownMessage

from adapters.base import Malformed
from adapters.text import clean
from conversations.messages import Attachment, ContactRef, Inbound, Kind, Location, Opener

CHANNEL_NAME = "wechat"
LONGEST_ID = 200

MESSAGE_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "image": "image",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "location": "location",
    "link": "link",
    "file": "file",
    "miniprogrampage": "link",
}

# Which events open a reply window: [W5] names click, scancode_push, scancode_waitmsg, follow and QR scan, no others.
EVENT_MEANINGS: Mapping[str, tuple[Kind, Opener]] = {
    "subscribe": ("follow", "menu"),
    "scan": ("follow", "menu"),
    "unsubscribe": ("unfollow", "none"),
    "click": ("menu", "menu"),
    "scancode_push": ("menu", "menu"),
    "scancode_waitmsg": ("menu", "menu"),
    "location_select": ("location", "none"),
}
"""All other events are notices: page views, delivery reports, pictures that follow as messages, agent sessions …"""


def read_message(fields: dict[str, Any], account: str) -> Inbound:
    """The one thing the push says. Raises Malformed when a field without which it means nothing is missing."""
    kind_of_push = _text(fields.get("MsgType")).strip().lower()
    sender = _text(fields.get("FromUserName")).strip()
    if not kind_of_push or not sender or len(sender) > LONGEST_ID:
        raise Malformed("MsgType or FromUserName is missing")
    sent_at = _time(fields.get("CreateTime"))
    contact = ContactRef(CHANNEL_NAME, account, sender)
    recipient = _text(fields.get("ToUserName")).strip()
    # Messages of WeChat's Bluetooth devices are events in all but their MsgType.
    if kind_of_push == "event" or kind_of_push.startswith("device_"):
        return _event(fields, contact, sent_at, recipient)
    return _message(kind_of_push, fields, contact, sent_at, recipient)


def _message(type_name: str, fields: dict[str, Any], contact: ContactRef, sent_at: datetime, recipient: str) -> Inbound:
    message: BaseMessage = MESSAGE_TYPES.get(type_name, UnknownMessage)(fields)
    tapped = _text(fields.get("bizmsgmenuid"))
    return Inbound(
        contact=contact,
        message_id=_message_id(fields, contact, type_name),
        kind=MESSAGE_KINDS.get(type_name, "unknown"),
        text=_text(fields.get("Content") if type_name == "text" else fields.get("Recognition")),
        sent_at=sent_at,
        # A tap on an entry of a menu message counts as a menu click: 3 messages in 1 minute, not 5 in 48 hours. [W5]
        opens="menu" if tapped else "message",
        attachments=_attachments(type_name, message, fields),
        location=_location(fields, "Location_X", "Location_Y") if type_name == "location" else None,
        recipient=recipient,
        event="msgmenu" if tapped else "",
        event_key=tapped,
    )


def _attachments(type_name: str, message: BaseMessage, fields: Mapping[str, Any]) -> tuple[Attachment, ...]:
    match type_name:
        case "image":
            return (Attachment("image", _text(message.media_id), _web(message.image)),)
        case "voice":
            return (Attachment("voice", _text(message.media_id), format=_text(message.format)),)
        case "video" | "shortvideo":
            return (Attachment("video", _text(message.media_id)),)
        case "link" | "miniprogrampage":
            words = (_text(fields.get("Title")), _text(fields.get("Description")))
            return (Attachment("link", url=_web(fields.get("Url")), title=" — ".join(filter(None, words))),)
        case "file":
            return (Attachment("file", _text(fields.get("MediaId")), title=_text(fields.get("Title"))),)
    return ()


def _event(fields: dict[str, Any], contact: ContactRef, sent_at: datetime, recipient: str) -> Inbound:
    raw_name = _text(fields.get("Event")) or _text(fields.get("MsgType"))
    name = raw_name.strip().lower()
    # wechatpy's parser drops the prefix `qrscene_` and renames the event; we keep both as sent, `EventKey` says it all.
    key = _text(fields.get("EventKey"))
    kind, opens = EVENT_MEANINGS.get(name, ("notice", "none"))
    return Inbound(
        contact=contact,
        message_id=_short(f"{contact.openid}:{int(sent_at.timestamp())}:{raw_name}:{key}"),
        kind=kind,
        text="",
        sent_at=sent_at,
        opens=opens,
        location=_event_location(name, fields),
        recipient=recipient,
        event=name,
        event_key=key,
    )


def _event_location(name: str, fields: Mapping[str, Any]) -> Location | None:
    if name == "location":
        return _location(fields, "Latitude", "Longitude")
    chosen = fields.get("SendLocationInfo")
    if name == "location_select" and isinstance(chosen, dict):
        return _location(chosen, "Location_X", "Location_Y")
    return None


def _message_id(fields: Mapping[str, Any], contact: ContactRef, type_name: str) -> str:
    """`MsgId` (some tables spell it MsgID). Without one a hash of all fields: a redelivery brings the same ones."""
    number = _text(fields.get("MsgId")) or _text(fields.get("MsgID"))
    if number.strip("0 "):
        return _short(number.strip())
    flat = repr([(name, _text(value)) for name, value in sorted(fields.items())])
    digest = hashlib.sha256(flat.encode("utf-8", "replace")).hexdigest()[:24]
    return _short(f"{contact.openid}:{_text(fields.get('CreateTime'))}:{type_name}:{digest}")


def _short(key: str) -> str:
    """Keys go into an index; a page address as EventKey can be longer than an index row may be."""
    if len(key) <= LONGEST_ID:
        return key
    return key[: LONGEST_ID - 33] + "#" + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]


def _time(value: object) -> datetime:
    """Epoch seconds; above 10^11 it must be milliseconds (the mini-program push sends those)."""
    try:
        number = int(value) if isinstance(value, str | int | float) else 0
        if number > 100_000_000_000:
            number //= 1000
        if number <= 0:
            raise ValueError
        return datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed("CreateTime is no time") from None


def _location(fields: Mapping[str, Any], latitude: str, longitude: str) -> Location | None:
    """X is the latitude, Y the longitude, both sent as text."""
    try:
        north, east = float(_text(fields.get(latitude))), float(_text(fields.get(longitude)))
    except ValueError:
        return None
    if not (math.isfinite(north) and math.isfinite(east) and abs(north) <= 90 and abs(east) <= 180):
        return None
    words = (_text(fields.get("Poiname")).strip(), _text(fields.get("Label")).strip())
    return Location(north, east, " ".join(filter(None, words)))


def _text(value: object) -> str:
    """A field as text: JSON numbers too, the first of repeated elements, "" for what is missing or nested."""
    if type(value) is str:
        return clean(value)
    if isinstance(value, list):
        return _text(value[0]) if value and not isinstance(value[0], list) else ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return str(value)
        except ValueError:  # an integer of thousands of digits
            return ""
    return ""


def _web(value: object) -> str:
    """An address a reporter may follow: nothing but http and https."""
    address = _text(value).strip()
    return address if address.lower().startswith(("http://", "https://")) else ""
