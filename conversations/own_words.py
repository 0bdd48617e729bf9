"""An answer in words of their own, and what is none though we have asked. Pure."""

import re

from conversations.codes import Act
from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.reading import Reading
from conversations.state import Filled

_NO_ANSWER = frozenset(Act) - {Act.YES, Act.NO, Act.SKIP, Act.ADD, Act.CORRECT, Act.GREET, Act.THANKS}
"""Whoever asks for a person, for news, to be forgotten, does not answer our question with it."""


def asked_words(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    """When we asked, what was said is the answer, in their words."""
    words = message.text.strip()
    if not asked or not words or not _NO_ANSWER.isdisjoint(reading.acts) or cues.asks_back.search(words):
        return None
    if _FIGURES.fullmatch(words) or cues.says_nothing.search(words) or cues.by_the_way.search(words):
        return None
    return Filled(words if len(words) <= 120 else words[:119] + "…", sure=False)


_FIGURES = re.compile(r"[\s.-]*(?:\d[\s.-]*){3,}")
"""Figures and no word: a piece of a number, and no answer about an illness."""


def tells(text: str, told: re.Pattern[str], cues: Cues) -> bool:
    """Whether words may be about what was asked at all, or say that they do not know it."""
    return told.search(text) is not None or cues.where_unknown.search(text) is not None
