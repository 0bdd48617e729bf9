"""What a noted message is answered with: condolence, the critical form, a receipt, one question, or a quiet word. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from conversations.asking import ask_contact, asked, next_ask
from conversations.codes import Act, Flag, Intent, Outcome, TicketStatus, Urgency
from conversations.listening import complete
from conversations.reading import Reading
from conversations.slots import SHARED
from conversations.speaking import next_critical, noted, receipt, still_missing, tip_words, violent, words_for_12345
from conversations.state import Case, Filled
from conversations.talk import begin_empty
from conversations.turn import Draft, Turn
from conversations.values import evolve

_QUESTION = 80
_BESIDE = timedelta(minutes=10)
"""The numbers to call are not repeated with every line to somebody in despair."""
_FRAGMENT = 12
"""Characters up to which a message that answers nothing is somebody still typing, or somebody upset: not asked again."""


def answer(
    draft: Draft, case: Case, reading: Reading, news: Mapping[str, Filled], *, danger: bool, fresh: bool
) -> Turn:
    """Choose what to say: condolence, the critical form, a receipt, a question or a quiet acknowledgement."""
    draft.filed = case.key
    if case.quiet or Flag.DECEASED in reading.flags:
        return _stand_by(draft, case, reading, news)
    if case.urgency is Urgency.CRITICAL:
        return _critical(draft, case, news, danger=danger, fresh=fresh)
    if danger:
        return _doubtful(draft, case)
    if case.child:
        return _child(draft, case, news)
    if Flag.CHECK in case.flags and not case.ticket:
        case = draft.open_ticket(case)
        draft.alert(case, "check")
    was_open = bool(case.ticket)
    ready = complete(case, draft.playbook.intents[case.intent])
    words, names = _next(draft, case, ("open", "soon") if was_open else ("open",))
    if not was_open and (ready or not names):
        case = draft.open_ticket(case)
        draft.say("receipt", noted(case, case.slots if fresh else news, draft.playbook))
        draft.say("receipt", receipt(case, draft.playbook, draft.now, surge=draft.surge))
        _open_siblings(draft, case)
        draft.say("info", words_for_12345(case, case.slots, draft.playbook))
        draft.say("info", tip_words(case, draft.tips, draft.playbook))
        words, names = _next(draft, case, ("soon",))
    elif was_open:
        _added(draft, case, case.slots if fresh else news, names)
        draft.say("info", words_for_12345(case, news, draft.playbook))
    else:
        said = noted(case, case.slots if fresh else news, draft.playbook)
        draft.say("info", said or (draft.playbook.say("heard_first") if fresh and not draft.said else ""))
    if names and names == draft.state.asked and not news and _still_typing(draft):
        return _wait(draft, case, reading)
    return _ask(draft, case, words, names)


def _next(draft: Draft, case: Case, needs: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    listed = any(other.parent == case.key for other in draft.state.cases)
    return next_ask(case, draft.playbook, needs, surge=draft.surge, listed=listed)


def _added(draft: Draft, case: Case, news: Mapping[str, Filled], asking: tuple[str, ...]) -> None:
    """What was taken down; the number too, if they have not read it yet; something, if nothing else was said."""
    said = noted(case, news, draft.playbook)
    draft.say("receipt", said)
    if not case.told:
        draft.say("receipt", receipt(case, draft.playbook, draft.now, asking, surge=draft.surge))
    elif not said and not draft.said:
        draft.say("receipt", draft.playbook.say("added", number=case.ticket))


def _still_typing(draft: Draft) -> bool:
    return draft.state.asked_on == draft.state.turn - 1 and len(draft.heard.strip()) <= _FRAGMENT


def _wait(draft: Draft, case: Case, reading: Reading) -> Turn:
    """A fragment right after a question: it is not asked again at once. What is missing is said, and waited for."""
    upset = Act.ABUSE in reading.acts
    draft.said = [pair for pair in draft.said if pair[0] != "receipt" or not case.told]
    missing = still_missing(case, draft.playbook)
    draft.say("info", draft.playbook.say("upset" if upset else "slowly") + missing)
    _wait_for_more(draft, case)
    return draft.finish()


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


def _child(draft: Draft, case: Case, news: Mapping[str, Filled]) -> Turn:
    """A child by itself: a person at once, a grown-up nearby, a number and a door; no form, no consent to give."""
    first = "child" not in case.asked  # the ticket may be older than our knowing who writes
    case = draft.open_ticket(case)
    if first:
        case = draft.put(evolve(case, asked={**case.asked, "child": 1}))
        draft.alert(case, "child")
        _open_siblings(draft, case)
        draft.say("info", draft.playbook.say("child", number=case.ticket))
    else:
        draft.say("receipt", noted(case, news, draft.playbook))
    _words, names = ask_contact(case, draft.playbook)
    if names and case.asked.get(names[0], 0) < 2:
        draft.say("question", draft.playbook.say("ask_child"))
        case = asked(case, names)
    elif not draft.said:
        draft.say("receipt", draft.playbook.say("child_added", number=case.ticket))
    draft.put(case)
    draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn if names else 0)
    return draft.finish()


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
    _wait_for_more(draft, case)
    _notice(draft)
    return draft.finish()


def _wait_for_more(draft: Draft, case: Case) -> Case:
    """Without a ticket yet, silence opens it."""
    if case.ticket:
        return draft.put(case)
    manners = draft.playbook.manners
    return draft.timer(
        "silence", case, manners.silence_urgent if case.urgency.at_least(Urgency.URGENT) else manners.silence
    )


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
    if first:  # told with the danger, or known from before: said back, so that a wrong number is seen
        known = {name: value for name, value in case.slots.items() if name in SHARED}
        draft.say("receipt", noted(case, known, draft.playbook))
        title = draft.playbook.intents[case.intent].title
        draft.say("receipt", draft.playbook.say("receipt", number=case.ticket, title=title))
        draft.put(case)
        return draft.finish()
    said = noted(case, news, draft.playbook)
    draft.say("receipt", said)
    if not case.told and (said or not danger):
        draft.say("receipt", receipt(case, draft.playbook, draft.now))
    elif said:
        draft.say("receipt", still_missing(case, draft.playbook) + next_critical(case, draft.playbook, draft.now))
    elif not danger and not draft.said:
        words = draft.playbook.say("added_violence" if violent(case) else "added_critical", number=case.ticket)
        draft.say("receipt", words + still_missing(case, draft.playbook))
    elif danger and not violent(case):
        draft.say("receipt", still_missing(case, draft.playbook))
    draft.state = evolve(draft.state, asked=names)
    draft.put(case)
    return draft.finish()


def _stand_by(draft: Draft, case: Case, reading: Reading, news: Mapping[str, Filled]) -> Turn:
    """Somebody died, or wants to: two lines and a person. No form, no survey, nothing to fill in."""
    first = not case.ticket
    case = draft.open_ticket(case)
    draft.state = evolve(draft.state, asked=(), asked_on=0)
    beside = any(other.open and other.reporter for other in draft.state.cases)
    if Flag.DECEASED in case.flags:
        draft.said = [pair for pair in draft.said if pair[0] != "danger"]
        if not beside:
            draft.say("info", draft.playbook.say("condolence" if first else "condolence_again"))
    elif any(purpose == "danger" for purpose, _ in draft.said):
        if not beside and "phone" not in case.slots and "phone" not in case.asked:
            draft.say("question", draft.playbook.say("ask_phone_gently"))
            case = evolve(case, asked={**case.asked, "phone": 1})
    elif not beside:
        again = draft.state.said_at is not None and draft.now - draft.state.said_at < _BESIDE
        words = draft.playbook.say("beside_you_again" if again and not first else "beside_you")
        draft.say("info", noted(case, news, draft.playbook) + words)
    if first:
        draft.alert(case, "deceased" if Flag.DECEASED in case.flags else "critical")
    elif Act.HUMAN in reading.acts:
        draft.alert(case, "human")
    draft.put(case)
    return draft.finish()


def _notice(draft: Draft) -> None:
    """What happens with their data, once, never in the way of danger."""
    if not draft.state.noticed and not any(purpose == "danger" for purpose, _ in draft.said) and draft.said:
        draft.say("info", draft.playbook.say("notice"))
        draft.state = evolve(draft.state, noticed=True)


def _tells_of_a_call(case: Case, reading: Reading) -> bool:
    """ "I rang 12345 forty times" in the middle of a case says what was done; it does not ask what 12345 is."""
    return reading.entities.called_12345 not in ("", "no") and "called_12345" not in case.slots


def answer_from_knowledge(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """An approved answer with its source and date; the question is counted as a closed ticket that "not solved" reopens.

    Only where nothing presses: a person in need gets a person, not an article.
    """
    entry = draft.playbook.entry(reading.answer, draft.now)
    case = case or draft.state.focused
    if (
        entry is None
        or Act.HUMAN in reading.acts
        or reading.urgency is not Urgency.NORMAL
        or (case is not None and (case.quiet or _tells_of_a_call(case, reading)))
    ):
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
