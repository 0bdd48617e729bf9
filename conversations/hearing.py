"""The contact speaks (or comes, or goes): danger first, then which case, then what to note, ask or tell. Pure."""

from collections.abc import Mapping

from conversations.codes import Flag, Intent, Outcome, TicketStatus, Urgency
from conversations.effects import EraseContact
from conversations.events import ContactErased, ContactFollowed, ContactUnfollowed, MessageReceived
from conversations.listening import complete, fill, find_case, heard, is_red, new_case
from conversations.reading import Reading
from conversations.speaking import ask_contact, asked, danger_line, next_ask, noted, receipt
from conversations.state import Case, Conversation, Filled, Phase
from conversations.talk import meta_act, small_talk, wordless
from conversations.turn import Draft, Turn
from conversations.values import evolve


def message_received(draft: Draft, event: MessageReceived) -> Turn:
    message, reading, state = event.message, event.reading, draft.state
    draft.state = evolve(
        state, window=state.window.opened(message.opens, min(message.sent_at, draft.now), draft.limits), following=True
    )
    draft.pushed = bool(event.answered)
    danger = _answer_danger(draft, event)
    if message.kind == "menu":
        draft.say("info", draft.playbook.say("menu_help"))
        return draft.finish()
    if message.kind == "notice":
        return draft.finish()
    case, intent = find_case(draft.state, message, reading, draft.playbook)
    held = next((one for one in draft.state.cases if one.open and one.reporter), None)
    if held is not None and not danger:
        return _beside_a_reporter(draft, case, held, event, intent)
    if not danger and Flag.DECEASED not in reading.flags:
        done = meta_act(draft, case, reading) or wordless(draft, case, message)
        if done or (case is None and (intent is None or not intent.opens_case) and small_talk(draft, message, reading)):
            return _filed(draft, case)
    if case is None:
        chosen = (
            intent
            if intent and intent.opens_case
            else Intent.EMERGENCY
            if reading.urgency is Urgency.CRITICAL
            else Intent.CONSULT
        )
        return _begin(draft, event, chosen, danger)
    return _go_on(draft, case, event, intent, danger)


def _beside_a_reporter(
    draft: Draft, case: Case | None, held: Case, event: MessageReceived, intent: Intent | None
) -> Turn:
    """A person speaks with them: the bot says nothing, but hears everything; a new need gets its own ticket quietly."""
    if case is None and (intent is None or not intent.opens_case):
        case = held
    if case is None:
        assert intent is not None
        case = new_case(draft.state, event.message, event.reading, intent, draft.now)
        case, _ = fill(case, draft.playbook.intents[intent], event.message, event.reading, (), draft.now)
        draft.filed = case.key
        draft.alert(draft.open_ticket(_share(draft, case)), "further_need")
        return draft.finish()
    meta_act(draft, case, event.reading, silent=True)
    draft.filed = case.key
    return _go_on(draft, case, event, intent, danger=False, silent=True)


def _answer_danger(draft: Draft, event: MessageReceived) -> bool:
    """The 120 line, in every phase and whoever has the case; True when this message is red."""
    if not is_red(event.reading):
        return False
    warned = any(case.open and case.urgency is Urgency.CRITICAL for case in draft.state.cases)
    if warned and event.reading.urgency is not Urgency.CRITICAL:
        return False  # they have the 120 line already; a doubtful word on top of it is no new question
    if event.answered != "danger":
        draft.say("danger", danger_line(draft.state, event.reading, draft.playbook, draft.now))
    draft.state = evolve(draft.state, danger_at=draft.now)
    return True


def _begin(draft: Draft, event: MessageReceived, intent: Intent, danger: bool) -> Turn:
    """A new need: a case of its own, however many others are open."""
    case = new_case(draft.state, event.message, event.reading, intent, draft.now)
    draft.state = evolve(draft.state, focus=case.key, asked=(), asked_on=0)
    case, _ = fill(case, draft.playbook.intents[intent], event.message, event.reading, (), draft.now)
    return _answer(draft, _share(draft, case), event.reading, {}, danger=danger, fresh=True)


def _go_on(
    draft: Draft, case: Case, event: MessageReceived, intent: Intent | None, danger: bool, silent: bool = False
) -> Turn:
    """More about an open case: note it, and rise if it got worse."""
    before = case
    case = heard(case, event.message, event.reading, intent, draft.playbook)
    asked_now = draft.state.asked if case.key == draft.state.focus else ()
    case, news = fill(case, draft.playbook.intents[case.intent], event.message, event.reading, asked_now, draft.now)
    draft.state = evolve(draft.state, focus=case.key)
    case = _share(draft, case)
    if case.ticket:
        change = "raised" if case.urgency.rank < before.urgency.rank else "added"
        detail = "、".join(reason.text for reason in event.reading.reasons) if change == "raised" else ""
        draft.note(case, change, by="contact", detail=detail)
        if change == "raised" or danger:
            draft.alert(case, change if change == "raised" else "danger")
    if case.reporter or silent:
        draft.filed = case.key
        return draft.finish()
    return _answer(draft, case, event.reading, news, danger=danger, fresh=False)


