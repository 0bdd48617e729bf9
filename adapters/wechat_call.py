"""One call of WeChat's interface: a token, once more with a fresh one where that was stale, its answer or SendFailed."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from adapters.base import SendFailed, World
from adapters.calling import ask
from adapters.text import clean
from adapters.wechat_failures import LINE, TOKEN_CODES, UNREADABLE, failure
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
        asked = {"access_token": token, **(query or {})}
        answer = await ask(world, LINE, secrets.api_base + path, query=asked, body=body, time_limit=time_limit)
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
