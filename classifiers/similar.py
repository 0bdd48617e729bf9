"""What makes two pleas look like one: shared pieces of their text, the same door, the same telephone. Pure.

Nothing here keeps words: pieces leave as numbers made by the caller's keyed hash, doors and numbers as plain keys for it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from classifiers.numerals import number
from classifiers.phones import read_phones

PIECE, KEY = 3, 6
"""Characters in a piece that is compared, and in a rarer one that finds what is worth comparing."""

KEPT, KEYS = 256, 48
FEWEST = 30
"""A text with fewer pieces says too little: "我妈要透析" is everybody's."""

ALIKE = 0.55
"""From here on a text counts as the same one: of the shorter one's pieces, the share that stands in the other.

Measured on the corpus: no two of its longer pleas come above 0.45, a repost with a changed word in each line 0.7.
"""

_LEAST_SEEN = 8
_LONGEST = 4000
# Headings of a form, topics, mentions and links are everybody's; telephones are compared by themselves.
_FORM = re.compile(r"[【\[［][^】\]］]{1,8}[】\]］]|#[^#\s]{1,20}#|@\S{1,20}|https?://[!-~]+|\+?\d[\d -]{5,}\d")
_WRITTEN = re.compile(r"[^㐀-鿿\U00020000-\U0003134fa-z0-9]+")

Sketch = tuple[int, ...]
"""Ascending numbers: all pieces of a short text, the smallest `KEPT` of a long one, () where it says too little."""


def _pieces(text: str, length: int) -> set[str]:
    plain = _WRITTEN.sub("", _FORM.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).lower())
    return {plain[at : at + length] for at in range(len(plain) - length + 1)}


def sketch(text: str, keyed: Callable[[str], int]) -> Sketch:
    pieces = _pieces(text, PIECE)
    return tuple(sorted({keyed(piece) for piece in pieces})[:KEPT]) if len(pieces) >= FEWEST else ()


def keys(text: str, keyed: Callable[[str], int]) -> Sketch:
    """Few and rare: texts that are alike share at least one, most others none."""
    pieces = _pieces(text, KEY)
    return tuple(sorted({keyed(piece) for piece in pieces})[:KEYS]) if len(pieces) >= FEWEST - KEY + PIECE else ()


def resemblance(one: Sketch, other: Sketch) -> float:
    """How much of the shorter text stands in the other, 0 to 1: a post that was cut or given a preface is still whole.

    A sketch that was cut knows nothing above its last number, so both are compared below it.
    """
    if not one or not other:
        return 0.0
    bound = min(full[-1] for full in (one, other) if len(full) == KEPT) if KEPT in (len(one), len(other)) else None
    mine = {piece for piece in one if bound is None or piece <= bound}
    theirs = {piece for piece in other if bound is None or piece <= bound}
    least = min(len(mine), len(theirs))
    return len(mine & theirs) / least if least >= _LEAST_SEEN else 0.0


_NUMERAL = re.compile(r"[0-9a-z-]+|[零〇一二两三四五六七八九十百]+")
_DIGITS = "零〇一二三四五六七八九"


def _count(part: str) -> str:
    """The number of a door as everybody writes it: 5号楼, ５幢, 五栋 are "5"; "" where there is none."""
    found = _NUMERAL.search(unicodedata.normalize("NFKC", part).lower())
    if not found:
        return ""
    text = found[0]
    if text[0] in _DIGITS and all(char in _DIGITS for char in text):  # 五〇二, digit by digit
        return "".join(str(max(0, _DIGITS.index(char) - 1)) for char in text).lstrip("0")
    value = number(text)
    return f"{value:g}" if value is not None and not text.isdigit() else text.lstrip("0")


def doors(parts: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(households, buildings) of one address, each under every name it has: the road's lane, the estate.

    A lane without its road names no place, a building without a number no house: neither gives a key.
    """
    lane, sublane, gate, house, unit, room = (
        _count(parts.get(name, "")) for name in ("lane", "sublane", "number", "building", "unit", "room")
    )
    road, estate = parts.get("road", ""), parts.get("estate", "")
    buildings = []
    if road and (gate or house):
        buildings.append("/".join(("road", road, lane, sublane, *filter(None, (gate, house)))))
    inner = house or (gate if lane or not road else "")  # 控江路333号: the gate of the estate, not a house in it
    if estate and inner:
        buildings.append(f"estate/{estate}/{inner}")
    households = [f"{one}/{unit}/{room}" for one in buildings] if room else []
    return tuple(households), tuple(buildings)


_NOBODYS = frozenset("居委 居委会 楼组长 物业 志愿者 房东 老师 队长".split())
"""Whose number stands in many people's tickets."""


def numbers(value: str) -> tuple[str, ...]:
    """Telephones that belong to one family, as dialled."""
    return tuple(
        phone.number
        for phone in read_phones(f"电话{value}")
        if phone.owner not in _NOBODYS and not re.match(r"[48]00", phone.number)
    )
