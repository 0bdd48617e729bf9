"""Drawn anew: upright, small enough, without what the camera wrote; a bomb is not opened, half a picture is said to be one."""

import io

import pytest
from PIL import Image

from bot.media.kinds import Refused
from bot.media.pictures import draw
from tests.media.samples import bomb, picture


def test_nothing_of_the_camera_is_shown() -> None:
    data = picture(located=True, turned=6)
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)
    drawn = draw(data)
    for shown in (drawn.view, drawn.thumb):
        again = Image.open(io.BytesIO(shown))
        assert not dict(again.getexif())
        assert b"SomeCamera" not in shown
        assert "icc_profile" not in again.info
    assert Image.open(io.BytesIO(drawn.view)).size == (480, 640)  # turned as the camera noted
    assert (drawn.width, drawn.height) == (270, 360)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_every_form_becomes_a_jpeg(form: str) -> None:
    drawn = draw(picture(form, (900, 300)))
    assert Image.open(io.BytesIO(drawn.view)).format == "JPEG"
    assert (drawn.width, drawn.height) == (360, 120)


def test_a_large_one_is_made_smaller_and_a_small_one_is_left() -> None:
    assert Image.open(io.BytesIO(draw(picture(size=(6000, 2000))).view)).size == (3000, 1000)
    assert Image.open(io.BytesIO(draw(picture(size=(20, 10))).view)).size == (20, 10)


def test_see_through_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(out, "PNG")
    shown = Image.open(io.BytesIO(draw(out.getvalue()).view))
    assert min(shown.getpixel((25, 25))) > 250  # type: ignore[type-var, arg-type]


@pytest.mark.parametrize("side", [8_000, 12_000, 40_000])
def test_a_bomb_is_not_opened(side: int) -> None:
    data = bomb(side)
    assert len(data) < 1000
    with pytest.raises(Refused) as caught:
        draw(data)
    assert caught.value.code == "too_many_pixels"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_half_a_picture_is_damaged(form: str, share: float) -> None:
    data = picture(form)
    with pytest.raises(Refused) as caught:
        draw(data[: int(len(data) * share)])
    assert caught.value.code == "damaged"


def test_another_form_than_its_own_is_not_tried() -> None:
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "TIFF")
    with pytest.raises(Refused):
        draw(out.getvalue())
