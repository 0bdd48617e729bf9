"""WeChat's tokens as the stand-in keeps them: two kinds, how each is made invalid, what a day allows, who may ask."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.rehearsal.platforms.wechat_rest import refusal

APPID, SECRET = "wx00000000test0001", "stub-app-secret-0001"
DAILY = {"/cgi-bin/token": 2_000, "/cgi-bin/message/custom/send": 500_000, "/cgi-bin/media/upload": 100_000}
FORCED_DAILY, FORCED_APART = 20, 30.0
"""Forced refreshes of the stable token a day, and seconds between two of them. [W7]"""


@dataclass
class TokenSide:
    """The part of the platform that gives tokens and looks at them."""

    clock: Callable[[], float] = time.time
    calls: list[str] = field(default_factory=list)
    """Every call by path, refused ones too."""
    token_refusal: int = 0
    token_life: int = 7200
    allowed: frozenset[str] | None = None
    """Addresses on the account's list; None for all."""
    daily: dict[str, int] = field(default_factory=lambda: dict(DAILY))
    """Calls of a path a day."""
    tokens: dict[str, float] = field(default_factory=dict)
    """Token → until when it is good."""
    stable: str = ""
    counted: dict[tuple[str, int], int] = field(default_factory=dict)
    forced: list[float] = field(default_factory=list)
    fetching: int = 0
    most_fetching: int = 0
    """Token calls under way, and the most there ever were at once."""

    def expire_tokens(self) -> None:
        self.tokens.clear()
        self.stable = ""

    async def _stable_token(self, request: web.Request) -> dict[str, Any]:
        async with self._fetch():
            return await self._stable(request)

    @asynccontextmanager
    async def _fetch(self) -> AsyncIterator[None]:
        """Long enough that two calls at once are seen as such."""
        self.fetching += 1
        self.most_fetching = max(self.most_fetching, self.fetching)
        try:
            await asyncio.sleep(0.03)
            yield
        finally:
            self.fetching -= 1

    async def _stable(self, request: web.Request) -> dict[str, Any]:
        asked = await request.json()
        if asked.get("grant_type") != "client_credential" or not isinstance(asked.get("force_refresh"), bool):
            return refusal(40002, "invalid grant_type")
        wrong = self._wrong_caller(request, asked.get("appid"), asked.get("secret"))
        if wrong:
            return wrong
        if asked["force_refresh"]:
            now = self.clock()
            self.forced = [at for at in self.forced if at > now - 86_400]
            if len(self.forced) >= FORCED_DAILY:
                return refusal(45009, "reach max api daily quota limit")
            if self.forced and now - self.forced[-1] < FORCED_APART:
                return refusal(45011, "api minute-quota reach limit")
            self.forced.append(now)
            self.tokens[self.stable] = 0
        if self.tokens.get(self.stable, 0) - self.clock() < 300:
            self.stable = self._new_token("stable")
        return {"access_token": self.stable, "expires_in": int(self.tokens[self.stable] - self.clock())}

    async def _classic_token(self, request: web.Request) -> dict[str, Any]:
        async with self._fetch():
            return self._classic(request)

    def _classic(self, request: web.Request) -> dict[str, Any]:
        wrong = self._wrong_caller(request, request.query.get("appid"), request.query.get("secret"))
        if wrong:
            return wrong
        for token in self.tokens:  # the new one replaces the old one, whoever holds that
            if token != self.stable:
                self.tokens[token] = 0
        return {"access_token": self._new_token("classic"), "expires_in": self.token_life}

    def _wrong_caller(self, request: web.Request, appid: object, secret: object) -> dict[str, Any]:
        if self.token_refusal:
            return refusal(self.token_refusal, "refused as told")
        if self.allowed is not None and (request.remote or "") not in self.allowed:
            return refusal(40164, f"invalid ip {request.remote}, not in whitelist")
        if appid != APPID:
            return refusal(40013, "invalid appid")
        if secret != SECRET:
            return refusal(40125, "invalid appsecret")
        return self._counted(request.path)

    def _counted(self, path: str) -> dict[str, Any]:
        """One more of the day's calls."""
        if path not in self.daily:
            return {}
        today = (path, int(self.clock() // 86_400))
        self.counted[today] = self.counted.get(today, 0) + 1
        return refusal(45009, "reach max api daily quota limit") if self.counted[today] > self.daily[path] else {}

    def fault(self, request: web.Request, path: str) -> dict[str, Any]:
        """What every call with a token may meet first."""
        return self._token_fault(request) or self._counted(path)

    def _new_token(self, kind: str) -> str:
        token = f"{kind}-access-token-{len(self.tokens)}-{len(self.calls)}"
        self.tokens[token] = self.clock() + self.token_life
        return token

    def _token_fault(self, request: web.Request) -> dict[str, Any]:
        token = request.query.get("access_token", "")
        if not token:
            return refusal(41001, "access_token missing")
        if token not in self.tokens:
            return refusal(40001, "invalid credential, access_token is invalid or not latest")
        return refusal(42001, "access_token expired") if self.tokens[token] <= self.clock() else {}
