"""News: this process hears it at once, the others in few entries, in order, and nobody waits for a Redis that is away."""

import asyncio
import json
from typing import Any

from redis.exceptions import ConnectionError as RedisAway

from bot.live import Live


class Stream:
    """As much of Redis as telling needs."""

    def __init__(self) -> None:
        self.entries: list[list[dict[str, Any]]] = []
        self.away = False

    async def xadd(self, _name: str, fields: dict[str, str], **_: Any) -> None:
        await asyncio.sleep(0.001)
        if self.away:
            raise RedisAway
        self.entries.append(json.loads(fields["news"]))


async def test_news_of_a_moment_is_one_entry_and_keeps_its_order() -> None:
    stream = Stream()
    live = Live(stream)
    async with live.listen() as here:
        for number in range(40):
            live.publish([{"what": "said", "conversation": str(number)}])
            assert here.get_nowait()["conversation"] == str(number), "this process need not wait"
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.1)
    told = [one["conversation"] for entry in stream.entries for one in entry]
    assert told == [str(number) for number in range(40)]
    assert len(stream.entries) <= 10


async def test_a_stream_that_is_away_is_told_again_when_it_is_back() -> None:
    stream = Stream()
    live = Live(stream)
    stream.away = True
    live.publish([{"what": "said", "conversation": "lost"}])
    await asyncio.sleep(0.05)
    stream.away = False
    live.publish([{"what": "said", "conversation": "heard"}])
    await asyncio.sleep(0.05)
    assert stream.entries == [[{"what": "said", "conversation": "heard"}]]


async def test_no_news_is_not_told() -> None:
    stream = Stream()
    Live(stream).publish([])
    await asyncio.sleep(0.05)
    assert stream.entries == []
