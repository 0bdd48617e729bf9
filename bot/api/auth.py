"""Bearer tokens: kept as hashes, with a role and an end."""

from aiohttp import web

from bot.keys import SERVICES
from bot.vault import token_hash

WRITERS = ("reporter", "editor", "liaison", "admin")


class Refused(Exception):
    """Not allowed: the JSON answer is in it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.answer = web.json_response({"error": {"code": code, "message": message, "field": ""}}, status=status)
        if status == 401:
            self.answer.headers["WWW-Authenticate"] = 'Bearer realm="bangnong"'


async def caller(request: web.Request) -> tuple[str, str]:
    """(name, role) of the token. Raises Refused."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(401, "no_token", "Authorization: Bearer TOKEN is needed (bangnong tokens create)")
    row = await request.app[SERVICES].database.row(
        "select name, role from tokens where token_hash = $1 and revoked_at is null "
        "and (expires_at is null or expires_at > now())",
        token_hash(token.strip()),
    )
    if row is None:
        raise Refused(401, "bad_token", "this token is unknown, revoked or expired")
    return str(row["name"]), str(row["role"])
