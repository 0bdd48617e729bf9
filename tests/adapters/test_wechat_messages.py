"""Every message and event of WeChat, what it means and by which key a redelivery is known."""

from datetime import UTC, datetime

import pytest

from adapters.base import Malformed
from adapters.wechat import CHANNEL
from conversations.messages import Kind, Location, Opener
from tests.adapters.wechat_cases import (
    push,
    read,
)

MESSAGES: list[tuple[str, Kind, Opener]] = [
    ("<MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId>", "text", "message"),
    ("<MsgType>TEXT</MsgType><Content>x</Content><MsgId>1</MsgId>", "text", "message"),
    ("<MsgType>image</MsgType><MediaId>m</MediaId><MsgId>1</MsgId>", "image", "message"),
    ("<MsgType>voice</MsgType><MediaId>m</MediaId><MsgID>1</MsgID>", "voice", "message"),
    ("<MsgType>video</MsgType><MediaId>m</MediaId><MsgId>1</MsgId>", "video", "message"),
    ("<MsgType>shortvideo</MsgType><MediaId>m</MediaId><MsgId>1</MsgId>", "video", "message"),
    ("<MsgType>location</MsgType><Location_X>31</Location_X><MsgId>1</MsgId>", "location", "message"),
    ("<MsgType>link</MsgType><Title>t</Title><MsgId>1</MsgId>", "link", "message"),
    ("<MsgType>file</MsgType><Title>t</Title><MsgId>1</MsgId>", "file", "message"),
    ("<MsgType>hologram</MsgType><MsgId>1</MsgId>", "unknown", "message"),
]
EVENTS: list[tuple[str, Kind, Opener]] = [
    ("subscribe", "follow", "menu"),
    ("unsubscribe", "unfollow", "none"),
    ("SCAN", "follow", "menu"),
    ("LOCATION", "notice", "none"),
    ("CLICK", "menu", "menu"),
    ("VIEW", "notice", "none"),
    ("view_miniprogram", "notice", "none"),
    ("scancode_push", "menu", "menu"),
    ("scancode_waitmsg", "menu", "menu"),
    ("pic_sysphoto", "notice", "none"),
    ("pic_photo_or_album", "notice", "none"),
    ("pic_weixin", "notice", "none"),
    ("location_select", "location", "none"),
    ("TEMPLATESENDJOBFINISH", "notice", "none"),
    ("MASSSENDJOBFINISH", "notice", "none"),
    ("PUBLISHJOBFINISH", "notice", "none"),
    ("subscribe_msg_popup_event", "notice", "none"),
    ("subscribe_msg_change_event", "notice", "none"),
    ("subscribe_msg_sent_event", "notice", "none"),
    ("kf_create_session", "notice", "none"),
    ("kf_close_session", "notice", "none"),
    ("kf_switch_session", "notice", "none"),
    ("user_info_modified", "notice", "none"),
    ("user_authorization_revoke", "notice", "none"),
    ("an_event_of_next_year", "notice", "none"),
]
TYPES = MESSAGES + [
    (f"<MsgType>event</MsgType><Event>{name}</Event><EventKey>k</EventKey>", kind, opens)
    for name, kind, opens in EVENTS
]


@pytest.mark.parametrize(("fields", "kind", "opens"), TYPES, ids=[f"{n}-{row[1]}" for n, row in enumerate(TYPES)])
def test_every_type_is_known(fields: str, kind: Kind, opens: Opener) -> None:
    message = read(fields)
    assert (message.kind, message.opens, message.recipient) == (kind, opens, "gh_1")
    assert message.sent_at == datetime.fromtimestamp(1649000000, UTC)
    if "event" in fields:
        assert message.event == message.event.lower() != ""
        assert message.event_key == "k"


@pytest.mark.parametrize("content", ["<Content/>", "<Content></Content>", ""])
def test_no_content_is_an_empty_text(content: str) -> None:
    assert read(f"<MsgType>text</MsgType>{content}<MsgId>1</MsgId>").text == ""


def test_blanks_and_line_breaks_are_kept() -> None:
    assert read("<MsgType>text</MsgType><Content><![CDATA[　 药 \n]]></Content>").text == "　 药 \n"


