"""Who sits at the desk: sessions as opaque tokens in a cookie, of which the record knows only the hash."""

import secrets as chance
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.store.database import Database
from bot.vault import token_hash

COOKIE = "bangnong_desk"
HOURS = 12
WRITERS = frozenset({"reporter", "editor", "liaison", "admin"})
READERS = WRITERS | {"auditor"}
ADMINS = frozenset({"admin"})
OVERSEERS = frozenset({"admin", "auditor"})


@dataclass(frozen=True, slots=True)
class Staff:
    """A person with an open session. `csrf` belongs to the session and is asked for with every POST."""

    login: str
    name: str
    role: str
    csrf: str
    must_change: bool
    session: bytes

    @property
    def acts(self) -> bool:
        return self.role in WRITERS

    @property
    def admin(self) -> bool:
        return self.role == "admin"

    @property
    def oversees(self) -> bool:
        return self.role in OVERSEERS


_FIND = (
    "select s.login, s.csrf, u.name, u.role, u.must_change, s.seen_at < now() - interval '1 minute' as stale "
    "from sessions s join users u using (login) where s.token_hash = $1 and s.expires_at > now() and u.active"
)


async def begin(database: Database, login: str) -> str:
    """A fresh session for somebody whose password was right; its token. Ended sessions are swept on the way."""
    token = chance.token_urlsafe(32)
    await database.execute("delete from sessions where expires_at < now()")
    await database.execute(
        "insert into sessions (token_hash, login, csrf, expires_at) "
        "values ($1, $2, $3, now() + make_interval(hours => $4::integer))",
        token_hash(token), login, chance.token_urlsafe(24), HOURS,
    )  # fmt: skip
    return token


async def staff_of(request: web.Request, database: Database) -> Staff | None:
    """Whose session the cookie is, if any; looking on keeps it alive. Raises StoreAway."""
    token = request.cookies.get(COOKIE, "")
    if not 20 <= len(token) <= 100:
        return None
    hashed = token_hash(token)
    row = await database.row(_FIND, hashed)
    if row is None:
        return None
    if row["stale"]:  # sliding, but not a write for every request
        await database.execute(
            "update sessions set seen_at = now(), expires_at = now() + make_interval(hours => $2::integer) "
            "where token_hash = $1",
            hashed, HOURS,
        )  # fmt: skip
    return Staff(row["login"], row["name"], row["role"], row["csrf"], row["must_change"], hashed)


async def still_there(database: Database, staff: Staff) -> bool:
    """Whether a session that a long request began with still stands."""
    row = await database.row(_FIND, staff.session)
    return row is not None and row["role"] == staff.role


async def end(database: Database, staff: Staff, *, everywhere: bool = False) -> None:
    """This session, or every one of this person: a lost phone, a computer left open in the office."""
    if everywhere:
        await database.execute("delete from sessions where login = $1", staff.login)
    else:
        await database.execute("delete from sessions where token_hash = $1", staff.session)


def is_https(request: web.Request) -> bool:
    """Ours or a proxy's word: believing a forged one only makes the forger's own cookie stricter."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"


def set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str, **more: Any) -> None:
    response.set_cookie(name, value, httponly=True, samesite="Lax", secure=is_https(request), path="/", **more)
