"""The contact comes, goes, or is forgotten. Pure."""

from conversations.codes import Outcome, TicketStatus
from conversations.effects import EraseContact
from conversations.events import ContactErased, ContactFollowed, ContactUnfollowed
from conversations.state import Conversation, Phase
from conversations.turn import Draft, Turn
from conversations.values import evolve


def followed(draft: Draft, event: ContactFollowed) -> Turn:
    """They came: who we are, and the 120 line, in one message."""
    message = event.message
    window = draft.state.window.opened(message.opens, min(message.sent_at, draft.now), draft.limits)
    draft.state = evolve(draft.state, window=window, following=True)
    draft.pushed = not draft.limits.answer_within and not draft.limits.pull
    draft.say("info", draft.playbook.say("welcome"))
    return draft.finish()


def unfollowed(draft: Draft, event: ContactUnfollowed) -> Turn:
    """They left: unreachable here, but what they asked for still stands."""
    draft.state = evolve(draft.state, following=False)
    for case in draft.state.cases:
        if case.open:
            draft.note(case, "unreachable", by="contact")
    return draft.finish()


def contact_erased(draft: Draft, event: ContactErased) -> Turn:
    """Forget everything but the fact that there was something: codes and times stay, words and data go."""
    empty = Conversation(id=draft.state.id, contact=draft.state.contact, turn=draft.state.turn, phase=Phase.IDLE)
    for case in draft.state.cases:
        if case.open and case.ticket:
            draft.put(evolve(case, outcome=Outcome.WITHDRAWN, status=TicketStatus.CLOSED, slots={}, summary=""))
            draft.note(case, "erased", by=event.by)
    draft.effects.append(EraseContact(event.by))
    draft.state = empty
    return draft.finish()
