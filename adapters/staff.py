"""Cases that staff file for somebody who is not online: a call, a live stream, a visit, a letter.

The desk's own page speaks for them, behind its session; from outside nothing is taken unless the account is told to
listen. Nothing can be pushed: the words of the conversation are the answer to whoever files, to be read out.
"""

import dataclasses
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from adapters.app_message import EXAMPLES as APP_EXAMPLES
from adapters.app_message import read_message
from adapters.base import Answer, Example, Failure, Opened, Outgoing, Rejected, Request, Secret, SendFailed, Sent, World
from adapters.text import clean, clip
from conversations.messages import Attachment, ContactRef, Inbound
from conversations.window import Limits

STAFF, ACCOUNT = "staff", "desk"
TEXT_BYTES = 4000
WAYS: Mapping[str, str] = {"phone": "来电", "live": "直播间", "visit": "来访", "letter": "来信", "other": "其他"}
"""How it reached us."""

_NOBODY_THERE = Failure("not_online", "这是代为登记的求助，居民不在网上，请打电话。", blame="contact", unreachable=True)
_NO_MEDIA = Failure("no_media", "代为登记的求助没有附件。", blame="us")
SIGNATURE = "x-signature"


def _here(inbound: Inbound) -> Inbound:
    contact = ContactRef(STAFF, inbound.contact.account, inbound.contact.openid)
    return dataclasses.replace(inbound, contact=contact)


@dataclass(frozen=True, slots=True)
class StaffSecrets:
    """`key` signs what is played into it by a rehearsal; made by ourselves, and of no use while nothing listens."""

    key: Secret = field(metadata={"absent": ""})


class Staff:
    name: ClassVar[str] = STAFF
    Secrets: ClassVar[type] = StaffSecrets
    examples: ClassVar[tuple[Example, ...]] = tuple(
        Example(one.title, one.payload, tuple(map(_here, one.inbound))) for one in APP_EXAMPLES
    )

    def limits(self, secrets: StaffSecrets) -> Limits:
        return Limits(text_bytes=TEXT_BYTES, answer_within=3.5, push=False)

    def listens(self, secrets: StaffSecrets) -> bool:
        return False

    def handshake(self, request: Request, secrets: StaffSecrets) -> Answer | None:
        return None

    def open(self, request: Request, secrets: StaffSecrets) -> Opened:
        given = request.headers.get(SIGNATURE, "").encode("utf-8", "surrogatepass")
        if not secrets.key.reveal() or not hmac.compare_digest(_proof(request.body, secrets).encode(), given):
            raise Rejected("signature does not hold")
        return Opened(request.body)

    def parse(self, payload: bytes, account: str) -> tuple[Inbound, ...]:
        return (_here(read_message(payload, account, now=0.0)),)

    def render(self, text: str, inbound: Inbound | None, opened: Opened | None, secrets: StaffSecrets) -> Answer:
        return Answer(clip(text, TEXT_BYTES).encode("utf-8", "replace"))

    def sign(self, payload: bytes, secrets: StaffSecrets, *, now: float) -> Request:
        return Request("POST", headers={SIGNATURE: _proof(payload, secrets)}, body=payload)

    def unwrap(self, answer: Answer, secrets: StaffSecrets) -> str:
        return answer.body.decode()

    async def send(self, world: World, secrets: StaffSecrets, message: Outgoing) -> Sent:
        raise SendFailed(_NOBODY_THERE)

    async def fetch_media(self, world: World, secrets: StaffSecrets, attachment: Attachment) -> bytes:
        raise SendFailed(_NO_MEDIA)


def filed(words: str, phone: str, place: str, who: str) -> str:
    """What was filled in, as one text a reader understands: the words first, what stands in fields a line each."""
    lines = [words.strip()]
    lines += [f"{title}：{value.strip()}" for title, value in (("电话", phone), ("地址", place)) if value.strip()]
    if who.strip():
        lines.append(f"称呼：{who.strip()}")
    return clean("\n".join(line for line in lines if line))


def filing(text: str, filing_id: str, number: str, at: datetime) -> Inbound:
    """The message of a filing. Of whom: the telephone `number` as dialled; "" is somebody of this filing alone."""
    openid = f"tel-{number}" if number else f"form-{filing_id}"
    return Inbound(ContactRef(STAFF, ACCOUNT, openid), filing_id, "text", text, at, recipient=ACCOUNT)


def _proof(body: bytes, secrets: StaffSecrets) -> str:
    return hmac.new(secrets.key.reveal().encode(), body, hashlib.sha256).hexdigest()


def own_account() -> dict[str, Any]:
    """The secrets of the account that is always there."""
    return {"key": Secret("")}


CHANNEL = Staff()
