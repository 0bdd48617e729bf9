"""Pushes as WeChat sends them, in clear, and what each means. Made up after the field tables, not by residents."""

from dataclasses import replace
from datetime import UTC, datetime

from adapters.base import Example
from conversations.messages import Attachment, ContactRef, Inbound, Location

_ACCOUNT, _CONTACT, _AT = "gh_bnm0000001", "oBNM00000000000000000001a", 1649000000

_TEXT = Inbound(
    contact=ContactRef("wechat", "main", _CONTACT),
    message_id="23611000000000001",
    kind="text",
    text="三林镇断药，求助",
    sent_at=datetime.fromtimestamp(_AT, UTC),
    recipient=_ACCOUNT,
)
_EVENT = replace(_TEXT, text="", opens="none", kind="notice")


def _push(fields: str) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{_ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{_CONTACT}]]></FromUserName>"
        f"<CreateTime>{_AT}</CreateTime>{fields}</xml>"
    ).encode()


def _message(kind: str, fields: str, number: int) -> bytes:
    return _push(f"<MsgType><![CDATA[{kind}]]></MsgType>{fields}<MsgId>{number}</MsgId>")


def _event(name: str, fields: str = "") -> bytes:
    return _push(f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{fields}")


def _key(event: str, key: str = "") -> str:
    return f"{_CONTACT}:{_AT}:{event}:{key}"


EXAMPLES = (
    Example(
        "text",
        _message("text", "<Content><![CDATA[三林镇断药，求助]]></Content>", 23611000000000001),
        (_TEXT,),
    ),
    Example(
        "text as JSON",
        (
            f'{{"ToUserName":"{_ACCOUNT}","FromUserName":"{_CONTACT}","CreateTime":{_AT},"MsgType":"text",'
            '"Content":"三林镇断药，求助","MsgId":23611000000000001}'
        ).encode(),
        (_TEXT,),
    ),
    Example(
        "a tap on an entry of a menu message",
        _message("text", "<Content><![CDATA[配药]]></Content><bizmsgmenuid>101</bizmsgmenuid>", 23611000000000001),
        (replace(_TEXT, text="配药", opens="menu", event="msgmenu", event_key="101"),),
    ),
    Example(
        "image",
        _message(
            "image",
            "<PicUrl><![CDATA[http://mmbiz.example/1]]></PicUrl><MediaId><![CDATA[M-1]]></MediaId>",
            23611000000000002,
        ),
        (
            replace(
                _TEXT,
                message_id="23611000000000002",
                kind="image",
                text="",
                attachments=(Attachment("image", "M-1", "http://mmbiz.example/1"),),
            ),
        ),
    ),
    Example(
        "voice, without the recognition that ended in 2023",
        _message(
            "voice",
            "<MediaId><![CDATA[M-2]]></MediaId><Format><![CDATA[amr]]></Format><Recognition></Recognition>",
            23611000000000003,
        ),
        (
            replace(
                _TEXT,
                message_id="23611000000000003",
                kind="voice",
                text="",
                attachments=(Attachment("voice", "M-2", format="amr"),),
            ),
        ),
    ),
    Example(
        "video",
        _message(
            "video",
            "<MediaId><![CDATA[M-3]]></MediaId><ThumbMediaId><![CDATA[T-3]]></ThumbMediaId>",
            23611000000000004,
        ),
        (
            replace(
                _TEXT,
                message_id="23611000000000004",
                kind="video",
                text="",
                attachments=(Attachment("video", "M-3"),),
            ),
        ),
    ),
    Example(
        "location: X is the latitude",
        _message(
            "location",
            "<Location_X>31.15</Location_X><Location_Y>121.50</Location_Y><Scale>15</Scale>"
            "<Label><![CDATA[上海市浦东新区]]></Label>",
            23611000000000005,
        ),
        (
            replace(
                _TEXT,
                message_id="23611000000000005",
                kind="location",
                text="",
                location=Location(31.15, 121.5, "上海市浦东新区"),
            ),
        ),
    ),
    Example(
        "link",
        _message(
            "link",
            "<Title><![CDATA[标题]]></Title><Description><![CDATA[摘要]]></Description>"
            "<Url><![CDATA[https://example.cn/a]]></Url>",
            23611000000000006,
        ),
        (
            replace(
                _TEXT,
                message_id="23611000000000006",
                kind="link",
                text="",
                attachments=(Attachment("link", url="https://example.cn/a", title="标题 — 摘要"),),
            ),
        ),
    ),
    Example(
        "follow by the poster's QR code",
        _event("subscribe", "<EventKey><![CDATA[qrscene_poster07]]></EventKey><Ticket><![CDATA[TK]]></Ticket>"),
        (
            replace(
                _EVENT,
                message_id=_key("subscribe", "qrscene_poster07"),
                kind="follow",
                opens="menu",
                event="subscribe",
                event_key="qrscene_poster07",
            ),
        ),
    ),
    Example(
        "unfollow",
        _event("unsubscribe"),
        (replace(_EVENT, message_id=_key("unsubscribe"), kind="unfollow", event="unsubscribe"),),
    ),
    Example(
        "menu entry",
        _event("CLICK", "<EventKey><![CDATA[HELP_MEDICINE]]></EventKey>"),
        (
            replace(
                _EVENT,
                message_id=_key("CLICK", "HELP_MEDICINE"),
                kind="menu",
                opens="menu",
                event="click",
                event_key="HELP_MEDICINE",
            ),
        ),
    ),
    Example(
        "delivery report",
        _event("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID><Status><![CDATA[failed:user block]]></Status>"),
        (
            replace(
                _EVENT,
                message_id=_key("TEMPLATESENDJOBFINISH"),
                event="templatesendjobfinish",
            ),
        ),
    ),
)
