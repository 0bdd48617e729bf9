"""Coming in by the house's own sign-on (OpenID Connect): authorization code with PKCE, and strict checks of what comes back."""

import base64
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import quote, urlencode

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from adapters.base import Secret

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures by a key only the issuer has; never `none`, never one made with our own secret."""
_SLACK = 30
_SCOPE = "openid profile email groups"
_KEPT = 3600.0
_STRONG = frozenset({"mfa", "otp", "hwk", "sca"})


class Refused(Exception):
    """Why somebody does not come in: a code for the log; the page says one sentence for all."""


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """`domains`: of verified e-mail addresses that may come in; `groups`: group → role, the first that fits."""

    issuer: str
    client_id: str
    client_secret: Secret
    domains: frozenset[str]
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who the issuer says it is. `role` "": as it is here already, a reporter when new. `strong`: by more than a password."""

    login: str
    name: str
    role: str
    strong: bool


def challenge(verifier: str) -> str:
    """PKCE, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def login_of(issuer: str, subject: str) -> str:
    """A login nobody can choose: an account of the same name here is never taken over."""
    return "sso-" + hashlib.sha256(f"{issuer}\x1f{subject}".encode()).hexdigest()[:16]


def check(settings: OidcSettings, keys: KeySet, token: str, nonce: str, now: float) -> Visitor:
    """Who an ID token is about, once everything about it is right. Raises Refused."""
    try:
        claims: dict[str, Any] = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Refused("signature") from error
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    expires, issued, subject = claims.get("exp"), claims.get("iat"), claims.get("sub")
    if claims.get("iss") != settings.issuer:
        raise Refused("issuer")
    if settings.client_id not in listed or (len(listed) > 1 and claims.get("azp") != settings.client_id):
        raise Refused("audience")
    if claims.get("azp", settings.client_id) != settings.client_id:
        raise Refused("audience")
    if not _number(expires) or expires + _SLACK < now:
        raise Refused("expired")
    begins = claims.get("nbf", 0)
    if not _number(issued) or issued - _SLACK > now or not _number(begins) or begins - _SLACK > now:
        raise Refused("too_early")
    if not nonce or claims.get("nonce") != nonce:
        raise Refused("nonce")
    if not isinstance(subject, str) or not subject:
        raise Refused("subject")
    return Visitor(
        login_of(settings.issuer, subject), str(claims.get("name") or claims.get("preferred_username") or "")[:40],
        _role(settings, claims), bool(_STRONG & set(map(str, _list(claims.get("amr"))))),
    )  # fmt: skip


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _role(settings: OidcSettings, claims: Mapping[str, Any]) -> str:
    """Of their groups, or "" where the address's domain alone lets them in. Raises Refused."""
    address = str(claims.get("email") or "")
    domain = address.rpartition("@")[2].lower()
    if settings.domains and (domain not in settings.domains or claims.get("email_verified") is not True):
        raise Refused("domain")
    if not settings.groups:
        return ""
    theirs = set(map(str, _list(claims.get("groups"))))
    role = next((role for group, role in settings.groups.items() if group in theirs), "")
    if not role:
        raise Refused("group")
    return role


class Provider:
    """The issuer's addresses and keys, looked up once an hour."""

    def __init__(self, settings: OidcSettings, http: aiohttp.ClientSession) -> None:
        self.settings, self.http = settings, http
        self._found: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._at = 0.0

    async def _look(self, *, fresh: bool = False) -> dict[str, Any]:
        if fresh or not self._found or time.monotonic() > self._at + _KEPT:
            found = await self._get(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.settings.issuer:
                raise Refused("discovery")
            keys = await self._get(str(found["jwks_uri"]))
            self._found, self._keys, self._at = found, KeySet.import_key_set(keys), time.monotonic()  # type: ignore[arg-type]
        return self._found

    async def _get(self, url: str) -> dict[str, Any]:
        async with self.http.get(url, allow_redirects=False) as answer:
            if answer.status != 200:
                raise Refused("away")
            found = await answer.json(content_type=None)
            if not isinstance(found, dict):
                raise Refused("away")
            return found

    async def start(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser. Raises Refused."""
        try:
            address = str((await self._look())["authorization_endpoint"])
        except (aiohttp.ClientError, TimeoutError, KeyError, ValueError, JoseError) as error:
            raise Refused("away") from error
        query = {
            "response_type": "code", "client_id": self.settings.client_id, "redirect_uri": back, "scope": _SCOPE,
            "state": state, "nonce": nonce, "code_challenge": challenge(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    async def finish(self, back: str, code: str, nonce: str, verifier: str, now: float) -> Visitor:
        """Exchange the code and check what comes; keys that changed are looked up once more. Raises Refused."""
        basic = aiohttp.BasicAuth(quote(self.settings.client_id), quote(self.settings.client_secret.reveal()))
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        try:
            address = str((await self._look())["token_endpoint"])
            async with self.http.post(address, data=form, auth=basic, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise Refused("code")
                token = str((await answer.json(content_type=None))["id_token"])
            for fresh in (False, True):
                await self._look(fresh=fresh)
                assert self._keys is not None
                try:
                    return check(self.settings, self._keys, token, nonce, now)
                except Refused as error:
                    if fresh or str(error) != "signature":
                        raise
        except (aiohttp.ClientError, TimeoutError, KeyError, TypeError, ValueError, JoseError) as error:
            raise Refused("away") from error
        raise Refused("signature")
