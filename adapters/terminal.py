"""A keyboard and a screen as a channel: the smallest complete one, to copy from when writing another."""

import hashlib
import hmac
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

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
from conversations.messages import Attachment, ContactRef, Inbound
from conversations.window import Limits

TEXT_BYTES = 8000


@dataclass(frozen=True, slots=True)
class TerminalSecrets:
    key: Secret


class Terminal:
    name: ClassVar[str] = "terminal"
    Secrets: ClassVar[type] = TerminalSecrets
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "a line typed",
            '{"id": "1", "who": "me", "at": 1649000000, "text": "楼上漏水"}'.encode(),
            (
                Inbound(
                    contact=ContactRef("terminal", "main", "me"),
                    message_id="1",
                    kind="text",
                    text="楼上漏水",
                    sent_at=datetime.fromtimestamp(1649000000, UTC),
                ),
            ),
        ),
    )

    def limits(self, secrets: TerminalSecrets) -> Limits:
        return Limits(text_bytes=TEXT_BYTES)

    def handshake(self, request: Request, secrets: TerminalSecrets) -> Answer | None:
        return None

    def open(self, request: Request, secrets: TerminalSecrets) -> Opened:
        given = request.headers.get("x-signature", "").encode("utf-8", "surrogatepass")
        if not secrets.key.reveal() or not hmac.compare_digest(_proof(request.body, secrets).encode(), given):
            raise Rejected("signature does not hold")
        return Opened(request.body)

    def parse(self, payload: bytes, account: str) -> tuple[Inbound, ...]:
        try:
            row = json.loads(payload)
            who, number = clean(str(row["who"])), clean(str(row["id"]))
            if not who or not number:
                raise ValueError
            return (
                Inbound(
                    contact=ContactRef(self.name, account, who),
                    message_id=number,
                    kind="text",
                    text=clean(str(row["text"])),
                    sent_at=datetime.fromtimestamp(row["at"], UTC),
                ),
            )
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError) as error:
            raise Malformed(type(error).__name__) from None

    def render(self, text: str, inbound: Inbound | None, opened: Opened | None, secrets: TerminalSecrets) -> Answer:
        return Answer(clip(text, TEXT_BYTES).encode())

    def sign(self, payload: bytes, secrets: TerminalSecrets, *, now: float) -> Request:
        return Request("POST", headers={"x-signature": _proof(payload, secrets)}, body=payload)

    def unwrap(self, answer: Answer, secrets: TerminalSecrets) -> str:
        return answer.body.decode()

    async def send(self, world: World, secrets: TerminalSecrets, message: Outgoing) -> Sent:
        sys.stdout.write(clean(message.text) + "\n")
        sys.stdout.flush()
        return Sent()

    async def fetch_media(self, world: World, secrets: TerminalSecrets, attachment: Attachment) -> bytes:
        raise SendFailed(Failure("no_media", "终端里没有图片和语音。", blame="us"))


def _proof(body: bytes, secrets: TerminalSecrets) -> str:
    return hmac.new(secrets.key.reveal().encode(), body, hashlib.sha256).hexdigest()


CHANNEL = Terminal()
