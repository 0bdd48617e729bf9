"""Pushing to WeChat: customer-service messages and media. Raises SendFailed, whose cause never holds an address.

(The access token is part of every address, and aiohttp's errors print addresses: hence failures are raised outside the
`except` that caught them.)
"""

from collections.abc import Mapping
from typing import Any

import aiohttp

from adapters.base import SendFailed, Sent, World
from adapters.text import size, split
from adapters.wechat_call import TIME_LIMIT, call
from adapters.wechat_failures import (
    EMPTY,
    LINE,
    MEDIA_TOO_BIG,
    MEDIA_UNREADABLE,
    NO_CONNECTION,
    TOKEN_CODES,
    TOO_LONG,
    failure,
    partly,
)
from adapters.wechat_secrets import TEXT_BYTES, WeChatSecrets
from adapters.wechat_token import drop_token, get_token

MEDIA_TIME_LIMIT = aiohttp.ClientTimeout(total=60, connect=5, sock_connect=4, sock_read=15)
MEDIA_BYTES = 20 * 1024 * 1024
SMALLEST_PART = 300


async def send_text(
    world: World, secrets: WeChatSecrets, openid: str, text: str, time_limit: aiohttp.ClientTimeout = TIME_LIMIT
) -> Sent:
    """In numbered parts where it is longer than WeChat takes; each part costs one message of the contact's quota."""
    parts = split(text, TEXT_BYTES)
    if not parts:
        raise SendFailed(EMPTY)
    ids: list[str] = []
    sent = 0
    while sent < len(parts):
        try:
            ids += await _send_part(world, secrets, openid, parts[sent], time_limit)
        except SendFailed as failed:
            if failed.failure.code == failure(TOO_LONG).code and size(parts[sent]) > SMALLEST_PART:
                parts[sent : sent + 1] = split(parts[sent], size(parts[sent]) * 2 // 3)
                continue
            reason, unknown = partly(failed.failure, sent, len(parts)), failed.unknown
        else:
            sent += 1
            continue
        raise SendFailed(reason, unknown=unknown)
    return Sent(tuple(ids), len(parts))


async def _send_part(
    world: World, secrets: WeChatSecrets, openid: str, text: str, time_limit: aiohttp.ClientTimeout
) -> list[str]:
    message = {"touser": openid, "msgtype": "text", "text": {"content": text}}
    answer = await call(world, secrets, "/cgi-bin/message/custom/send", message, time_limit)
    number = answer.get("msgid")
    return [str(number)] if number else []


async def fetch_media(
    world: World, secrets: WeChatSecrets, media_id: str, time_limit: aiohttp.ClientTimeout = MEDIA_TIME_LIMIT
) -> bytes:
    """Picture, voice or video as bytes, at most 20 MB. WeChat keeps them 3 days; a refusal comes as JSON in a 200. [W10]

    A video comes as JSON with its address instead; where that may lead is the session's business (`World.http`).
    """
    if not media_id:
        raise SendFailed(failure(40007))
    for attempt in (1, 2):
        token = await get_token(world, secrets, TIME_LIMIT)
        where = secrets.api_base + "/cgi-bin/media/get"
        refusal = await get_file(world, where, {"access_token": token, "media_id": media_id}, time_limit)
        if isinstance(refusal, bytes):
            return refusal
        code = refusal.get("errcode")
        if code is None and isinstance(address := refusal.get("video_url"), str):
            film = await get_file(world, address, {}, time_limit)
            if isinstance(film, bytes):
                return film
            raise SendFailed(MEDIA_UNREADABLE)
        if code in TOKEN_CODES:
            await drop_token(world, secrets, token)
            if attempt == 1:
                continue
        raise SendFailed(failure(code) if isinstance(code, int) else MEDIA_UNREADABLE)
    raise AssertionError("unreachable")


async def get_file(
    world: World, address: str, query: Mapping[str, str], time_limit: aiohttp.ClientTimeout
) -> bytes | Mapping[str, Any]:
    """The file, or what WeChat says instead of it. Nothing is lost by asking again, so no failure is unknown."""
    reason = NO_CONNECTION
    try:
        async with world.http.get(address, params=query, timeout=time_limit, allow_redirects=False) as response:
            body = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                body += chunk
                if len(body) > MEDIA_BYTES:
                    reason = MEDIA_TOO_BIG
                    break
            else:
                if response.status == 200:
                    is_json = response.content_type in ("application/json", "text/plain")
                    return LINE.read(bytes(body)) if is_json else bytes(body)
    except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError, ValueError):
        pass
    raise SendFailed(reason)
