"""The program that reads pictures may die, hang or talk nonsense; it is started again, and nobody waits longer than said."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.ocr.lines import Box, lines_of
from bot.ocr.program import Died, Program, Unavailable
from bot.ocr.protocol import MOST_WORDS, Answer, Garbled, answer_of, length_of, words_of
from bot.ocr.setting import command_of, fault_of, standing_words
from tests.media.samples import picture

FAKE = str(Path(__file__).with_name("fake.py"))


def program(folder: Path, *words: str, **limits: float) -> Program:
    (folder / "script").write_text("\n".join(words) + "\n")
    return Program((sys.executable, FAKE, str(folder)), **limits)


def lives(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "lives").read_text().split()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to that")


async def test_one_process_reads_one_picture_after_the_other_and_knows_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGNONG_SECRET_KEY", "kept from it")
    reading = program(tmp_path, "read 处方笺|碳酸钙片 0.5g", "read", "fault")
    answers = await asyncio.gather(*(reading.read(picture()) for _ in range(3)))
    assert answers == [Answer(("处方笺", "碳酸钙片 0.5g")), Answer(), Answer(fault="memory")]
    assert len(lives(tmp_path)) == 1
    given = json.loads((tmp_path / "env").read_text())
    assert not [name for name in given if name.startswith("BANGNONG")]
    assert given["OMP_NUM_THREADS"] == "1"
    await reading.close()
    assert not alive(lives(tmp_path)[0])


@pytest.mark.parametrize("word", ["die", "hang", "garbage", "long"])
async def test_whatever_it_does_the_next_picture_is_read(tmp_path: Path, word: str) -> None:
    reading = program(tmp_path, word, "read 好", picture=0.5)
    began = time.monotonic()
    with pytest.raises(Died):
        await reading.read(picture())
    assert time.monotonic() - began < 5
    assert (await reading.read(picture())).lines == ("好",)
    first, second = lives(tmp_path)
    assert first != second and not alive(first)
    await reading.close()


async def test_killed_in_the_middle_of_a_picture(tmp_path: Path) -> None:
    reading = program(tmp_path, "hang", "read 好", picture=30)
    asked = asyncio.create_task(reading.read(picture()))
    await until(lambda: reading.pid is not None and not (tmp_path / "script").read_text().startswith("hang"))
    os.kill(lives(tmp_path)[0], 9)
    with pytest.raises(Died):
        await asked
    assert (await reading.read(picture())).lines == ("好",)
    await reading.close()


async def test_stopped_in_the_middle_it_leaves_no_process_and_no_answer_behind(tmp_path: Path) -> None:
    reading = program(tmp_path, "hang", "read 好", picture=30)
    asked = asyncio.create_task(reading.read(picture()))
    await until(lambda: reading.pid is not None and not (tmp_path / "script").read_text().startswith("hang"))
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    assert not alive(lives(tmp_path)[0])
    assert (await reading.read(picture())).lines == ("好",)
    await reading.close()


async def test_it_ends_by_itself_when_there_is_nothing_to_read(tmp_path: Path) -> None:
    reading = program(tmp_path, "read 好", "read 再好", idle=0.2)
    await reading.read(picture())
    await until(lambda: reading.pid is None)
    assert (await reading.read(picture())).lines == ("再好",)
    assert len(lives(tmp_path)) == 2
    await reading.close()


async def test_what_does_not_start_is_no_pictures_fault(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await Program((str(tmp_path / "nothing"),)).read(picture())
    with pytest.raises(Unavailable, match="exit 3"):
        await Program((sys.executable, "-c", "raise SystemExit(3)")).read(picture())
    mute = program(tmp_path, "mute", start=0.5)
    with pytest.raises(Unavailable):
        await mute.read(picture())
    assert not alive(lives(tmp_path)[0])


def test_answers_that_are_none() -> None:
    for wrong in (b"[]", b"{}", b'{"lines": [1]}', b'{"fault": ""}', b"\xff"):
        with pytest.raises(Garbled):
            answer_of(wrong)
    for head in (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff"):
        with pytest.raises(Garbled):
            length_of(head)


def test_words_are_tidy_and_bounded() -> None:
    assert words_of(Answer(("  处方\u3000笺 ", "", "a\tb"))) == "处方 笺\na b"
    assert len(words_of(Answer(("字" * 3000, "字" * 3000)))) == MOST_WORDS


def test_what_stands_side_by_side_is_one_line_also_on_a_tilted_photo() -> None:
    def box(text: str, left: float, right: float, y: float, tilt: float = 0.05) -> Box:
        return Box(text, (left, y + left * tilt), (right, y + right * tilt), 30)

    boxes = [
        box("每日3次", 620, 760, 100), box("碳酸钙片", 60, 220, 100), box("0.5g", 400, 480, 100),
        box("2g", 400, 440, 160), box("百令胶囊", 60, 220, 160), box("处方笺", 300, 400, 20),
    ]  # fmt: skip
    assert lines_of(boxes) == ["处方笺", "碳酸钙片 0.5g 每日3次", "百令胶囊 2g"]


def test_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "reader"
    assert "reader" in fault_of(str(own))
    own.write_text("#!/bin/sh\n")
    assert fault_of(str(own)) == fault_of("") == fault_of("off") == ""
    assert command_of(str(own)) == (str(own),)
    assert command_of("off") == ()
    monkeypatch.setattr("bot.ocr.setting.installed", lambda: False)
    assert command_of("auto") == ()
    assert "[ocr]" in standing_words(""), "an admin reads how to get it"
    monkeypatch.setattr("bot.ocr.setting.installed", lambda: True)
    assert command_of("")[-1] == "bot.ocr.child"
    assert standing_words("") == "开着"
