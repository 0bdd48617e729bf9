"""Texts read by the shipped rules without a model; what a model would add is said by the test."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from bot.understanding import open_reader
from classifiers.reader import Reader
from conversations.codes import Flag, Intent, Urgency
from conversations.reading import Reading, Reason
from conversations.turn import Turn
from tests.conversations.talking import NOW, Play


@cache
def _reader() -> Reader:
    return open_reader(None, lazy=True)


def ruled(text: str, intent: str = "", confidence: float = 0.8, *, feels: str = "", check: bool = False,
          intents: Any = (), at: datetime = NOW) -> Reading:  # fmt: skip
    """`intent`, `feels` (an urgency) and `check`: what the model makes of it beside the rules."""
    read = _reader().read([text], [at])[0]
    if intent:
        named = tuple((Intent(one), 0.5) for one in (intent, *intents))
        read = replace(read, intent=Intent(intent), confidence=confidence, intents=named, model="test")
    if feels and Urgency(feels).rank < read.urgency.rank:
        read = replace(read, urgency=Urgency(feels), reasons=(*read.reasons, Reason("model", "读起来")))
    if check:
        read = replace(read, flags=tuple(dict.fromkeys((*read.flags, Flag.CHECK))))
    return read


def hear(play: Play, text: str, *args: Any, **model: Any) -> Turn:
    """`text` said in the play, as the rules read it."""
    return play.say(text, ruled(text, *args, at=play.now, **model))


AT_HOME = "家里没吃的了 13512340001 虹口区四平路1200弄5号301"


def at_home() -> Play:
    """Somebody whose telephone and address are known, with a ticket for food."""
    play = Play()
    hear(play, AT_HOME, "supplies", 0.9)
    return play
