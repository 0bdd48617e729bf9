"""Five days and more since the last dialysis are a danger, told in however many messages: the day may come as an answer. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from conversations.codes import Act, Flag, Intent, Urgency
from conversations.reading import Reading, Reason
from conversations.state import Conversation

_DANGER = timedelta(days=5)
_LONGEST = timedelta(days=60)
"""What lies longer ago is no day of a last dialysis, or was one of somebody else's."""
_CODE = "R08"
_UNMOVED = frozenset({Act.SOLVED, Act.WITHDRAW, Act.THANKS})


def with_overdue(state: Conversation, reading: Reading, now: datetime) -> Reading:
    """A day of the last dialysis that is too long ago makes the reading critical, as the words 「五天没做透析」 would have."""
    last = reading.entities.last_done_at
    if last is None or reading.urgency is Urgency.CRITICAL or not _DANGER <= now - last <= _LONGEST:
        return reading
    focus = state.focused
    about = reading.intent is Intent.DIALYSIS or (focus is not None and focus.intent is Intent.DIALYSIS)
    if not about or Flag.DECEASED in reading.flags or not _UNMOVED.isdisjoint(reading.acts):
        return reading
    reason = Reason(_CODE, "距上次透析已五天以上")
    return replace(reading, urgency=Urgency.CRITICAL, reasons=(reason, *reading.reasons))
