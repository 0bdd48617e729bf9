"""WeChat Official Account, safe mode only: what was not decrypted was not proved, so nothing else is read."""

import json
import re
import secrets as chance
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import aiohttp

from adapters import wechat_call, wechat_calls, wechat_send
from adapters.base import Answer, Example, Malformed, Opened, Outgoing, OutgoingPicture, Rejected, Request, Sent, World
from adapters.text import cdata, clean, clip
from adapters.wechat_envelope import Key, Unreadable, decrypt, encrypt, make_key, read, same, signature, wrap
from adapters.wechat_examples import EXAMPLES
from adapters.wechat_messages import CHANNEL_NAME, read_message
from adapters.wechat_secrets import LIMITS, TEXT_BYTES, WeChatSecrets
from conversations.messages import Attachment, Inbound
from conversations.window import Limits

SUCCESS = b"success"
"""Taken, nothing to say, do not deliver again. Anything WeChat cannot read makes it show the contact a failure. [W1]"""


@dataclass(frozen=True, slots=True)
class Seal:
    """How to answer a request: with the key that opened it, in the form it had, echoing its nonce."""

    key: Key
    nonce: str
    as_json: bool = False


@lru_cache(maxsize=64)
def _keys(secrets: WeChatSecrets) -> tuple[Key, ...]:
    """Current, then previous; building the cipher costs more than using it. Raises ValueError."""
    encoded = [secrets.aes_key, *([secrets.aes_key_previous] if secrets.aes_key_previous else [])]
    return tuple(make_key(key.reveal()) for key in encoded)


