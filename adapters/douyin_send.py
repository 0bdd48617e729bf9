"""Pushing to Douyin: private messages that quote what they answer, the one public line under a comment, media.

Raises SendFailed; failures are raised outside the `except` that caught them, so that no cause shows a token.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.base import Outgoing, SendFailed, Sent, World
from adapters.calling import ask
from adapters.douyin_failures import (
    EMPTY,
    LINE,
    MEDIA_TOO_BIG,
    NO_CONNECTION,
    NOTHING_TO_ANSWER,
    ONLY_IN_DOUYIN,
    TOKEN_CODES,
    UNREADABLE,
    WINDOW_CODES,
    code_of,
    failure,
    partly,
)
from adapters.douyin_messages import ENTER, MESSAGE
from adapters.douyin_secrets import TEXT_BYTES, TEXT_CHARACTERS, WINDOWS, DouyinSecrets
from adapters.douyin_token import drop_access_token, get_access_token
from adapters.text import clean, split
from conversations.messages import Attachment, Inbound

TIME_LIMIT = aiohttp.ClientTimeout(total=6, connect=4, sock_connect=3)
MEDIA_TIME_LIMIT = aiohttp.ClientTimeout(total=60, connect=5, sock_connect=4, sock_read=15)
_TOO_MANY = 429
MEDIA_BYTES = 20 * 1024 * 1024

SCENES = {MESSAGE: "im_reply_msg", ENTER: "im_enter_direct_msg"}


async def send_text(
    world: World, secrets: DouyinSecrets, message: Outgoing, now: float, time_limit: aiohttp.ClientTimeout = TIME_LIMIT
) -> Sent:
    """In numbered parts where it is longer than is taken; each part costs one message of what it quotes. `now`: epoch
    seconds."""
    parts = _parts(message.text)
    if not parts:
        raise SendFailed(EMPTY)
    quotable = quotable_acts(message.heard, datetime.fromtimestamp(now, UTC))
    if not quotable:
        raise SendFailed(NOTHING_TO_ANSWER)
    ids: list[str] = []
    sent = 0
    while sent < len(parts):
        try:
            ids += await _send_part(world, secrets, message.contact.openid, parts[sent], quotable[0], time_limit)
        except SendFailed as failed:
            if failed.failure in _WINDOW_ROWS and len(quotable) > 1:
                quotable = quotable[1:]
                continue
            reason, unknown = partly(failed.failure, sent, len(parts)), failed.unknown
        else:
            sent += 1
            continue
        raise SendFailed(reason, unknown=unknown)
    return Sent(tuple(ids), len(parts))


_WINDOW_ROWS = frozenset(failure(code) for code in WINDOW_CODES)


def quotable_acts(heard: tuple[Inbound, ...], now: datetime) -> list[Inbound]:
    """What may still be answered, best first: the last message of a day, then an opening of the chat of seconds ago.

    Only the last of each kind: the platform counts six a message, and an older one carries nothing the last does not.
    """
    found = []
    for event in (MESSAGE, ENTER):
        act = next((one for one in heard if one.event == event and one.event_key and not _unnamed(one)), None)
        window = WINDOWS.get(act.opens) if act else None
        if act and window and now < act.sent_at + window.lasts:
            found.append(act)
    return found


def _unnamed(act: Inbound) -> bool:
    return act.message_id.startswith("event:")


def _parts(text: str) -> list[str]:
    """At most TEXT_CHARACTERS each. The splitter counts bytes; a text of short characters needs tighter parts."""
    limit = TEXT_BYTES
    while True:
        parts = split(text, limit)
        if limit <= TEXT_CHARACTERS or all(len(part) <= TEXT_CHARACTERS for part in parts):
            return parts
        limit -= TEXT_CHARACTERS // 2


async def _send_part(
    world: World, secrets: DouyinSecrets, openid: str, text: str, act: Inbound, time_limit: aiohttp.ClientTimeout
) -> list[str]:
    answer = await _tell(
        world,
        secrets,
        "/im/send/msg/",
        {
            "to_user_id": openid,
            "scene": SCENES[act.event],
            "msg_id": act.message_id,
            "conversation_id": act.event_key,
            "content": {"msg_type": 1, "text": {"text": text}},
        },
        time_limit,
    )
    number = answer.get("msg_id") or (answer.get("data") or {}).get("msg_id")
    return [str(number)] if number else []


async def reply_to_comment(
    world: World,
    secrets: DouyinSecrets,
    comment: Inbound,
    line: str,
    time_limit: aiohttp.ClientTimeout = TIME_LIMIT,
) -> None:
    """The same public words under whatever was written: nothing of a resident's may stand in them."""
    asked = {"item_id": comment.event_key, "comment_id": comment.message_id, "content": clean(line)}
    await _tell(world, secrets, "/item/comment/reply/", asked, time_limit)


