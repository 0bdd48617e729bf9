"""The second step of coming in, as the record keeps it: sealed secrets, hashed recovery codes, half-finished logins."""

import hmac
import secrets as chance
import time
from dataclasses import dataclass
from datetime import datetime

import pyotp

from bot.people import new_password
from bot.store.database import Connection, Database
from bot.vault import Vault, token_hash

CODES = 8
_HALF_MINUTES = 5
_STEP = 30
_DRIFT = (0, -1, 1)
"""A telephone's clock may be half a minute off, either way."""


@dataclass(frozen=True, slots=True)
class Factor:
    """`since` None: begun, not confirmed. `left`: recovery codes nobody has used."""

    since: datetime | None
    left: int


def _context(login: str) -> bytes:
    return b"second_factor\x1f" + login.encode()


def _code_hash(vault: Vault, login: str, code: str) -> bytes:
    return vault.hash("recovery", login, code.strip().lower().replace(" ", "").replace("-", ""))


async def factor_of(database: Database, login: str) -> Factor | None:
    row = await database.row(
        "select confirmed_at, (select count(*) from recovery_codes r where r.login = f.login and r.used_at is null) as n "
        "from second_factors f where login = $1",
        login,
    )
    return Factor(row["confirmed_at"], row["n"]) if row else None


async def has_factor(database: Database, login: str) -> bool:
    """Whether this person is asked for a code."""
    found = await factor_of(database, login)
    return found is not None and found.since is not None


async def begin_factor(database: Database, vault: Vault, login: str) -> str:
    """A fresh secret (base32) waiting for its first code; "" when one is confirmed already."""
    secret = pyotp.random_base32()
    done = await database.value(
        "insert into second_factors (login, secret) values ($1, $2) on conflict (login) do update "
        "set secret = excluded.secret, made_at = now(), last_step = 0 where second_factors.confirmed_at is null "
        "returning login",
        login, vault.seal(secret.encode(), _context(login)),
    )  # fmt: skip
    return secret if done else ""


async def pending_secret(database: Database, vault: Vault, login: str) -> str:
    """The secret that waits for its first code; "" when there is none."""
    sealed = await database.value("select secret from second_factors where login = $1 and confirmed_at is null", login)
    return vault.open(sealed, _context(login)).decode() if sealed else ""


def step_of(secret: str, code: str, at: float) -> int | None:
    """The half minute a code belongs to, if it is right at `at` (epoch seconds)."""
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return None
    found, now = None, int(at) // _STEP
    for drift in _DRIFT:  # all of them, so that time says nothing
        if hmac.compare_digest(pyotp.HOTP(secret).at(now + drift), code) and found is None:
            found = now + drift
    return found


async def check_code(database: Database, vault: Vault, login: str, code: str, *, at: float | None = None) -> bool:
    """Whether this is the code of now. Each is good once."""
    sealed = await database.value("select secret from second_factors where login = $1", login)
    if not sealed:
        return False
    step = step_of(vault.open(sealed, _context(login)).decode(), code, time.time() if at is None else at)
    if step is None:
        return False
    done = await database.value(
        "update second_factors set last_step = $2 where login = $1 and last_step < $2 returning login", login, step
    )
    return done is not None


async def confirm_factor(database: Database, vault: Vault, login: str, code: str) -> list[str]:
    """Recovery codes, shown once, when the first code was right; [] when it was not."""
    if not await pending_secret(database, vault, login) or not await check_code(database, vault, login, code):
        return []
    await database.execute("update second_factors set confirmed_at = now() where login = $1", login)
    return await new_codes(database, vault, login)


async def new_codes(database: Database, vault: Vault, login: str) -> list[str]:
    """Fresh recovery codes instead of whatever was left of the old ones."""
    codes = [new_password()[:9] for _ in range(CODES)]
    async with database.connection() as connection, connection.transaction():
        await connection.execute("delete from recovery_codes where login = $1", login)
        await connection.executemany(
            "insert into recovery_codes (login, hash) values ($1, $2)",
            [(login, _code_hash(vault, login, one)) for one in codes],
        )
    return codes


async def use_recovery(database: Database, vault: Vault, login: str, code: str) -> bool:
    """Whether this was a recovery code nobody had used; now it is used."""
    done = await database.value(
        "update recovery_codes set used_at = now() where login = $1 and hash = $2 and used_at is null returning login",
        login, _code_hash(vault, login, code),
    )  # fmt: skip
    return done is not None


async def drop_factor(database: Database, login: str) -> bool:
    """Off, with its codes. False when there was none."""
    async with database.connection() as connection, connection.transaction():
        await connection.execute("delete from recovery_codes where login = $1", login)
        done = await connection.fetchval("delete from second_factors where login = $1 returning login", login)
    return done is not None


async def begin_half(database: Database, login: str) -> str:
    """The token of a login whose password was right."""
    token = chance.token_urlsafe(32)
    await database.execute("delete from half_logins where expires_at < now()")
    await database.execute(
        "insert into half_logins (token_hash, login, expires_at) values ($1, $2, now() + make_interval(mins => $3))",
        token_hash(token), login, _HALF_MINUTES,
    )  # fmt: skip
    return token


async def half_of(database: Database, token: str) -> str:
    """Whose half-finished login it is; "" when it is over."""
    if not 20 <= len(token) <= 100:
        return ""
    found = await database.value(
        "select h.login from half_logins h join users u using (login) "
        "where h.token_hash = $1 and h.expires_at > now() and u.active",
        token_hash(token),
    )
    return str(found or "")


async def end_half(database: Database, token: str) -> bool:
    """It is used up. False when somebody was quicker."""
    done = await database.value(
        "delete from half_logins where token_hash = $1 and expires_at > now() returning login", token_hash(token)
    )
    return done is not None


async def rewrap_factors(connection: Connection, vault: Vault) -> int:
    """Every secret under the current service key; how many."""
    rows = await connection.fetch("select login, secret from second_factors for update")
    await connection.executemany(
        "update second_factors set secret = $2 where login = $1",
        [(row["login"], vault.rewrap(row["secret"], _context(row["login"]))) for row in rows],
    )
    return len(rows)