class WeChat:
    name: ClassVar[str] = CHANNEL_NAME
    Secrets: ClassVar[type] = WeChatSecrets
    examples: ClassVar[tuple[Example, ...]] = EXAMPLES

    def __init__(self, time_limit: aiohttp.ClientTimeout = wechat_call.TIME_LIMIT) -> None:
        self.time_limit = time_limit

    def limits(self, secrets: WeChatSecrets) -> Limits:
        """Raises ValueError, the setting first, for a kind that does not exist."""
        if secrets.kind not in LIMITS:
            raise ValueError(f"KIND: must be one of {', '.join(LIMITS)}")
        return LIMITS[secrets.kind]

    def handshake(self, request: Request, secrets: WeChatSecrets) -> Answer | None:
        """The console's check of our URL: `echostr` comes in clear, even in safe mode, and goes back as it came."""
        echo = request.query.get("echostr")
        if request.method != "GET" or echo is None:
            return None
        self._verify(request, secrets, "signature")
        return Answer(echo.encode("utf-8", "replace"))

    def open(self, request: Request, secrets: WeChatSecrets) -> Opened:
        """Only `msg_signature` over Encrypt proves anything: `signature` does not cover the body. [W3][W4]"""
        try:
            envelope = read(request.body)
        except Unreadable:
            raise Rejected("no envelope") from None
        encrypted = envelope.get("Encrypt")
        if not isinstance(encrypted, str):
            raise Rejected("no Encrypt: the account must be set to safe mode")
        encrypted = encrypted.strip()
        self._verify(request, secrets, "msg_signature", encrypted)
        message, key = decrypt(encrypted, secrets.appid.reveal(), _keys_or_reject(secrets))
        as_json = request.body.lstrip()[:1] == b"{"
        return Opened(message, Seal(key, request.query.get("nonce", ""), as_json))

    def parse(self, payload: bytes, account: str) -> tuple[Inbound, ...]:
        try:
            fields = read(payload)
        except Unreadable as error:
            raise Malformed(str(error)) from None
        return (read_message(fields, account),)

    def render(self, text: str, inbound: Inbound | None, opened: Opened | None, secrets: WeChatSecrets) -> Answer:
        """A passive reply: one message, free of quota, so an over-long text is cut (send the rest by the outbox)."""
        text = clip(text, TEXT_BYTES).strip()
        if not text or inbound is None or not inbound.recipient:
            return Answer(SUCCESS)
        seal = opened.context if opened else None
        try:
            seal = seal if isinstance(seal, Seal) else Seal(_keys(secrets)[0], chance.token_hex(8))
        except ValueError:
            return Answer(SUCCESS)
        now = int(time.time())
        message = _reply(text, inbound, now, as_json=seal.as_json)
        encrypted = encrypt(message.encode(), secrets.appid.reveal(), seal.key)
        body = wrap(encrypted, secrets.token.reveal(), str(now), clean(seal.nonce), as_json=seal.as_json)
        return Answer(body, "application/json" if seal.as_json else "application/xml")

    def sign(self, payload: bytes, secrets: WeChatSecrets, *, now: float) -> Request:
        timestamp, nonce, token = str(int(now)), chance.token_hex(5), secrets.token.reveal()
        encrypted = encrypt(payload, secrets.appid.reveal(), _keys(secrets)[0])
        query = {
            "signature": signature(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": signature(token, timestamp, nonce, encrypted),
        }
        if payload.lstrip()[:1] == b"{":
            body = json.dumps({"Encrypt": encrypted}).encode()
            return Request("POST", "", query, {"content-type": "application/json"}, body)
        recipient = re.search(rb"<ToUserName>.*?</ToUserName>", payload, re.DOTALL)
        body = b"<xml>%s<Encrypt><![CDATA[%s]]></Encrypt></xml>" % (
            recipient[0] if recipient else b"",
            encrypted.encode(),
        )
        return Request("POST", "", query, {"content-type": "text/xml"}, body)

    def unwrap(self, answer: Answer, secrets: WeChatSecrets) -> str:
        """As WeChat reads it. Raises Rejected where the contact would be shown WeChat's failure line."""
        if answer.body in (b"", SUCCESS):
            return ""
        try:
            envelope = read(answer.body)
            encrypted, proof, timestamp, nonce = (
                str(envelope[field]) for field in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
            )
            if not same(signature(secrets.token.reveal(), timestamp, nonce, encrypted), proof):
                raise Rejected("MsgSignature does not hold")
            message, _ = decrypt(encrypted, secrets.appid.reveal(), _keys_or_reject(secrets))
            return str(read(message)["Content"])
        except (Unreadable, KeyError) as error:
            raise Rejected(f"no answer WeChat can read: {error}") from None

    async def send(self, world: World, secrets: WeChatSecrets, message: Outgoing) -> Sent:
        return await wechat_send.send_text(world, secrets, message.contact.openid, message.text, self.time_limit)

    async def send_picture(self, world: World, secrets: WeChatSecrets, message: OutgoingPicture) -> Sent:
        return await wechat_calls.send_picture(world, secrets, message.contact.openid, message.data, self.time_limit)

    async def answers(self, world: World, secrets: WeChatSecrets) -> bool:
        return await wechat_calls.answers(world, secrets, self.time_limit)

    async def fetch_media(self, world: World, secrets: WeChatSecrets, attachment: Attachment) -> bytes:
        return await wechat_send.fetch_media(world, secrets, attachment.media_id)

    @staticmethod
    def _verify(request: Request, secrets: WeChatSecrets, proof: str, *covered: str) -> None:
        token, given = secrets.token.reveal(), request.query.get(proof, "")
        timestamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
        # Without a token anybody could compute the signature: an empty secret refuses instead of trusting.
        if not token or not given or not same(signature(token, timestamp, nonce, *covered), given):
            raise Rejected("signature does not hold")


def _keys_or_reject(secrets: WeChatSecrets) -> tuple[Key, ...]:
    try:
        return _keys(secrets)
    except ValueError:
        raise Rejected("the account's AES key is unusable") from None


def _reply(text: str, inbound: Inbound, now: int, *, as_json: bool) -> str:
    contact, account = inbound.contact.openid, inbound.recipient
    if as_json:
        fields = {
            "ToUserName": contact,
            "FromUserName": account,
            "CreateTime": now,
            "MsgType": "text",
            "Content": text,
        }
        return clean(json.dumps(fields, ensure_ascii=False))
    # By hand: wechatpy's TextReply is half of the whole answer's cost. The tests hold the two equal.
    return (
        f"<xml><ToUserName>{cdata(clean(contact))}</ToUserName><FromUserName>{cdata(clean(account))}</FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>{cdata(text)}</Content></xml>"
    )


CHANNEL = WeChat()
