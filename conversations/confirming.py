"""The answer to "is it happening now?", however late it comes and when it is no bare yes: where, since when, who. Pure."""

from dataclasses import replace

from conversations.codes import Act, Flag, Urgency
from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.reading import Reading
from conversations.state import CHECKED, Case, Conversation
from conversations.values import evolve

_LONGEST = 60
UNREACHED = "R15"


def unanswered(case: Case) -> bool:
    """Whether the question of a doubt still stands: who was asked for a number and a place after it answers those first."""
    doubted = Flag.CHECK in case.flags and case.urgency is not Urgency.CRITICAL
    return case.open and doubted and "check" in case.asked and CHECKED not in case.asked


def denied(case: Case) -> Case:
    """They said that it is not happening: the doubt stays for people and is not asked again."""
    return evolve(case, asked={**case.asked, CHECKED: 1})


def denied_in_words(state: Conversation, message: Inbound, reading: Reading, cues: Cues) -> Conversation:
    """Asked just now, they say that it is over, or only feared (是怕万一，现在还没有涨): that was the answer."""
    focus = state.focused
    if focus is None or "check" not in state.asked or not unanswered(focus) or len(message.text) > _LONGEST:
        return state
    calm = reading.urgency is not Urgency.CRITICAL and Flag.CHECK not in reading.flags and Act.YES not in reading.acts
    return state.with_case(denied(focus)) if calm and cues.not_now.search(message.text) else state


def says_so(state: Conversation, case: Case, text: str, cues: Cues) -> bool:
    """Whether a yes is one to the doubt: to what was asked last any is, later only one that says that it is so (是的, 正在),
    not that a number will come (好的)."""
    return "check" in state.asked or (unanswered(case) and cues.happening.match(text.strip()) is not None)


def silent_still(text: str, cues: Cues) -> bool:
    """Asked whether somebody cannot be reached still: nobody answers (打过去没人接了), which is not said of an office."""
    other = cues.unit.search(text) or cues.not_of_theirs.search(text)
    return cues.no_answer.search(text) is not None and not other


def confirmed(state: Conversation, message: Inbound, reading: Reading, cues: Cues) -> Reading:
    """With the act `yes`, if what was asked last is a doubt and the words affirm it (是老家，昨晚开始的)."""
    text = message.text.strip()
    focus = state.focused
    late = "check" not in state.asked
    if (
        (late and (focus is None or not unanswered(focus)))
        or reading.urgency is Urgency.CRITICAL
        or len(text) > _LONGEST
    ):
        return reading
    if not {Act.YES, Act.NO, Act.SOLVED, Act.WITHDRAW}.isdisjoint(reading.acts):
        return reading
    happening = cues.happening_still if late else cues.happening
    silent = focus is not None and UNREACHED in focus.codes and silent_still(text, cues)
    if not (happening.match(text) or silent) or cues.not_now.search(text) is not None:
        return reading
    return replace(reading, acts=(*reading.acts, Act.YES))
