"""A message to one browser through its push service: sealed so that the service cannot read it (RFC 8291), signed as ours
(RFC 8292, VAPID).
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from time import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

_RECORD = 4096
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_LASTS = 12 * 3600
"""Seconds a signature holds; services refuse more than a day."""


class BadSubscription(ValueError):
    """Not what a browser gives."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser is told, and what it unseals with: its public point (65 bytes) and its 16 bytes."""

    endpoint: str
    key: bytes
    auth: bytes


def read_subscription(endpoint: str, key: str, auth: str) -> Subscription:
    """From the texts of a browser's own `PushSubscription`. Raises BadSubscription."""
    try:
        found = Subscription(endpoint, unbase(key), unbase(auth))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found.key)
    except ValueError as error:
        raise BadSubscription("key") from error
    if len(found.key) != 65 or len(found.auth) != 16:
        raise BadSubscription("length")
    return found


def sealed(
    words: bytes, to: Subscription, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The body of the request, one record of `aes128gcm`. `own` and `salt` are fresh for every message, but in a test."""
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to.key)
    mine = _point(own)
    shared = _stretch(own.exchange(ec.ECDH(), theirs), to.auth, b"WebPush: info\0" + to.key + mine, 32)
    key = _stretch(shared, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _stretch(shared, salt, b"Content-Encoding: nonce\0", 12)
    body = AESGCM(key).encrypt(nonce, words + b"\x02", None)  # 2: the last record
    return salt + _RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine + body


class Signer:
    """Who we are to the push services: a key pair made of the installation's own secret, the same in every process."""

    def __init__(self, secret: str, contact: str = "") -> None:
        """`contact`: mailto: or https: of whoever runs this; some services (Apple's) want one."""
        number = int.from_bytes(hashlib.sha512(b"bangnong push\x1f" + secret.encode()).digest(), "big")
        private = ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())
        self.public = base(_point(private))
        self.contact = contact
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = ECKey.import_key(pem)

    def header(self, endpoint: str, now: float | None = None) -> str:
        """`Authorization` for a request to this service."""
        part = urlsplit(endpoint)
        claims: dict[str, str | int] = {
            "aud": f"{part.scheme}://{part.netloc}",
            "exp": int(time() if now is None else now) + _LASTS,
        }
        if self.contact:
            claims["sub"] = self.contact
        return f"vapid t={jwt.encode({'typ': 'JWT', 'alg': 'ES256'}, claims, self._key)}, k={self.public}"


def base(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unbase(text: str) -> bytes:
    """Raises ValueError."""
    if not text.isascii():
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _stretch(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
