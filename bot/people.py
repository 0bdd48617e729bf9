"""Staff accounts: passwords hashed with argon2id in a thread (a check costs a sixth of a second of a core)."""

import asyncio
import re
import secrets as chance
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.store.database import Database

ROLES = ("reporter", "editor", "liaison", "admin", "auditor")
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
SHORTEST = 10

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Checked when there is no such user, so that a stranger cannot tell by the time it takes."""
    return _hasher.hash("nobody")


class BadUser(ValueError):
    """A login, role or password that cannot be taken; the message says why."""


async def add_user(
    database: Database, login: str, name: str, role: str, password: str = "", *, must_change: bool = True
) -> str:
    """Create a user; the password (made up if none is given). Raises BadUser."""
    if not LOGIN.fullmatch(login):
        raise BadUser(f"login {login!r}: 2 to 32 of a-z 0-9 . _ -, beginning with a letter or digit")
    if role not in ROLES:
        raise BadUser(f"role {role!r}: one of {', '.join(ROLES)}")
    password = password or new_password()
    hashed = await _hash(password)
    done = await database.value(
        "insert into users (login, name, role, password, must_change) values ($1, $2, $3, $4, $5) "
        "on conflict do nothing returning login",
        login, name or login, role, hashed, must_change,
    )  # fmt: skip
    if done is None:
        raise BadUser(f"there is already a user {login!r}")
    return password


async def set_password(database: Database, login: str, password: str = "", *, must_change: bool = True) -> str:
    """Give a user a new password and end their sessions; the password. Raises BadUser."""
    if password and len(password) < SHORTEST:
        raise BadUser(f"the password is shorter than {SHORTEST} characters")
    password = password or new_password()
    done = await database.value(
        "update users set password = $2, must_change = $3 where login = $1 returning login",
        login, await _hash(password), must_change,
    )  # fmt: skip
    if done is None:
        raise BadUser(f"there is no user {login!r}")
    await database.execute("delete from sessions where login = $1", login)
    return password


async def check_password(hashed: str | None, password: str) -> bool:
    """Whether the password is right; as slow for nobody as for somebody."""
    try:
        return await asyncio.to_thread(_verify, hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _verify(hashed: str | None, password: str) -> bool:
    return _hasher.verify(hashed or _nobody(), password) and hashed is not None


async def first_admin(database: Database) -> str | None:
    """The password of a first admin on an empty installation; None when there are users already."""
    if await database.value("select count(*) from users"):
        return None
    try:
        return await add_user(database, "admin", "管理员", "admin", must_change=False)
    except BadUser:  # another process was first
        return None


def new_password() -> str:
    """Four groups that can be read out: abcd-efgh-…; about 78 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(chance.choice(letters) for _ in range(4)) for _ in range(4))


async def _hash(password: str) -> str:
    return await asyncio.to_thread(_hasher.hash, password)
