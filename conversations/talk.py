"""Acts beside the matter itself: a person wanted, how it stands, thanks, hello, a photo without a word. Pure."""

from dataclasses import replace

from conversations.asking import ask_contact, asked, chosen
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.confirming import denied, says_so, unanswered
from conversations.endings import erase, not_solved, solved, withdraw
from conversations.listening import fill
from conversations.needs import farewell, told_beside
from conversations.reading import DESPAIR, DOUBTED, PICTURED, Reading
from conversations.sharing import share
from conversations.slots import SHARED
from conversations.speaking import danger_line, noted
from conversations.standing import tell_standing
from conversations.state import HELPED, Case
from conversations.taking_down import taken_down
from conversations.turn import Draft
from conversations.values import evolve


def meta_act(draft: Draft, case: Case | None, reading: Reading, *, silent: bool = False) -> bool:
    """Handle an act that needs no case to be read first; True when the message is dealt with.

    `silent`: a reporter has the case, so the act is written on the ticket and nothing is said.
    """
    for act, handler in _ACTS.items():  # in order of weight: "120 has come, thank you" is news first
        facts = reading.entities.phones or reading.entities.addresses
        doubt = act is Act.YES and case is not None and says_so(draft.state, case, draft.heard, draft.playbook.cues)
        if act not in reading.acts or (act in _POLITE and facts and not doubt):
            continue  # "my number is …, thank you" is about the number
        if silent:
            if case is not None:
                if act in (Act.CONSENT, Act.REFUSE_CONSENT):
                    agrees = act is Act.CONSENT or _agrees_but(draft)
                    case = draft.put(evolve(case, consent="yes" if agrees else "no"))
                if act is Act.HUMAN:
                    case = draft.open_ticket(case)
                draft.note(case, f"asks_{act}", by="contact")
                if act is Act.HUMAN:
                    draft.alert(case, "human")
            return case is not None
        if handler(draft, case, reading):
            return True
    return False


