"""The waiting line: one conversation in one batch, and nobody awake for nothing."""

import asyncio
from uuid import UUID

from bot.arrivals import Arrival, WaitingLine


def arrival(conversation: int) -> Arrival:
    return Arrival(asyncio.get_running_loop().create_future(), conversation=UUID(int=conversation))


async def test_two_idle_workers_sleep_after_a_wake() -> None:
    """A wake without arrivals must not be passed from one worker to the other for ever."""
    line, rounds = WaitingLine(), 0

    async def worker() -> None:
        nonlocal rounds
        while True:
            taken = await line.take(8)
            rounds += 1
            line.finish(taken)

    workers = [asyncio.create_task(worker()) for _ in range(2)]
    await asyncio.sleep(0)
    line.wake()
    for _ in range(50):
        await asyncio.sleep(0)
    for task in workers:
        task.cancel()
    assert 1 <= rounds <= 2


async def test_a_conversation_is_in_one_batch_at_a_time() -> None:
    line = WaitingLine()
    mine, other, again = arrival(1), arrival(2), arrival(1)
    line.put(mine)
    assert await line.take(8) == [mine]
    line.put(again)
    line.put(other)
    assert await line.take(8) == [other]
    waiting = asyncio.create_task(line.take(8))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    line.finish([mine])
    assert await waiting == [again]


async def test_the_line_is_empty_only_when_the_work_is_done() -> None:
    line = WaitingLine()
    one = arrival(1)
    line.put(one)
    empty = asyncio.create_task(line.empty())
    taken = await line.take(8)
    await asyncio.sleep(0)
    assert not empty.done()
    line.finish(taken)
    await asyncio.wait_for(empty, 1)
