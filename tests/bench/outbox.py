"""How many texts a second one process pushes to a platform 100 ms away, and what each costs it of a core.

    python -m tests.bench.outbox [texts] [--profile]

The platform runs in a process of its own. On a machine that does other things too, `a core could` is the figure to compare: it
is the processor time the sender itself used, and not what others took from it.
"""

import asyncio
import cProfile
import os
import pstats
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.channels.test_throughput import Room, Told, account, far, in_order, open_room, until, whole

EACH = 2


@asynccontextmanager
async def _room() -> AsyncIterator[Room]:
    with tempfile.TemporaryDirectory(prefix="bangnong-outbox-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        async for room in open_room(folder):
            yield room


async def measure(texts: int, profile: cProfile.Profile | None) -> None:
    async with _room() as room:
        await room.owe("far", texts // EACH, EACH)
        async for base, ledger in far(room.folder):
            worker = room.worker({("wechat", "far"): account("far", base)}, Told())

            counts = worker.counts

            async def done(counts: dict[str, int] = counts) -> bool:
                return counts["sent"] == texts

            began, used = time.monotonic(), time.process_time()
            if profile:
                profile.enable()
            running = asyncio.create_task(worker.run())
            await until(done)
            if profile:
                profile.disable()
            took, used = time.monotonic() - began, time.process_time() - used
            await worker.stop()
            await running
            heard = in_order(ledger)
    assert len(heard) == texts // EACH
    assert all(got == whole(EACH) for got in heard.values()), "not once each, in order"
    print(
        f"{texts} texts in {took:.1f} s: {texts / took:.0f} a second; {1000 * used / texts:.2f} ms of a core each, "
        f"a core could {texts / used:.0f} a second (load {os.getloadavg()[0]:.1f})"
    )


def main() -> None:
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    profile = cProfile.Profile() if "--profile" in sys.argv else None
    asyncio.run(measure(numbers[0] if numbers else 6000, profile))
    if profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