async def _tell(
    world: World, secrets: DouyinSecrets, path: str, asked: Mapping[str, Any], time_limit: aiohttp.ClientTimeout
) -> Mapping[str, Any]:
    """One call in the account's name; a stale token is fetched anew once. Raises SendFailed."""
    body = clean(json.dumps(asked, ensure_ascii=False)).encode()
    for attempt in (1, 2):
        token = await get_access_token(world, secrets, time_limit)
        who = {"open_id": secrets.open_id.reveal()}
        answer = await ask(
            world, LINE, secrets.api_base + path, query=who, body=body, time_limit=time_limit,
            headers={"access-token": token},
        )  # fmt: skip
        code = code_of(answer)
        if code is None:
            raise SendFailed(UNREADABLE, unknown=True)
        if code == 0:
            return answer
        if code in TOKEN_CODES:
            await drop_access_token(world, secrets, token)
            if attempt == 1:
                continue
        raise SendFailed(failure(code))
    raise AssertionError("unreachable")


async def fetch_media(
    world: World, secrets: DouyinSecrets, attachment: Attachment, time_limit: aiohttp.ClientTimeout = MEDIA_TIME_LIMIT
) -> bytes:
    """A picture or video of the resident's own, at most 20 MB, where the platform gives its address; often it does not."""
    conversation, _, message = attachment.media_id.partition(" ")
    if not (conversation and message and attachment.kind in ("douyin_image", "douyin_video")):
        raise SendFailed(ONLY_IN_DOUYIN)
    for attempt in (1, 2):
        token = await get_access_token(world, secrets, TIME_LIMIT)
        asked = {"open_id": secrets.open_id.reveal(), "conversation_id": conversation, "message_id": message}
        found = await _get(world, secrets.api_base + "/api/im/message/resources/", asked, token, time_limit)
        answer = LINE.read(found)
        code = code_of(answer)
        if code in TOKEN_CODES:
            await drop_access_token(world, secrets, token)
            if attempt == 1:
                continue
        if code and (reason := failure(code)).retry:
            raise SendFailed(reason)
        data = answer.get("data")
        address = data.get("url") if not code and isinstance(data, dict) else None
        if not isinstance(address, str) or urlsplit(address).scheme not in ("https", urlsplit(secrets.api_base).scheme):
            break
        return await _get(world, address, {}, "", time_limit)
    raise SendFailed(ONLY_IN_DOUYIN)


async def _get(
    world: World, address: str, asked: Mapping[str, str], token: str, time_limit: aiohttp.ClientTimeout
) -> bytes:
    """Nothing is lost by asking again, so no failure is unknown."""
    reason = NO_CONNECTION
    try:
        async with world.http.get(
            address,
            params=asked,
            headers={"access-token": token} if token else {},
            timeout=time_limit,
            allow_redirects=False,
        ) as response:
            body = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                body += chunk
                if len(body) > MEDIA_BYTES:
                    reason = MEDIA_TOO_BIG
                    break
            else:
                if response.status == 200:
                    return bytes(body)
                if response.status < 500 and response.status != _TOO_MANY:
                    reason = ONLY_IN_DOUYIN
    except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError, ValueError):
        pass
    raise SendFailed(reason)
