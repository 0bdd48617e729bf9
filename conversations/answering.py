"""What a noted message is answered with: condolence, the critical form, a receipt, one question, or a quiet word. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from conversations.codes import Flag, Intent, Outcome, TicketStatus, Urgency
from conversations.events import MessageReceived
from conversations.listening import complete, new_case
from conversations.reading import Reading
from conversations.speaking import ask_contact, asked, next_ask, noted, receipt, words_for_12345
from conversations.state import Case, Filled
from conversations.talk import begin_empty
from conversations.turn import Draft, Turn
from conversations.values import evolve

_QUESTION = 80
_ENTRY, _SHOWN = 12, 10


def answer(
    draft: Draft, case: Case, reading: Reading, news: Mapping[str, Filled], *, danger: bool, fresh: bool
) -> Turn:
    """Choose what to say: condolence, the critical form, a receipt, a question or a quiet acknowledgement."""
    draft.filed = case.key
    if case.quiet or Flag.DECEASED in reading.flags:
        return _stand_by(draft, case, news)
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
        _open_siblings(draft, case)
        draft.say("info", words_for_12345(case, case.slots, draft.playbook))
        words, names = next_ask(case, draft.playbook, ("soon",))
    elif was_open and not danger:
        draft.say("receipt", noted(case, news, draft.playbook) or draft.playbook.say("added", number=case.ticket))
        draft.say("info", words_for_12345(case, news, draft.playbook))
        words, names = next_ask(case, draft.playbook, ("open", "soon"))
    elif news and not danger:
        draft.say("info", noted(case, news, draft.playbook))
    return _ask(draft, case, words, names)


def _open_siblings(draft: Draft, case: Case) -> None:
    """The other needs of the same message get their tickets with the first one's; a person sees them together."""
    for other in draft.state.cases:
        if other.open and not other.ticket and other.key != case.key and other.started_at == case.started_at:
            other = draft.open_ticket(other)
            draft.say(
                "receipt",
                draft.playbook.say(
                    "also_receipt", number=other.ticket, title=draft.playbook.intents[other.intent].title
                ),
            )
            draft.alert(other, "further_need")


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
        _open_siblings(draft, case)
    words, names = ask_contact(case, draft.playbook)
    if names and (first or (danger and not case.asked.get(names[0]))):
        draft.say("question", words)
        case = draft.put(asked(case, names))
        draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn)
        if "phone" in names:
            draft.timer("nudge", case, draft.playbook.manners.nudge)
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


def _stand_by(draft: Draft, case: Case, news: Mapping[str, Filled]) -> Turn:
    """Somebody died, or wants to: two lines and a person. No form, no survey, nothing to fill in."""
    first = not case.ticket
    case = draft.open_ticket(case)
    draft.state = evolve(draft.state, asked=(), asked_on=0)
    if Flag.DECEASED in case.flags:
        draft.said = [pair for pair in draft.said if pair[0] != "danger"]
        draft.say("info", draft.playbook.say("condolence") if first else draft.playbook.say("condolence_again"))
    elif not any(purpose == "danger" for purpose, _ in draft.said):
        draft.say("info", noted(case, news, draft.playbook) + draft.playbook.say("beside_you"))
    if first:
        draft.alert(case, "deceased" if Flag.DECEASED in case.flags else "critical")
    draft.put(case)
    return draft.finish()


def _notice(draft: Draft) -> None:
    """What happens with their data, once, never in the way of danger."""
    if not draft.state.noticed and not any(purpose == "danger" for purpose, _ in draft.said) and draft.said:
        draft.say("info", draft.playbook.say("notice"))
        draft.state = evolve(draft.state, noticed=True)


def answer_from_knowledge(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """An approved answer with its source and date; the question is counted as a closed ticket that "not solved" reopens.

    Only where nothing presses: a person in need gets a person, not an article.
    """
    entry = draft.playbook.entry(reading.answer, draft.now)
    case = case or draft.state.focused
    if entry is None or reading.urgency is not Urgency.NORMAL or (case is not None and case.quiet):
        return False
    source = f"{entry.source}，{entry.since.year}年{entry.since.month}月{entry.since.day}日起"
    draft.say("info", draft.playbook.say("answer", answer=entry.answer, source=source))
    if case is not None:
        draft.note(case, "answered", detail=entry.code)
        draft.filed = case.key
        return True
    asked_of_us = draft.open_ticket(begin_empty(draft, Intent.CONSULT))
    answered = evolve(
        asked_of_us,
        outcome=Outcome.ANSWERED, status=TicketStatus.CLOSED, summary=draft.heard[:_QUESTION], confidence=1.0,
    )  # fmt: skip
    draft.put(answered)
    draft.note(answered, "answered", detail=entry.code)
    draft.state = evolve(draft.state, focus=0)
    draft.filed = answered.key
    return True


def begin_list(draft: Draft, parent: Case, event: MessageReceived) -> Turn:
    """Many households in one message: a ticket each at once, the red ones with an alarm, and one for the whole list.

    Whoever collected the names is asked for one number and one address; rooms stand in the entries' own words.
    """
    parent = draft.open_ticket(parent)
    draft.filed = parent.key
    given: list[str] = []
    for part in event.parts:
        intent = part.reading.intent if part.reading.intent.opens_case else parent.intent
        child = new_case(draft.state, replace(event.message, text=part.text), part.reading, intent, draft.now)
        child = draft.open_ticket(draft.put(evolve(child, parent=parent.key)))
        draft.note(child, "listed", detail=parent.ticket)
        if child.urgency is Urgency.CRITICAL or Flag.CHECK in child.flags:
            draft.alert(child, "critical" if child.urgency is Urgency.CRITICAL else "check")
        given.append(f"{part.text[:_ENTRY]} {child.ticket}")
    draft.alert(parent, "list")
    shown = given[:_SHOWN] + ["……"] * (len(given) > _SHOWN)
    draft.say("receipt", draft.playbook.say("list_receipt", count=str(len(given)), items="\n".join(shown)))
    words, names = ask_contact(parent, draft.playbook)
    draft.say("question", words)
    draft.put(asked(parent, names))
    draft.state = evolve(draft.state, focus=parent.key, asked=names, asked_on=draft.state.turn)
    return draft.finish()
