"""WeChat's safe mode: signatures, AES envelope, and a small XML reader that refuses what an attacker would send.

Our own instead of wechatpy's because that compares with `!=`, checks neither padding nor length, knows no key rotation
and takes its random bytes from no secure source. wechatpy is the oracle in the tests.
Format: developers.weixin.qq.com, "message push, encryption" (protocols [W4]).
"""

import base64
import hashlib
import hmac
import json
import os
import re
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from adapters.base import Rejected
from adapters.text import cdata

BLOCK = 32
"""WeChat pads to 32 although the AES block is 16: pad values 1 to 32 occur."""
MAX_DEPTH = 16
MAX_NODES = 4096

_CONTROLS = bytes(byte for byte in range(32) if byte not in (9, 10, 13))
_NONCHARACTERS = re.compile(b"\xef\xbf[\xbe\xbf]")
_CHARACTER_REFERENCE = re.compile(r"&#(?:[0-9]{1,8}|[xX][0-9a-fA-F]{1,8});")


class Unreadable(ValueError):
    """Neither the XML nor the JSON a platform sends."""


@dataclass(frozen=True, slots=True)
class Key:
    """One EncodingAESKey, decoded. Never printed."""

    cipher: Cipher[CBC]

    def __repr__(self) -> str:
        return "Key(***)"


def make_key(encoded: str) -> Key:
    """From the console's 43 characters. The last may carry spare bits, so the decoder must be lenient."""
    if not re.fullmatch("[A-Za-z0-9+/]{43}", encoded):
        raise ValueError("EncodingAESKey must be 43 letters and digits")
    raw = base64.b64decode(encoded + "=")
    return Key(Cipher(AES(raw), CBC(raw[:16])))


def signature(*parts: str) -> str:
    """Hex SHA-1 over the parts, sorted bytewise and joined with nothing between."""
    raw = sorted(part.encode("utf-8", "surrogatepass") for part in parts)
    return hashlib.sha1(b"".join(raw)).hexdigest()


def same(expected: str, given: str) -> bool:
    """Constant-time; over bytes, since `compare_digest` raises on non-ASCII strings, which a stranger can send."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def encrypt(message: bytes, appid: str, key: Key) -> str:
    """16 random bytes, length, message, appid, padding; AES-256-CBC; base64. Only the random bytes vary it."""
    plain = os.urandom(16) + len(message).to_bytes(4, "big") + message + appid.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = key.cipher.encryptor()
    return base64.b64encode(encryptor.update(plain + bytes((pad,)) * pad) + encryptor.finalize()).decode()


def decrypt(encrypted: str, appid: str, keys: tuple[Key, ...]) -> tuple[bytes, Key]:
    """The message and the key that opened it (current first, then previous). Raises Rejected."""
    try:
        raw = base64.b64decode(encrypted)
    except ValueError:
        raw = b""
    if len(raw) < BLOCK or len(raw) % 16:
        raise Rejected("Encrypt is no AES text")
    for key in keys:
        decryptor = key.cipher.decryptor()
        message = _unpad(decryptor.update(raw) + decryptor.finalize(), appid.encode())
        if message is not None:
            return message, key
    raise Rejected("Encrypt does not open")


def _unpad(plain: bytes, appid: bytes) -> bytes | None:
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or plain[-pad:] != plain[-1:] * pad:
        return None
    # What follows the message must be our appid and nothing else: that checks the length as well.
    end = 20 + int.from_bytes(plain[16:20], "big")
    if not appid or not hmac.compare_digest(plain[end : len(plain) - pad], appid):
        return None
    return plain[20:end]


def read(payload: bytes) -> dict[str, Any]:
    """The fields of a body, XML or JSON by its first non-blank byte (the content type is not to be relied on).

    Text is kept as sent, blanks included. Repeated elements become a list, nested ones a dict. Raises Unreadable.
    """
    payload = payload.removeprefix(b"\xef\xbb\xbf").lstrip()
    if payload[:1] == b"<":
        return _read_xml(payload)
    if payload[:1] == b"{":
        try:
            fields = json.loads(payload.decode("utf-8", "replace"), strict=False)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"JSON: {type(error).__name__}") from None
        if isinstance(fields, dict):
            return fields
    raise Unreadable("neither XML nor JSON")


def _read_xml(payload: bytes) -> dict[str, Any]:
    # Control characters really occur in residents' messages and would stop the parser; a broken byte must not lose the
    # message either, so what fails as it stands is read once more with replacements.
    payload = payload.translate(None, _CONTROLS)
    if b"\xef\xbf" in payload:
        payload = _NONCHARACTERS.sub(b"", payload)
    try:
        return _Reader().read(payload)
    except expat.ExpatError:
        repaired = _CHARACTER_REFERENCE.sub(_keep_legal, payload.decode("utf-8", "replace"))
    try:
        return _Reader().read(repaired.encode())
    except expat.ExpatError as error:
        raise Unreadable(f"XML: {expat.errors.messages.get(error.code, 'broken')}") from None


def _keep_legal(reference: re.Match[str]) -> str:
    digits = reference[0][2:-1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    legal = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return reference[0] if legal else ""


class _Reader:
    """expat callbacks into nested dicts. A document type, which only an attacker needs, stops it."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse
        self.stack: list[dict[str, Any]] = []
        self.words: list[str] = []
        self.nodes = 0
        self.root: dict[str, Any] = {}

    def read(self, payload: bytes) -> dict[str, Any]:
        try:
            self.parser.Parse(payload, True)
            return self.root
        finally:
            # The handlers are bound methods: without this the parser and the reader keep each other alive.
            del self.parser

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.nodes += 1
        if len(self.stack) >= MAX_DEPTH or self.nodes > MAX_NODES:
            raise Unreadable("XML: too deep or too many elements")
        self.stack.append({})
        self.words.clear()

    def text(self, data: str) -> None:
        self.words.append(data)

    def end(self, name: str) -> None:
        children = self.stack.pop()
        value: Any = children or "".join(self.words)
        self.words.clear()
        if not self.stack:
            self.root = children
            return
        parent = self.stack[-1]
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]

    def refuse(self, *_: object) -> None:
        raise Unreadable("XML: document type refused")


def wrap(encrypted: str, token: str, timestamp: str, nonce: str, *, as_json: bool) -> bytes:
    """The encrypted answer, signed, in the form the platform spoke."""
    proof = signature(token, timestamp, nonce, encrypted)
    if as_json:
        fields = {"Encrypt": encrypted, "MsgSignature": proof, "TimeStamp": int(timestamp), "Nonce": nonce}
        return json.dumps(fields, ensure_ascii=False).encode()
    return (
        f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(proof)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
    ).encode()
