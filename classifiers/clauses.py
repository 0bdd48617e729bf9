"""Divides a cut text into the clauses that may each carry a need of its own. Pure; knows nothing of what the needs are."""

import re
from bisect import bisect_left
from itertools import accumulate, pairwise

from classifiers.tokens import Cut

SHORTEST = 8
"""Characters a clause must have: a shorter one says too little by itself and goes with the one before it."""
MOST = 10
"""A longer text is a story; its clauses are joined to at most this many pieces, so that the work stays bounded."""

SHORT_OF_SOMEBODY = 5
"""Characters enough of a clause that begins with whom it is about (我妈要化疗)."""
_SOMEBODY = re.compile(
    r"(?:我们?|阿拉|家里)?的?(爸|妈|父亲|母亲|姆妈|爷爷|奶奶|外公|外婆|公公|婆婆|岳父|岳母|老公|老婆|儿子|女儿|孩子|宝宝|小囡|哥|姐|弟|妹)"
)

_MARKS = re.compile("[ !?]")
_ANOTHER = frozenset("另外 还有 而且 同时 顺便".split())
"""Words with which a new clause begins without a mark."""


def clauses(cut: Cut) -> list[Cut]:
    """The clauses of a text, in order; [] when there is only one. Their words are the text's: nothing is cut again."""
    ends = [(0, 0)]
    for count, at in _ends(cut):
        words, start = ends[-1]
        piece = cut.normalised[start:at].strip()
        short = len(piece) < SHORTEST and (len(piece) < SHORT_OF_SOMEBODY or not _SOMEBODY.match(piece))
        if short and len(ends) > 1:
            ends[-1] = count, at
        elif count > words:
            ends.append((count, at))
    if len(ends) < 3:
        return []
    step = -(-(len(ends) - 1) // MOST)
    bounds = [*ends[:-1:step], ends[-1]]
    return [Cut(cut.words[a:c], cut.normalised[b:d].strip()) for (a, b), (c, d) in pairwise(bounds)]


def _ends(cut: Cut) -> list[tuple[int, int]]:
    """Where clauses end: how many words and how many characters of `normalised`, where punctuation is a blank, come before."""
    ends = [0, *accumulate(map(len, cut.words))]  # counted without blanks, as the words are
    found: list[tuple[int, int]] = []
    blanks: list[int] = []
    for mark in _MARKS.finditer(cut.normalised):
        if mark[0] == " ":
            at = mark.start()
            blanks.append(at - len(blanks))
            found.append((bisect_left(ends, blanks[-1]), at))
        else:
            found.append((bisect_left(ends, mark.end() - len(blanks)), mark.end()))
    if not _ANOTHER.isdisjoint(cut.words):
        begun = [place for place, word in enumerate(cut.words) if word in _ANOTHER]
        found = sorted([*found, *((place, ends[place] + bisect_left(blanks, ends[place])) for place in begun)])
    return [*found, (len(cut.words), len(cut.normalised))]


def may_name_two(cut: Cut) -> bool:
    """Cheap, for every text: whether it may speak of two people at all."""
    return len(_SOMEBODY.findall(cut.normalised)) > 1


def persons(found: list[Cut]) -> int:
    """How many different people clauses begin with: 我爸…，我妈… are two, who may need different things."""
    return len({match[1] for cut in found if (match := _SOMEBODY.match(cut.normalised))})
