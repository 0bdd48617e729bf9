"""Somebody died, and somebody is in danger: the danger is answered first, and the death is not passed over. Pure."""

from dataclasses import replace

from conversations.codes import Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.reading import DESPAIR, Reading, Reason, is_red
from conversations.whom import named

_TWO, _LIKELY = 2, 0.5


def beside_danger(text: str, reading: Reading, cues: Cues) -> bool:
    """Whether the word of a death stands beside a danger that goes on: of another (爷爷走了，奶奶晕过去了), of whoever cannot
    go on living, or of somebody who may not be dead at all (好像死了，没气了). Nobody who tells how it was is told to ring."""
    if Flag.DECEASED not in reading.flags:
        return False
    if _in_despair(reading):
        return True
    named_by_rule = any(reason.code.startswith("R") for reason in reading.reasons)
    if Flag.CHECK in reading.flags:  # what is doubtful beside a death is how it came, unless it is said of another
        return mourns_another(text, reading, cues) and is_red(reading)
    fell_now = cues.struck_down.search(text) is not None
    return reading.urgency is Urgency.CRITICAL and (named_by_rule or fell_now)


def with_danger_first(text: str, reading: Reading, cues: Cues) -> Reading:
    """Read as the danger it is; that somebody died stays among its reasons, for people."""
    if not beside_danger(text, reading, cues):
        return reading
    if _in_despair(reading):  # named, so that they read whom to ring and not that they are to fill in a form
        code = "R12" if reading.urgency is Urgency.CRITICAL else "O12"
        reading = replace(reading, reasons=(*reading.reasons, Reason(code, "亲人去世，读起来像不想活了")))
    return replace(reading, flags=tuple(flag for flag in reading.flags if flag is not Flag.DECEASED))


def _in_despair(reading: Reading) -> bool:
    """Whoever mourns and is read as in despair and in danger, though no rule knows their words: grief alone is neither."""
    danger = reading.urgency is Urgency.CRITICAL or Flag.CHECK in reading.flags
    named = any(reason.code.startswith("R") or reason.code in DESPAIR for reason in reading.reasons)
    return danger and not named and reading.intent is Intent.DISTRESS and reading.confidence >= _LIKELY


def mourns_another(text: str, reading: Reading, cues: Cues) -> bool:
    """Whether it is plain that the dead is not the one in danger: only then is anybody told that we are sorry."""
    despairs = not DESPAIR.isdisjoint(reason.code for reason in reading.reasons)
    return despairs or len(named(text, cues)) >= _TWO
