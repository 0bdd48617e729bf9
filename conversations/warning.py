"""The 120 line: before anything else, in every phase, whoever has the case; and what is not put to them a second time. Pure."""

from conversations.belief import without_facts
from conversations.codes import Urgency
from conversations.events import MessageReceived
from conversations.playbook import Playbook
from conversations.reading import DESPAIR, Reading, is_red
from conversations.speaking import advised, danger_line
from conversations.state import Case, Conversation
from conversations.turn import Draft
from conversations.values import evolve
from conversations.writers import without_chinese


def answer_danger(draft: Draft, event: MessageReceived) -> bool:
    """The 120 line, in every phase and whoever has the case; True when this message is red."""
    if not is_red(event.reading):
        return False
    warned = any(case.open and case.urgency is Urgency.CRITICAL for case in draft.state.cases)
    if warned and event.reading.urgency is not Urgency.CRITICAL:
        return False  # they have the 120 line already; a doubtful word on top of it is no new question
    if (doubted := _asked_already(draft.state, event.reading)) is not None:
        draft.alert(doubted, "danger")
        if not DESPAIR.isdisjoint(reason.code for reason in event.reading.reasons):
            draft.say("danger", draft.playbook.say("beside_you"))
        return False
    if event.answered != "danger":
        words = without_facts(event.message.text, event.reading)
        draft.say("danger", danger_line(draft.state, event.reading, draft.playbook, draft.now, words))
        if without_chinese(event.message.text):
            draft.say("danger", _in_english(draft.state, event.reading, draft.playbook))
    draft.state = evolve(draft.state, danger_at=draft.now)
    return True


def _in_english(state: Conversation, reading: Reading, playbook: Playbook) -> str:
    kind = advised(state, reading, playbook)
    return playbook.say(kind.foreign) if kind.foreign else playbook.say("foreign_danger", call=kind.call)


def _asked_already(state: Conversation, reading: Reading) -> Case | None:
    """The open case of which this very doubt was put to them before: whoever says 没有想死 is not asked it once more."""
    if reading.urgency is Urgency.CRITICAL:
        return None
    codes = {reason.code for reason in reading.reasons if reason.code.startswith("R") or reason.code in DESPAIR}
    for case in state.cases:
        known = case.codes | (DESPAIR if case.codes & DESPAIR else frozenset())
        if case.open and "check" in case.asked and codes and codes <= known:
            return case
    return None
