"""The paper's own app: signed JSON over HTTP, answered in the response; the contact fetches what was said meanwhile."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from adapters.app_message import APP, EXAMPLES, TEXT_BYTES, FieldError, read_message
from adapters.base import (
    Answer,
    Example,
    Failure,
    Opened,
    Outgoing,
    Rejected,
    Request,
    Secret,
    SendFailed,
    Sent,
    World,
)
from adapters.text import clip
from conversations.messages import Attachment, Inbound
from conversations.window import Limits

__all__ = ["CHANNEL", "App", "AppSecrets", "FieldError", "answer"]

TIMESTAMP_HEADER, SIGNATURE_HEADER = "x-bangnong-timestamp", "x-bangnong-signature"
_PROOF_LENGTH = 64
CLOCK_SKEW = 300
"""Seconds a signed request may be old or early."""
PICTURE_BYTES = 2 * 1024 * 1024
"""Nobody's limit but that of a telephone on a poor line."""


def _long_enough(value: str) -> str:
    return "" if len(value) >= 16 else "is shorter than 16 characters: use a long random value"


@dataclass(frozen=True, slots=True)
class AppSecrets:
    """`key` signs the native app's requests (HMAC-SHA256)."""

    key: Secret = field(metadata={"check": _long_enough})


class Signed:
    """A request whose headers may hold: given its body piece by piece, then asked."""

    def __init__(self, proof: hmac.HMAC, given: str) -> None:
        self._proof, self._given = proof, given

    def add(self, piece: bytes) -> None:
        self._proof.update(piece)

    def check(self) -> None:
        """Raises Rejected."""
        given = self._given.lower().encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(self._proof.hexdigest().encode(), given):
            raise Rejected("signature does not hold")


class App:
    """`clock` gives epoch seconds; a test or a rehearsal replaces it."""

    name: ClassVar[str] = APP
    Secrets: ClassVar[type] = AppSecrets
    examples: ClassVar[tuple[Example, ...]] = EXAMPLES

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock

    def limits(self, secrets: AppSecrets) -> Limits:
        return Limits(text_bytes=TEXT_BYTES, answer_within=3.5, pull=True, picture_bytes=PICTURE_BYTES)

    def handshake(self, request: Request, secrets: AppSecrets) -> Answer | None:
        return None

    def open(self, request: Request, secrets: AppSecrets) -> Opened:
        """The signature covers `timestamp + "." + raw body`."""
        self._verify(request.headers, request.body, secrets)
        return Opened(request.body)

    def begin(self, headers: Mapping[str, str], secrets: AppSecrets) -> "Signed":
        """What is signed and comes in pieces. Raises Rejected at once where nothing that follows could hold."""
        timestamp, given = headers.get(TIMESTAMP_HEADER, ""), headers.get(SIGNATURE_HEADER, "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise Rejected("no timestamp")
        if not secrets.key.reveal():
            raise Rejected("the account has no key")
        if abs(self.clock() - int(timestamp)) > CLOCK_SKEW:
            raise Rejected("timestamp is too old or too early")
        if len(given) != _PROOF_LENGTH:
            raise Rejected("no signature")
        return Signed(_proof_of(timestamp, secrets), given)

    def verify_fetch(self, path_with_query: str, headers: Mapping[str, str], secrets: AppSecrets) -> None:
        """A GET is signed over `timestamp + "." + path with query`, as sent. Raises Rejected."""
        self._verify(headers, path_with_query.encode("utf-8", "surrogatepass"), secrets)

    def parse(self, payload: bytes, account: str, *, sender: str | None = None) -> tuple[Inbound, ...]:
        """`sender`: who the chat page's cookie says is writing; then the body's own `sender` is not looked at.

        Raises FieldError (a Malformed with `code`, `message`, `field` for the 400 answer).
        """
        return (read_message(payload, account, now=self.clock(), sender=sender),)

    def render(self, text: str, inbound: Inbound | None, opened: Opened | None, secrets: AppSecrets) -> Answer:
        """One reply, its id derived from the message it answers: the same `id` again brings the same answer."""
        text = clip(text, TEXT_BYTES)
        return answer([(f"{inbound.message_id if inbound else ''}:reply", text)] if text.strip() else [])

    def sign(self, payload: bytes, secrets: AppSecrets, *, now: float) -> Request:
        headers = {"content-type": "application/json", **self.sign_headers(payload, secrets, now=now)}
        return Request("POST", headers=headers, body=payload)

    def sign_fetch(self, path_with_query: str, secrets: AppSecrets, *, now: float) -> dict[str, str]:
        """The two headers of a signed GET."""
        return self.sign_headers(path_with_query.encode(), secrets, now=now)

    def sign_headers(self, covered: bytes, secrets: AppSecrets, *, now: float) -> dict[str, str]:
        timestamp = str(int(now))
        proof = _proof_of(timestamp, secrets)
        proof.update(covered)
        return {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: proof.hexdigest()}

    def unwrap(self, answer: Answer, secrets: AppSecrets) -> str:
        replies = json.loads(answer.body)["replies"]
        return "\n".join(str(reply["text"]) for reply in replies)

    async def send(self, world: World, secrets: AppSecrets, message: Outgoing) -> Sent:
        """Nothing to push: the text stands in the history, which the app fetches (and its socket is told of)."""
        return Sent((message.effect_id,), 1)

    async def fetch_media(self, world: World, secrets: AppSecrets, attachment: Attachment) -> bytes:
        """Never: an address in a stranger's message must not make this server call it."""
        raise SendFailed(Failure("no_media", "图片和语音由市民端自行上传，系统不按消息里的网址下载。", blame="contact"))

    def _verify(self, headers: Mapping[str, str], covered: bytes, secrets: AppSecrets) -> None:
        signed = self.begin(headers, secrets)
        signed.add(covered)
        signed.check()


def answer(replies: Iterable[tuple[str, str]]) -> Answer:
    """The 200 of a message, from (id, text) pairs; for whoever has several replies or ids of his own."""
    items: list[dict[str, Any]] = [{"id": name, "text": text} for name, text in replies]
    body = json.dumps({"accepted": True, "replies": items}, ensure_ascii=False).encode("utf-8", "replace")
    return Answer(body, "application/json")


def _proof_of(timestamp: str, secrets: AppSecrets) -> hmac.HMAC:
    return hmac.new(secrets.key.reveal().encode(), timestamp.encode() + b".", hashlib.sha256)


CHANNEL = App()
