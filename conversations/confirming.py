"""The answer to "is it happening now?", when it is not a bare yes: people say where, since when and who. Pure."""

from dataclasses import replace

from conversations.codes import Act, Urgency
from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.reading import Reading
from conversations.state import Conversation

_LONGEST = 60


def confirmed(state: Conversation, message: Inbound, reading: Reading, cues: Cues) -> Reading:
    """With the act `yes`, if what was asked last is a doubt and the words affirm it (是老家，昨晚开始的)."""
    text = message.text.strip()
    if "check" not in state.asked or reading.urgency is Urgency.CRITICAL or len(text) > _LONGEST:
        return reading
    if not {Act.YES, Act.NO, Act.SOLVED, Act.WITHDRAW}.isdisjoint(reading.acts):
        return reading
    if cues.happening.match(text) is None or cues.not_now.search(text) is not None:
        return reading
    return replace(reading, acts=(*reading.acts, Act.YES))
