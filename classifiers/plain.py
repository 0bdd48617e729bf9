"""A text as the rules read it, made once for all readers: half width, lower case, variant characters read as one.

Most rows have nothing to do with most texts. What decides that cheaply are the text's *grams*: its characters and its
pairs of neighbouring characters, as numbers in one set. A word can only be in the text when its gram is.
"""

import re
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

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


def grams_in(text: str) -> frozenset[int]:
    """Every character and every pair of neighbours of `text`: UTF-16 units, a pair as one number of 32 bits."""
    units = text.encode(_UNITS, "surrogatepass")
    # Pairs that begin at even places, then those at odd ones. What padding adds is no pair of a real word.
    even, odd = (units + _PAD, _PAD + units) if len(units) & 2 else (units, _PAD + units + _PAD)
    return frozenset(array("I", even + odd).tolist() + array("H", units).tolist())


def gram(word: str) -> int:
    """The gram that must be in a text that holds `word`: its first two characters, or the only one."""
    units = word.encode(_UNITS, "surrogatepass")
    return array("I", units[:4])[0] if len(units) > 2 else array("H", units)[0]


def grams_of(words: Iterable[str]) -> frozenset[int]:
    """A gram of each word: with none of them in the text, none of the words is. A string counts as its characters."""
    return frozenset(map(gram, words))


class Plain:
    """One text: `plain` as the rules read it, of the same length, and its grams. `measured` is filled on demand."""

    __slots__ = ("grams", "measured", "plain", "text")

    def __init__(self, text: str, plain: str) -> None:
        self.text, self.plain, self.grams = text, plain, grams_in(plain)
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
    """Reads texts with variant characters as well; without any in the text the result is `simple(text)` itself."""

    def __init__(self, variants: Mapping[str, str]) -> None:
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
