"""A stop is bounded: work that forgets its cancellation is cancelled again, work that hangs is named, and the end comes."""

import asyncio
import subprocess
import sys
import time

import pytest

from bot import stopping

HANGS = """
import asyncio
from bot import stopping
from bot.log import configure

async def sits_in_the_loop() -> None:
    stopping.begin(slow=0.2, last=1.0)
    await asyncio.sleep(60)

configure()
asyncio.run(sits_in_the_loop())
"""


async def test_a_cancellation_forgotten_once_is_said_again() -> None:
    forgot: list[int] = []

    async def forgetful() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if forgot:
                    raise
                forgot.append(1)

    task = asyncio.create_task(forgetful())
    await asyncio.sleep(0)
    await stopping.end([task], again=0.02, patience=5)
    assert task.done()
    assert forgot == [1]


async def test_work_that_will_not_end_is_named_and_left(caplog: pytest.LogCaptureFixture) -> None:
    free = asyncio.Event()

    async def stubborn() -> None:
        while not free.is_set():
            try:
                await free.wait()
            except asyncio.CancelledError:
                continue

    task = asyncio.create_task(stubborn(), name="stubborn")
    await asyncio.sleep(0)
    await stopping.end([task], again=0.02, patience=0.06)
    line = next(record for record in caplog.records if record.message == "would_not_end")
    assert line.fields["task"] == "stubborn"  # type: ignore[attr-defined]
    assert "test_stopping.py" in line.fields["where"][-1]  # type: ignore[attr-defined]
    free.set()
    await task


def test_the_process_ends_by_itself_and_says_what_it_waited_for() -> None:
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert time.monotonic() - began < 20
    assert "stopping_slowly" in done.stderr
    assert "Timeout" in done.stderr, "faulthandler's own picture of every thread"
