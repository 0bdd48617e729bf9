"""Which of several open matters somebody says is done, or is not: the one they name, never the one talked of last. Pure."""

import re
from collections.abc import Sequence
from datetime import timedelta

from conversations.codes import Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.needs import clauses
from conversations.playbook import Playbook
from conversations.state import Case, Conversation
from conversations.turn import Draft

_CALLED = {
    Intent.SUPPLIES: "food", Intent.MATERNITY: "baby", Intent.DIALYSIS: "dialysis", Intent.ONCOLOGY: "cancer",
    Intent.MEDICINE: "medicine", Intent.TESTING_CODE: "test", Intent.QUARANTINE: "stay",
}  # fmt: skip
"""The thing that a matter of this intent is about, whatever words began it."""
_SEVERAL, _NUMBER = 2, 4
_FIGURES = re.compile(r"(?<!\d)\d{4}(?![\d弄号室])")
_JUST_CLOSED = timedelta(days=2)


def named_cases(cases: Sequence[Case], text: str, playbook: Playbook) -> list[Case]:
    """Those whose number, thing or title a text names."""
    said = set(_FIGURES.findall(text))
    by_number = [case for case in cases if case.ticket and case.ticket[-_NUMBER:] in said]
    if by_number:
        return by_number
    things = _things(text, playbook.cues)
    return [
        case for case in cases if things & _wanted(case, playbook.cues) or playbook.intents[case.intent].title in text
    ]


def said_done(draft: Draft, case: Case | None) -> tuple[list[Case], bool]:
    """The open tickets they say are done, and whether nobody can tell which. `case`: what is being talked of."""
    cues, text = draft.playbook.cues, draft.heard
    every = [one for one in draft.state.cases if one.open and one.ticket and Flag.DECEASED not in one.flags]
    over = "\n".join(clause for clause in clauses(text) if cues.settled.search(clause))
    if found := named_cases(every, over or text, draft.playbook):
        return found, False
    if case is None or not case.ticket:
        return [], False
    if case.urgency is Urgency.CRITICAL or len(every) < _SEVERAL:
        return [case], False
    if cues.all_of_it.search(text):
        return every, False
    return [], True


def just_closed(state: Conversation) -> Case | None:
    """The ticket of which they were told last that it has ended, if they say something for the first time since."""
    acted = [(one.acted_at, one) for one in state.cases if one.ticket and one.acted_at is not None]
    if not acted or not state.recent:
        return None
    at, last = max(acted, key=lambda pair: pair[0])
    before = state.recent[-_SEVERAL].at if len(state.recent) >= _SEVERAL else state.recent[-1].at - _JUST_CLOSED
    return last if not last.open and at > before else None


def _wanted(case: Case, cues: Cues) -> frozenset[str]:
    called = _CALLED.get(case.intent)
    return _things(case.summary, cues) | (frozenset({called}) if called else frozenset())


def _things(text: str, cues: Cues) -> frozenset[str]:
    return frozenset(found.lastgroup or "" for found in cues.thing.finditer(text))