def test_recognised_speech_is_read_where_it_still_comes() -> None:
    assert read("<MsgType>voice</MsgType><Recognition>救命</Recognition><MsgId>1</MsgId>").text == "救命"


def test_a_follow_by_qr_code_keeps_its_scene() -> None:
    message = read("<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_poster07</EventKey>")
    assert (message.event, message.event_key) == ("subscribe", "qrscene_poster07")
    assert message.message_id == "oA:1649000000:subscribe:qrscene_poster07"


def test_a_chosen_place_is_a_place() -> None:
    info = "<SendLocationInfo><Location_X>31.1</Location_X><Location_Y>121.5</Location_Y><Label>上海</Label>"
    info += "<Poiname>三林</Poiname></SendLocationInfo>"
    message = read(f"<MsgType>event</MsgType><Event>location_select</Event>{info}")
    assert message.location == Location(31.1, 121.5, "三林 上海")


@pytest.mark.parametrize("x", ["north", "nan", "inf", "91", ""])
def test_an_impossible_place_is_none(x: str) -> None:
    fields = f"<MsgType>location</MsgType><Location_X>{x}</Location_X><Location_Y>1</Location_Y><MsgId>1</MsgId>"
    assert read(fields).location is None


def test_popup_lists_come_single_or_several() -> None:
    item = "<List><TemplateId>t</TemplateId></List>"
    for items in (item, item * 2):
        body = f"<SubscribeMsgPopupEvent>{items}</SubscribeMsgPopupEvent>"
        assert read(f"<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event>{body}").kind == "notice"


def test_two_events_of_one_second_are_two() -> None:
    one = read("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>A</EventKey>").message_id
    two = read("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>B</EventKey>").message_id
    three = read("<MsgType>event</MsgType><Event>VIEW</Event><EventKey>A</EventKey>").message_id
    assert len({one, two, three}) == 3


def test_an_event_with_id_0_does_not_swallow_another() -> None:
    """wechatpy gives id 0 to whatever has none."""
    one = read("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>A</EventKey><MsgId>0</MsgId>")
    two = read("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>A</EventKey><MsgId>0</MsgId>", FromUserName="oB")
    assert one.message_id != two.message_id


def test_messages_without_an_id_are_told_apart_and_redeliveries_are_not() -> None:
    one, two = (read(f"<MsgType>text</MsgType><Content>{text}</Content>") for text in "一二")
    again = read("<MsgType>text</MsgType><Content>一</Content>")
    zeros = [read(f"<MsgType>text</MsgType><Content>{text}</Content><MsgId>0</MsgId>") for text in "一二"]
    assert zeros[0].message_id != zeros[1].message_id
    assert one.message_id == again.message_id != two.message_id


def test_a_page_address_does_not_break_the_index() -> None:
    keys = [read(f"<MsgType>event</MsgType><Event>VIEW</Event><EventKey>{'a' * 3000}{n}</EventKey>") for n in "12"]
    assert len({key.message_id for key in keys}) == 2
    assert all(len(key.message_id) <= 200 for key in keys)


@pytest.mark.parametrize("stamp", ["1649000000", "1649000000123"])
def test_seconds_and_milliseconds_by_size(stamp: str) -> None:
    """RapidPro's courier takes every time for milliseconds and lands in January 1970."""
    assert read("<MsgType>text</MsgType>", CreateTime=stamp).sent_at.year == 2022


@pytest.mark.parametrize(
    "change", [{"CreateTime": ""}, {"CreateTime": "-1"}, {"CreateTime": "x"}, {"FromUserName": ""}]
)
def test_what_cannot_be_placed_is_malformed(change: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        read("<MsgType>text</MsgType>", **change)


@pytest.mark.parametrize("payload", ["<xml><a/></xml>", "{}", "[]", "", "<xml>", "x", "<!DOCTYPE x><xml/>"])
def test_no_type_no_meaning(payload: str) -> None:
    with pytest.raises(Malformed):
        CHANNEL.parse(payload.encode(), "main")


def test_a_broken_byte_does_not_lose_the_message() -> None:
    payload = push("<MsgType>text</MsgType><Content>?&#8;药</Content>")
    message = CHANNEL.parse(payload.replace(b"?", b"\xff"), "main")[0]
    assert message.text == "\ufffd药"
