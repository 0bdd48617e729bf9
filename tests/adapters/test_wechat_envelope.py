"""WeChat's safe mode: every vector, every damage, two keys, the modes we refuse, the console's check."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from wechatpy.crypto import WeChatCrypto

from adapters.base import Answer, Rejected, Request, Secret
from adapters.wechat import CHANNEL
from adapters.wechat_envelope import decrypt, encrypt, make_key
from tests.adapters.wechat_cases import (
    KEY,
    OLD_KEY,
    SECRETS,
    VECTORS,
    oracle_text,
    push,
    vector_request,
    vector_secrets,
)


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


@pytest.mark.parametrize(
    "damage", ["pad-0", "pad-33", "pad-over", "pad-uneven", "length-long", "length-short", "appid-longer"]
)
def test_a_message_that_is_not_whole_does_not_open(damage: str) -> None:
    """What wechatpy accepts or answers with struct.error; here it can only be a refusal."""
    appid, message, key = b"wx00000000test0001", b"<xml/>" * 3, make_key(KEY)
    length = len(message) + {"length-long": 1, "length-short": -1}.get(damage, 0)
    plain = bytes(16) + length.to_bytes(4, "big") + message + appid + (b"x" if damage == "appid-longer" else b"")
    pad = 32 - len(plain) % 32
    tail = bytes((pad,)) * pad
    if damage.startswith("pad-"):
        tail = {
            "pad-0": tail[:-1] + b"\0",
            "pad-33": bytes((33,)) * pad,
            "pad-over": bytes((pad + 32,)) * (pad + 32),
            "pad-uneven": b"\7" + tail[1:],
        }[damage]
    encryptor = key.cipher.encryptor()
    text = base64.b64encode(encryptor.update(plain + tail) + encryptor.finalize()).decode()
    with pytest.raises(Rejected):
        decrypt(text, appid.decode(), (key,))


@pytest.mark.parametrize("doctype", ["<!DOCTYPE xml>", '<!DOCTYPE xml [<!ENTITY a "b">]>'])
def test_a_document_type_is_refused_however_harmless(doctype: str) -> None:
    signed = CHANNEL.sign(push("<MsgType>text</MsgType>"), SECRETS, now=1649000000)
    CHANNEL.open(signed, SECRETS)
    with pytest.raises(Rejected):
        CHANNEL.open(replace(signed, body=doctype.encode() + signed.body), SECRETS)


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
