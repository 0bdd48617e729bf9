"""Toutiao: an account there has no message or comment interface, so this takes what the desk brings in by hand.

The one documented push on that side, a mini-program's customer service, is here as well, behind a switch: its envelope is
{msg, msg_signature, nonce, timestamp} with WeChat's fields inside `msg`. Only what that signature covers is read. The
answer must be `success`: no words travel back, and no interface for sending was found. [T1][T2]
"""

import dataclasses
import json
import re
import secrets as chance
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from adapters.base import (
    Answer,
    Example,
    Failure,
    Malformed,
    Opened,
    Outgoing,
    Rejected,
    Request,
    Secret,
    SendFailed,
    Sent,
    World,
)
from adapters.text import clean, clip
from adapters.wechat_envelope import Unreadable, read, same, signature
from adapters.wechat_messages import read_message
from conversations.messages import Attachment, ContactRef, Inbound
from conversations.window import Limits, Window

TOUTIAO, ACCOUNT = "toutiao", "main"
TEXT_BYTES = 2000
COMMENT = "toutiao_comment"
"""The kind of attachment that says where a comment stands."""

LIMITS = Limits(TEXT_BYTES, 0, {"message": Window(timedelta(0), 0)})
"""Nothing can be sent: a window that never opens."""

_NO_WAY = Failure("no_way", "头条没有私信接口，这里发不出去：请打电话，或在评论下贴公开答复。", unreachable=True)
_SWITCH = {"check": lambda value: "" if value in ("on", "off") else "must be on or off"}
_LINK = {
    "check": lambda value: "" if re.fullmatch(r"https://\S{4,200}", value) else "must be the chat page's https address"
}


@dataclass(frozen=True, slots=True)
class ToutiaoSecrets:
    """`token` of a mini-program's message push, `push` on to take it; `link`: the chat page, for public answers."""

    token: Secret = field(metadata={"absent": ""})
    push: str = field(default="off", metadata=_SWITCH)
    link: str = field(default="", metadata=_LINK)


class Toutiao:
    name: ClassVar[str] = TOUTIAO
    Secrets: ClassVar[type] = ToutiaoSecrets
    proof_inside: ClassVar[tuple[str, ...]] = ("msg_signature", "timestamp", "nonce")

    def limits(self, secrets: ToutiaoSecrets) -> Limits:
        """Raises ValueError, the setting first."""
        if secrets.push == "on" and not secrets.token.reveal():
            raise ValueError("TOKEN is missing: the push needs the token of the mini-program's console")
        return LIMITS

    def listens(self, secrets: ToutiaoSecrets) -> bool:
        return secrets.push == "on"

    def handshake(self, request: Request, secrets: ToutiaoSecrets) -> Answer | None:
        """The console's check of our URL; an older page leaves `msg` out of what is signed."""
        echo = request.query.get("echostr")
        if request.method != "GET" or echo is None:
            return None
        parts = [request.query.get(name, "") for name in ("timestamp", "nonce")]
        given, message = request.query.get("signature", ""), request.query.get("msg", "")
        if not _holds(secrets, given, *parts, message) and not _holds(secrets, given, *parts):
            raise Rejected("signature does not hold")
        return Answer(echo.encode("utf-8", "replace"))

    def open(self, request: Request, secrets: ToutiaoSecrets) -> Opened:
        try:
            envelope = read(request.body)
        except Unreadable:
            raise Rejected("no envelope") from None
        message, given = envelope.get("msg"), envelope.get("msg_signature")
        timestamp, nonce = _plain(envelope.get("timestamp")), _plain(envelope.get("nonce"))
        if not isinstance(message, str) or not isinstance(given, str):
            raise Rejected("no msg")
        if not _holds(secrets, given, timestamp, nonce, message):
            raise Rejected("msg_signature does not hold")
        return Opened(message.encode("utf-8", "surrogatepass"))

    def parse(self, payload: bytes, account: str) -> tuple[Inbound, ...]:
        try:
            inbound = read_message(read(payload), account)
        except Unreadable as error:
            raise Malformed(str(error)) from None
        contact = ContactRef(TOUTIAO, account, inbound.contact.openid)
        return (dataclasses.replace(inbound, contact=contact),)

    def render(self, text: str, inbound: Inbound | None, opened: Opened | None, secrets: ToutiaoSecrets) -> Answer:
        """Taken. Words are only for whoever plays the platform's part: it would call them a failure."""
        words = clip(text, TEXT_BYTES).strip()
        return Answer((words or "success").encode("utf-8", "replace"))

    def sign(self, payload: bytes, secrets: ToutiaoSecrets, *, now: float) -> Request:
        message, timestamp, nonce = payload.decode("utf-8", "replace"), str(int(now)), chance.token_hex(4)
        proof = signature(secrets.token.reveal(), timestamp, nonce, message)
        body = {"msg": message, "msg_signature": proof, "nonce": nonce, "timestamp": timestamp}
        return Request("POST", headers={"content-type": "application/json"}, body=json.dumps(body).encode())

    def unwrap(self, answer: Answer, secrets: ToutiaoSecrets) -> str:
        return "" if answer.body == b"success" else answer.body.decode()

    async def send(self, world: World, secrets: ToutiaoSecrets, message: Outgoing) -> Sent:
        raise SendFailed(_NO_WAY)

    async def fetch_media(self, world: World, secrets: ToutiaoSecrets, attachment: Attachment) -> bytes:
        raise SendFailed(Failure("no_media", "头条的图片没有取下来，请到头条后台看。"))

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "text, with milliseconds",
            json.dumps(
                {
                    "ToUserName": "tt0000bnm", "FromUserName": "8c4c0581-0000-4a39", "CreateTime": 1649000000123,
                    "MsgType": "text", "Content": "三林镇断药，求助", "MsgId": "71001",
                },
                ensure_ascii=False,
            ).encode(),
            (
                Inbound(
                    contact=ContactRef(TOUTIAO, "main", "8c4c0581-0000-4a39"), message_id="71001", kind="text",
                    text="三林镇断药，求助", sent_at=datetime.fromtimestamp(1649000000, UTC), recipient="tt0000bnm",
                ),
            ),
        ),
    )  # fmt: skip


def _holds(secrets: ToutiaoSecrets, given: str, *parts: str) -> bool:
    # Without a token anybody could compute the signature: an empty one refuses instead of trusting.
    token = secrets.token.reveal()
    return bool(token and given) and same(signature(token, *parts), given)


def _plain(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits
        return ""


def comment(words: str, link: str, author: str, name: str, who: str, at: datetime) -> Inbound:
    """A comment as a message. `name`: of this comment, `who`: of its author, both hashes of the desk's."""
    shown = clean(" ".join(filter(None, (author, link))))
    return Inbound(
        ContactRef(TOUTIAO, ACCOUNT, f"comment-{who}"), name, "text", clean(words), at, opens="none",
        attachments=(Attachment(COMMENT, title=shown),), recipient=ACCOUNT, event=COMMENT,
    )  # fmt: skip


CHANNEL = Toutiao()
