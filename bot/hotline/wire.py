"""The gateway's line: signed JSON both ways (HMAC-SHA256 over timestamp and body), one try out, one statement in."""

import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any

import aiohttp

from adapters.app import CLOCK_SKEW, SIGNATURE_HEADER, TIMESTAMP_HEADER
from adapters.base import Secret
from bot.hotline.states import HOTLINE
from bot.store.orders import News, Reply

KEY_HEADER = "idempotency-key"
_LIMIT = aiohttp.ClientTimeout(total=10, connect=4)
_LONGEST_ANSWER = 64 * 1024
_THEIRS = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{2,39}")
_BUSY, _CONFIG, _REJECTED = (408, 425, 429), (401, 403, 404, 405), (400, 409, 413, 415, 422)


class Unread(Exception):
    """Signed, but not what we agreed on; the sentence and the field go back in the answer."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Missed(Exception):
    """12345 did not take it. `fault`: a code of `data/hotline.toml`; `unknown`: it may have; `final`: it never will."""

    def __init__(self, fault: str, *, unknown: bool = False, final: bool = False, detail: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.unknown = unknown
        self.final = final
        self.detail = detail


def proof(secret: Secret, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.reveal().encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()


def verified(secret: Secret, timestamp: str, given: str, body: bytes, now: datetime) -> bool:
    """Whether whoever knows the secret sent this body lately."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    right = hmac.compare_digest(proof(secret, timestamp, body).encode(), given.lower().encode("utf-8", "surrogatepass"))
    return right and abs(now.timestamp() - int(timestamp)) <= CLOCK_SKEW


def their_number(text: str) -> str:
    """A number of 12345's as typed or told, "" when it cannot be one."""
    plain = re.sub(r"\s", "", text)
    return plain if _THEIRS.fullmatch(plain) else ""


async def post_order(
    http: aiohttp.ClientSession, url: str, secret: Secret, number: str, body: bytes, now: datetime
) -> str:
    """One try; 12345's number for it, "" when it gives none yet. Raises Missed. The number is the idempotency key."""
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json", TIMESTAMP_HEADER: timestamp, KEY_HEADER: number,
        SIGNATURE_HEADER: proof(secret, timestamp, body),
    }  # fmt: skip
    try:
        async with http.post(url, data=body, headers=headers, timeout=_LIMIT, allow_redirects=False) as answer:
            status, raw = answer.status, await _whole(answer)
    except aiohttp.ClientConnectorError:
        raise Missed("unreachable") from None
    except (TimeoutError, aiohttp.ClientError, OSError):
        raise Missed("timeout", unknown=True) from None
    if status in _CONFIG or 300 <= status < 400:
        raise Missed("config")
    if status in _BUSY:
        raise Missed("busy")
    if status in _REJECTED:
        raise Missed("rejected", final=True, detail=_complaint(raw))
    if status not in (200, 201, 202):
        raise Missed("broken", unknown=True)
    receipt = _json(raw)
    if not isinstance(receipt, dict) or receipt.get("number") != number:
        raise Missed("garbled", unknown=True)
    return their_number(str(receipt.get("hotline_number") or ""))


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """The answer, however many pieces it comes in; of one that is far too long the beginning."""
    raw = bytearray()
    async for piece in answer.content.iter_any():
        raw += piece
        if len(raw) > _LONGEST_ANSWER:
            break
    return bytes(raw)


def _complaint(raw: bytes) -> str:
    """What the gateway says is wrong, short enough for a line of history."""
    said = _json(raw)
    error = said.get("error") if isinstance(said, dict) else None
    words = error.get("message") if isinstance(error, dict) else ""
    return str(words or "")[:200]


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def read_news(body: bytes) -> tuple[str, News]:
    """(our number, what is said of it). Raises Unread naming the field."""
    said = _json(body)
    if not isinstance(said, dict):
        raise Unread("", "不是 JSON 对象")
    number, key = _text(said, "number", 40, need=True), _text(said, "id", 100, need=True)
    status = _text(said, "status", 20, need=True)
    if status not in HOTLINE:
        raise Unread("status", f"status 只能是 {'、'.join(HOTLINE)}")
    try:
        at = datetime.fromisoformat(_text(said, "at", 40, need=True))
        moment = at.astimezone(UTC) if at.tzinfo else at
    except (ValueError, OverflowError):  # the first and the last day of all years have no moment in every zone
        raise Unread("at", "at 要是带时区的 ISO 8601 时间") from None
    if at.tzinfo is None:
        raise Unread("at", "at 缺时区")
    theirs = _text(said, "hotline_number", 60)
    if theirs and not their_number(theirs):
        raise Unread("hotline_number", "工单号只能是 3 到 40 个字母、数字、横线")
    text = _text(said, "text", 5000)
    if status in ("answered", "returned") and not text:
        raise Unread("text", "答复和退单要写明内容")
    reply = Reply(their_number(theirs), _text(said, "unit", 100), text)
    return number, News(status, moment, key, reply)


def _text(said: dict[str, Any], name: str, longest: int, *, need: bool = False) -> str:
    value = said.get(name, "")
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Unread(name, f"{name} 要是文字")
    value = value.strip().replace("\x00", "")
    if need and not value:
        raise Unread(name, f"缺 {name}")
    if len(value) > longest:
        raise Unread(name, f"{name} 太长：最多 {longest} 个字")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unread(name, f"{name} 里有不成字的编码") from None
    return value
