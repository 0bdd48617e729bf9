"""A case that goes on within another contact's: told when that one has ended. Pure."""

from conversations.codes import Outcome
from conversations.events import WholeEnded
from conversations.speaking import closing
from conversations.turn import Draft, Turn
from conversations.values import evolve


def whole_ended(draft: Draft, event: WholeEnded) -> Turn:
    """What the other resident reads at the end of the matter, they read as well, and can say that it is not solved."""
    case = draft.state.case(event.case)
    if case is None or case.outcome is not Outcome.DUPLICATE:
        return draft.finish("unknown")
    case = draft.put(evolve(case, whole=event.outcome))
    draft.filed = case.key
    draft.note(case, "whole_ended", by=event.reporter)
    if words := closing(case, draft.playbook):
        draft.tell(words, case)
    return draft.finish()
