"""A text as the rules read it, made once for all readers: half width, lower case, variant characters read as one.

Most rows have nothing to do with most texts. What decides that cheaply are the text's *grams*: those of its characters
and pairs of neighbouring characters that any row asks for, as numbers in one set. A word can only be in the text when
its gram is.
"""

import re
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from classifiers.characters import with_traditional

if TYPE_CHECKING:
    from classifiers.quantities import Measured

_LOWER = {c: c + 32 for c in range(ord("A"), ord("Z") + 1)}
_HALF = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WIDE_LOWER = {c: c - 0xFEE0 + 32 for c in range(0xFF21, 0xFF3B)}
_BASE = _HALF | _WIDE_LOWER | _LOWER
_UNITS = f"utf-16-{'le' if sys.byteorder == 'little' else 'be'}"
_PAD = b"\0\0"


def reading_table(variants: Mapping[str, str]) -> dict[int, int]:
    """For `str.translate`: half width, lower case, variant characters. Keeps the length, so spans stay true."""
    return _BASE | {ord(written): ord(read) for written, read in variants.items()}


def replacer(table: Mapping[int, int]) -> Callable[[str], str]:
    """`str.translate` by `table`, three times as fast for texts in which few different characters change.

    No character may be replaced by one that is replaced itself.
    """
    pairs = {chr(old): chr(new) for old, new in table.items()}
    assert pairs.keys().isdisjoint(pairs.values())
    find = re.compile(f"[{re.escape(''.join(pairs))}]").findall

    def replaced(text: str) -> str:
        for char in set(find(text)):
            text = text.replace(char, pairs[char])
        return text

    return replaced


# Every gram that some row asks for: what else a text holds is not kept. Grows while readers are made, never after.
_asked: set[int] = set()


def grams_of(words: Iterable[str]) -> frozenset[int]:
    """A gram of each word: with none of them in the text, none of the words is. A string counts as its characters."""
    return frozenset(map(gram, words))


def gram(word: str) -> int:
    """The gram of a text that holds `word`: its first two characters, or the only one. Texts are asked for it from now
    on."""
    global _last
    units = word.encode(_UNITS, "surrogatepass")
    found = array("I", units[:4])[0] if len(units) > 2 else array("H", units)[0]
    if found not in _asked:
        _asked.add(found)
        _last = Plain("", "")  # made when this was not asked for
    return found


def _grams_in(text: str) -> set[int]:
    """UTF-16 units, and pairs of them as one number of 32 bits: those that begin at even places, then at odd ones."""
    units = text.encode(_UNITS, "surrogatepass")
    # What padding adds is no pair of a real word.
    even, odd = (units + _PAD, _PAD + units) if len(units) & 2 else (units, _PAD + units + _PAD)
    return _asked.intersection(array("I", even + odd).tolist() + array("H", units).tolist())


class Plain:
    """One text: `plain` as the rules read it, of the same length, and its grams. `measured` is filled on demand."""

    __slots__ = ("grams", "measured", "plain", "text")

    def __init__(self, text: str, plain: str) -> None:
        self.text, self.plain, self.grams = text, plain, _grams_in(plain)
        self.measured: tuple[Measured, ...] | None = None


_narrow = replacer(_BASE)
# The readers see the same text one after the other, so remembering the last one is enough. One assignment of one
# tuple: threads may overwrite each other's, which costs time and nothing else.
_last: Plain = Plain("", "")


def simple(text: str) -> Plain:
    """`text` in half width and lower case."""
    global _last
    last = _last
    if last.text is not text:
        _last = last = Plain(text, _narrow(text))
    return last


class Variants:
    """Reads texts with variant and traditional characters as well; without any in the text the result is `simple(text)`
    itself."""

    def __init__(self, variants: Mapping[str, str]) -> None:
        variants = with_traditional(variants)
        self._table = reading_table(variants)
        self._written = grams_of(variants)
        self._overlap = any(ord(char) in _BASE for char in variants)
        self._last = _last

    def read(self, text: str) -> Plain:
        base = simple(text)
        if not self._overlap and self._written.isdisjoint(base.grams):
            return base
        last = self._last
        if last.text is not text:
            self._last = last = Plain(text, text.translate(self._table))
        return last
