"""What happens when nothing happens: nobody who wrote is forgotten, and no claim is held for ever. Pure."""

from conversations.events import ContactErased, TimerFired
from conversations.hearing import contact_erased
from conversations.turn import Draft, Turn
from conversations.values import evolve


def timer_fired(draft: Draft, event: TimerFired) -> Turn:
    """A timer came due. Stale when the case moved on and set it again, or is closed."""
    if event.name == "erase":
        return contact_erased(draft, ContactErased("contact"))
    case = draft.state.case(event.case)
    if case is None or not case.open or case.timers.get(event.name) != event.set_on:
        return draft.finish()
    draft.filed = case.key
    if event.name == "silence" and not case.ticket:
        case = draft.open_ticket(case)
        draft.note(case, "fell_silent")
        draft.alert(case, "fell_silent")
    elif event.name == "claim" and case.reporter:
        due = case.acted_at + draft.playbook.manners.claim if case.acted_at else draft.now
        if due > draft.now:
            draft.timer("claim", case, due - draft.now)
        else:
            draft.note(draft.put(evolve(case, reporter="")), "claim_ran_out", by=case.reporter)
            draft.alert(case, "claim_ran_out")
    return draft.finish()
