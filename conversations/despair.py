"""Words that may take leave of life and are only doubted: what is said after them, and what they must not swallow. Pure."""

from conversations.codes import Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import VEILED, Reading
from conversations.state import CHECKED, Case, Conversation

_SENTENCE = 40
_FIRM = 0.9


def not_meant(state: Conversation, focus: Case, message: Inbound, reading: Reading, cues: Cues) -> bool:
    """That their words were no farewell is said of those words (不是，说的是降压药): no need, unless one is told with it."""
    just_denied = VEILED in focus.codes and "check" in state.asked and CHECKED in focus.asked
    calm = all(reason.code == "model" for reason in reading.reasons) and not cues.lacks.search(message.text)
    return just_denied and calm and len(message.text.strip()) <= _SENTENCE


def beside_a_doubt(doubted: Case, reading: Reading, playbook: Playbook) -> bool:
    """Words of despair that may have been none (跳楼的新闻) do not swallow another need that is told plainly."""
    if doubted.urgency is Urgency.CRITICAL or Flag.DECEASED in doubted.flags or Flag.CHECK in reading.flags:
        return False
    ruled = any(reason.code.startswith("O") for reason in reading.reasons)
    plain = reading.intent.opens_case and (ruled or reading.confidence >= _FIRM)
    family = playbook.intents[reading.intent].family
    return plain and family != playbook.intents[doubted.intent].family and reading.intent is not Intent.DISTRESS
