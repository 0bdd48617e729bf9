"""What a file is, by its first bytes and its inner list of names; never by what it is called or said to be. Pure."""

import io
import zipfile
from dataclasses import dataclass

_MOST_ENTRIES = 4000
_OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}
_VOICES = {b"M4A ": ("audio/mp4", "m4a"), b"M4B ": ("audio/mp4", "m4a")}
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"})
"""Pictures we can open, and so show without what a camera wrote into them."""
PLAYED = frozenset(
    {"audio/mpeg", "audio/mp4", "audio/wav", "audio/ogg", "audio/webm", "audio/aac", "video/mp4", "video/webm"}
)
"""What browsers play."""
EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/bmp": "bmp",
    "image/heic": "heic", "audio/amr": "amr", "audio/silk": "silk", "audio/mpeg": "mp3", "audio/mp4": "m4a",
    "audio/wav": "wav", "audio/ogg": "ogg", "audio/webm": "weba", "audio/aac": "aac", "video/mp4": "mp4",
    "video/quicktime": "mov", "video/3gpp": "3gp", "video/webm": "webm", "application/pdf": "pdf",
    **dict(_OFFICE.values()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """`kind`: image, voice, video or file; `type`: its media type, a key of EXTENSIONS."""

    kind: str
    type: str


class Refused(Exception):
    """Not to be kept; `code` as in `data/media.toml`, section lost."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def kind_of(data: bytes, declared: str = "") -> Found:
    """What `data` (the whole file) is. `declared`: image, voice …, asked only where a container may hold sound or film.

    Raises Refused with wrong_type or macro.
    """
    head = data[:64]
    if head.startswith(b"\xff\xd8\xff"):
        return Found("image", "image/jpeg")
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Found("image", "image/png")
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Found("image", "image/gif")
    if head[:2] == b"BM" and len(data) > 26 and int.from_bytes(head[2:6], "little") in (0, len(data)):
        return Found("image", "image/bmp")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Found("image", "image/webp")
    if head.startswith(b"%PDF-"):
        return Found("file", "application/pdf")
    if head.startswith(b"PK\x03\x04"):
        return _office(data)
    return _sound_or_film(head, declared)


def _sound_or_film(head: bytes, declared: str) -> Found:
    voice = declared == "voice"
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return Found("voice", "audio/amr")
    if head.startswith((b"#!SILK_V3", b"\x02#!SILK_V3")):
        return Found("voice", "audio/silk")
    if head.startswith(b"ID3") or (len(head) > 3 and head[0] == 0xFF and head[1] & 0xFE in (0xFA, 0xF2)):
        return Found("voice", "audio/mpeg")
    if len(head) > 6 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return Found("voice", "audio/aac")
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return Found("voice", "audio/wav")
    if head.startswith(b"OggS"):
        return Found("voice", "audio/ogg")
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        return Found("voice", "audio/webm") if voice else Found("video", "video/webm")
    if head[4:8] == b"ftyp":
        return _iso(head[8:12], voice)
    raise Refused("wrong_type")


def _iso(brand: bytes, voice: bool) -> Found:
    if brand in _HEIF:
        return Found("image", "image/heic")
    if voice or brand in _VOICES:
        return Found("voice", "audio/mp4")
    if brand.startswith(b"3g"):
        return Found("video", "video/3gpp")
    return Found("video", "video/quicktime" if brand == b"qt  " else "video/mp4")


def _office(data: bytes) -> Found:
    """A plain Word, Excel or PowerPoint file of today; nothing is unpacked. Any other archive is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [one.filename for one in archive.infolist()[: _MOST_ENTRIES + 1]]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise Refused("damaged") from None
    if len(names) > _MOST_ENTRIES or "[Content_Types].xml" not in names:
        raise Refused("wrong_type")
    if any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll")) or "/embeddings/" in name for name in names):
        raise Refused("macro")
    for start, (mime, _) in _OFFICE.items():
        if any(name.startswith(start) for name in names):
            return Found("file", mime)
    raise Refused("wrong_type")