def _share(draft: Draft, case: Case) -> Case:
    """Phone and address are the contact's: other open cases of theirs know them too."""
    shared = {name: value for name, value in case.slots.items() if name in ("phone", "address")}
    draft.state = evolve(draft.state, known={**draft.state.known, **shared})
    draft.put(case)
    for other in draft.state.cases:
        lacking = {name: value for name, value in shared.items() if name not in other.slots}
        if other.open and other.key != case.key and lacking:
            draft.put(evolve(other, slots={**other.slots, **lacking}))
            draft.note(evolve(other, slots={**other.slots, **lacking}), "shared")
    return case


def _answer(
    draft: Draft, case: Case, reading: Reading, news: Mapping[str, Filled], *, danger: bool, fresh: bool
) -> Turn:
    """Choose what to say: condolence, the critical form, a receipt, a question or a quiet acknowledgement."""
    draft.filed = case.key
    if case.quiet or Flag.DECEASED in reading.flags:
        return _stand_by(draft, case)
    if case.urgency is Urgency.CRITICAL:
        return _critical(draft, case, news, danger=danger, fresh=fresh)
    if danger:
        return _doubtful(draft, case)
    if Flag.CHECK in case.flags and not case.ticket:
        case = draft.open_ticket(case)
        draft.alert(case, "check")
    was_open = bool(case.ticket)
    ready = complete(case, draft.playbook.intents[case.intent])
    words, names = next_ask(case, draft.playbook, ("open",))
    if not was_open and (ready or not names):
        case = draft.open_ticket(case)
        draft.say("receipt", noted(case, case.slots if fresh else news, draft.playbook))
        draft.say("receipt", receipt(case, draft.playbook, draft.now))
        words, names = next_ask(case, draft.playbook, ("soon",))
    elif was_open and not danger:
        draft.say("receipt", noted(case, news, draft.playbook) or draft.playbook.say("added", number=case.ticket))
        words, names = next_ask(case, draft.playbook, ("open", "soon"))
    elif news and not danger:
        draft.say("info", noted(case, news, draft.playbook))
    return _ask(draft, case, words, names)


def _doubtful(draft: Draft, case: Case) -> Turn:
    """A red word in a doubtful frame: the 120 line if it is happening now, one yes/no question, a ticket, and nothing else."""
    case = draft.open_ticket(case)
    draft.alert(case, "check")
    draft.put(case)
    draft.state = evolve(draft.state, asked=("check",), asked_on=draft.state.turn)
    return draft.finish()


def _ask(draft: Draft, case: Case, words: str, names: tuple[str, ...]) -> Turn:
    draft.say("question", words)
    case = draft.put(asked(case, names))
    draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn if names else 0)
    if not case.ticket:
        urgent = case.urgency.at_least(Urgency.URGENT)
        draft.timer(
            "silence", case, draft.playbook.manners.silence_urgent if urgent else draft.playbook.manners.silence
        )
    _notice(draft)
    return draft.finish()


def _critical(draft: Draft, case: Case, news: Mapping[str, Filled], *, danger: bool, fresh: bool) -> Turn:
    """A ticket from the first message on, phone and address as one ask, then a receipt; nothing else is asked."""
    first = not case.ticket
    case = draft.open_ticket(case)
    if first:
        draft.alert(case, "critical")
    words, names = ask_contact(case, draft.playbook)
    if names and (first or (danger and not case.asked.get(names[0]))):
        draft.say("question", words)
        case = draft.put(asked(case, names))
        draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn)
        return draft.finish()
    said = noted(case, news, draft.playbook)
    draft.say("receipt", said)
    if first or said:
        draft.say("receipt", receipt(case, draft.playbook, draft.now))
    elif not danger:
        draft.say("receipt", draft.playbook.say("added", number=case.ticket))
        draft.say("receipt", words if names else "")
    draft.state = evolve(draft.state, asked=names)
    draft.put(case)
    return draft.finish()


def _stand_by(draft: Draft, case: Case) -> Turn:
    """Somebody died, or wants to: two lines and a person. No form, no survey, nothing to fill in."""
    first = not case.ticket
    case = draft.open_ticket(case)
    draft.state = evolve(draft.state, asked=(), asked_on=0)
    if Flag.DECEASED in case.flags:
        draft.said = [pair for pair in draft.said if pair[0] != "danger"]
        draft.say("info", draft.playbook.say("condolence") if first else draft.playbook.say("condolence_again"))
    elif not any(purpose == "danger" for purpose, _ in draft.said):
        draft.say("info", draft.playbook.say("beside_you"))
    if first:
        draft.alert(case, "deceased" if Flag.DECEASED in case.flags else "critical")
    draft.put(case)
    return draft.finish()


def _notice(draft: Draft) -> None:
    """What happens with their data, once, never in the way of danger."""
    if not draft.state.noticed and not any(purpose == "danger" for purpose, _ in draft.said) and draft.said:
        draft.say("info", draft.playbook.say("notice"))
        draft.state = evolve(draft.state, noticed=True)


def _filed(draft: Draft, case: Case | None) -> Turn:
    draft.filed = draft.filed or (case.key if case else 0)
    return draft.finish()


def followed(draft: Draft, event: ContactFollowed) -> Turn:
    """They came: who we are, and the 120 line, in one message."""
    message = event.message
    window = draft.state.window.opened(message.opens, min(message.sent_at, draft.now), draft.limits)
    draft.state = evolve(draft.state, window=window, following=True)
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
