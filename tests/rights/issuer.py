"""A stand-in for the house's sign-on: discovery, keys, codes; it says what a test tells it to, right or wrong."""

import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from bot.oidc import challenge

CLIENT, SECRET = "bangnong", "a-long-client-secret"


class Issuer:
    """`codes`: what each code is good for. `base` is the issuer's name."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.codes: dict[str, dict[str, Any]] = {}
        self.base = ""

    @property
    def env(self) -> dict[str, str]:
        return {
            "BANGNONG_OIDC_ISSUER": self.base, "BANGNONG_OIDC_CLIENT_ID": CLIENT, "BANGNONG_OIDC_CLIENT_SECRET": SECRET,
            "BANGNONG_OIDC_DOMAINS": "paper.example", "BANGNONG_OIDC_GROUPS": "desk-editors:editor,desk:reporter",
        }  # fmt: skip

    @property
    def keys(self) -> KeySet:
        return KeySet([self.key])

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.base, "aud": CLIENT, "sub": "u-1", "exp": now + 300, "iat": now, "nonce": "n", "name": "郑一",
            "email": "zheng@paper.example", "email_verified": True, "groups": ["desk"], **more,
        }  # fmt: skip

    def token(self, claims: dict[str, Any], key: RSAKey | OctKey | None = None, alg: str = "RS256") -> str:
        return str(jwt.encode({"alg": alg, "kid": "one"}, claims, key or self.key, algorithms=[alg]))

    def sign_in(self, address: str, code: str, **more: Any) -> str:
        """As if somebody had signed in at the page the browser was sent to: its state."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["code_challenge_method"] == "S256"
        self.codes[code] = {"query": query, "claims": self.claims(**{"nonce": query["nonce"], **more})}
        return query["state"]

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        given = self.codes.pop(str(form.get("code")), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        good = (
            given is not None
            and request.headers.get("Authorization") == f"Basic {basic}"
            and form.get("redirect_uri") == given["query"]["redirect_uri"]
            and challenge(str(form.get("code_verifier"))) == given["query"]["code_challenge"]
        )
        if not good or given is None:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"id_token": self.token(given["claims"]), "token_type": "Bearer"})

    async def _discovery(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"issuer": self.base, "authorization_endpoint": f"{self.base}/authorize", "token_endpoint": f"{self.base}/token",
             "jwks_uri": f"{self.base}/keys"}
        )  # fmt: skip

    async def _keys(self, request: web.Request) -> web.Response:
        return web.json_response(self.keys.as_dict(private=False))

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["Issuer"]:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/token", self._token)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield self
        await runner.cleanup()
