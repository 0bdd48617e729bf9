"""A telephone's browser and its push service in one: strict about every header, and unsealing with code of its own."""

import base64
import hmac
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def raw(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def _stretched(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF of RFC 5869 for at most one block."""
    return hmac.digest(hmac.digest(salt, secret, "sha256"), info + b"\x01", "sha256")[:length]


@dataclass
class Phone:
    """What a browser gives when it is subscribed, and how it reads what comes. `signer`: whose messages it takes."""

    endpoint: str
    signer: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def given(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "key": text(self.point), "auth": text(self.auth)}

    def read(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        """The message, or a failed assertion about what a real service would refuse."""
        assert headers["content-encoding"] == "aes128gcm" and headers["urgency"] == "high"
        assert 0 < int(headers["ttl"]) <= 3600
        assert 0 < len(headers["topic"]) <= 32
        self._signed(headers["authorization"])
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        assert len(body) <= 4096 and size >= len(body) - 21 - length and length == 65
        theirs = body[21:86]
        shared = self.private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        )  # fmt: skip
        secret = _stretched(shared, self.auth, b"WebPush: info\0" + self.point + theirs, 32)
        key = _stretched(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _stretched(secret, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, body[86:], None)
        assert plain.endswith(b"\x02")
        found: dict[str, Any] = json.loads(plain[:-1])
        return found

    def _signed(self, header: str) -> None:
        """RFC 8292: a fresh ES256 token for this very origin, by the key the browser was subscribed with."""
        scheme, _, rest = header.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert scheme == "vapid" and parts["k"] == self.signer
        head, claims, signature = parts["t"].split(".")
        assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
        told = json.loads(raw(claims))
        assert self.endpoint.startswith(told["aud"] + "/")
        assert time.time() < told["exp"] <= time.time() + 86_400
        r, s = (int.from_bytes(raw(signature)[at : at + 32], "big") for at in (0, 32))
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(parts["k"]))
        point.verify(utils.encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
