"""What a file is decides its content: not its name, not what a header says."""

import pytest

from bot.media.kinds import EXTENSIONS, Refused, kind_of
from tests.media.samples import AMR, MP4, PDF, office, picture

KNOWN = [
    ("jpeg", picture("JPEG"), "", "image", "image/jpeg"),
    ("png", picture("PNG"), "", "image", "image/png"),
    ("gif", picture("GIF"), "", "image", "image/gif"),
    ("webp", picture("WEBP"), "", "image", "image/webp"),
    ("bmp", picture("BMP"), "", "image", "image/bmp"),
    ("heic", b"\0\0\0\x18ftypheic" + bytes(40), "", "image", "image/heic"),
    ("amr", AMR, "image", "voice", "audio/amr"),
    ("amr wide", b"#!AMR-WB\n" + bytes(20), "", "voice", "audio/amr"),
    ("silk as WeChat writes it", b"\x02#!SILK_V3" + bytes(20), "", "voice", "audio/silk"),
    ("mp3 with tags", b"ID3\x04" + bytes(20), "", "voice", "audio/mpeg"),
    ("mp3 bare", b"\xff\xfb\x90\x00" + bytes(20), "", "voice", "audio/mpeg"),
    ("aac", b"\xff\xf1\x50\x80" + bytes(20), "", "voice", "audio/aac"),
    ("wav", b"RIFF\x24\0\0\0WAVEfmt " + bytes(20), "", "voice", "audio/wav"),
    ("ogg", b"OggS\0\x02" + bytes(20), "", "voice", "audio/ogg"),
    ("m4a", b"\0\0\0\x20ftypM4A " + bytes(20), "", "voice", "audio/mp4"),
    ("film in the same box", MP4, "", "video", "video/mp4"),
    ("sound in the same box", MP4, "voice", "voice", "audio/mp4"),
    ("quicktime", b"\0\0\0\x14ftypqt  " + bytes(20), "", "video", "video/quicktime"),
    ("3gp", b"\0\0\0\x18ftyp3gp4" + bytes(20), "", "video", "video/3gpp"),
    ("webm", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "", "video", "video/webm"),
    ("webm of a recorder", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "voice", "voice", "audio/webm"),
    ("pdf", PDF, "", "file", "application/pdf"),
    (
        "docx",
        office("word/document.xml"),
        "",
        "file",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        "xlsx",
        office("xl/workbook.xml"),
        "",
        "file",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
]


@pytest.mark.parametrize(
    ("data", "declared", "kind", "media_type"), [row[1:] for row in KNOWN], ids=[row[0] for row in KNOWN]
)
def test_known_by_its_first_bytes(data: bytes, declared: str, kind: str, media_type: str) -> None:
    found = kind_of(data, declared)
    assert (found.kind, found.type) == (kind, media_type)
    assert found.type in EXTENSIONS


REFUSED = [
    ("nothing", b"", "wrong_type"),
    ("words", "我家断粮了".encode(), "wrong_type"),
    ("a page with a script", b"<!doctype html><script>alert(1)</script>", "wrong_type"),
    ("a drawing that may hold scripts", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "wrong_type"),
    ("a program", b"MZ\x90\0" + bytes(60), "wrong_type"),
    ("a program of Linux", b"\x7fELF" + bytes(60), "wrong_type"),
    ("old Word, which may hold macros", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), "wrong_type"),
    ("an archive", office("a.txt", types=False), "wrong_type"),
    ("an archive dressed as Office", office("evil.txt"), "wrong_type"),
    ("Word with macros", office("word/document.xml", "word/vbaProject.bin"), "macro"),
    ("Excel with a file inside", office("xl/workbook.xml", "xl/embeddings/oleObject1.bin"), "macro"),
    ("half of a Word file", office("word/document.xml")[:80], "damaged"),
    ("matroska, not webm", b"\x1a\x45\xdf\xa3" + b"matroska" + bytes(40), "wrong_type"),
    ("BM is no picture yet", b"BM" + b"hello there, this is plain text indeed", "wrong_type"),
    ("rar", b"Rar!\x1a\x07\x01\0" + bytes(30), "wrong_type"),
]


@pytest.mark.parametrize(("data", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
@pytest.mark.parametrize("declared", ["image", "voice", "file"])
def test_whatever_else_is_refused(data: bytes, code: str, declared: str) -> None:
    with pytest.raises(Refused) as caught:
        kind_of(data, declared)
    assert caught.value.code == code


@pytest.mark.parametrize("length", range(70))
def test_the_first_bytes_of_anything_never_break_it(length: int) -> None:
    for _, data, declared, _, _ in KNOWN:
        try:
            kind_of(data[:length], declared)
        except Refused as refused:
            assert refused.code in ("wrong_type", "damaged")
