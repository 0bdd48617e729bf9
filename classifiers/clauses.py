"""Divides a cut text into the clauses that may each carry a need of its own. Pure; knows nothing of what the needs are."""

from collections.abc import Iterator
from itertools import pairwise

from classifiers.tokens import Cut

SHORTEST = 8
"""Characters a clause must have: a shorter one says too little by itself and goes with the one before it."""
MOST = 10
"""A longer text is a story; its clauses are joined to at most this many pieces, so that the work stays bounded."""

_ANOTHER = frozenset("另外 还有 而且 同时 顺便".split())
"""Words with which a new clause begins without a mark."""


def clauses(cut: Cut) -> list[Cut]:
    """The clauses of a text, in order; [] when there is only one. Their words are the text's: nothing is cut again."""
    ends = [(0, 0)]
    for count, at in _ends(cut):
        words, start = ends[-1]
        short = len(cut.normalised[start:at].strip()) < SHORTEST
        if short and len(ends) > 1:
            ends[-1] = count, at
        elif count > words:
            ends.append((count, at))
    if len(ends) < 3:
        return []
    step = -(-(len(ends) - 1) // MOST)
    bounds = [*ends[:-1:step], ends[-1]]
    return [Cut(cut.words[a:c], cut.normalised[b:d].strip()) for (a, b), (c, d) in pairwise(bounds)]


def _ends(cut: Cut) -> Iterator[tuple[int, int]]:
    """Where a clause ends: how many words and how many characters of `normalised`, where punctuation is a blank, come before."""
    at = 0
    for count, word in enumerate(cut.words):
        if word in _ANOTHER:
            yield count, at
        at = cut.normalised.index(word, at) + len(word)
        if word in "!?" or cut.normalised.startswith(" ", at):
            yield count + 1, at
    yield len(cut.words), at
