"""Deliveries as Douyin sends them and what each means. Made up after the field tables, not by residents."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from adapters.base import Example
from conversations.messages import Attachment, ContactRef, Inbound

_PAPER, _RESIDENT, _AT = "_000ExamplePaper", "_000ExampleResident", 1649000000123
_TALK, _NUMBER = "@conversation-1==", "@message-1=="

_TEXT = Inbound(
    contact=ContactRef("douyin", "main", _RESIDENT),
    message_id=_NUMBER,
    kind="text",
    text="三林镇断药，求助",
    sent_at=datetime.fromtimestamp(_AT / 1000, UTC),
    recipient=_PAPER,
    event="im_receive_msg",
    event_key=_TALK,
)


def _push(event: str, content: Any, sender: str = _RESIDENT, to: str = _PAPER) -> bytes:
    fields = {"event": event, "client_key": "awexample1", "from_user_id": sender, "to_user_id": to, "log_id": "2022A1"}
    return json.dumps({**fields, "content": content}, ensure_ascii=False).encode()


def _said(type_name: str, **fields: Any) -> dict[str, Any]:
    return {
        "conversation_short_id": _TALK, "server_message_id": _NUMBER, "conversation_type": 1, "create_time": _AT,
        "message_type": type_name, "source": "", **fields,
    }  # fmt: skip


def _in_douyin(kind: str) -> tuple[Attachment, ...]:
    return (Attachment(kind, f"{_TALK} {_NUMBER}"),)


EXAMPLES = (
    Example("text", _push("im_receive_msg", _said("text", text=_TEXT.text)), (_TEXT,)),
    Example(
        "text, its content as JSON in a string",
        _push("im_receive_msg", json.dumps(_said("text", text=_TEXT.text))),
        (_TEXT,),
    ),
    Example(
        "a picture, which comes without an address",
        _push("im_receive_msg", _said("image", resource_type="image", resource_url="", resource_width=1)),
        (replace(_TEXT, kind="image", text="", attachments=_in_douyin("douyin_image")),),
    ),
    Example(
        "most likely a voice",
        _push("im_receive_msg", _said("other")),
        (replace(_TEXT, kind="unknown", text="", attachments=_in_douyin("douyin_other")),),
    ),
    Example(
        "somebody's clip, passed on",
        _push("im_receive_msg", _said("video", item_id="@item-1==")),
        (replace(_TEXT, kind="link", text="", attachments=_in_douyin("douyin_clip")),),
    ),
    Example(
        "a contact card, filled in",
        _push(
            "im_receive_msg",
            _said("retain_consult_card", card_id="1", card_data=[{"label": "电话", "value": "13000000000"}]),
        ),
        (replace(_TEXT, text="电话：13000000000"),),
    ),
    Example(
        "the resident opened the chat",
        _push(
            "im_enter_direct_msg",
            json.dumps({"conversation_short_id": _TALK, "server_message_id": "@enter-1==", "create_time": _AT}),
        ),
        (replace(_TEXT, message_id="@enter-1==", kind="follow", text="", opens="menu", event="im_enter_direct_msg"),),
    ),
    Example(
        "a colleague typed in the Douyin app",
        _push("im_send_msg", _said("text", text="您好，我是记者"), _PAPER, _RESIDENT),
        (replace(_TEXT, kind="notice", text="您好，我是记者", opens="none", recipient="", event="im_send_msg"),),
    ),
    Example(
        "a comment, its time in seconds",
        _push(
            "item_comment_reply",
            {
                "comment_id": "@comment-1==",
                "comment_user_id": _RESIDENT,
                "content": "我家断药了",
                "reply_to_item_id": "@item-1==",
                "reply_to_comment_id": "0",
                "create_time": 1649000000,
                "digg_count": 0,
            },
        ),
        (
            replace(
                _TEXT,
                message_id="@comment-1==",
                text="我家断药了",
                sent_at=datetime.fromtimestamp(1649000000, UTC),
                opens="none",
                attachments=(Attachment("douyin_comment", "@comment-1=="),),
                event="item_comment_reply",
                event_key="@item-1==",
            ),
        ),
    ),
)
