"""What was said beside a wish, taken down before the wish is seen to. Pure."""

from conversations.belief import believed
from conversations.codes import Intent
from conversations.listening import fill, heard, new_case
from conversations.reading import Reading
from conversations.sharing import share
from conversations.state import Case
from conversations.turn import Draft
from conversations.values import evolve


def taken_down(draft: Draft, case: Case | None, reading: Reading) -> Case:
    """The case with what was said beside the wish: a need may be hidden in "人工", or in 删除."""
    message, playbook = draft.message, draft.playbook
    assert message is not None
    opening = case is None
    intent = believed(message, reading, playbook, talking=not opening)
    if case is None:
        named = intent if intent and intent.opens_case else Intent.CONSULT
        case = new_case(draft.state, message, reading, named, draft.now, playbook)
        draft.state = evolve(draft.state, focus=case.key)
    else:
        case = heard(case, message, reading, intent, playbook)
    case, _ = fill(case, message, reading, draft.state.asked, draft.now, playbook, opening=opening)
    return share(draft, case)
