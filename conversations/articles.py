"""An approved answer instead of a form, where somebody asks what holds and nothing presses. Pure."""

from conversations.codes import Act, Intent, Outcome, TicketStatus, Urgency
from conversations.reading import Reading
from conversations.state import Case
from conversations.talk import begin_empty
from conversations.turn import Draft
from conversations.values import evolve

_QUESTION = 80


def _tells_of_a_call(case: Case, reading: Reading) -> bool:
    """ "I rang 12345 forty times" in the middle of a case says what was done; it does not ask what 12345 is."""
    return reading.entities.called_12345 not in ("", "no") and "called_12345" not in case.slots


def answer_from_knowledge(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """An approved answer with its source and date; the question is counted as a closed ticket that "not solved" reopens.

    Only where nothing presses: a person in need gets a person, not an article.
    """
    entry = draft.playbook.entry(reading.answer, draft.now)
    case = case or draft.state.focused
    if (
        entry is None
        or Act.HUMAN in reading.acts
        or Act.NOT_SOLVED in reading.acts
        or reading.urgency is not Urgency.NORMAL
        or (case is not None and (case.quiet or _tells_of_a_call(case, reading)))
    ):
        return False
    source = f"{entry.source}，{entry.since.year}年{entry.since.month}月{entry.since.day}日起"
    draft.say("info", draft.playbook.say("answer", answer=entry.answer, source=source))
    if case is not None:
        draft.note(case, "answered", detail=entry.code)
        draft.filed = case.key
        return True
    asked_of_us = draft.open_ticket(begin_empty(draft, Intent.CONSULT))
    answered = evolve(
        asked_of_us,
        outcome=Outcome.ANSWERED, status=TicketStatus.CLOSED, summary=draft.heard[:_QUESTION], confidence=1.0,
    )  # fmt: skip
    draft.put(answered)
    draft.note(answered, "answered", detail=entry.code)
    draft.state = evolve(draft.state, focus=0)
    draft.filed = answered.key
    return True
