"""Acts beside the matter itself: a person wanted, how it stands, thanks, hello, a photo without a word. Pure."""

from datetime import timedelta

from conversations.codes import Act, Flag, Intent, Outcome, TicketStatus, Urgency
from conversations.effects import SetTimer
from conversations.listening import facts_only
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.speaking import ask_contact, asked, status_words
from conversations.state import Case
from conversations.turn import Draft
from conversations.values import evolve

_ERASE_AFTER = timedelta(minutes=2)
"""Long enough for the confirmation to be delivered: it is sealed with the key that goes."""


def meta_act(draft: Draft, case: Case | None, reading: Reading, *, silent: bool = False) -> bool:
    """Handle an act that needs no case to be read first; True when the message is dealt with.

    `silent`: a reporter has the case, so the act is written on the ticket and nothing is said.
    """
    for act in reading.acts:
        handler = _ACTS.get(act)
        if handler is None or (act in _POLITE and (reading.entities.phones or reading.entities.addresses)):
            continue  # "my number is …, thank you" is about the number
        if silent:
            if case is not None:
                draft.note(case, f"asks_{act}", by="contact")
            return case is not None
        if handler(draft, case, reading):
            return True
    return False


def _human(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """A person is wanted: at once, whatever is missing; never "please describe first"."""
    if case is None:
        case = Case(
            key=max((one.key for one in draft.state.cases), default=0) + 1,
            intent=reading.intent
            if reading.confidence >= draft.playbook.manners.floor and reading.intent.opens_case
            else Intent.CONSULT,
            urgency=reading.urgency,
            started_at=draft.now,
            slots=dict(draft.state.known),
            flags=reading.flags,
            reasons=reading.reasons,
            model=reading.model,
        )
        draft.state = evolve(draft.state, focus=case.key)
    case = draft.open_ticket(evolve(case, wants_human=True))
    draft.put(case)
    draft.filed = case.key
    draft.note(case, "asks_human", by="contact")
    draft.alert(case, "human")
    draft.say(
        "receipt",
        draft.playbook.say("human_night" if draft.playbook.hours.night(draft.now) else "human", number=case.ticket),
    )
    _words, names = ask_contact(case, draft.playbook)
    if names and not case.asked.get("phone") and "phone" in names:
        draft.say("question", draft.playbook.say("ask_phone"))
        draft.put(asked(case, ("phone",)))
        draft.state = evolve(draft.state, asked=("phone",), asked_on=draft.state.turn)
    return True


def _status(draft: Draft, case: Case | None, reading: Reading) -> bool:
    draft.say("info", status_words(draft.state, draft.playbook))
    return True


def _withdraw(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """Many withdraw because "others have it worse": a ticket is kept until a person has looked."""
    if case is None:
        return False
    if case.ticket:
        draft.note(case, "asks_withdraw", by="contact")
        draft.say("info", draft.playbook.say("withdraw_kept", number=case.ticket))
        return True
    draft.put(evolve(case, outcome=Outcome.WITHDRAWN, status=TicketStatus.CLOSED))
    draft.state = evolve(draft.state, focus=0, asked=(), asked_on=0)
    draft.say("info", draft.playbook.say("withdraw_done"))
    return True


def _erase(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """Their data goes, unless a critical or urgent case is open: then a person explains first."""
    held = [one for one in draft.state.cases if one.open and one.ticket and one.urgency.at_least(Urgency.URGENT)]
    if held:
        for one in held:
            draft.note(one, "asks_erase_me", by="contact")
            draft.alert(one, "erase")
        draft.say("info", draft.playbook.say("erase_held", number=held[0].ticket))
        return True
    for one in draft.state.cases:
        if one.open:
            draft.put(evolve(one, outcome=Outcome.WITHDRAWN, status=TicketStatus.CLOSED))
            draft.note(one, "erased", by="contact")
    draft.say("info", draft.playbook.say("erase_done"))
    draft.effects.append(SetTimer("erase", 0, draft.now + _ERASE_AFTER))
    return True


def _thanks(draft: Draft, case: Case | None, reading: Reading) -> bool:
    if case is not None and not case.ticket:
        return False
    draft.say("info", draft.playbook.say("thanks"))
    return True


def _solved(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """The contact says it is solved: written down, a person still looks before it is closed."""
    if case is None or not case.ticket:
        return False
    draft.put(evolve(case, status=TicketStatus.CLAIMED_DONE))
    draft.note(case, "says_solved", by="contact")
    draft.say("info", draft.playbook.say("solved", number=case.ticket))
    return True


def _not_solved(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """Not solved: the ticket goes back to people, a closed one is opened again under its number."""
    target = case if case and case.ticket else next((one for one in reversed(draft.state.cases) if one.ticket), None)
    if target is None:
        return False
    again = evolve(
        target, outcome=None, status=TicketStatus.REOPENED if target.outcome else target.status, wants_human=True
    )
    draft.put(again)
    draft.filed = again.key
    draft.state = evolve(draft.state, focus=again.key)
    draft.note(again, "says_not_solved", by="contact")
    draft.alert(again, "not_solved")
    draft.say("info", draft.playbook.say("not_solved", number=again.ticket))
    return True


def _consent(draft: Draft, case: Case | None, reading: Reading) -> bool:
    if case is None or not case.ticket:
        return False
    draft.note(case, "consent", by="contact")
    draft.say("info", draft.playbook.say("consent", number=case.ticket))
    return True


def _refuse(draft: Draft, case: Case | None, reading: Reading) -> bool:
    if case is None or not case.ticket:
        return False
    draft.note(case, "refuse_consent", by="contact")
    draft.say("info", draft.playbook.say("refuse_consent"))
    return True


def _yes(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """ "Yes, it is happening now": the one question of a doubtful danger turns it critical."""
    if (
        case is None
        or Flag.CHECK not in case.flags
        or case.urgency is Urgency.CRITICAL
        or "check" not in draft.state.asked
    ):
        return False
    risen = draft.open_ticket(
        evolve(case, urgency=Urgency.CRITICAL, flags=tuple(f for f in case.flags if f is not Flag.CHECK))
    )
    draft.filed = risen.key
    draft.note(risen, "raised", by="contact", detail="本人确认正在发生")
    draft.alert(risen, "raised")
    draft.say("danger", draft.playbook.say("danger"))
    words, names = ask_contact(risen, draft.playbook)
    draft.say("question", words)
    draft.put(asked(risen, names))
    draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn, danger_at=draft.now)
    return True


_ACTS = {
    Act.HUMAN: _human,
    Act.STATUS: _status,
    Act.ERASE_ME: _erase,
    Act.WITHDRAW: _withdraw,
    Act.NOT_SOLVED: _not_solved,
    Act.SOLVED: _solved,
    Act.CONSENT: _consent,
    Act.REFUSE_CONSENT: _refuse,
    Act.YES: _yes,
    Act.THANKS: _thanks,
}


_POLITE = frozenset({Act.THANKS, Act.YES, Act.CONSENT, Act.SOLVED})


def wordless(draft: Draft, case: Case | None, message: Inbound) -> bool:
    """A picture, a voice, a file: kept for people, and one line of words asked for; never a claim to have seen it."""
    if message.text or message.location:
        return False
    key = f"media_{message.kind}" if f"media_{message.kind}" in draft.playbook.replies else "media_other"
    if case is not None and case.ticket:
        draft.note(case, "added", by="contact", detail=message.kind)
        draft.say("info", draft.playbook.say("media_added", number=case.ticket))
        return True
    draft.say("question", draft.playbook.say(key))
    if case is None:
        opened = Case(
            key=max((one.key for one in draft.state.cases), default=0) + 1,
            intent=Intent.CONSULT, urgency=Urgency.NORMAL, started_at=draft.now, slots=dict(draft.state.known),
        )  # fmt: skip
        draft.put(opened)
        draft.filed = opened.key
        draft.state = evolve(draft.state, focus=opened.key)
        draft.timer("silence", opened, draft.playbook.manners.silence_urgent)
    return True


def small_talk(draft: Draft, message: Inbound, reading: Reading) -> bool:
    """Hello, thanks, adverts, chat: one line each; after two unclear messages a person is offered."""
    state, playbook = draft.state, draft.playbook
    if facts_only(message, reading):
        return False  # somebody who leaves a number wants to be called
    if Act.GREET in reading.acts or (
        reading.confidence >= playbook.manners.floor and reading.intent is Intent.CHITCHAT
    ):
        draft.say("info", playbook.say("greet"))
    elif reading.confidence >= playbook.manners.floor and reading.intent is Intent.SPAM:
        draft.say("info", playbook.say("spam"))
    elif reading.confidence >= playbook.manners.floor and reading.intent is Intent.FEEDBACK:
        draft.say("info", playbook.say("thanks"))
    elif _unclear(message, reading, playbook):
        draft.state = evolve(state, unreadable=state.unreadable + 1)
        if state.unreadable >= 2:
            return False
        draft.say("question", playbook.say("unclear" if state.unreadable == 0 else "unclear_choices"))
    else:
        return False
    return True


def _unclear(message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    """Too short and too unsure to open a case from: ask in other words, twice, then a person gets it."""
    facts = reading.entities
    return (
        len(message.text.strip()) < 8
        and not (facts.phones or facts.addresses)
        and reading.confidence < playbook.manners.floor
    )
