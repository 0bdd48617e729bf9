"""What lists may show of personal data: 138****5678, 王某, streets without doors, no illness beyond its kind."""

import re
from collections.abc import Mapping

from bot.doors import hide_doors
from bot.names import hide_said_names
from classifiers.phones import read_phones

_MOBILE = re.compile(r"(?<!\d)([1１]\d{2})[-. ]?\d{4}[-. ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?<!\d:)(0\d{2,3}[- ]?)?\d{3,4}(\d{4})(?![\d:])")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:19|20)\d{9}[\dXx](?![0-9A-Za-z])")
_MAIL = re.compile(r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]+(?=@[A-Za-z0-9-]{1,63}\.)")
_FIGURES = re.compile(r"[0-9０-９零〇幺一二两三四五六七八九十百甲乙丙丁a-zA-Z]+")
_SHOWN = 4
"""Figures of a telephone at its end, by which the person who rang knows it again."""


def mask_phone(text: str) -> str:
    """Every number the reader takes for a telephone, and what else looks like one; who has a mail address. A date of eight
    digits is hidden with them, which harms nobody."""
    text = _MAIL.sub("***", text)
    for phone in read_phones(text):
        text = text.replace(phone.raw, _masked(phone.number))
    return _LANDLINE.sub(lambda found: f"{found[1] or ''}****{found[2]}", _MOBILE.sub(r"\1****\2", text))


def _masked(number: str) -> str:
    digits = number.removeprefix("+86")
    head = digits[:3] if digits.startswith(("1", "0")) else ""
    return f"{head}****{digits[-_SHOWN:]}"


def mask_text(text: str) -> str:
    """Free words for a list or an auditor: phones, identity numbers, doors and names that are said as names hidden."""
    return hide_doors(
        mask_phone(_IDENTITY.sub("〔证件号〕", hide_said_names(text))), lambda door: _FIGURES.sub("*", door)
    )


def mask_slots(slots: Mapping[str, str]) -> dict[str, str]:
    return {name: mask_phone(value) if name == "phone" else mask_text(value) for name, value in slots.items()}
