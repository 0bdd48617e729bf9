"""Whom a text speaks of: kin named in it, so that what one's mother needs is not written on one's father's ticket. Pure."""

from collections.abc import Iterable

from conversations.clauses import PAUSE
from conversations.cues import Cues


def named(text: str, cues: Cues) -> frozenset[str]:
    """The kin a text names. "The old man", "he" name nobody: they are whoever is being talked of."""
    return frozenset(found.lastgroup or "" for found in cues.kin.finditer(text))


def told_of(text: str, cues: Cues) -> frozenset[str]:
    """The kin something is told of, and not who only tells it or stands by (我老公说妈妈晕倒了)."""
    return frozenset(
        found.lastgroup or "" for found in cues.kin.finditer(text) if cues.only_tells.match(text, found.end()) is None
    )


def told_with(text: str, spans: Iterable[str], cues: Cues) -> frozenset[str]:
    """The kin that words of a text are said of: named in their clause, else last before it (儿子在外地，老娘喘不上气)."""
    for span in spans:
        at = text.find(span) if span else -1
        for clause in reversed(PAUSE.split(text[: at + len(span)]) if at >= 0 else ()):
            if whom := told_of(clause, cues):
                return whom
    return told_of(text, cues)
