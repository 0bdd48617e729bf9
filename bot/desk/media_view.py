"""A resident's file as the ticket page names it: what it is in words, whether it can be seen here, why it is not there."""

from dataclasses import dataclass
from functools import cache

from bot.media.kinds import EXTENSIONS, PLAYED
from bot.store.media import Shown
from data.media import MediaRows, load_media


@dataclass(frozen=True, slots=True)
class FileLine:
    """`way`: picture, voice, film, file, waiting or lost. `words`: what is said beside it."""

    link: str
    way: str
    name: str
    words: str
    width: int
    height: int


@cache
def media_rows() -> MediaRows:
    return load_media()


def file_of(one: Shown) -> FileLine:
    """Pure but for the rows, which are read once."""
    rows = media_rows()
    name = rows.names[one.kind]
    if one.status == "waiting":
        return FileLine(one.link, "waiting", name, f"{name}正在取…", 0, 0)
    if one.status == "lost":
        return FileLine(one.link, "lost", name, f"{name}没有取到：{rows.lost.get(one.fault, one.fault)}", 0, 0)
    words = f"{EXTENSIONS.get(one.type, '').upper()} · {_size(one.size)}"
    if one.width:
        return FileLine(one.link, "picture", name, words, one.width, one.height)
    if one.type in PLAYED:
        return FileLine(one.link, "voice" if one.kind == "voice" else "film", name, words, 0, 0)
    if one.type in ("audio/amr", "audio/silk"):
        words += "。浏览器放不了这种语音，请下载后用手机或播放器听"
    elif one.kind in ("image", "video"):
        words += "。浏览器打不开这种格式，请下载后看"
    return FileLine(one.link, "file", name, words, 0, 0)


def _size(count: int) -> str:
    return f"{count / (1 << 20):.1f} MB" if count >= 1 << 20 else f"{max(1, count >> 10)} KB"
