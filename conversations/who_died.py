"""Which of the open matters a death ends, and what beside a death is of somebody who lives. Pure."""

from conversations.codes import Flag, Urgency
from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.reading import DESPAIR, Reading
from conversations.state import Case, Conversation
from conversations.whom import named


def who_died(state: Conversation, message: Inbound, cues: Cues) -> Case | None:
    """The open critical case of whoever has died now, unless somebody else is named (我爸胸口痛; 人没了); else a grieving one."""
    whom = named(message.text, cues)
    for case in reversed(state.cases):
        known = named(case.summary, cues)
        if case.open and case.urgency is Urgency.CRITICAL and (not whom or not known or whom & known):
            return case
    return next((case for case in reversed(state.cases) if case.open and Flag.DECEASED in case.flags), None)


def of_the_living(grieving: Case, message: Inbound, reading: Reading, cues: Cues) -> bool:
    """Beside a death, what a rule or a doubt sees of another of the family, or of despair, is a matter of its own: condolence
    is no answer to it."""
    if Flag.DECEASED not in grieving.flags or Flag.DECEASED in reading.flags:
        return False
    ruled = [reason.code for reason in reading.reasons if reason.code != "model"]
    doubted = Flag.CHECK in reading.flags
    if doubted and any(code.startswith("R") or code in DESPAIR for code in ruled):
        return True
    presses = bool(ruled) or (doubted and (reading.intent.opens_case or reading.urgency is Urgency.URGENT))
    return presses and bool(named(message.text, cues) - named(grieving.summary, cues))
