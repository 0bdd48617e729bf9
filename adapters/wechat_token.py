"""WeChat's access token: fetched here, kept by whoever keeps tokens for all processes (World.tokens)."""

import json
import random
from typing import Any

import aiohttp

from adapters.base import SendFailed, World
from adapters.wechat_failures import NO_CONNECTION, NO_TOKEN, failure
from adapters.wechat_secrets import WeChatSecrets

OVERLAP = 300
"""The old token stays good for 5 minutes after the new one is out: refresh that much before the end. [W7]"""
JITTER = 60
SHORTEST = 5.0


async def get_token(world: World, secrets: WeChatSecrets, time_limit: aiohttp.ClientTimeout) -> str:
    """Raises SendFailed."""

    async def fetch() -> tuple[str, float]:
        return await _fetch(world.http, secrets, time_limit)

    return await world.tokens.get(_key(secrets), fetch)


async def drop_token(world: World, secrets: WeChatSecrets, token: str) -> None:
    await world.tokens.drop(_key(secrets), token)


def _key(secrets: WeChatSecrets) -> str:
    # The kinds of token do not disturb each other [W7], so they must not be taken for each other either.
    return f"wechat:{secrets.appid.reveal()}:{secrets.token_call}"


async def _fetch(
    http: aiohttp.ClientSession, secrets: WeChatSecrets, time_limit: aiohttp.ClientTimeout
) -> tuple[str, float]:
    who = {"appid": secrets.appid.reveal(), "secret": secrets.secret.reveal()}
    answer: Any = None
    reason = NO_CONNECTION
    try:
        # `stable_token` gives every caller the same token; the classic call makes the other callers' tokens invalid.
        if secrets.token_call == "classic":
            call = http.get(
                secrets.api_base + "/cgi-bin/token",
                params={"grant_type": "client_credential", **who},
                timeout=time_limit,
                allow_redirects=False,
            )
        else:
            call = http.post(
                secrets.api_base + "/cgi-bin/stable_token",
                json={"grant_type": "client_credential", **who, "force_refresh": False},
                timeout=time_limit,
                allow_redirects=False,
            )
        async with call as response:
            answer = json.loads((await response.read()).decode("utf-8", "replace"), strict=False)
    except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError) as error:
        # RecursionError (an answer nested without end) is a RuntimeError; the other one is a session closed at the end.
        reason = NO_TOKEN if isinstance(error, RecursionError) else NO_CONNECTION
    except ValueError:
        reason = NO_TOKEN
    if answer is None:
        raise SendFailed(reason)
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if isinstance(token, str) and token:
        return token, _usable(answer.get("expires_in"))
    code = answer.get("errcode") if isinstance(answer, dict) else None
    raise SendFailed(failure(code) if isinstance(code, int) else NO_TOKEN)


def _usable(expires_in: object) -> float:
    """Seconds. Processes must not all come back in the same second, hence the jitter."""
    life = float(expires_in) if isinstance(expires_in, int | float) else 7200.0
    return max(life - OVERLAP - random.uniform(0, JITTER), SHORTEST)
