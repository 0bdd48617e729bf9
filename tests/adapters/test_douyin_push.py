"""Douyin's deliveries: the signature over raw bytes, the check of our URL, every event and what it means."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Malformed, Rejected, Request, Secret
from adapters.douyin import CHANNEL, Douyin
from adapters.douyin_messages import READERS
from adapters.douyin_secrets import DouyinSecrets
from conversations.messages import Inbound, Kind

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))["douyin"]
NOW = 1_648_800_000.0
SECRETS = DouyinSecrets(
    Secret("awkey"), Secret("0123456789abcdef0123456789abcdef"), Secret("_000Paper"), Secret("refresh")
)
DOUYIN = Douyin(clock=lambda: NOW)


def request_of(vector: dict[str, Any]) -> Request:
    return Request("POST", headers={"x-douyin-signature": vector["x_douyin_signature"]}, body=vector["body"].encode())


def read(event: str, content: Any, **fields: str) -> tuple[Inbound, ...]:
    common = {"from_user_id": "_000A", "to_user_id": "_000Paper", "client_key": "awkey", "log_id": "1"}
    return DOUYIN.parse(json.dumps({"event": event, **common, **fields, "content": content}).encode(), "main")


def said(**content: Any) -> dict[str, Any]:
    common = {
        "conversation_short_id": "@c",
        "server_message_id": "@m",
        "conversation_type": 1,
        "create_time": 1648800000123,
    }
    return {**common, "message_type": "text", "text": "断药", **content}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_every_vector(vector: dict[str, Any]) -> None:
    secrets = replace(SECRETS, client_secret=Secret(vector["client_secret"]))
    request = request_of(vector)
    if vector.get("valid") is False:
        with pytest.raises(Rejected):
            CHANNEL.open(request, secrets)
        return
    if "expect_response" in vector:
        answer = CHANNEL.handshake(request, secrets)
        assert answer is not None
        assert json.loads(answer.body) == vector["expect_response"]
        return
    (inbound,) = CHANNEL.parse(CHANNEL.open(request, secrets).payload, "main")
    assert inbound.text == "小区快递进不来😭"
    assert (inbound.message_id, inbound.event_key) == ("@msg-test-1==", "@conv-test-1==")
    assert inbound.contact.openid == "_000TestResidentOpenId"
    assert inbound.sent_at == datetime.fromtimestamp(1648800000.123, UTC)


def test_the_signature_may_come_in_capitals() -> None:
    request = request_of(VECTORS[1])
    upper = {"x-douyin-signature": VECTORS[1]["x_douyin_signature"].upper()}
    assert CHANNEL.open(replace(request, headers=upper), SECRETS).payload == request.body


def test_the_check_of_the_url_needs_a_signature_unless_set_otherwise() -> None:
    request = request_of(VECTORS[0])
    bare = replace(request, headers={})
    wrong = replace(request, headers={"x-douyin-signature": "0" * 40})
    setting_up = replace(SECRETS, verify="unsigned")
    with pytest.raises(Rejected):
        CHANNEL.handshake(bare, SECRETS)
    with pytest.raises(Rejected):
        CHANNEL.handshake(wrong, setting_up)
    answer = CHANNEL.handshake(bare, setting_up)
    assert answer is not None
    assert answer.body == b'{"challenge": 12345}'
    assert CHANNEL.handshake(replace(request_of(VECTORS[1]), headers={}), setting_up) is None


@pytest.mark.parametrize("challenge", [None, [], {}, True, "x" * 201])
def test_a_check_without_a_challenge_is_refused(challenge: Any) -> None:
    body = json.dumps({"event": "verify_webhook", "content": {"challenge": challenge}}).encode()
    with pytest.raises(Rejected):
        CHANNEL.handshake(CHANNEL.sign(body, SECRETS, now=NOW), SECRETS)


TYPES: list[tuple[str, Kind, str]] = [
    ("text", "text", ""),
    ("TEXT", "text", ""),
    ("image", "image", "douyin_image"),
    ("user_local_image", "image", "douyin_image"),
    ("user_local_video", "video", "douyin_video"),
    ("video", "link", "douyin_clip"),
    ("emoji", "unknown", "douyin_emoji"),
    ("other", "unknown", "douyin_other"),
    ("hologram", "unknown", "douyin_other"),
]


@pytest.mark.parametrize(("type_name", "kind", "seen_as"), TYPES)
def test_every_message_type(type_name: str, kind: Kind, seen_as: str) -> None:
    (inbound,) = read("im_receive_msg", said(message_type=type_name))
    assert inbound.kind == kind
    assert [(one.kind, one.url) for one in inbound.attachments] == ([(seen_as, "")] if seen_as else [])
    assert inbound.text == ("断药" if kind == "text" else "")
    assert inbound.opens == "message"


def test_the_old_names_and_content_as_a_string_mean_the_same() -> None:
    expected = read("im_receive_msg", said())
    assert read("receive_msg", json.dumps(said())) == expected
    assert read("enter_im", json.dumps({"server_message_id": "@e"})) == read(
        "im_enter_direct_msg", {"server_message_id": "@e"}
    )


def test_every_event_that_asks_for_nothing() -> None:
    silent = ("authorize", "im_authorize", "im_message_read", "new_follow_action", "dial_phone", "personal_tab_contact")
    for event in (*silent, "an_event_of_next_year"):
        assert read(event, "") == ()
        assert read(event, {"scopes": []}) == ()
    spoken = {"im_receive_msg", "receive_msg", "im_send_msg", "im_enter_direct_msg", "enter_im", "im_recall_msg"}
    assert {*silent, *spoken, "item_comment_reply", "unauthorize", "verify_webhook"} == READERS.keys()


def test_what_we_sent_ourselves_comes_back_as_nothing() -> None:
    assert read("im_send_msg", said(source="awkey"), from_user_id="_000Paper", to_user_id="_000A") == ()
    assert read("im_send_msg", said(source="another-tool"), from_user_id="_000Paper", to_user_id="_000A") == ()


def test_a_colleague_typing_is_told_apart_and_belongs_to_the_resident() -> None:
    (inbound,) = read("im_send_msg", said(text="我是记者"), from_user_id="_000Paper", to_user_id="_000A")
    assert (inbound.contact.openid, inbound.event, inbound.kind) == ("_000A", "im_send_msg", "notice")
    assert (inbound.text, inbound.opens) == ("我是记者", "none")


def test_a_group_opens_no_private_window() -> None:
    (inbound,) = read("im_receive_msg", said(conversation_type=2))
    assert (inbound.event, inbound.opens) == ("group_message", "none")


def test_our_own_comment_is_no_comment() -> None:
    content = {"comment_id": "@1", "comment_user_id": "_000Paper", "content": "请私信"}
    assert read("item_comment_reply", content) == ()


def test_times_in_seconds_milliseconds_text_or_nonsense() -> None:
    for value in (1648800000, 1648800000000, "1648800000", "1648800000000"):
        assert read("im_receive_msg", said(create_time=value))[0].sent_at == datetime.fromtimestamp(1648800000, UTC)
    for value in (None, 0, -5, "soon", [], 1e300, "9" * 400):
        assert read("im_receive_msg", said(create_time=value))[0].sent_at == datetime.fromtimestamp(NOW, UTC)


def test_without_an_id_a_redelivery_is_still_the_same_and_another_is_not() -> None:
    bare = said(server_message_id="")
    first = read("im_receive_msg", bare, log_id="1")[0].message_id
    assert first == read("im_receive_msg", bare, log_id="2")[0].message_id
    assert first != read("im_receive_msg", {**bare, "text": "断粮"})[0].message_id


@pytest.mark.parametrize(
    ("event", "content", "fields"),
    [
        ("", {}, {}),
        ("im_receive_msg", {}, {}),
        ("im_receive_msg", "no json", {}),
        ("im_receive_msg", "[1]", {}),
        ("im_receive_msg", said(), {"from_user_id": ""}),
        ("im_receive_msg", said(server_message_id="@" * 501), {}),
        ("item_comment_reply", {"content": "x"}, {}),
    ],
)
def test_what_cannot_be_read_is_malformed(event: str, content: Any, fields: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        read(event, content, **fields)
