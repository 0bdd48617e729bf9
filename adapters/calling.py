"""One call of a platform's interface over HTTP: what it answers, or SendFailed and whether it may have been taken.

Tokens stand in addresses and headers, and aiohttp's errors print both: failures are raised outside the `except` that
caught them, so that no cause shows one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from adapters.base import Failure, SendFailed, World


@dataclass(frozen=True, slots=True)
class Line:
    """How a call ends when the platform says nothing in its own words."""

    no_connection: Failure
    no_answer: Failure
    overloaded: Failure
    unreadable: Failure

    def by_status(self, status: int) -> tuple[Failure, bool]:
        """Refusals come in a 200; what stands in between may have passed the message on or not."""
        if status == 429:
            return self.overloaded, False
        return (self.no_answer, True) if status >= 500 else (self.unreadable, True)

    def read(self, body: bytes) -> Mapping[str, Any]:
        """Leniently: answers with raw control characters inside strings occur. [G5][G9]"""
        try:
            answer = json.loads(body.decode("utf-8", "replace"), strict=False)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict):
            return answer
        raise SendFailed(self.unreadable, unknown=True)


async def ask(
    world: World,
    line: Line,
    address: str,
    *,
    query: Mapping[str, str],
    body: bytes | aiohttp.FormData | None,
    time_limit: aiohttp.ClientTimeout,
    headers: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """By GET where there is no body; bytes are JSON. Raises SendFailed."""
    reason, unknown = line.no_answer, True
    kind = {"Content-Type": "application/json; charset=utf-8"} if isinstance(body, bytes) else {}
    try:
        async with world.http.request(
            "GET" if body is None else "POST",
            address,
            params=query,
            data=body,
            headers={**kind, **(headers or {})},
            timeout=time_limit,
            allow_redirects=False,
        ) as response:
            if response.status == 200:
                return line.read(await response.read())
            reason, unknown = line.by_status(response.status)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL, RuntimeError):
        reason, unknown = line.no_connection, False  # RuntimeError: the session was closed, we are shutting down
    except (aiohttp.ClientError, TimeoutError, OSError):
        pass  # written or half written: nobody can say whether the platform took it
    raise SendFailed(reason, unknown=unknown)
