"""WeCom customer service (微信客服): a delivery only says that something is there; the messages are fetched by cursor.

Signed and sealed as WeChat's, with the company's id where WeChat has the appid; `echostr` is sealed too. [K1]
"""

import hashlib
import re
import secrets as chance
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

import aiohttp

from adapters import wecom_pull, wecom_send
from adapters.base import Answer, Example, Malformed, Opened, Outgoing, Rejected, Request, Sent, World
from adapters.text import cdata, clean, clip
from adapters.wechat_envelope import Key, Unreadable, decrypt, encrypt, make_key, read, same, signature
from adapters.wecom_secrets import LIMITS, TEXT_BYTES, WECOM, WeComSecrets
from conversations.messages import Attachment, ContactRef, Inbound
from conversations.window import Limits

KNOCK = "kf_msg_or_event"
"""The delivery that says: come and fetch."""
_LONGEST = 200


@lru_cache(maxsize=64)
def _keys(secrets: WeComSecrets) -> tuple[Key, ...]:
    encoded = [secrets.aes_key, *([secrets.aes_key_previous] if secrets.aes_key_previous else [])]
    return tuple(make_key(key.reveal()) for key in encoded)


class WeCom:
    name: ClassVar[str] = WECOM
    Secrets: ClassVar[type] = WeComSecrets
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "something is there to fetch",
            b"<xml><ToUserName><![CDATA[ww0000bnm]]></ToUserName><CreateTime>1649000000</CreateTime>"
            b"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
            b"<Token><![CDATA[ENCbnm1]]></Token><OpenKfId><![CDATA[wkbnm1]]></OpenKfId></xml>",
            (
                Inbound(
                    contact=ContactRef(WECOM, "main", "wkbnm1"),
                    message_id=f"knock:{hashlib.sha256(b'wkbnm1ENCbnm11649000000').hexdigest()[:24]}",
                    kind="notice",
                    text="",
                    sent_at=datetime.fromtimestamp(1649000000, UTC),
                    opens="none",
                    recipient="ww0000bnm",
                    event=KNOCK,
                    event_key="ENCbnm1",
                ),
            ),
        ),
    )

    def __init__(self, time_limit: aiohttp.ClientTimeout = wecom_send.TIME_LIMIT) -> None:
        self.time_limit = time_limit

    def limits(self, secrets: WeComSecrets) -> Limits:
        return LIMITS

    def handshake(self, request: Request, secrets: WeComSecrets) -> Answer | None:
        """The console's check of our URL: `echostr` comes sealed and goes back in clear."""
        echo = request.query.get("echostr")
        if request.method != "GET" or echo is None:
            return None
        return Answer(_open(request, echo, secrets))

    def open(self, request: Request, secrets: WeComSecrets) -> Opened:
        try:
            envelope = read(request.body)
        except Unreadable:
            raise Rejected("no envelope") from None
        encrypted = envelope.get("Encrypt")
        if not isinstance(encrypted, str):
            raise Rejected("no Encrypt")
        return Opened(_open(request, encrypted.strip(), secrets))

    def parse(self, payload: bytes, account: str) -> tuple[Inbound, ...]:
        """Always a notice: what residents wrote is not in it."""
        try:
            fields = read(payload)
        except Unreadable as error:
            raise Malformed(str(error)) from None
        account_id, event = _text(fields.get("OpenKfId")), _text(fields.get("Event")).lower()
        token, made = _text(fields.get("Token")), _text(fields.get("CreateTime"))
        if not account_id or not event:
            raise Malformed("OpenKfId or Event is missing")
        name = hashlib.sha256(f"{account_id}{token}{made}".encode("utf-8", "replace")).hexdigest()[:24]
        return (
            Inbound(
                ContactRef(WECOM, account, account_id), f"knock:{name}", "notice", "", wecom_pull.moment(made), opens="none",
                recipient=_text(fields.get("ToUserName")), event=event, event_key=token,
            ),
        )  # fmt: skip

    def render(self, text: str, inbound: Inbound | None, opened: Opened | None, secrets: WeComSecrets) -> Answer:
        """Taken. Nobody is shown the body: words are for whoever plays the platform's part."""
        return Answer(clip(text, TEXT_BYTES).strip().encode("utf-8", "replace"))

    def sign(self, payload: bytes, secrets: WeComSecrets, *, now: float) -> Request:
        timestamp, nonce = str(int(now)), chance.token_hex(5)
        encrypted = encrypt(payload, secrets.corpid.reveal(), _keys(secrets)[0])
        query = {
            "msg_signature": signature(secrets.token.reveal(), timestamp, nonce, encrypted),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        body = f"<xml><Encrypt>{cdata(encrypted)}</Encrypt></xml>".encode()
        return Request("POST", "", query, {"content-type": "text/xml"}, body)

    def unwrap(self, answer: Answer, secrets: WeComSecrets) -> str:
        return answer.body.decode()

    async def pull(
        self,
        world: World,
        secrets: WeComSecrets,
        account: str,
        knock: Inbound | None,
        hear: Callable[[tuple[Inbound, ...]], Awaitable[None]],
    ) -> int:
        """Everything since the cursor. A knock for another account of the company's is not ours to fetch."""
        if knock is not None and (knock.event != KNOCK or knock.contact.openid != secrets.open_kfid.reveal()):
            return 0
        token = knock.event_key if knock else ""
        return await wecom_pull.pull(world, secrets, account, token, hear, self.time_limit)

    async def send(self, world: World, secrets: WeComSecrets, message: Outgoing) -> Sent:
        return await wecom_send.send_text(world, secrets, message, self.time_limit)

    async def fetch_media(self, world: World, secrets: WeComSecrets, attachment: Attachment) -> bytes:
        return await wecom_send.fetch_media(world, secrets, attachment.media_id)


def _open(request: Request, encrypted: str, secrets: WeComSecrets) -> bytes:
    """Verify and decrypt. Raises Rejected."""
    token, given = secrets.token.reveal(), request.query.get("msg_signature", "")
    timestamp, nonce = request.query.get("timestamp", ""), request.query.get("nonce", "")
    # Without a token anybody could compute the signature: an empty secret refuses instead of trusting.
    if not token or not given or not same(signature(token, timestamp, nonce, encrypted), given):
        raise Rejected("signature does not hold")
    try:
        keys = _keys(secrets)
    except ValueError:
        raise Rejected("the account's AES key is unusable") from None
    return decrypt(encrypted, secrets.corpid.reveal(), keys)[0]


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        shown = clean(str(value)).strip()
    except ValueError:  # an integer of thousands of digits
        return ""
    return shown if re.fullmatch(rf"[!-~]{{1,{_LONGEST}}}", shown) else ""


CHANNEL = WeCom()
