"""Somebody who has no Chinese: told in English that a person will come, and what to call. Pure."""

from conversations.codes import Intent
from conversations.events import MessageReceived
from conversations.listening import fill, new_case
from conversations.sharing import share
from conversations.state import Case
from conversations.turn import Draft, Turn
from conversations.unseen import unseen
from conversations.values import evolve


def in_another_language(draft: Draft, case: Case | None, event: MessageReceived, intent: Intent | None) -> Turn:
    """We cannot ask in their language what we need to know: a person is called, and they read so in English."""
    if case is None:
        named = intent if intent and intent.opens_case else Intent.CONSULT
        case = new_case(draft.state, event.message, event.reading, named, draft.now, draft.playbook)
    fresh = not case.ticket
    case, _ = fill(case, event.message, event.reading, (), draft.now, draft.playbook, opening=fresh)
    if case.overlooked:  # whom they fear reads English too
        draft.filed = case.key
        return unseen(draft, draft.put(case))
    case = share(draft, draft.open_ticket(evolve(case, wants_human=True)))
    draft.state = evolve(draft.state, focus=case.key, asked=(), asked_on=0, foreign=True)
    draft.filed = case.key
    draft.note(case, "asks_human", by="contact")
    draft.alert(case, "human")
    draft.say("receipt", draft.playbook.say("foreign" if fresh else "foreign_added", number=case.ticket))
    return draft.finish()
