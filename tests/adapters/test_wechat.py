"""WeChat inbound and passive replies: published formulas as vectors, wechatpy as the oracle, every type of push."""

import base64
import hashlib
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xmltodict  # type: ignore[import-untyped]
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto

from adapters.base import Answer, Malformed, Rejected, Request, Secret
from adapters.text import size
from adapters.wechat import CHANNEL, WeChat
from adapters.wechat_envelope import decrypt, encrypt, make_key
from adapters.wechat_secrets import WeChatSecrets
from conversations.messages import Inbound, Kind, Location, Opener

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
KEY, OLD_KEY = "yujzed70TvzFSdV2Fi39sLeKR93gbbfjsX7ffkzVaTQ", "UpuAaLL8NpM+wyfdHaaQcftNZsSA4WdQWQIeTzuLjwA"
SECRETS = WeChatSecrets(Secret("bnmTestToken2022"), Secret("wx00000000test0001"), Secret("app-secret"), Secret(KEY))
ORACLE = WeChatCrypto("bnmTestToken2022", KEY, "wx00000000test0001")


def vector_secrets(row: dict[str, Any]) -> WeChatSecrets:
    previous = row.get("previous_encoding_aes_key")
    return WeChatSecrets(
        Secret(row["token"]),
        Secret(row["app_id"]),
        Secret("x"),
        Secret(row["encoding_aes_key"]),
        Secret(previous) if previous else None,
    )


def vector_request(row: dict[str, Any], *, as_json: bool = False) -> Request:
    query = {name: row[name] for name in ("timestamp", "nonce", "msg_signature")} | {"encrypt_type": "aes"}
    body = f"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{row['encrypt']}]]></Encrypt></xml>"
    if as_json:
        body = json.dumps({"ToUserName": "gh", "Encrypt": row["encrypt"]})
    return Request("POST", query=query, body=body.encode())


def push(fields: str, **changes: str) -> bytes:
    common = {"ToUserName": "gh_1", "FromUserName": "oA", "CreateTime": "1649000000"} | changes
    return ("<xml>" + "".join(f"<{k}>{v}</{k}>" for k, v in common.items()) + fields + "</xml>").encode()


def read(fields: str, **changes: str) -> Inbound:
    return CHANNEL.parse(push(fields, **changes), "main")[0]


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("row", VECTORS["open"], ids=lambda row: row["id"])
def test_opens_every_vector(row: dict[str, Any], as_json: bool) -> None:
    opened = CHANNEL.open(vector_request(row, as_json=as_json), vector_secrets(row))
    assert opened.payload.decode() == row["plaintext"]
    message = CHANNEL.parse(opened.payload, "main")[0]
    assert message.contact.openid == "oBnmTestOpenId00000000000001"
    assert message.message_id.startswith("236000000000000")
    if "expect_text" in row:
        assert message.text == row["expect_text"]
    elif message.kind == "text" and row["plaintext"].startswith("<"):
        assert f"<![CDATA[{message.text}]]></Content>" in row["plaintext"], "the text is kept exactly as sent"


