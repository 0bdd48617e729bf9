"""Bearer tokens: kept as hashes, with a role, an end, and so many requests a minute."""

import math

from aiohttp import web

from bot.api.limits import LIMITS
from bot.keys import SERVICES
from bot.vault import token_hash

WRITERS = ("reporter", "editor", "liaison", "admin")


class Refused(Exception):
    """Not allowed: the JSON answer is in it."""

    def __init__(self, status: int, code: str, message: str, wait: float = 0.0) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message
        self.answer = web.json_response({"error": {"code": code, "message": message, "field": ""}}, status=status)
        if status == 401:
            self.answer.headers["WWW-Authenticate"] = 'Bearer realm="bangnong"'
        if wait:
            self.answer.headers["Retry-After"] = str(math.ceil(wait))


async def caller(request: web.Request) -> tuple[str, str]:
    """(name, role) of the bearer's token. Raises Refused."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(401, "no_token", "Authorization: Bearer TOKEN is needed (bangnong tokens create)")
    return await owner_of(request, token.strip())


async def owner_of(request: web.Request, token: str) -> tuple[str, str]:
    """(name, role) of a token, however it was given. Raises Refused: 401, or 429 with the seconds to wait."""
    hashed = token_hash(token)
    row = await request.config_dict[SERVICES].database.row(
        "select name, role from tokens where token_hash = $1 and revoked_at is null "
        "and (expires_at is null or expires_at > now())",
        hashed,
    )
    if row is None:
        raise Refused(401, "bad_token", "this token is unknown, revoked or expired")
    if wait := request.config_dict[LIMITS].take(hashed):
        raise Refused(429, "too_many", "this token asks too often; wait as long as Retry-After says", wait)
    return str(row["name"]), str(row["role"])
