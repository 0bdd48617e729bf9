"""Who sits at the desk: sessions as opaque tokens in a cookie, of which the record knows only the hash."""

import ipaddress
import secrets as chance
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from aiohttp import web

from bot.desk.throttle import address_of
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
    """A person with an open session. `csrf` belongs to the session and is asked for with every POST; `second`: they
    came in by both steps."""

    login: str
    name: str
    role: str
    csrf: str
    must_change: bool
    session: bytes
    second: bool = False

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
    "select s.login, s.csrf, s.second, u.name, u.role, u.must_change, s.seen_at < now() - interval '1 minute' as stale "
    "from sessions s join users u using (login) where s.token_hash = $1 and s.expires_at > now() and u.active"
)


async def begin(database: Database, login: str, request: web.Request | None = None, *, second: bool = False) -> str:
    """A fresh session for somebody who proved who they are; its token. Ended sessions are swept on the way.

    Without a `request` nobody knows from which device and where.
    """
    agent = device_of(request.headers.get("User-Agent", "")) if request is not None else ""
    network = network_of(address_of(request)) if request is not None else ""
    token = chance.token_urlsafe(32)
    await database.execute("delete from sessions where expires_at < now()")
    await database.execute(
        "insert into sessions (token_hash, login, csrf, expires_at, agent, address, second) "
        "values ($1, $2, $3, now() + make_interval(hours => $4::integer), $5, $6, $7)",
        token_hash(token), login, chance.token_urlsafe(24), HOURS, agent, network, second,
    )  # fmt: skip
    return token


async def staff_of(request: web.Request, database: Database) -> Staff | None:
    """Whose session the cookie is, if any; what they do keeps it alive, what an open page does by itself does not. Raises
    StoreAway."""
    token = request.cookies.get(COOKIE, "")
    if not 20 <= len(token) <= 100:
        return None
    hashed = token_hash(token)
    row = await database.row(_FIND, hashed)
    if row is None:
        return None
    if row["stale"] and by_hand(request):  # sliding, but not a write for every request
        await database.execute(
            "update sessions set seen_at = now(), expires_at = now() + make_interval(hours => $2::integer) "
            "where token_hash = $1",
            hashed, HOURS,
        )  # fmt: skip
    return Staff(row["login"], row["name"], row["role"], row["csrf"], row["must_change"], hashed, row["second"])


def by_hand(request: web.Request) -> bool:
    """Whether somebody sits there: a page was opened, something was done, or the page's script says that a hand moved."""
    if request.headers.get("X-Hand") == "yes":
        return True
    fetched = request.headers.get("X-Requested-With") == "bangnong" or "text/event-stream" in request.headers.get(
        "Accept", ""
    )
    return not (fetched and request.method == "GET") and not request.path.endswith("/here")


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


@dataclass(frozen=True, slots=True)
class Session:
    """One device somebody is logged in on. `here`: the one that looks."""

    id: UUID
    agent: str
    address: str
    second: bool
    created_at: datetime
    seen_at: datetime
    here: bool


async def sessions_of(database: Database, login: str, staff: Staff) -> list[Session]:
    """Where somebody is logged in, the last seen first."""
    rows = await database.fetch(
        "select id, agent, address, second, created_at, seen_at, token_hash = $2 as here from sessions "
        "where login = $1 and expires_at > now() order by seen_at desc, id",
        login, staff.session,
    )  # fmt: skip
    return [Session(**dict(row)) for row in rows]


async def end_one(database: Database, login: str, session: UUID) -> bool:
    """End one session of somebody's. False when it was over."""
    done = await database.value("delete from sessions where id = $1 and login = $2 returning id", session, login)
    return done is not None


async def upgrade(database: Database, staff: Staff) -> None:
    """The second step was set up here just now: this session has both, those without it end."""
    await database.execute("delete from sessions where login = $1 and token_hash <> $2", staff.login, staff.session)
    await database.execute("update sessions set second = true where token_hash = $1", staff.session)


_DEVICES = (
    ("iPad", "平板"), ("iPhone", "苹果手机"), ("Android", "安卓手机"), ("Windows", "Windows 电脑"), ("Macintosh", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)  # fmt: skip
_BROWSERS = (
    ("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip


def device_of(agent: str) -> str:
    """The kind of device and browser, in words; of the header itself nothing is kept."""
    device = next((word for mark, word in _DEVICES if mark in agent), "别的设备")
    browser = next((word for mark, word in _BROWSERS if mark in agent), "")
    return f"{device}，{browser}" if browser else device


def network_of(address: str) -> str:
    """Which network, not which house: 203.0.*.*; "" for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return ".".join([*str(found).split(".")[:2], "*", "*"])
    return ":".join(found.exploded.split(":")[:2]) + ":*"


def is_https(request: web.Request) -> bool:
    """Ours or a proxy's word: believing a forged one only makes the forger's own cookie stricter."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"


def set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str, **more: Any) -> None:
    response.set_cookie(name, value, httponly=True, samesite="Lax", secure=is_https(request), path="/", **more)
