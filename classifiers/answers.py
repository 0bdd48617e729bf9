"""Which approved answer a question asks for: nearest way of asking, by shared pairs of characters. Or none at all.

A wrong answer is worse than none, so a text must be short, close to one way of asking, and clearly closer to it than to
any other answer's.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping
from unicodedata import normalize

from conversations.knowledge import Entry

LONGEST = 40
"""Characters: whoever writes more tells a story, and a story is not answered from a list."""
CLOSE, CLEAR = 0.55, 0.12
"""Least cosine with a way of asking, and least lead over the next answer; kept where no own sentence is answered wrongly
(tests/classifiers/test_answers.py)."""

_FILLER = re.compile(r"请问一下|请问|我想问一下|想问一下|想问|问一下|麻烦|你好|您好|侬好|谢谢|帮忙问|[\W_]+")
_SAME = str.maketrans({"伐": "吗", "么": "吗", "嘛": "吗", "侬": "你", "您": "你", "啥": "什"})


class Answers:
    """Reads one text at a time."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        ways = [(code, _pieces(ask)) for code, entry in entries.items() for ask in entry.asks]
        seen = Counter(piece for _, pieces in ways for piece in pieces)
        self._weight = {piece: math.log((1 + len(ways)) / (1 + count)) + 1 for piece, count in seen.items()}
        self._strange = math.log(1 + len(ways)) + 1
        self._codes = [code for code, _ in ways]
        # From a piece to the ways of asking that have it: what a text shares with none costs nothing.
        self._shares: dict[str, list[tuple[int, float]]] = {}
        for place, (_, pieces) in enumerate(ways):
            size = self._length(pieces)
            for piece in pieces:
                self._shares.setdefault(piece, []).append((place, self._weight[piece] ** 2 / size))

    def read(self, text: str) -> str:
        """The code of the entry asked for, "" for none."""
        if not 2 <= len(text) <= LONGEST:
            return ""
        mine = _pieces(text)
        shared: dict[int, float] = {}
        for piece in mine:
            for place, share in self._shares.get(piece, ()):
                shared[place] = shared.get(place, 0.0) + share
        if not shared:
            return ""
        length = self._length(mine)
        best: dict[str, float] = {}
        for place, share in shared.items():
            code = self._codes[place]
            best[code] = max(best.get(code, 0.0), share / length)
        ranked = sorted(best.items(), key=lambda pair: -pair[1])
        if ranked[0][1] < CLOSE or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLEAR):
            return ""
        return ranked[0][0]

    def _length(self, pieces: frozenset[str]) -> float:
        return math.sqrt(sum(self._weight.get(piece, self._strange) ** 2 for piece in pieces)) or 1.0


def _pieces(text: str) -> frozenset[str]:
    plain = _FILLER.sub("", normalize("NFKC", text).lower()).translate(_SAME)
    return frozenset((*(plain[n : n + 2] for n in range(len(plain) - 1)), *re.findall(r"\d{3,}", plain)))
