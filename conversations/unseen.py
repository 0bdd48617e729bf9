"""Somebody they fear reads along: one line as of courtesy, the ticket opens, and nothing more is said. Pure."""

from conversations.codes import Urgency, most_urgent
from conversations.state import Case
from conversations.turn import Draft, Turn
from conversations.values import evolve


def unseen(draft: Draft, case: Case) -> Turn:
    """People hear of it at once; what is told later is added without a word, for a receipt would name what was told."""
    first = not case.ticket
    # Nobody hides from whom they live with for nothing: its clock is not that of a question.
    case = draft.open_ticket(evolve(case, urgency=most_urgent(case.urgency, Urgency.URGENT)))
    draft.state = evolve(draft.state, asked=(), asked_on=0)
    if first:
        draft.alert(case, "critical" if case.urgency is Urgency.CRITICAL else "check")
    draft.put(case)
    return draft.finish()
