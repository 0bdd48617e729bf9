"""Connections lent one at a time: never more than there may be, never one on which something was cut off, nobody forgotten."""

import asyncio
import time

import asyncpg
import pytest

from bot.store import connections
from bot.store.connections import Connections


class Line:
    """As much of a connection as lending looks at."""

    def __init__(self) -> None:
        self.ended = self.in_transaction = False

    def is_closed(self) -> bool:
        return self.ended

    def is_in_transaction(self) -> bool:
        return self.in_transaction

    def terminate(self) -> None:
        self.ended = True

    async def close(self) -> None:
        self.ended = True


class Server:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.away = False

    async def connect(self, dsn: str, **_: float) -> Line:
        await asyncio.sleep(0)
        if self.away:
            raise ConnectionRefusedError
        self.lines.append(Line())
        return self.lines[-1]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server()
    monkeypatch.setattr(asyncpg, "connect", found.connect)
    return found


async def test_the_same_one_is_lent_again_and_never_more_than_may_be(server: Server) -> None:
    lent = Connections("", 2, 1.0)
    first, second = await lent.take(1), await lent.take(1)
    waiting = asyncio.create_task(lent.take(1))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    lent.give(first, sound=True)
    assert await waiting is first
    lent.give(second, sound=True)
    assert await lent.take(1) is second
    assert len(server.lines) == 2


async def test_whoever_waits_too_long_is_told(server: Server) -> None:
    lent = Connections("", 1, 1.0)
    first = await lent.take(1)
    with pytest.raises(TimeoutError):
        await lent.take(0.01)
    lent.give(first, sound=True)
    assert await lent.take(0.01) is first, "nobody who left the line is given anything"


@pytest.mark.parametrize("what", ["cut off", "in a transaction", "closed by the server"])
async def test_what_is_not_sound_is_lent_to_nobody(server: Server, what: str) -> None:
    lent = Connections("", 1, 1.0)
    first = await lent.take(1)
    waiting = asyncio.create_task(lent.take(1))
    await asyncio.sleep(0.01)
    first.in_transaction, first.ended = what == "in a transaction", what == "closed by the server"
    lent.give(first, sound=what != "cut off")
    assert first.ended
    assert await waiting is server.lines[1], "who waited opens another in its place"


async def test_one_that_the_server_closed_meanwhile_is_passed_over(server: Server) -> None:
    lent = Connections("", 1, 1.0)
    first = await lent.take(1)
    lent.give(first, sound=True)
    first.ended = True
    assert await lent.take(1) is server.lines[1]


async def test_a_server_that_is_away_is_asked_by_the_next_in_line_too(server: Server) -> None:
    lent = Connections("", 1, 1.0)
    server.away = True
    told = await asyncio.gather(*(lent.take(1) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in told] == [ConnectionRefusedError] * 3
    server.away = False
    assert await lent.take(1) is server.lines[0]


@pytest.mark.parametrize("sound", [True, False])
async def test_who_leaves_in_the_moment_of_a_hand_over_loses_nothing_for_the_others(
    server: Server, sound: bool
) -> None:
    lent = Connections("", 1, 1.0)
    first = await lent.take(1)
    leaving, staying = asyncio.create_task(lent.take(1)), asyncio.create_task(lent.take(1))
    await asyncio.sleep(0.01)
    lent.give(first, sound=sound)
    leaving.cancel()
    assert await asyncio.wait_for(staying, 1) is server.lines[0 if sound else 1]


async def test_what_was_not_needed_for_long_is_closed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_IDLE", 0.02)
    lent = Connections("", 2, 1.0)
    first, second = await lent.take(1), await lent.take(1)
    lent.give(first, sound=True)
    lent.give(second, sound=True)
    until = time.monotonic() + 2
    while not first.ended and time.monotonic() < until:
        lent.give(await lent.take(1), sound=True)
        await asyncio.sleep(0.005)
    assert (first.ended, second.ended) == (True, False)


async def test_closing_waits_for_what_is_lent(server: Server) -> None:
    lent = Connections("", 2, 1.0)
    first, second = await lent.take(1), await lent.take(1)
    lent.give(second, sound=True)
    closing = asyncio.create_task(lent.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    lent.give(first, sound=True)
    await asyncio.wait_for(closing, 1)
    assert first.ended and second.ended
    with pytest.raises(asyncpg.InterfaceError):
        await lent.take(1)