@pytest.mark.parametrize("row", VECTORS["refuse"], ids=lambda row: row["id"])
def test_refuses_every_bad_vector(row: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        CHANNEL.open(vector_request(row), vector_secrets(row))


def test_the_padding_values_really_occur() -> None:
    assert {1, 17, 32} <= {row["pad"] for row in VECTORS["open"]}


@pytest.mark.parametrize("damage", ["pad-0", "pad-33", "pad-uneven", "length-long", "length-short", "appid-longer"])
def test_a_message_that_is_not_whole_does_not_open(damage: str) -> None:
    """What wechatpy accepts or answers with struct.error; here it can only be a refusal."""
    appid, message, key = b"wx00000000test0001", b"<xml/>" * 3, make_key(KEY)
    length = len(message) + {"length-long": 1, "length-short": -1}.get(damage, 0)
    plain = bytes(16) + length.to_bytes(4, "big") + message + appid + (b"x" if damage == "appid-longer" else b"")
    pad = 32 - len(plain) % 32
    tail = bytes((pad,)) * pad
    if damage.startswith("pad-"):
        tail = {"pad-0": tail[:-1] + b"\0", "pad-33": bytes((33,)) * pad, "pad-uneven": b"\7" + tail[1:]}[damage]
    encryptor = key.cipher.encryptor()
    text = base64.b64encode(encryptor.update(plain + tail) + encryptor.finalize()).decode()
    with pytest.raises(Rejected):
        decrypt(text, appid.decode(), (key,))


def test_every_padding_length_opens() -> None:
    key = make_key(KEY)
    for length in range(64):
        message = b"m" * length
        assert decrypt(encrypt(message, "wx1", key), "wx1", (key,)) == (message, key)


def test_same_text_never_gives_the_same_ciphertext() -> None:
    assert encrypt(b"x", "wx1", make_key(KEY)) != encrypt(b"x", "wx1", make_key(KEY))


def test_answers_with_the_key_that_opened() -> None:
    row = next(row for row in VECTORS["open"] if row["id"] == "previous-key")
    secrets = vector_secrets(row)
    opened = CHANNEL.open(vector_request(row), secrets)
    answer = CHANNEL.render("收到", CHANNEL.parse(opened.payload, "main")[0], opened, secrets)
    assert oracle_text(answer, WeChatCrypto(row["token"], OLD_KEY, row["app_id"])) == "收到"
    assert CHANNEL.unwrap(answer, secrets) == "收到"
    with pytest.raises(Rejected):
        CHANNEL.unwrap(answer, replace(secrets, aes_key_previous=None))


def test_without_the_previous_key_an_old_message_is_refused() -> None:
    row = next(row for row in VECTORS["open"] if row["id"] == "previous-key")
    with pytest.raises(Rejected):
        CHANNEL.open(vector_request(row), replace(vector_secrets(row), aes_key_previous=None))


# -- modes and the handshake


@pytest.mark.parametrize("body", ["<xml><Content>x</Content></xml>", '{"Content":"x"}', "<xml><Encrypt/></xml>"])
def test_plain_mode_is_refused(body: str) -> None:
    """`signature` holds but does not cover the body: anybody who saw one could write anything."""
    signed = CHANNEL.sign(push(""), SECRETS, now=1649000000)
    with pytest.raises(Rejected):
        CHANNEL.open(replace(signed, body=body.encode()), SECRETS)


def test_in_compatible_mode_only_the_encrypted_half_is_read() -> None:
    signed = CHANNEL.sign(push("<MsgType>text</MsgType><Content>真</Content><MsgId>1</MsgId>"), SECRETS, now=1649000000)
    body = signed.body.replace(b"<xml>", "<xml><MsgType>text</MsgType><Content>假</Content>".encode())
    opened = CHANNEL.open(replace(signed, body=body), SECRETS)
    assert CHANNEL.parse(opened.payload, "main")[0].text == "真"


def handshake_query(token: str = "bnmTestToken2022", echo: str = "12345") -> dict[str, str]:
    proof = hashlib.sha1("".join(sorted([token, "1649000000", "n"])).encode()).hexdigest()
    return {"signature": proof, "timestamp": "1649000000", "nonce": "n", "echostr": echo}


def test_the_console_s_check_is_answered_with_its_own_string() -> None:
    assert CHANNEL.handshake(Request("GET", query=handshake_query()), SECRETS) == Answer(b"12345")


@pytest.mark.parametrize("change", [{"signature": "签名"}, {"signature": ""}, {"nonce": "m"}, {"timestamp": "\udc80"}])
def test_a_false_check_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        CHANNEL.handshake(Request("GET", query=handshake_query() | change), SECRETS)


def test_an_empty_token_refuses_instead_of_trusting() -> None:
    with pytest.raises(Rejected):
        CHANNEL.handshake(Request("GET", query=handshake_query(token="")), replace(SECRETS, token=Secret("")))


def test_other_requests_are_no_check() -> None:
    assert CHANNEL.handshake(Request("GET"), SECRETS) is None
    assert CHANNEL.handshake(Request("POST", query=handshake_query()), SECRETS) is None


# -- messages and events

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


# -- the passive reply


def oracle_text(answer: Answer, oracle: WeChatCrypto = ORACLE) -> str:
    """As WeChat's side reads it, by wechatpy: signature, decryption, reply message."""
    envelope = xmltodict.parse(answer.body.decode())["xml"]
    clear = oracle.decrypt_message(envelope, envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"])
    message = parse_message(clear)
    assert message.type == "text"
    return message.content or ""


def opened_text(text: str = "x") -> tuple[Any, Inbound]:
    payload = push(f"<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content><MsgId>1</MsgId>")
    opened = CHANNEL.open(CHANNEL.sign(payload, SECRETS, now=time.time()), SECRETS)
    return opened, CHANNEL.parse(opened.payload, "main")[0]


@pytest.mark.parametrize("text", ["收到。", "换\n行", "a]]>b", "]]>]]>", "<xml>&amp;", "👨‍👩‍👧🏻", "x]]><FuncFlag>1"])
def test_wechatpy_reads_what_we_answer(text: str) -> None:
    opened, inbound = opened_text()
    answer = CHANNEL.render(text, inbound, opened, SECRETS)
    assert oracle_text(answer) == text
    assert answer.content_type == "application/xml"


def test_the_answer_goes_back_to_the_sender() -> None:
    opened, inbound = opened_text()
    envelope = xmltodict.parse(CHANNEL.render("好", inbound, opened, SECRETS).body.decode())["xml"]
    clear = ORACLE.decrypt_message(envelope, envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"])
    reply = xmltodict.parse(clear)["xml"]
    assert (reply["ToUserName"], reply["FromUserName"], reply["MsgType"]) == ("oA", "gh_1", "text")
    assert abs(int(reply["CreateTime"]) - time.time()) < 5
    assert envelope["Nonce"] == opened.context.nonce


@pytest.mark.parametrize("text", ["", " \n", "\x00\x1d", "\ud83d"])
def test_nothing_to_say_is_success_in_clear(text: str) -> None:
    """An encrypted envelope around nothing makes WeChat show the contact its failure line."""
    opened, inbound = opened_text()
    assert CHANNEL.render(text, inbound, opened, SECRETS).body == b"success"


def test_an_over_long_answer_is_cut_at_a_sentence() -> None:
    opened, inbound = opened_text()
    said = oracle_text(CHANNEL.render("这是一句话。" * 400, inbound, opened, SECRETS))
    assert 1900 < size(said) <= 2047
    assert said.endswith("这是一句话。…")


def test_json_is_answered_in_json() -> None:
    payload = b'{"ToUserName":"gh_1","FromUserName":"oA","CreateTime":1649000000,"MsgType":"text","MsgId":1}'
    opened = CHANNEL.open(CHANNEL.sign(payload, SECRETS, now=time.time()), SECRETS)
    answer = CHANNEL.render("收到]]>", CHANNEL.parse(opened.payload, "main")[0], opened, SECRETS)
    envelope = json.loads(answer.body)
    clear = ORACLE.decrypt_message(envelope, envelope["MsgSignature"], str(envelope["TimeStamp"]), envelope["Nonce"])
    assert json.loads(clear)["Content"] == "收到]]>"


def test_we_open_what_wechatpy_encrypts() -> None:
    clear = push("<MsgType>text</MsgType><Content>药</Content><MsgId>1</MsgId>").decode()
    body = ORACLE.encrypt_message(clear, "n", "1649000000")
    proof = xmltodict.parse(body)["xml"]["MsgSignature"]
    query = {"timestamp": "1649000000", "nonce": "n", "msg_signature": proof}
    request = Request("POST", query=query, body=body.encode())
    assert CHANNEL.open(request, SECRETS).payload.decode() == clear


def test_wechatpy_opens_what_we_sign() -> None:
    clear = push("<MsgType>text</MsgType><Content>药</Content><MsgId>1</MsgId>")
    request = CHANNEL.sign(clear, SECRETS, now=1649000000)
    query = request.query
    assert (
        ORACLE.decrypt_message(request.body, query["msg_signature"], query["timestamp"], query["nonce"])
        == clear.decode()
    )


@pytest.mark.parametrize("example", CHANNEL.examples, ids=lambda example: example.title)
def test_wechatpy_agrees_on_the_examples(example: Any) -> None:
    if example.payload.startswith(b"{"):
        pytest.skip("wechatpy parses no JSON")
    theirs, ours = parse_message(example.payload), example.inbound[0]
    assert (theirs.source, theirs.target, theirs.time) == (
        ours.contact.openid,
        ours.recipient,
        int(ours.sent_at.timestamp()),
    )
    assert (getattr(theirs, "content", None) or "") == ours.text
    if ours.attachments and ours.kind != "link":
        assert theirs.media_id == ours.attachments[0].media_id
    if theirs.type == "event":
        assert theirs.event in (ours.event, f"{ours.event}_scan")


# -- kinds of account


@pytest.mark.parametrize("kind", ["subscription-certified", "service-certified"])
def test_certified_accounts_may_write_five_times_in_two_days(kind: str) -> None:
    limits = CHANNEL.limits(replace(SECRETS, kind=kind))
    assert (limits.windows["message"].count, limits.windows["message"].lasts.total_seconds()) == (5, 48 * 3600)
    assert (limits.windows["menu"].count, limits.windows["menu"].lasts.total_seconds()) == (3, 60)
    assert limits.push
    assert limits.text_bytes == 2047


@pytest.mark.parametrize("kind", ["subscription", "service"])
def test_others_speak_only_in_the_answer_slot(kind: str) -> None:
    limits = CHANNEL.limits(replace(SECRETS, kind=kind))
    assert not limits.push
    assert limits.answer_within == 3.5


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ValueError, match="service-certified"):
        WeChat().limits(replace(SECRETS, kind="enterprise"))


def test_an_unusable_key_refuses_and_never_raises_in_render() -> None:
    broken = replace(SECRETS, aes_key=Secret("short"))
    _, inbound = opened_text()
    with pytest.raises(Rejected):
        CHANNEL.open(CHANNEL.sign(push(""), SECRETS, now=1), broken)
    assert CHANNEL.render("x", inbound, None, broken).body == b"success"
