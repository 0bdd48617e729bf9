"""What happens when nothing happens: nobody who wrote is forgotten, and no claim is held for ever. Pure."""

from conversations.asking import asked
from conversations.codes import Flag, TicketStatus, Urgency
from conversations.coming import contact_erased
from conversations.endings import KEPT
from conversations.events import ContactErased, TimerFired
from conversations.handoff import put_back
from conversations.picture_talk import TIMER as PICTURE
from conversations.picture_talk import ask_about_pictures
from conversations.reminders import TIMER as TREATMENT
from conversations.reminders import treatment_due
from conversations.revisiting import QUESTION, question
from conversations.speaking import receipt
from conversations.state import Case, Conversation
from conversations.turn import Draft, Turn
from conversations.values import evolve


def stale(state: Conversation, event: TimerFired) -> bool:
    """Whether a timer has nothing to say any more: its case moved on and set it again, has its ticket, or is closed."""
    if event.name == "erase":
        return False
    case = state.case(event.case)
    if case is None or not case.open or case.timers.get(event.name) != event.set_on:
        return True
    return (event.name == "silence" and bool(case.ticket)) or (event.name == "claim" and not case.reporter)


def timer_fired(draft: Draft, event: TimerFired) -> Turn:
    """A timer came due that is not stale."""
    if event.name == "erase":
        return _erase_due(draft)
    case = draft.state.case(event.case)
    if case is None:
        return draft.finish()
    draft.filed = case.key
    # Delivered at least once: the second time it is stale.
    case = draft.put(evolve(case, timers={name: turn for name, turn in case.timers.items() if name != event.name}))
    if event.name == "silence" and not case.ticket:
        case = draft.open_ticket(case)
        draft.note(case, "fell_silent")
        draft.alert(case, "fell_silent")
        _receipt(draft, case)
    elif event.name == "nudge":
        _nudge(draft, case)
    elif event.name == PICTURE:
        ask_about_pictures(draft, case)
    elif event.name == "revisit":
        _revisit(draft, case)
    elif event.name == TREATMENT:
        treatment_due(draft, case)
    elif event.name == "claim" and case.reporter:
        due = case.acted_at + draft.playbook.manners.claim if case.acted_at else draft.now
        if due > draft.now:
            draft.timer("claim", case, due - draft.now)
        else:
            draft.note(draft.put(put_back(case)), "claim_ran_out", by=case.reporter)
            draft.alert(case, "claim_ran_out")
    return draft.finish()


def _erase_due(draft: Draft) -> Turn:
    """Their data goes as they wished, unless they told of something since: whatever was open then ended with the wish, so
    what is open now is newer, and a person explains first."""
    if any(KEPT in one.asked for one in draft.state.cases):
        return draft.finish()  # they took it back
    held = [draft.open_ticket(one) for one in draft.state.cases if one.open]
    if not held:
        return contact_erased(draft, ContactErased("contact"))
    for case in held:
        draft.note(case, "asks_erase_me", by="contact")
        draft.alert(case, "erase")
    return draft.finish()


def _receipt(draft: Draft, case: Case) -> None:
    """What presses is told its number, and what is missing, though nobody waits for an answer; the rest keeps its budget."""
    if case.urgency is not Urgency.URGENT or case.quiet or case.child or not draft.may_push("info"):
        return
    draft.pushed = True
    draft.say("receipt", receipt(case, draft.playbook, draft.now))


def _nudge(draft: Draft, case: Case) -> None:
    """A critical case without a number to call: asked for once more, and people are told that nobody can be rung."""
    if case.reporter or case.quiet or "phone" in case.slots or case.urgency is not Urgency.CRITICAL:
        return
    if case.helped:
        return  # 找到了, 120接走了: there is nothing to ring on for
    if Flag.MUTE in case.flags:
        return  # there is none, and the desk knows it
    draft.alert(case, "no_phone")
    if draft.playbook.danger(case.codes).watched:
        return
    draft.pushed = True
    draft.say("question", draft.playbook.say("nudge_critical", call=draft.playbook.danger(case.codes).call))
    draft.put(asked(case, ("phone",)))
    draft.state = evolve(draft.state, focus=case.key, asked=("phone",), asked_on=draft.state.turn)


def _revisit(draft: Draft, case: Case) -> None:
    """It is said to be done: was anybody reached, is it solved? Asked in the channel while it has room, else by people, and
    by people alone where somebody has died."""
    if case.status is not TicketStatus.CLAIMED_DONE or case.quiet:
        return
    draft.pushed = True
    mourns = any(one.open and Flag.DECEASED in one.flags for one in draft.state.cases)
    if not (case.reporter or mourns) and draft.may_push("question"):
        draft.say("question", question(case, draft.playbook))
        draft.state = evolve(draft.state, focus=case.key, asked=(QUESTION,), asked_on=draft.state.turn)
    draft.note(case, "revisit_due")
    draft.alert(case, "revisit")
