"""A picture that is made to be drawn for ever is not: its program ends, and the next one's picture is drawn."""

import asyncio
import io
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from bot.media.drawing import Died, Drawing
from bot.media.kinds import Refused
from bot.media.pictures import MOST_SCANS, draw, scans
from tests.media.conftest import Fetching, all_settled, push, rows_of
from tests.media.samples import picture, repeated
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record, Service

HANGS = "import time; time.sleep(60)"
SPINS = (
    "import bot.media.easel as easel, itertools; easel.SECONDS = 0.2; easel.draw = lambda _: all(itertools.count(1)); "
)
GREEDY = "import bot.media.easel as easel; easel.draw = lambda _: bytearray(8 << 30); "
EVEN_ONES = (
    "import bot.media.easel as easel, os; draw = easel.draw; "
    "easel.draw = lambda data: draw(data) if len(data) % 2 else os.abort(); "
)
RUN = "import sys; sys.exit(easel.main())"


def instead(code: str, **more: float) -> Drawing:
    return Drawing((sys.executable, "-c", code), **more)


async def test_drawn_apart_as_it_is_drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = Drawing()
    assert await drawing.draw(picture()) == draw(picture())
    small = await drawing.draw(picture(size=(2000, 1500)), 10_000)
    assert len(small.view) <= 10_000 < len(draw(picture(size=(2000, 1500))).view)
    with pytest.raises(Refused, match="damaged"):
        await drawing.draw(picture()[:900])
    monkeypatch.setenv("BANGNONG_SECRET_KEY", "kept from it")
    with pytest.raises(RuntimeError, match="ended with 3"):
        await instead("import os, sys; sys.exit(3 if 'BANGNONG_SECRET_KEY' not in os.environ else 4)").draw(picture())


@pytest.mark.parametrize(("code", "seconds"), [(HANGS, 0.3), (SPINS + RUN, 20.0), ("import os; os.abort()", 20.0)])
async def test_one_that_never_ends_is_ended(code: str, seconds: float) -> None:
    drawing = instead(code, seconds=seconds)
    with pytest.raises(Died):
        await drawing.draw(picture())
    drawing.command = Drawing().command
    drawing._seconds = 60
    assert (await drawing.draw(picture())).width == 360


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux only")
async def test_one_that_wants_all_memory_is_refused() -> None:
    with pytest.raises(Refused, match="too_many_pixels"):
        await instead(GREEDY + RUN).draw(picture())


async def test_whoever_no_longer_waits_leaves_no_program(tmp_path: Path) -> None:
    mark = tmp_path / "still there"
    drawing = instead(f"import pathlib, time; time.sleep(1); pathlib.Path({str(mark)!r}).touch()")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(drawing.draw(picture()), 0.2)
    await asyncio.sleep(1.5)
    assert not mark.exists()


def test_scans_repeated_are_not_gone_through() -> None:
    data = repeated(4_000)
    assert len(data) < 200_000
    began = time.process_time()
    with pytest.raises(Refused, match="too_many_pixels"):
        draw(data)
    assert time.process_time() - began < 1


def test_pictures_as_telephones_write_them_have_few_scans() -> None:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 90).convert("RGB").save(out, "JPEG", progressive=True, quality=95)
    assert 3 < scans(out.getvalue()) < 20
    assert scans(picture(located=True)) == 1
    film = b"\xff\xda" * MOST_SCANS * 3  # a moving picture behind the still one holds whatever bytes it does
    assert scans(picture() + film) == 1
    assert draw(picture() + film).width == 360
    remark = b"\xff\xfe" + (2 + 2 * 300).to_bytes(2, "big") + b"\xff\xda" * 300
    assert scans(picture()[:2] + remark + picture()[2:]) == 1


async def test_over_which_its_program_dies_is_lost_after_two_tries_and_holds_nobody_up(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    bad, good = picture(), picture(size=(500, 400))
    bad += b"\0" * (len(bad) % 2)
    good += b"\0" * (1 - len(good) % 2)
    fetch.fetcher.drawing = instead(EVEN_ONES + RUN)
    platform.media |= {"oDies0001": (bad, "image/jpeg"), "oLives0001": (good, "image/jpeg")}
    for openid in ("oDies0001", "oLives0001"):
        await push(service, platform, openid, "image", openid)
    (lives,) = await fetch.until(all_settled(rows_of(record, "oLives0001")))
    assert lives["status"] == "kept"
    (dies,) = await rows_of(record, "oDies0001")()
    fetch.ahead += dies["due_at"] - dies["created_at"]
    (dies,) = await fetch.until(all_settled(rows_of(record, "oDies0001")))
    assert (dies["status"], dies["fault"], dies["attempts"]) == ("lost", "too_many_pixels", 2)
