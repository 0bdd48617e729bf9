"""From a Douyin delivery to what it means: every documented event, its content an object or JSON in a string.

Field tables: the platform's private-message webhook pages [D3][D4][D5] and the models of its SDKs [D11] (protocols 4).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.base import Malformed
from adapters.text import clean
from conversations.messages import Attachment, ContactRef, Inbound, Kind

CHANNEL_NAME = "douyin"
LONGEST_ID = 500
UNNAMED = "event:"
"""How the key of a delivery begins whose body has no id of its own: the platform's Msg-Id then counts as well."""

MESSAGE, ENTER, COLLEAGUE, RECALL = "im_receive_msg", "im_enter_direct_msg", "im_send_msg", "im_recall_msg"
COMMENT, GROUP, UNAUTHORIZE = "item_comment_reply", "group_message", "unauthorize"

KINDS: Mapping[str, tuple[Kind, str]] = {
    "text": ("text", ""),
    "image": ("image", "douyin_image"),
    "user_local_image": ("image", "douyin_image"),
    "user_local_video": ("video", "douyin_video"),
    "video": ("link", "douyin_clip"),  # a clip of somebody's, passed on
    "emoji": ("unknown", "douyin_emoji"),
    "retain_consult_card": ("text", ""),
}
"""`message_type` → our kind, and the attachment that tells the desk what to look for in Douyin. Anything else (voices
come as `other`) is `unknown`: no type brings a picture or a voice with it."""

Reader = Callable[[Mapping[str, Any], Mapping[str, Any], str, float], tuple[Inbound, ...]]


def read_push(payload: bytes, account: str, now: float) -> tuple[Inbound, ...]:
    """What a delivery says; () for what asks for nothing. `now`: epoch seconds, for events without a time.

    Raises Malformed when it is no event, or lacks what it would mean nothing without.
    """
    fields = read_object(payload)
    name = _text(fields.get("event")).strip().lower()
    if not name:
        raise Malformed("event is missing")
    reader = READERS.get(name)
    return reader(fields, _content(fields.get("content")), account, now) if reader else ()


def read_object(raw: bytes | str) -> dict[str, Any]:
    """Raises Malformed for anything but a JSON object."""
    try:
        value = json.loads(raw.decode("utf-8") if isinstance(raw, bytes) else raw)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"no JSON: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise Malformed("no JSON object")
    return value


def _content(value: object) -> dict[str, Any]:
    """Some events bring an object, some the same object as text, some nothing."""
    if isinstance(value, str) and value.strip():
        return read_object(value)
    return value if isinstance(value, dict) else {}


def _message(fields: Mapping[str, Any], content: Mapping[str, Any], account: str, now: float) -> tuple[Inbound, ...]:
    type_name = _text(content.get("message_type")).strip().lower() or ("text" if content.get("text") else "")
    if not type_name:
        raise Malformed("message_type is missing")
    kind, seen_as = KINDS.get(type_name, ("unknown", "douyin_other"))
    conversation, number = _id(content.get("conversation_short_id")), _id(content.get("server_message_id"))
    text = _text(content.get("text")) if type_name == "text" else _card(content.get("card_data"))
    in_group = _text(content.get("conversation_type")).strip() == "2"
    tags = (seen_as, "douyin_group" if in_group else "")
    return (
        Inbound(
            contact=_contact(fields.get("from_user_id"), account),
            message_id=number or _key(fields, content, MESSAGE),
            kind=kind,
            text=text,
            sent_at=_time(content.get("create_time"), now),
            opens="none" if in_group else "message",
            attachments=tuple(Attachment(tag, f"{conversation} {number}".strip()) for tag in tags if tag),
            recipient=_id(fields.get("to_user_id")),
            event=GROUP if in_group else MESSAGE,
            event_key=conversation,
        ),
    )


def _echo(fields: Mapping[str, Any], content: Mapping[str, Any], account: str, now: float) -> tuple[Inbound, ...]:
    """What our own account sent. With a `source` a program sent it, mostly ourselves; without, a colleague typed it."""
    if _text(content.get("source")).strip():
        return ()
    read = _message({**fields, "from_user_id": fields.get("to_user_id")}, content, account, now)[0]
    words = read.text or "［不是文字：请到抖音里看］"
    return (_notice(read.contact, read.message_id, COLLEAGUE, read.sent_at, words, read.event_key),)


def _enter(fields: Mapping[str, Any], content: Mapping[str, Any], account: str, now: float) -> tuple[Inbound, ...]:
    number = _id(content.get("server_message_id"))
    return (
        Inbound(
            contact=_contact(fields.get("from_user_id"), account),
            message_id=number or _key(fields, content, ENTER),
            kind="follow",
            text="",
            sent_at=_time(content.get("create_time"), now),
            opens="menu",
            recipient=_id(fields.get("to_user_id")),
            event=ENTER,
            event_key=_id(content.get("conversation_short_id")),
        ),
    )


