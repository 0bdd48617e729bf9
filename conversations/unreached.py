"""An old person by themselves who does not answer: told in words that name nobody, because the talk has named them. Pure."""

from dataclasses import replace

from conversations.codes import Flag, Urgency, most_urgent
from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.reading import Reading, Reason
from conversations.state import Case, Conversation

CODE = "R15"
ALONE = "alone"
"""Among what was asked of a case: they said later on that whoever it is about lives by themselves."""
_LONGEST = 20


def with_unreached(state: Conversation, message: Inbound, reading: Reading, cues: Cues) -> Reading:
    """打了六趟都没人接, of a mother who lives alone, is her silence, unless it answers whether 12345 was rung."""
    focus, text = state.focused, message.text
    if focus is None or len(text.strip()) > _LONGEST or not cues.no_answer.search(text) or not _alone(focus, cues):
        return reading
    if "called_12345" in state.asked and len(state.recent) > 1:  # a moment ago: what was said before is remembered
        return reading
    named = cues.unit.search(text) or cues.not_of_theirs.search(text) or reading.entities.called_12345
    if named or any(reason.code.startswith("R") for reason in reading.reasons) or Flag.DECEASED in reading.flags:
        return reading
    reasons = (*(one for one in reading.reasons if one.code != "model"), Reason(CODE, "独自在家的人联系不上"))
    flags = tuple(dict.fromkeys((*reading.flags, Flag.CHECK)))
    level = Urgency.URGENT if reading.urgency is Urgency.CRITICAL else most_urgent(reading.urgency, Urgency.URGENT)
    return replace(reading, urgency=level, reasons=reasons, flags=flags)


def _alone(case: Case, cues: Cues) -> bool:
    """Whether it is about somebody who lives by themselves."""
    told = Flag.LONE_ELDER in case.flags or ALONE in case.asked
    return told or cues.lives_alone.search(case.summary) is not None
