"""What lists may show of personal data: 138****5678, streets without doors, no illness beyond its kind."""

import re
from collections.abc import Mapping

_PHONE = re.compile(r"(?<!\d)([1１]\d{2})[- ]?\d{4}[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<![\d:])(0\d{2,3}[- ]?)?\d{3,4}(\d{4})(?![\d:])")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:19|20)\d{9}[\dXx](?![0-9A-Za-z])")
_MAIL = re.compile(r"[A-Za-z0-9_.+-]+(?=@[A-Za-z0-9-]+\.)")
_DOOR = re.compile(
    r"[0-9０-９一二三四五六七八九十百-]+(支?弄|号楼?|幢|栋|单元|室|层|楼|座)"
    r"(?:[0-9]{2,4}室?(?![0-9支弄号幢栋单层楼座]))?"
)


def mask_phone(text: str) -> str:
    """Mobile and fixed numbers, also written with gaps, and who has a mail address; a date of eight digits is hidden with
    them, which harms nobody."""
    text = _MAIL.sub("***", text)
    return _LANDLINE.sub(lambda found: f"{found[1] or ''}****{found[2]}", _PHONE.sub(r"\1****\2", text))


def mask_text(text: str) -> str:
    """Free words for a list or an auditor: phones, identity numbers and doors hidden."""
    return _DOOR.sub(r"*\1", mask_phone(_IDENTITY.sub("〔证件号〕", text)))


def mask_slots(slots: Mapping[str, str]) -> dict[str, str]:
    return {name: mask_phone(value) if name == "phone" else mask_text(value) for name, value in slots.items()}
