"""Holes in the heap go back to the machine."""

import asyncio
import subprocess
import sys

import pytest

from bot.memory import give_back, trimmer

_HOLES = """
from pathlib import Path
from bot.memory import trimmer
def rss(): return int(next(line for line in Path('/proc/self/status').read_text().splitlines() if 'VmRSS' in line).split()[1])
import ctypes
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
blocks = [libc.malloc(ctypes.c_size_t(60_000)) for _ in range(3000)]
for block in blocks: ctypes.memset(block, 1, 60_000)
for block in blocks[:-1]: libc.free(block)  # the last one keeps the top of the heap
before = rss()
trimmer()()
print(before - rss())
"""


@pytest.mark.skipif(trimmer() is None, reason="only glibc keeps holes, and only it can be asked")
async def test_holes_are_given_back() -> None:
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", _HOLES], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 100_000  # of 176,000 kB


async def test_it_goes_on_until_it_is_stopped() -> None:
    task = asyncio.create_task(give_back(0.01))
    await asyncio.sleep(0.1)
    assert task.done() is (trimmer() is None)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
