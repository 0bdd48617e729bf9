"""Sealing: AES-GCM under a data key per contact, itself sealed under the service key (current, then previous).

Keyed hashes (openid, message ids, search terms) use an index key made once per installation and kept sealed in the
database, so that rotating the service key changes no hash.
"""

import hmac
import os
from collections import OrderedDict
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.base import Secret

_NONCE, _TAG = 12, 16
_KEPT = 2_000
"""Contacts' keys kept open, at 3 KB each; opening one again costs less than sealing one message."""


_PIECE, _MOST_PIECES = 2, 10_000
"""Two characters of the language are in every other ticket, and their hash is made once; names and numbers are longer."""


class Unsealable(Exception):
    """A blob that no key of ours opens: a wrong BANGNONG_SECRET_KEY, an erased contact, or damage."""


def _derive(secret: Secret, purpose: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=b"bangnong", info=purpose).derive(secret.reveal().encode()))


class DataKey:
    """One contact's key. `context` binds a blob to its contact, so that rows cannot be exchanged."""

    __slots__ = ("_aead", "context")

    def __init__(self, key: bytes, context: bytes) -> None:
        self._aead = AESGCM(key)
        self.context = context

    def seal(self, data: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, data, self.context)

    def open(self, blob: bytes) -> bytes:
        """Raises Unsealable."""
        _whole(blob)
        try:
            return self._aead.decrypt(blob[:_NONCE], blob[_NONCE:], self.context)
        except InvalidTag as error:
            raise Unsealable("a sealed blob does not open under its contact's key") from error


class Vault:
    """The service key and everything sealed directly under it."""

    def __init__(self, current: Secret, previous: Secret | None = None) -> None:
        self._services = [_derive(secret, b"service") for secret in (current, previous) if secret is not None]
        self._index = b""
        self._keys: OrderedDict[UUID, DataKey] = OrderedDict()
        self._pieces: dict[str, int] = {}

    def seal(self, data: bytes, context: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._services[0].encrypt(nonce, data, context)

    def open(self, blob: bytes, context: bytes) -> bytes:
        """Raises Unsealable. Tries the current key, then the previous one."""
        _whole(blob)
        for service in self._services:
            try:
                return service.decrypt(blob[:_NONCE], blob[_NONCE:], context)
            except InvalidTag:
                continue
        raise Unsealable("no service key opens this: is BANGNONG_SECRET_KEY (or _PREVIOUS) the one it was sealed with?")

    def rewrap(self, blob: bytes, context: bytes) -> bytes:
        """The same content under the current service key."""
        return self.seal(self.open(blob, context), context)

    def use_index_key(self, key: bytes) -> None:
        self._index = key
        self._pieces.clear()

    def new_index_key(self) -> bytes:
        return os.urandom(32)

    def hash(self, *parts: str) -> bytes:
        """16 bytes that say the same parts again, and nothing about them without the index key."""
        message = b"\x1f".join(part.encode("utf-8", "surrogatepass") for part in parts)
        return hmac.digest(self._index, message, "sha256")[:16]

    def term(self, word: str) -> int:
        """A search term as a 31-bit number."""
        found = self._pieces.get(word)
        if found is None:
            digest = hmac.digest(self._index, b"term\x1f" + word.encode("utf-8", "surrogatepass"), "sha256")
            found = int.from_bytes(digest[:4], "big") >> 1
            if len(word) <= _PIECE and len(self._pieces) < _MOST_PIECES:
                self._pieces[word] = found
        return found

    def new_data_key(self, contact: UUID) -> tuple[DataKey, bytes]:
        """A fresh key and its sealed form."""
        raw = os.urandom(32)
        key = DataKey(raw, contact.bytes)
        self._keep(contact, key)
        return key, self.seal(raw, contact.bytes)

    def data_key(self, contact: UUID, sealed: bytes) -> DataKey:
        """The contact's key, unsealed once and kept a while. Raises Unsealable."""
        key = self._keys.get(contact)
        if key is None:
            key = DataKey(self.open(sealed, contact.bytes), contact.bytes)
            self._keep(contact, key)
        return key

    def forget(self, contact: UUID) -> None:
        self._keys.pop(contact, None)

    def _keep(self, contact: UUID, key: DataKey) -> None:
        self._keys[contact] = key
        if len(self._keys) > _KEPT:
            self._keys.popitem(last=False)


def _whole(blob: bytes) -> None:
    """What is shorter than a nonce and a tag is no sealed blob: the tail of a crash, or an emptied file."""
    if len(blob) < _NONCE + _TAG:
        raise Unsealable("a sealed blob is cut off")


def token_hash(token: str) -> bytes:
    """Session and API tokens are random enough that a plain hash suffices."""
    return sha256(token.encode()).digest()
