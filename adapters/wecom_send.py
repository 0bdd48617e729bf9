"""Calling WeCom: its token, a text with a key of our own that makes repeating it harmless, media. Raises SendFailed.

(The token is part of every address, and aiohttp's errors print addresses: failures are raised outside the `except`.)
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from adapters.base import Failure, Outgoing, SendFailed, Sent, World
from adapters.text import clean, split
from adapters.wechat_failures import LINE, partly
from adapters.wechat_send import MEDIA_TIME_LIMIT, get_file
from adapters.wecom_secrets import TEXT_BYTES, WeComSecrets

TIME_LIMIT = aiohttp.ClientTimeout(total=6, connect=4, sock_connect=3)
TOKEN_CODES = frozenset({40001, 40014, 41001, 42001})
_OVERLAP, _SHORTEST = 300.0, 5.0

FAILURES: Mapping[int, Failure] = {
    -1: Failure("busy", "企业微信系统繁忙。", retry=True),
    40001: Failure("bad_secret", "微信客服的密钥不正确，已停止发送，请联系管理员。", blame="config", stop_account=True),
    40007: Failure("media_gone", "图片或语音在企业微信那边已经过期（只保留 3 天）。"),
    40013: Failure("bad_corpid", "企业 ID 不正确，已停止发送，请联系管理员。", blame="config", stop_account=True),
    40033: Failure("bad_characters", "消息含企业微信不接受的字符，没有发出，已通知技术人员。", blame="us"),
    45009: Failure("too_often", "企业微信要求稍等。", retry=True, stop_account=True),
    45033: Failure("too_many_at_once", "企业微信要求稍等。", retry=True),
    48002: Failure(
        "not_permitted", "应用没有微信客服的权限，已停止发送，请联系管理员。", blame="config", stop_account=True
    ),
    60020: Failure(
        "ip_not_listed", "服务器地址不在企业可信 IP 里，已暂停发送，请联系管理员。", retry=True, blame="config",
        stop_account=True,
    ),
    95000: Failure("bad_kfid", "微信客服账号不对，已停止发送，请联系管理员。", blame="config", stop_account=True),
    95004: Failure("no_kfid", "微信客服账号不存在，已停止发送，请联系管理员。", blame="config", stop_account=True),
    95018: Failure(
        "session_over", "这段微信客服会话已结束或由别人接待，现在发不出；等对方再来消息，或用电话联系。", blame="contact",
        closes_window=True,
    ),
}  # fmt: skip
_NO_CONNECTION = Failure("no_connection", "连不上企业微信。", retry=True)
_NO_ANSWER = Failure("no_answer", "企业微信没有回音。", retry=True)
_NO_TOKEN = Failure("no_token", "取不到企业微信的访问令牌。", retry=True)
_EMPTY = Failure("empty_text", "消息没有内容，没有发出。", blame="us")


def failure(code: int) -> Failure:
    """The row of an `errcode`. What the customer-service family (95xxx) refuses is a matter of the window: no page we
    have lists its numbers for 48 hours and five messages."""
    if code in TOKEN_CODES:
        code = 40001
    if code in FAILURES:
        return FAILURES[code]
    words = f"微信客服拒绝发送（错误码 {code}）：可能超过 48 小时或 5 条；等对方再来消息，或用电话联系。"
    if 95000 <= code < 96000:
        return Failure(f"wecom_{code}", words, blame="contact", closes_window=True)
    return Failure(f"wecom_{code}", f"企业微信拒绝发送（错误码 {code}）。")


async def send_text(world: World, secrets: WeComSecrets, message: Outgoing, time_limit: aiohttp.ClientTimeout) -> Sent:
    """In numbered parts where it is longer than is taken; each part has a key made from ours, so that it may be repeated."""
    parts = split(message.text, TEXT_BYTES)
    if not parts:
        raise SendFailed(_EMPTY)
    ids = []
    for place, part in enumerate(parts):
        key = part_key(message.effect_id, place)
        body = {
            "touser": message.contact.openid, "open_kfid": secrets.open_kfid.reveal(), "msgid": key, "msgtype": "text",
            "text": {"content": part},
        }  # fmt: skip
        try:
            await call(world, secrets, "/cgi-bin/kf/send_msg", body, time_limit)
        except SendFailed as failed:
            # A refused part may be tried again with all the others: those that were taken are not sent twice.
            reason = failed.failure if failed.failure.retry else partly(failed.failure, place, len(parts))
        else:
            ids.append(key)
            continue
        raise SendFailed(reason)
    return Sent(tuple(ids), len(parts))


def part_key(effect_id: str, place: int) -> str:
    """The key we send a part with: repeated it is taken once, and by it we are told of what did not arrive."""
    return hashlib.sha256(f"{effect_id}\0{place}".encode()).hexdigest()[:32]


async def call(
    world: World, secrets: WeComSecrets, path: str, body: Mapping[str, Any], time_limit: aiohttp.ClientTimeout
) -> Mapping[str, Any]:
    """One call with a token, once more with a fresh one if that was stale."""
    raw = clean(json.dumps(body, ensure_ascii=False)).encode()
    for attempt in (1, 2):
        token = await _token(world, secrets, time_limit)
        answer = await _post(world, secrets.api_base + path, token, raw, time_limit)
        code = answer.get("errcode", 0)
        if code == 0:
            return answer
        if code in TOKEN_CODES:
            await world.tokens.drop(_key(secrets), token)
            if attempt == 1:
                continue
        raise SendFailed(failure(code) if isinstance(code, int) else _NO_ANSWER)
    raise AssertionError("unreachable")


async def _post(
    world: World, address: str, token: str, raw: bytes, time_limit: aiohttp.ClientTimeout
) -> Mapping[str, Any]:
    reason = _NO_ANSWER
    try:
        async with world.http.post(
            address, params={"access_token": token}, data=raw, timeout=time_limit, allow_redirects=False,
            headers={"Content-Type": "application/json; charset=utf-8"},
        ) as response:  # fmt: skip
            body = await response.read()
            if response.status == 200:
                return _json(body)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL, RuntimeError):
        reason = _NO_CONNECTION
    except (aiohttp.ClientError, TimeoutError, OSError):
        pass
    raise SendFailed(reason)


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        return LINE.read(body)
    except SendFailed:
        pass
    raise SendFailed(_NO_ANSWER)


def _key(secrets: WeComSecrets) -> str:
    return f"wecom:{secrets.name}"


async def _token(world: World, secrets: WeComSecrets, time_limit: aiohttp.ClientTimeout) -> str:
    async def fetch() -> tuple[str, float]:
        who = {"corpid": secrets.corpid.reveal(), "corpsecret": secrets.secret.reveal()}
        answer: Mapping[str, Any] | None = None
        try:
            async with world.http.get(
                secrets.api_base + "/cgi-bin/gettoken", params=who, timeout=time_limit, allow_redirects=False
            ) as response:
                answer = LINE.read(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError, SendFailed):
            pass
        if answer is None:
            raise SendFailed(_NO_CONNECTION)
        token, life, code = answer.get("access_token"), answer.get("expires_in"), answer.get("errcode", 0)
        if isinstance(token, str) and token:
            return token, max((life if isinstance(life, int) else 7200) - _OVERLAP, _SHORTEST)
        raise SendFailed(failure(code) if isinstance(code, int) and code else _NO_TOKEN)

    return await world.tokens.get(_key(secrets), fetch)


async def fetch_media(world: World, secrets: WeComSecrets, media_id: str) -> bytes:
    """At most 20 MB; a refusal comes as JSON in a 200."""
    if not media_id:
        raise SendFailed(failure(40007))
    for attempt in (1, 2):
        token = await _token(world, secrets, TIME_LIMIT)
        query = {"access_token": token, "media_id": media_id}
        found = await get_file(world, secrets.api_base + "/cgi-bin/media/get", query, MEDIA_TIME_LIMIT)
        if isinstance(found, bytes):
            return found
        code = found.get("errcode")
        if code in TOKEN_CODES:
            await world.tokens.drop(_key(secrets), token)
            if attempt == 1:
                continue
        raise SendFailed(failure(code) if isinstance(code, int) else _NO_ANSWER)
    raise AssertionError("unreachable")
