"""Douyin: signed JSON in, private messages out. The response to a delivery carries no words, so everything is pushed."""

import hashlib
import hmac
import json
import secrets as chance
import time
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

import aiohttp

from adapters import douyin_grant, douyin_send, douyin_token
from adapters.base import Answer, Example, Malformed, Opened, Outgoing, Rejected, Request, Sent, Standing, World
from adapters.douyin_examples import EXAMPLES
from adapters.douyin_messages import CHANNEL_NAME, read_object, read_push
from adapters.douyin_secrets import LIMITS, TEXT_BYTES, DouyinSecrets
from adapters.text import clip
from conversations.messages import Attachment, Inbound
from conversations.window import Limits

SIGNATURE_HEADER, DELIVERY_HEADER = "x-douyin-signature", "msg-id"
_LONGEST_CHECK = 4096
"""Bytes of the platform's check of our URL; a longer body is none, and is not read before its signature held."""


class Douyin:
    """`clock` gives epoch seconds; a test or a rehearsal replaces it."""

    name: ClassVar[str] = CHANNEL_NAME
    Secrets: ClassVar[type] = DouyinSecrets
    examples: ClassVar[tuple[Example, ...]] = EXAMPLES
    quotes: ClassVar[bool] = True

    def __init__(
        self, clock: Callable[[], float] = time.time, time_limit: aiohttp.ClientTimeout = douyin_send.TIME_LIMIT
    ) -> None:
        self.clock = clock
        self.time_limit = time_limit

    def limits(self, secrets: DouyinSecrets) -> Limits:
        return LIMITS

    def handshake(self, request: Request, secrets: DouyinSecrets) -> Answer | None:
        """`verify_webhook`: the challenge goes back as it came. A wrong signature is refused; whether one must be there
        is a setting, because no page says whether the platform signs this. [D1]"""
        if request.method != "POST" or len(request.body) > _LONGEST_CHECK or b"verify_webhook" not in request.body:
            return None
        try:
            fields = read_object(request.body)
        except Malformed:
            return None
        if fields.get("event") != "verify_webhook":
            return None
        if SIGNATURE_HEADER in request.headers or secrets.verify != "unsigned":
            _verify(request, secrets)
        content = fields.get("content")
        challenge = content.get("challenge") if isinstance(content, dict) else None
        if isinstance(challenge, bool) or not isinstance(challenge, int | str) or len(str(challenge)) > 200:
            raise Rejected("no challenge")
        return _json({"challenge": challenge})

    def open(self, request: Request, secrets: DouyinSecrets) -> Opened:
        """The signature covers the raw bytes, so they are what is read. `context` is the delivery's own id, unsigned."""
        _verify(request, secrets)
        return Opened(request.body, request.headers.get(DELIVERY_HEADER, ""))

    def parse(self, payload: bytes, account: str) -> tuple[Inbound, ...]:
        return read_push(payload, account, self.clock())

    def render(self, text: str, inbound: Inbound | None, opened: Opened | None, secrets: DouyinSecrets) -> Answer:
        """Taken. Douyin looks at the status alone and shows nobody the body: words are for whoever plays its part."""
        words = clip(text, TEXT_BYTES).strip()
        return _json({"err_no": 0, "err_tips": "success", **({"text": words} if words else {})})

    def sign(self, payload: bytes, secrets: DouyinSecrets, *, now: float) -> Request:
        headers = {
            "content-type": "application/json",
            SIGNATURE_HEADER: _proof(payload, secrets),
            DELIVERY_HEADER: chance.token_hex(16),
        }
        return Request("POST", headers=headers, body=payload)

    def unwrap(self, answer: Answer, secrets: DouyinSecrets) -> str:
        return str(json.loads(answer.body).get("text", ""))

    async def send(self, world: World, secrets: DouyinSecrets, message: Outgoing) -> Sent:
        return await douyin_send.send_text(world, secrets, message, self.clock(), self.time_limit)

    async def fetch_media(self, world: World, secrets: DouyinSecrets, attachment: Attachment) -> bytes:
        return await douyin_send.fetch_media(world, secrets, attachment)

    async def keep(self, world: World, secrets: DouyinSecrets, now: datetime) -> Standing:
        """Renew the authorisation when it is time, and say how it stands."""
        return await douyin_token.keep(world, secrets, now, self.time_limit)

    async def standing(self, world: World, secrets: DouyinSecrets, now: datetime) -> Standing:
        """How the authorisation stands, without asking the platform."""
        return await douyin_grant.standing(world, secrets, now)


def _verify(request: Request, secrets: DouyinSecrets) -> None:
    """Hex SHA-1 of secret and body, in either case, compared in constant time. Plain concatenation, no HMAC. [D1][D19]"""
    if not secrets.client_secret.reveal():
        raise Rejected("the account has no secret")
    given = request.headers.get(SIGNATURE_HEADER, "").lower().encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(_proof(request.body, secrets).encode(), given):
        raise Rejected("signature does not hold")


def _proof(body: bytes, secrets: DouyinSecrets) -> str:
    return hashlib.sha1(secrets.client_secret.reveal().encode() + body).hexdigest()


def _json(value: object) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), "application/json")


CHANNEL = Douyin()