def _human(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """A person is wanted: at once, whatever is missing; never "please describe first"."""
    case = draft.open_ticket(evolve(taken_down(draft, case, reading), wants_human=True))
    draft.put(case)
    draft.filed = case.key
    draft.note(case, "asks_human", by="contact")
    draft.alert(case, "human")
    draft.say(
        "receipt",
        draft.playbook.say("human_night" if draft.playbook.hours.night(draft.now) else "human", number=case.ticket),
    )
    if draft.queue > 1 and not draft.playbook.hours.night(draft.now):
        draft.say("info", draft.playbook.say("status_queue", count=str(draft.queue)))
    _words, names = ask_contact(case, draft.playbook)
    if "phone" in names and not case.asked.get("phone") and not case.quiet:
        draft.say("question", draft.playbook.say("ask_phone"))
        draft.put(asked(case, ("phone",)))
        draft.state = evolve(draft.state, asked=("phone",), asked_on=draft.state.turn)
    return True


def _status(draft: Draft, case: Case | None, reading: Reading) -> bool:
    facts = reading.entities
    brought = {name for name, told in (("phone", facts.phones), ("address", facts.addresses)) if told}
    tell_standing(draft, SHARED - brought)
    return all(
        reason.code == "model" for reason in reading.reasons
    )  # news told with the question is taken down as well


def _thanks(draft: Draft, case: Case | None, reading: Reading) -> bool:
    if farewell(draft.heard, reading, draft.playbook.cues):
        return False
    if told_beside(draft.heard, reading, draft.playbook.cues):
        draft.say("info", draft.playbook.say("courtesy"))
        return False
    if case is not None and not case.ticket and case.summary:
        return False
    if case is not None and case.urgency is Urgency.CRITICAL and draft.playbook.cues.help_came.search(draft.heard):
        case = draft.put(evolve(case, asked={**case.asked, HELPED: 1}))  # 消防来了 谢谢
        draft.note(case, "added", by="contact", detail=draft.heard.strip()[:_WORDS])
    draft.say("info", draft.playbook.say("thanks"))
    return True


def _withdraw(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """ "No need" right after "may we pass it on?" is an answer to that, not an end of the matter; "others have it worse" is."""
    short = len(draft.heard.strip()) <= _NO_NEED
    return (_refuse if short and "consent" in draft.state.asked else withdraw)(draft, case, reading)


def _decided(draft: Draft, case: Case, consent: str) -> Case:
    """Their word on passing it on: of this case, and of what else is open and was not decided, for they are asked once."""
    for other in draft.state.cases:
        if other.open and (other.key == case.key or (other.ticket and not other.consent)):
            other = draft.put(evolve(other, consent=consent))
            draft.note(other, "consent" if consent == "yes" else "refuse_consent", by="contact")
    if "consent" in draft.state.asked:
        draft.state = evolve(draft.state, asked=(), asked_on=0)
    return draft.state.case(case.key) or case


def _consent(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """ "Pass it on": kept with the case, said back once there is a ticket; the questions go on."""
    if case is None:
        return False
    but = _agrees_but(draft)
    case = _decided(draft, case, "yes")
    if case.ticket and but:  # people read whom not to tell
        draft.note(case, "added", by="contact", detail=draft.heard.strip()[:_WORDS])
    if case.ticket:
        draft.say("info", draft.playbook.say("consent_but" if but else "consent", number=case.ticket))
    return bool(case.ticket)


def _agrees_but(draft: Draft) -> bool:
    """It may be passed on, only not to one they name; a mere "fine" is that only where it was asked."""
    if draft.playbook.cues.only_to.search(draft.heard):
        return True
    asked_for = "consent" in draft.state.asked or any(word in draft.heard for word in ("同意", "愿意", "转"))
    return asked_for and draft.playbook.cues.agrees_but.search(draft.heard) is not None


def _refuse(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """ "Tell nobody": respected, and said back; what we ask for ourselves is asked all the same."""
    if case is None:
        return False
    if _agrees_but(draft):
        return _consent(draft, case, reading)
    case = _decided(draft, case, "no")
    called = "called_12345" in case.slots
    draft.say("info", draft.playbook.say("refuse_consent") + ("" if called else draft.playbook.say("call_yourself")))
    return bool(case.ticket)


def _no(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """ "Not now": written down and the doubt kept for people; the questions go on. Or "do not pass it on"."""
    if case is None:
        return False
    if "consent" in draft.state.asked and not _of_ringing(draft):  # 没打: of 12345, asked before
        return _refuse(draft, case, reading)
    late = unanswered(case) and draft.playbook.cues.not_now.search(draft.heard) is not None
    if "check" in draft.state.asked or late:
        draft.put(denied(case))
        draft.note(case, "says_not_now", by="contact")
        draft.say("info", draft.playbook.say("not_now"))
    return False


def _choice(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """A number after "please reply with a number": what it stands for; never a guess."""
    if "choice" not in draft.state.asked:
        return False
    row = draft.playbook.choices.get(chosen(draft.heard))
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
    assert draft.message is not None
    if case is not None and "consent" in draft.state.asked and not _of_ringing(draft):
        return _consent(draft, case, reading)
    so = case is not None and says_so(draft.state, case, draft.heard, draft.playbook.cues)
    if case is not None and case.ticket and not (draft.state.asked or so or case.quiet or _of_ringing(draft)):
        draft.note(case, "added", by="contact")
        draft.say("info", draft.playbook.say("okay"))
        return True
    if case is None or Flag.CHECK not in case.flags or case.urgency is Urgency.CRITICAL or not so:
        return False
    case, news = fill(case, draft.message, reading, ("phone", "address"), draft.now, draft.playbook)
    case = share(draft, case)
    reasons = tuple(replace(one, code=_confirmed(one.code)) for one in case.reasons)
    kept = tuple(flag for flag in case.flags if flag is not Flag.CHECK)
    risen = draft.open_ticket(evolve(case, urgency=Urgency.CRITICAL, flags=kept, reasons=reasons))
    draft.filed = risen.key
    draft.note(risen, "raised", by="contact", detail="本人确认正在发生")
    draft.alert(risen, "raised")
    now_real = replace(reading, urgency=Urgency.CRITICAL, reasons=risen.reasons)
    not_yet_warned = evolve(draft.state, danger_at=None)
    draft.say("danger", danger_line(not_yet_warned, now_real, draft.playbook, draft.now))
    draft.say("receipt", noted(risen, news, draft.playbook))
    words, names = ask_contact(risen, draft.playbook)
    if risen.quiet:  # no form for somebody in despair: a number, if they like
        names = tuple(name for name in names if name == "phone")
        words = draft.playbook.say("ask_phone_gently") if names else ""
    draft.say("question", words)
    risen = draft.put(asked(risen, names))
    if "phone" in names:
        draft.timer("nudge", risen, draft.playbook.manners.nudge)
    draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn, danger_at=draft.now)
    return True


_NO_NEED, _WORDS = 6, 40


def _of_ringing(draft: Draft) -> bool:
    """A bare yes or no with this word in it answers whether they rang somebody (没打)."""
    return draft.playbook.cues.ringing.search(draft.heard) is not None


def _confirmed(code: str) -> str:
    """The rule a doubt was about, once they say that it is so: asked whether they want to harm themselves, they said yes."""
    return "R12" if code in DESPAIR else code.removeprefix(PICTURED).removeprefix(DOUBTED)


_ACTS = {
    Act.HUMAN: _human,
    Act.STATUS: _status,
    Act.ERASE_ME: erase,
    Act.WITHDRAW: _withdraw,
    Act.NOT_SOLVED: not_solved,
    Act.SOLVED: solved,
    Act.REFUSE_CONSENT: _refuse,
    Act.CONSENT: _consent,
    Act.YES: _yes,
    Act.NO: _no,
    Act.MENU_CHOICE: _choice,
    Act.THANKS: _thanks,
}


_POLITE = frozenset({Act.THANKS, Act.YES, Act.NO, Act.CONSENT, Act.SOLVED})


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
