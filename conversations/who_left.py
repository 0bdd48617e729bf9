"""Whoever was feared has gone away: nobody died, and on a telephone that was watched it may be spoken of again. Pure."""

from dataclasses import replace

from conversations.codes import Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.reading import OVERLOOKED, Reading, Reason
from conversations.state import Case, Conversation
from conversations.values import evolve
from conversations.whom import named

VIOLENCE = "R13"
_FEARED = frozenset({VIOLENCE, OVERLOOKED})


def gone_away(state: Conversation, text: str, reading: Reading, cues: Cues) -> tuple[Conversation, Reading]:
    """他走了 is no death where somebody was feared; 他走了，可以说话了 ends that nothing is said, and what to do is."""
    feared = [case for case in state.cases if case.open and _of_fear(case)]
    if not feared:
        return state, reading
    talks = cues.can_talk.search(text) is not None
    if Flag.DECEASED in reading.flags and _only_left(feared, reading, cues, talks=talks):
        reading = replace(reading, flags=tuple(flag for flag in reading.flags if flag is not Flag.DECEASED))
    watched = next((case for case in reversed(feared) if case.overlooked), None)
    # What was read together with earlier words is of then.
    told = any(reason.code == OVERLOOKED and reason.span in text for reason in reading.reasons)
    if watched is None or told or not talks or cues.not_yet.search(text):
        return state, reading
    # None of the advice was on their screen yet, so it is given whole.
    return evolve(state.with_case(_heard_again(watched)), danger_at=None), replace(
        reading,
        intent=Intent.DISTRESS,
        intents=(),
        urgency=Urgency.CRITICAL,
        reasons=(
            *(one for one in reading.reasons if one.code != OVERLOOKED),
            Reason(VIOLENCE, "说过有人在看手机，现在说可以说了"),
        ),
        flags=tuple(flag for flag in reading.flags if flag is not Flag.CHECK),
    )


def _of_fear(case: Case) -> bool:
    """A rule saw violence, or the model alone danger in what hurts (他在楼下等我)."""
    felt = case.intent is Intent.DISTRESS and case.urgency is Urgency.CRITICAL
    return not _FEARED.isdisjoint(case.codes) or (felt and not any(code.startswith("R") for code in case.codes))


def _only_left(feared: list[Case], reading: Reading, cues: Cues, *, talks: bool) -> bool:
    """走了 of nobody, of a husband, or of the only one named as feared; of anybody where it is said that it is safe now."""
    spans = [reason.span for reason in reading.reasons if reason.code == "F01"]
    if not all("走" in span for span in spans):
        return False
    whom = named(" ".join(spans), cues)
    known = [named(case.summary, cues) for case in feared]
    return talks or whom <= {"husband"} or any(whom == one for one in known)


def _heard_again(case: Case) -> Case:
    """It stays a matter of violence, and is no longer kept silent about."""
    reasons = tuple(replace(one, code=VIOLENCE) if one.code == OVERLOOKED else one for one in case.reasons)
    flags = tuple(flag for flag in case.flags if flag not in (Flag.CHECK, Flag.MUTE))
    return evolve(case, reasons=reasons, flags=flags)
