"""Whom a text speaks of: kin named in it, so that what one's mother needs is not written on one's father's ticket. Pure."""

from conversations.cues import Cues


def named(text: str, cues: Cues) -> frozenset[str]:
    """The kin a text names. "The old man", "he" name nobody: they are whoever is being talked of."""
    return frozenset(found.lastgroup or "" for found in cues.kin.finditer(text))


def told_of(text: str, cues: Cues) -> frozenset[str]:
    """The kin something is told of, and not who only tells it or stands by (我老公说妈妈晕倒了)."""
    return frozenset(
        found.lastgroup or "" for found in cues.kin.finditer(text) if cues.only_tells.match(text, found.end()) is None
    )
