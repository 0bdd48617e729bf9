"""Douyin's tokens: the app's own (2 h) and the account's (15 days), fetched here, kept by World.tokens for all processes."""

import random
from datetime import UTC, datetime

import aiohttp

from adapters.base import SendFailed, Standing, World
from adapters.douyin_failures import GRANT_CODES, failure
from adapters.douyin_grant import current, first, learn_end, lose, renew, standing
from adapters.douyin_oauth import call, token_in
from adapters.douyin_secrets import DouyinSecrets

EARLY = 3600.0
JITTER = 600.0
SHORTEST = 5.0
GRANT_ROWS = frozenset(failure(code) for code in GRANT_CODES)


async def get_access_token(world: World, secrets: DouyinSecrets, time_limit: aiohttp.ClientTimeout) -> str:
    """Our account's token. Raises SendFailed."""

    async def fetch() -> tuple[str, float]:
        now = datetime.now(UTC)
        try:
            grant = await current(world, secrets, now)
        except OSError:
            grant = first(secrets, now)  # the record is away, and somebody may be waiting for the 120 line
        data = await call(
            world.http,
            secrets,
            "/oauth/refresh_token/",
            {"grant_type": "refresh_token", "refresh_token": grant.refresh_token},
            time_limit,
        )
        ends = data.get("refresh_expires_in")
        ends_at = now.timestamp() + ends if isinstance(ends, int | float) and ends > 0 else grant.ends_at
        if grant.lost or not grant.known:
            await learn_end(world, secrets, grant, ends_at)
        return token_in(data, "access_token"), _usable(data.get("expires_in"))

    return await world.tokens.get(_access_key(secrets), fetch)


async def drop_access_token(world: World, secrets: DouyinSecrets, token: str) -> None:
    await world.tokens.drop(_access_key(secrets), token)


async def get_client_token(world: World, secrets: DouyinSecrets, time_limit: aiohttp.ClientTimeout) -> str:
    """The app's own token: proves key and secret, needs no authorisation. Raises SendFailed."""

    async def fetch() -> tuple[str, float]:
        asked = {"client_secret": secrets.client_secret.reveal(), "grant_type": "client_credential"}
        data = await call(world.http, secrets, "/oauth/client_token/", asked, time_limit)
        return token_in(data, "access_token"), _usable(data.get("expires_in"))

    return await world.tokens.get(f"douyin:client:{secrets.name}", fetch)


async def keep(world: World, secrets: DouyinSecrets, now: datetime, time_limit: aiohttp.ClientTimeout) -> Standing:
    """Fetch an access token when there is none (which also shows when the authorisation ends); renew when it is time."""
    try:
        await current(world, secrets, now)
        try:
            await get_access_token(world, secrets, time_limit)
            await renew(world, secrets, now, time_limit)
        except SendFailed as failed:
            if failed.failure in GRANT_ROWS:
                await lose(world, secrets, failed.failure.code, now)
    except OSError:
        pass  # the record is away: there are days left to renew in
    return await standing(world, secrets, now)


def _access_key(secrets: DouyinSecrets) -> str:
    return f"douyin:access:{secrets.name}:{secrets.seed}"


def _usable(expires_in: object) -> float:
    """Seconds. Processes must not all come back in the same second, hence the jitter."""
    life = float(expires_in) if isinstance(expires_in, int | float) else 7200.0
    return max(life - EARLY - random.uniform(0, JITTER), SHORTEST)
