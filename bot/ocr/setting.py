"""Which program reads pictures: ours where the extra is installed, another one that is named, or none."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from bot.ocr.program import OURS

INSTALL = "pip install -e '.[ocr]'"
PACKAGES = ("rapidocr", "onnxruntime")


def installed() -> bool:
    """Whether the extra is there. Looks without importing: that alone would take a hundred megabytes."""
    return all(find_spec(name) is not None for name in PACKAGES)


def command_of(setting: str) -> Sequence[str]:
    """`BANGNONG_OCR`: "" or "auto", "off", or the path of a program that speaks `bot/ocr/protocol.py`. () for none."""
    if setting == "off":
        return ()
    if setting in ("", "auto"):
        return OURS if installed() else ()
    return (setting,)


def fault_of(setting: str) -> str:
    """Why this setting cannot be, or ""."""
    if setting in ("", "auto", "off") or Path(setting).is_file():
        return ""
    return f"BANGNONG_OCR {setting!r} is neither auto, off nor a program that is there"


def standing_words(setting: str) -> str:
    """For the desk's admins, in their words."""
    if setting == "off":
        return "没有开（BANGNONG_OCR=off）"
    if command_of(setting):
        return "开着"
    return f"没有开：没有装读字的程序。要开，请管服务器的人运行 {INSTALL}，再重启服务"
