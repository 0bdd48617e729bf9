"""The real recogniser on drawn pictures: how well, how long, how much memory. Skipped in a loud line without the extra."""

import os
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest

from bot.facts import fact_of_picture
from bot.ocr.program import Program
from bot.ocr.protocol import words_of
from bot.ocr.setting import INSTALL, command_of
from bot.understanding import open_reader
from conversations.events import PictureRead
from tests.conversations.talking import NOW
from tests.ocr.drawn import FONT, every

COMMAND = command_of(os.environ.get("BANGNONG_OCR", ""))
MOST_WRONG = 0.03
MOST_MEMORY = 1000


def plain(words: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", words))


def errors(want: str, got: str) -> int:
    """How many characters must be changed, put in or left out."""
    row = list(range(len(got) + 1))
    for place, one in enumerate(want, 1):
        fresh = [place]
        for column, other in enumerate(got, 1):
            fresh.append(min(row[column] + 1, fresh[-1] + 1, row[column - 1] + (one != other)))
        row = fresh
    return row[-1]


def peak(pid: int) -> int:
    """Megabytes of memory a process has had at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) >> 10


@pytest.mark.slow
@pytest.mark.skipif(not COMMAND, reason=f"NO RECOGNISER: {INSTALL} to test reading words on pictures")
@pytest.mark.skipif(not FONT, reason="NO CHINESE FONT: install fonts-noto-cjk to draw the pictures this test reads")
async def test_what_is_written_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    program = Program(COMMAND)
    found: dict[str, str] = {}
    began = time.monotonic()
    name = await program.greeting()
    lines = [f"{name}: starts in {time.monotonic() - began:.1f} s"]
    for title, (picture, written) in every().items():
        began = time.monotonic()
        found[title] = words_of(await program.read(picture))
        took = time.monotonic() - began
        want = plain("".join(written))
        wrong = errors(want, plain(found[title])) / max(1, len(want))
        assert program.pid is not None
        lines.append(f"  {title}: {took:.1f} s, CER {wrong:.3f}, {peak(program.pid)} MB so far")
        assert wrong <= MOST_WRONG, (title, found[title])
        assert peak(program.pid) < MOST_MEMORY
    await program.close()
    with capsys.disabled():
        print("\n" + "\n".join(lines))

    # Lines that stand side by side are one, so the same reading as of a message finds what is there.
    reader = open_reader(None)
    rough = fact_of_picture(reader, PictureRead("p", 1, found["prescription, rough"], NOW)).reading.entities
    assert rough.drugs[:3] == ("碳酸钙片", "百令胶囊", "甲钴胺片")
    assert rough.hospitals == ("第六人民医院",)
    plea = fact_of_picture(reader, PictureRead("p", 1, found["screenshot, small and dark"], NOW)).reading
    assert [phone.number for phone in plea.entities.phones] == ["13800005678"]
    assert plea.entities.addresses[0].room == "502室"
    assert plea.reasons, "danger on it is seen by the rules"


@pytest.mark.skipif(sys.platform != "linux", reason="the bound on memory is Linux's")
def test_a_picture_cannot_take_the_machines_memory() -> None:
    greedy = "from bot.apart import bound; from bot.ocr.child import MEMORY; bound(MEMORY, 15); bytearray(MEMORY)"
    done = subprocess.run([sys.executable, "-c", greedy], capture_output=True, text=True)
    assert "MemoryError" in done.stderr
