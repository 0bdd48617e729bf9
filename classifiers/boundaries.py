"""Where clauses and sentences of one text begin and end."""

import re
from bisect import bisect_right
from collections.abc import Set
from itertools import pairwise

from classifiers.plain import Plain

_SENTENCE_END = re.compile(r"[。!?;\n]")


class Clauses:
    """Where clauses and sentences of one text begin and end; worked out when the first sign asks.

    `hits`: those grams of the text that any frame asks for.
    """

    def __init__(self, read: Plain, hits: Set[int], starts: list[int]) -> None:
        self.text, self.hits = read.plain, hits
        self._length, self._clauses = len(read.plain), starts
        self._sentences: list[int] | None = None

    def clause(self, at: int) -> tuple[int, int]:
        return _around(self._clauses, at, self._length)

    def all(self) -> list[tuple[int, int]]:
        """Every clause, in order."""
        bounds = [0, *(start for start in self._clauses if 0 < start < self._length), self._length]
        return [(start, end) for start, end in pairwise(bounds) if start < end]

    def sentence_start(self, at: int) -> int:
        if self._sentences is None:
            self._sentences = [m.end() for m in _SENTENCE_END.finditer(self.text)]
        return _around(self._sentences, at, self._length)[0]


def _around(starts: list[int], at: int, length: int) -> tuple[int, int]:
    place = bisect_right(starts, at)
    return (starts[place - 1] if place else 0, starts[place] if place < len(starts) else length)
