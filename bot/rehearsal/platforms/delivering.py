"""How a platform delivers: five seconds of patience, the same bytes again up to three times, then the resident is told so."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from adapters.base import Answer, Rejected, Request

PATIENCE, TIMES = 5.0, 4
"""Seconds for an answer, and deliveries of one message in all. [W1][W2]"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """`status` 0: nobody answered in time, however often. `shown`: what the resident reads in the answer ("" nothing);
    None: the platform's own line of failure.
    """

    attempts: int
    status: int
    seconds: float
    shown: str | None


async def deliver(
    http: aiohttp.ClientSession,
    url: str,
    request: Request,
    unwrap: Callable[[Answer], str],
    *,
    patience: float = PATIENCE,
    times: int = TIMES,
) -> Delivered:
    """One message, until it is taken or given up. Raises nothing."""
    began = time.monotonic()
    for attempt in range(1, times + 1):
        try:
            async with asyncio.timeout(patience):
                async with http.request(
                    request.method, url, params=dict(request.query), headers=dict(request.headers), data=request.body
                ) as response:
                    body, status = await response.read(), response.status
        except (TimeoutError, aiohttp.ClientError, OSError):
            continue
        return Delivered(attempt, status, time.monotonic() - began, _shown(body, status, unwrap))
    return Delivered(times, 0, time.monotonic() - began, None)


def _shown(body: bytes, status: int, unwrap: Callable[[Answer], str]) -> str | None:
    """Anything but 200 with words the platform can read is shown as a failure."""
    if status != 200:
        return None
    try:
        return unwrap(Answer(body))
    except (Rejected, ValueError, KeyError, TypeError):
        return None
