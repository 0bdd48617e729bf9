"""Pictures as the desk sees them: drawn anew, turned upright, with nothing in them of place, camera or time.

Runs in a program apart (`drawing.py`). Only plain formats are opened, and none whose size in pixels is beyond a camera's.
"""

import io
import re
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps

from bot.media.kinds import Refused

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
MOST_PIXELS = {"JPEG": 80_000_000}
MOST_PIXELS_ELSE = 30_000_000
"""A telephone's picture has 12 to 50 million. A JPEG is read at a fraction of its size; of the others 30 million take
120 MB to open, and a screenshot has 5."""
MOST_SCANS = 100
"""Of a progressive JPEG: cameras and editors write about ten. Each goes through all its pixels again and may be 100 bytes."""
_VIEW = 3000
_THUMB = 360


@dataclass(frozen=True, slots=True)
class Drawn:
    """Both JPEG; `width` and `height` those of the thumbnail."""

    view: bytes
    thumb: bytes
    width: int
    height: int


def draw(data: bytes) -> Drawn:
    """The picture to show and its thumbnail. Raises Refused: damaged, too_many_pixels."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS.get(picture.format or "", MOST_PIXELS_ELSE):
                raise Refused("too_many_pixels")
            if picture.format == "JPEG" and scans(data) > MOST_SCANS:
                raise Refused("too_many_pixels")
            picture.draft("RGB", (_VIEW, _VIEW))  # a JPEG is read at a fraction of its size where that is enough
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            shown = _plain(upright)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_many_pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error):
        raise Refused("damaged") from None
    shown.thumbnail((_VIEW, _VIEW), Image.Resampling.LANCZOS)
    small = shown.copy()
    small.thumbnail((_THUMB, _THUMB), Image.Resampling.LANCZOS)
    return Drawn(_jpeg(shown, 88), _jpeg(small, 78), small.width, small.height)


_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
"""What ends a scan's own bytes: in these 0xFF stands only before 0, and before the counters of a restart."""
_SCAN, _END = 0xDA, 0xD9
_BARE = frozenset({0x01, 0xD8})


def scans(data: bytes) -> int:
    """How often a JPEG goes through its pixels, up to its end: a film that a telephone hangs behind it is not looked at."""
    count, place = 0, 2
    while marker := _MARKER.search(data, place):
        kind, place = marker[1][0], marker.end()
        if kind == _END:
            break
        count += kind == _SCAN
        if kind >= 0xC0 and kind not in _BARE:
            place += int.from_bytes(data[place : place + 2], "big")
    return count


def draw_to_send(data: bytes, most: int) -> Drawn:
    """As `draw`, the picture no larger than `most` bytes: coarser first, then smaller. Raises Refused."""
    drawn = draw(data)
    with Image.open(io.BytesIO(drawn.view), formats=("JPEG",)) as picture:
        picture.load()
        quality, view = 80, drawn.view
        while len(view) > most:
            view = _jpeg(picture, quality)
            if quality > 65:
                quality -= 8
            elif max(picture.size) < _THUMB:
                raise Refused("too_big")
            else:
                picture.thumbnail((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
    return Drawn(view, drawn.thumb, drawn.width, drawn.height)


def _plain(picture: Image.Image) -> Image.Image:
    """Red, green and blue on white, and nothing else: what an original carries beside its pixels stays with it."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        ground = Image.new("RGB", clear.size, "white")
        ground.paste(clear, mask=clear.getchannel("A"))
        return ground
    plain = Image.new("RGB", picture.size)
    plain.paste(picture.convert("RGB"))
    return plain


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
