"""WeChat's passive reply, read back by wechatpy, and what each kind of account may do."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
import xmltodict  # type: ignore[import-untyped]
from wechatpy import parse_message
from wechatpy.replies import TextReply

from adapters.base import Rejected, Request, Secret
from adapters.text import size
from adapters.wechat import CHANNEL, WeChat
from tests.adapters.wechat_cases import (
    ORACLE,
    SECRETS,
    opened_text,
    oracle_text,
    push,
)


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
    theirs = TextReply(target="oA", source="gh_1", content="好", time=int(reply["CreateTime"])).render()
    assert reply == xmltodict.parse(theirs)["xml"], "the same fields as wechatpy's reply, no more and no fewer"
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
