"""One call of WeChat's interface: a token, once more with a fresh one where that was stale, its answer or SendFailed.

(The access token is part of every address, and aiohttp's errors print addresses: hence failures are raised outside the
`except` that caught them.)
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from adapters.base import Failure, SendFailed, World
from adapters.text import clean
from adapters.wechat_failures import NO_ANSWER, NO_CONNECTION, OVERLOADED, TOKEN_CODES, UNREADABLE, failure
from adapters.wechat_secrets import WeChatSecrets
from adapters.wechat_token import drop_token, get_token

TIME_LIMIT = aiohttp.ClientTimeout(total=6, connect=4, sock_connect=3)
"""Token, send, once more each: 24 s at worst for a text of one part, within the outbox's lease."""


async def call(
    world: World,
    secrets: WeChatSecrets,
    path: str,
    message: Mapping[str, Any] | Callable[[], aiohttp.FormData] | None = None,
    time_limit: aiohttp.ClientTimeout = TIME_LIMIT,
    query: Mapping[str, str] | None = None,
    codes: bool = True,
) -> Mapping[str, Any]:
    """What WeChat answers. `message`: sent as JSON, or a maker of a form (a form is used up by sending it); None asks
    by GET. `codes`: an answer must have an errcode; without, one without any is good."""
    # Raw UTF-8: 40033 is WeChat's complaint about \u escapes, which every JSON encoder writes unless told otherwise.
    raw = clean(json.dumps(message, ensure_ascii=False)).encode() if isinstance(message, Mapping) else None
    for attempt in (1, 2):
        token = await get_token(world, secrets, time_limit)
        body = message() if callable(message) else raw
        answer = await _ask(world, secrets, path, token, query or {}, body, time_limit)
        code = answer.get("errcode", None if codes else 0)
        if not isinstance(code, int):
            raise SendFailed(UNREADABLE, unknown=True)
        if code == 0:
            return answer
        if code in TOKEN_CODES:
            await drop_token(world, secrets, token)
            if attempt == 1:  # once and no more: wechatpy's client burns a quarter of the day's tokens in such a loop
                continue
        raise SendFailed(failure(code))
    raise AssertionError("unreachable")


async def _ask(
    world: World,
    secrets: WeChatSecrets,
    path: str,
    token: str,
    query: Mapping[str, str],
    body: bytes | aiohttp.FormData | None,
    time_limit: aiohttp.ClientTimeout,
) -> Mapping[str, Any]:
    reason, unknown = NO_ANSWER, True
    try:
        async with world.http.request(
            "GET" if body is None else "POST",
            secrets.api_base + path,
            params={"access_token": token, **query},
            data=body,
            headers={"Content-Type": "application/json; charset=utf-8"} if isinstance(body, bytes) else {},
            timeout=time_limit,
            allow_redirects=False,
        ) as response:
            if response.status == 200:
                return read_json(await response.read())
            reason, unknown = by_status(response.status)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL, RuntimeError):
        reason, unknown = NO_CONNECTION, False  # RuntimeError: the session was closed, we are shutting down
    except (aiohttp.ClientError, TimeoutError, OSError):
        pass  # written or half written: nobody can say whether WeChat took it
    raise SendFailed(reason, unknown=unknown)


def by_status(status: int) -> tuple[Failure, bool]:
    """WeChat itself always says 200; what stands in between may have passed the message on or not."""
    if status == 429:
        return OVERLOADED, False
    return (NO_ANSWER, True) if status >= 500 else (UNREADABLE, True)


def read_json(body: bytes) -> Mapping[str, Any]:
    """Leniently: answers with raw control characters inside strings occur. [G5][G9]"""
    try:
        answer = json.loads(body.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        return answer
    raise SendFailed(UNREADABLE, unknown=True)
