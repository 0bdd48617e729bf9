"""The authorisation a person gives our Douyin account, kept in the record, because renewing it kills what was there.

The refresh token lasts 30 days, is not extended by use, and can be renewed five times, each time replacing the old one
[D9]: about half a year, then somebody must scan again. The settings hold the token a person put there; after the first
renewal it is dead, and only the record knows the living one.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import aiohttp
import msgspec

from adapters.base import Standing, World
from adapters.douyin_failures import GRANT_CODES
from adapters.douyin_oauth import Refused, call, token_in
from adapters.douyin_secrets import DouyinSecrets

REFRESH_LIFE = timedelta(days=30)
RENEWALS = 5
RENEW_BEFORE = timedelta(days=5)
"""How long before its end a refresh token is renewed: days for a platform's or our own bad week, at little cost."""
ALARM_BEFORE = timedelta(days=14)
RENEWALS_USED, NO_RIGHT_TO_RENEW = 10020, frozenset({10004, 2100007, 2190004})


@dataclass(frozen=True, slots=True)
class Grant:
    """The authorisation as it is now. Times are epoch seconds; `ends_at` counts from when we first saw the token unless
    the platform said otherwise (`known`). `seed`: the authorisation in the settings it descends from."""

    seed: str
    refresh_token: str
    ends_at: float
    renewals: int = 0
    renewable: bool = True
    known: bool = False
    lost: str = ""

    def __repr__(self) -> str:
        return f"Grant(ends_at={self.ends_at}, renewals={self.renewals}, lost={self.lost!r})"

    @property
    def deadline(self) -> datetime:
        """When a person must have authorised us anew: the last renewal's end."""
        left = RENEWALS - self.renewals if self.renewable else 0
        return datetime.fromtimestamp(self.ends_at, UTC) + left * (REFRESH_LIFE - RENEW_BEFORE)


async def standing(world: World, secrets: DouyinSecrets, now: datetime) -> Standing:
    try:
        grant = _mine(await world.grants.read(_row(secrets)) if world.grants else None, secrets)
    except OSError:
        return Standing(True, "unknown while the record is away")
    if grant is None:
        return Standing(True, "not used yet")
    deadline = grant.deadline
    day = deadline.date().isoformat()
    if grant.lost or now >= datetime.fromtimestamp(grant.ends_at, UTC):
        return Standing(False, "over: a person must authorise the account again and set _REFRESH_TOKEN", now)
    if deadline - now < ALARM_BEFORE:
        return Standing(
            False, f"ends on {day}: authorise the account again before then and set _REFRESH_TOKEN", deadline
        )
    return Standing(True, f"until {day}", deadline)


async def lose(world: World, secrets: DouyinSecrets, why: str, now: datetime) -> None:
    """The platform, or whoever revoked it in the app, has ended the authorisation. Raises OSError."""
    if world.grants is None:
        return

    async def change(kept: bytes | None) -> bytes:
        return _dump(replace(_mine(kept, secrets) or first(secrets, now), lost=why))

    await world.grants.change(_row(secrets), change)


async def current(world: World, secrets: DouyinSecrets, now: datetime) -> Grant:
    """What is kept, if it descends from what the settings hold now; else the settings' own. Raises OSError."""
    kept = await world.grants.read(_row(secrets)) if world.grants else None
    return _mine(kept, secrets) or first(secrets, now)


async def learn_end(world: World, secrets: DouyinSecrets, used: Grant, ends_at: float) -> None:
    if world.grants is None:
        return
    now = datetime.now(UTC)

    async def change(kept: bytes | None) -> bytes:
        grant = _mine(kept, secrets) or first(secrets, now)
        if grant.refresh_token == used.refresh_token:
            grant = replace(grant, ends_at=ends_at, known=True, lost="")
        return _dump(grant)

    try:
        await world.grants.change(_row(secrets), change)
    except OSError:
        return  # learnt the next time


async def renew(world: World, secrets: DouyinSecrets, now: datetime, time_limit: aiohttp.ClientTimeout) -> None:
    """Renew if it is time. The old token dies with the call, so it is made under the record's lock and its answer is kept
    before that is let go. Raises SendFailed, OSError."""
    if world.grants is None or not due(await current(world, secrets, now), now):
        return

    async def change(kept: bytes | None) -> bytes:
        grant = _mine(kept, secrets) or first(secrets, now)
        if not due(grant, now):
            return _dump(grant)  # another process has just done it
        try:
            data = await call(
                world.http, secrets, "/oauth/renew_refresh_token/", {"refresh_token": grant.refresh_token}, time_limit
            )
            token = token_in(data, "refresh_token")
        except Refused as refused:
            if refused.number == RENEWALS_USED:
                return _dump(replace(grant, renewals=RENEWALS))
            if refused.number in NO_RIGHT_TO_RENEW:
                return _dump(replace(grant, renewable=False))
            if refused.number in GRANT_CODES:
                return _dump(replace(grant, lost=refused.failure.code))
            raise
        life = data.get("expires_in")
        lasts = float(life) if isinstance(life, int | float) and life > 0 else REFRESH_LIFE.total_seconds()
        return _dump(
            replace(
                grant, refresh_token=token, ends_at=now.timestamp() + lasts, renewals=grant.renewals + 1, known=True
            )
        )

    await world.grants.change(_row(secrets), change)


def due(grant: Grant, now: datetime) -> bool:
    open_still = not grant.lost and grant.renewable and grant.renewals < RENEWALS
    return open_still and grant.ends_at - now.timestamp() < RENEW_BEFORE.total_seconds()


def first(secrets: DouyinSecrets, now: datetime) -> Grant:
    """What the settings hold, as if given today."""
    return Grant(secrets.seed, secrets.refresh_token.reveal(), (now + REFRESH_LIFE).timestamp())


def _mine(kept: bytes | None, secrets: DouyinSecrets) -> Grant | None:
    """None when nothing is kept, or what is kept came from an authorisation the settings no longer hold."""
    if kept is None:
        return None
    grant = msgspec.json.decode(kept, type=Grant)
    return grant if grant.seed == secrets.seed else None


def _dump(grant: Grant) -> bytes:
    return msgspec.json.encode(grant)


def _row(secrets: DouyinSecrets) -> str:
    return f"grant:douyin:{secrets.name}"
