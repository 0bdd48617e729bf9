"""Douyin's token calls: form-encoded, refusals by number, nothing secret in a failure."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from adapters.base import Failure, SendFailed
from adapters.douyin_failures import NO_CONNECTION, NO_TOKEN, code_of, failure
from adapters.douyin_secrets import DouyinSecrets


class Refused(SendFailed):
    """A token call refused, with the platform's number."""

    def __init__(self, reason: Failure, number: int) -> None:
        super().__init__(reason)
        self.number = number


async def call(
    http: aiohttp.ClientSession,
    secrets: DouyinSecrets,
    path: str,
    asked: Mapping[str, str],
    time_limit: aiohttp.ClientTimeout,
) -> Mapping[str, Any]:
    """Form-encoded, as the platform wants it. Raised outside the `except`, so that no cause shows a token."""
    answer: Any = None
    reason = NO_CONNECTION
    try:
        async with http.post(
            secrets.api_base + path,
            data={"client_key": secrets.client_key.reveal(), **asked},
            timeout=time_limit,
            allow_redirects=False,
        ) as response:
            answer = json.loads((await response.read()).decode("utf-8", "replace"), strict=False)
    except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError) as error:
        # RecursionError (an answer nested without end) is a RuntimeError; the other one is a session closed at the end.
        reason = NO_TOKEN if isinstance(error, RecursionError) else NO_CONNECTION
    except ValueError:
        reason = NO_TOKEN
    if answer is None:
        raise SendFailed(reason)
    code = code_of(answer) if isinstance(answer, dict) else None
    if code:
        raise Refused(failure(code), code)
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise SendFailed(NO_TOKEN)
    return data


def token_in(data: Mapping[str, Any], name: str) -> str:
    token = data.get(name)
    if isinstance(token, str) and token:
        return token
    raise SendFailed(NO_TOKEN)
