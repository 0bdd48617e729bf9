"""Acts beside the matter itself: a person wanted, how it stands, thanks, hello, a photo without a word. Pure."""

from datetime import timedelta

from conversations.codes import Act, Flag, Intent, Outcome, TicketStatus, Urgency
from conversations.effects import SetTimer
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
    for act, handler in _ACTS.items():  # in order of weight: "120 has come, thank you" is news first
        if act not in reading.acts or (act in _POLITE and (reading.entities.phones or reading.entities.addresses)):
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
    case = draft.put(evolve(case, status=TicketStatus.CLAIMED_DONE))
    draft.note(case, "says_solved", by="contact")
    if case.urgency is Urgency.CRITICAL:
        draft.revisit(case)
        draft.alert(case, "says_solved")
        draft.say("info", draft.playbook.say("solved_critical", number=case.ticket))
        return True
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
    """ "Pass it on": kept with the case, said back once there is a ticket; the questions go on."""
    if case is None:
        return False
    case = draft.put(evolve(case, consent="yes"))
    draft.note(case, "consent", by="contact")
    if case.ticket:
        draft.say("info", draft.playbook.say("consent", number=case.ticket))
    return bool(case.ticket)


def _refuse(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """ "Tell nobody": respected, and said back; what we ask for ourselves is asked all the same."""
    if case is None:
        return False
    case = draft.put(evolve(case, consent="no"))
    draft.note(case, "refuse_consent", by="contact")
    draft.say("info", draft.playbook.say("refuse_consent"))
    return bool(case.ticket)


def _choice(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """A number after "please reply with a number": what it stands for; never a guess."""
    if "choice" not in draft.state.asked:
        return False
    row = draft.playbook.choices.get(draft.heard.strip("。. 、选回复按第个号"))
    if row is None:
        return False
    opened = begin_empty(draft, row.intent)
    draft.state = evolve(draft.state, unreadable=0)
    draft.say("question", row.ask)
    draft.state = evolve(draft.state, asked=(), asked_on=0)
    draft.timer("silence", opened, draft.playbook.manners.silence)
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
    Act.MENU_CHOICE: _choice,
    Act.THANKS: _thanks,
}


_POLITE = frozenset({Act.THANKS, Act.YES, Act.CONSENT, Act.SOLVED})


def begin_empty(draft: Draft, intent: Intent) -> Case:
    """A case without a word yet, put in focus; it takes the name of what they say next."""
    opened = Case(
        key=max((one.key for one in draft.state.cases), default=0) + 1,
        intent=intent, urgency=Urgency.NORMAL, started_at=draft.now, slots=dict(draft.state.known),
    )  # fmt: skip
    draft.put(opened)
    draft.filed = opened.key
    draft.state = evolve(draft.state, focus=opened.key)
    return opened
