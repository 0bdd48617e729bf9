"""What WeChat's tests share: secrets, vectors, pushes in clear, and wechatpy as the oracle."""

import json
import time
from pathlib import Path
from typing import Any

import xmltodict  # type: ignore[import-untyped]
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto

from adapters.base import Answer, Request, Secret
from adapters.wechat import CHANNEL
from adapters.wechat_secrets import WeChatSecrets
from conversations.messages import Inbound

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