def _recall(fields: Mapping[str, Any], content: Mapping[str, Any], account: str, now: float) -> tuple[Inbound, ...]:
    """`event_key` is the message taken back."""
    contact = _contact(fields.get("from_user_id"), account)
    recalled = _id(content.get("server_message_id"))
    sent_at = _time(content.get("create_time"), now)
    return (_notice(contact, _key(fields, content, RECALL), RECALL, sent_at, "", recalled),)


def _comment(fields: Mapping[str, Any], content: Mapping[str, Any], account: str, now: float) -> tuple[Inbound, ...]:
    """`event_key` is the work it stands under; under our own comments we say nothing."""
    who = _id(content.get("comment_user_id")) or _id(fields.get("from_user_id"))
    if who and who == _id(fields.get("to_user_id")):
        return ()
    number = _id(content.get("comment_id"))
    if not number:
        raise Malformed("comment_id is missing")
    return (
        Inbound(
            contact=_contact(who, account),
            message_id=number,
            kind="text",
            text=_text(content.get("content")),
            sent_at=_time(content.get("create_time"), now),
            opens="none",
            attachments=(Attachment("douyin_comment", number),),
            recipient=_id(fields.get("to_user_id")),
            event=COMMENT,
            event_key=_id(content.get("reply_to_item_id")),
        ),
    )


def _unauthorize(
    fields: Mapping[str, Any], content: Mapping[str, Any], account: str, now: float
) -> tuple[Inbound, ...]:
    contact = _contact(fields.get("from_user_id"), account)
    return (_notice(contact, _key(fields, content, UNAUTHORIZE), UNAUTHORIZE, _time(None, now)),)


def _nothing(fields: Mapping[str, Any], content: Mapping[str, Any], account: str, now: float) -> tuple[Inbound, ...]:
    return ()


READERS: Mapping[str, Reader] = {
    "im_receive_msg": _message,
    "receive_msg": _message,
    "im_send_msg": _echo,
    "im_enter_direct_msg": _enter,
    "enter_im": _enter,
    "im_recall_msg": _recall,
    "item_comment_reply": _comment,
    "unauthorize": _unauthorize,
    "authorize": _nothing,
    "im_authorize": _nothing,
    "im_message_read": _nothing,
    "new_follow_action": _nothing,
    "dial_phone": _nothing,
    "personal_tab_contact": _nothing,
    "verify_webhook": _nothing,
}
"""Every event there is a page for, old names (2019–2022) among them. One that is not here asks for nothing we know."""


def _notice(
    contact: ContactRef, message_id: str, event: str, sent_at: datetime, text: str = "", key: str = ""
) -> Inbound:
    return Inbound(contact, message_id, "notice", text, sent_at, opens="none", event=event, event_key=key)


def _contact(value: object, account: str) -> ContactRef:
    openid = _id(value)
    if not openid:
        raise Malformed("nobody is named")
    return ContactRef(CHANNEL_NAME, account, openid)


def _key(fields: Mapping[str, Any], content: Mapping[str, Any], event: str) -> str:
    """For a body without an id: a hash of what it says. `log_id` is left out, each attempt may have its own."""
    flat = sorted((name, _text(value)) for name, value in content.items())
    said = repr([event, _id(fields.get("from_user_id")), _id(fields.get("to_user_id")), flat])
    return UNNAMED + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]


def _card(value: object) -> str:
    """The lines somebody filled in on a contact card: they are words of theirs like any others."""
    rows = value if isinstance(value, list) else []
    lines = [(_text(row.get("label")), _text(row.get("value"))) for row in rows if isinstance(row, dict)]
    return "\n".join("：".join(filter(None, line)) for line in lines if line[1])


def _time(value: object, now: float) -> datetime:
    """Messages bring milliseconds, comments seconds. Without a time, or with nonsense for one, it is now: what somebody
    wrote must not be put aside for that."""
    try:
        number = float(_text(value) or now)
        moment = datetime.fromtimestamp(number / 1000 if number > 100_000_000_000 else number, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(now, UTC)
    return moment if moment.year >= 2016 else datetime.fromtimestamp(now, UTC)


def _id(value: object) -> str:
    """An opaque id, never looked into. Raises Malformed for one too long to be kept and sent back whole."""
    name = _text(value).strip()
    if len(name) > LONGEST_ID:
        raise Malformed("an id is too long")
    return name


def _text(value: object) -> str:
    """A field as text: JSON numbers too, "" for what is missing or nested."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return str(value)
        except ValueError:  # an integer of thousands of digits
            return ""
    return ""
