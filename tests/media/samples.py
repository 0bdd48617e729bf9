"""Small files of every kind, made here: no camera's, nobody's."""

import io
import struct
import zipfile
import zlib

from PIL import Image

PLACE = {1: "N", 2: (31.0, 9.0, 0.0), 3: "E", 4: (121.0, 30.0, 0.0)}


def picture(
    form: str = "JPEG",
    size: tuple[int, int] = (640, 480),
    colour: str = "teal",
    *,
    located: bool = False,
    turned: int = 1,
) -> bytes:
    """`located`: with the place in it, as telephones write it; `turned`: the orientation a camera notes."""
    exif = Image.Exif()
    exif[0x010F] = "SomeCamera"
    if turned != 1:
        exif[0x0112] = turned
    if located:
        exif.get_ifd(0x8825).update(PLACE)
    out = io.BytesIO()
    image = Image.new("RGB", size, colour)
    image.paste("white", (0, 0, size[0] // 4, size[1] // 4))
    image.save(out, form, **({"exif": exif} if form == "JPEG" and (located or turned != 1) else {}))
    return out.getvalue()


def bomb(side: int = 40_000) -> bytes:
    """A few hundred bytes that say they are a picture of 1.6 thousand million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 4096)) + chunk(b"IEND", b"")
    )


def office(*names: str, types: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in (*(("[Content_Types].xml",) if types else ()), *names):
            archive.writestr(name, "<x/>")
    return out.getvalue()


AMR = b"#!AMR\n" + b"\x3c" + bytes(31) * 4
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(3000)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def repeated(times: int, side: int = 400) -> bytes:
    """A progressive JPEG whose last scan, some hundred bytes, stands so many times more."""
    out = io.BytesIO()
    Image.new("L", (side, side), 128).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * times + data[-2:]
