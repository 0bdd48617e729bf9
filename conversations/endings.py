"""The contact takes it back, is done with it, or is not: what ends by their word and what waits for a person. Pure."""

from datetime import timedelta

from conversations.asking import NOTHING, ask_contact, asked
from conversations.codes import Flag, Outcome, TicketStatus, Urgency
from conversations.effects import SetTimer
from conversations.elsewhere import of_their_own
from conversations.in_danger import help_left
from conversations.needs import told_beside
from conversations.reading import Reading
from conversations.speaking import still_missing
from conversations.state import Case, Conversation
from conversations.taking_down import taken_down
from conversations.turn import Draft
from conversations.values import evolve
from conversations.which_ended import SAID_DONE, in_question, just_closed, named_cases, pointed_at, said_done, told_of

CONTENT = "satisfied"
WHICH = "which"
"""Asked which of several matters is done."""
_WORDS = 40
ERASED, KEPT = "erased", "kept"
"""Among what was asked of a case: it goes with their wish to be forgotten (1: it was open), or they took the wish back."""
_ERASE_AFTER = timedelta(minutes=2)
"""Long enough for the confirmation to be delivered: it is sealed with the key that goes."""


def withdraw(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """Many withdraw because "others have it worse": a ticket, and whatever presses, is kept until a person has looked."""
    told = told_beside(draft.heard, reading, draft.playbook.cues)
    if case is None or told or reading.urgency.at_least(Urgency.URGENT):
        return False  # 不开玩笑了，三天没做血透了: a need that begins
    if case.ticket or case.urgency.at_least(Urgency.URGENT):
        case = draft.open_ticket(case)
        draft.note(case, "asks_withdraw", by="contact")
        draft.say("info", draft.playbook.say("withdraw_kept", number=case.ticket))
        return True
    draft.put(evolve(case, outcome=Outcome.WITHDRAWN, status=TicketStatus.CLOSED))
    draft.state = evolve(draft.state, focus=0, asked=(), asked_on=0)
    draft.say("info", draft.playbook.say("withdraw_done"))
    return True


def pressing(state: Conversation) -> list[Case]:
    """Open cases that may not end without a person."""
    return [one for one in state.cases if one.open and one.urgency.at_least(Urgency.URGENT)]


def erase(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """Their data goes, unless a critical or urgent case is open: then a person explains first."""
    if told_beside(
        draft.heard, reading, draft.playbook.cues
    ):  # what they need came with the wish: a person sees to both
        draft.filed = draft.open_ticket(taken_down(draft, case, reading)).key
    held = [
        draft.open_ticket(one) for one in draft.state.cases if one in pressing(draft.state) or one.key == draft.filed
    ]
    if held:
        for one in held:
            draft.note(one, "asks_erase_me", by="contact")
            draft.alert(one, "erase")
        # "question": who asks again within the minute reads it again, not that their words are all still here
        draft.say("question", draft.playbook.say("erase_held", number=held[0].ticket))
        if draft.filed:
            _ask_contact(draft)
        return True
    for one in draft.state.cases:
        asked = {name: count for name, count in one.asked.items() if name != KEPT}
        if one.open:
            draft.put(evolve(one, outcome=Outcome.WITHDRAWN, status=TicketStatus.CLOSED, asked={**asked, ERASED: 1}))
            draft.note(one, "erased", by="contact")
        else:
            draft.put(evolve(one, asked={**asked, ERASED: 0}))
    draft.say("question", draft.playbook.say("erase_done"))
    draft.effects.append(SetTimer("erase", 0, draft.now + _ERASE_AFTER))
    return True


def _ask_contact(draft: Draft) -> None:
    case = draft.state.case(draft.filed)
    words, names = ask_contact(case, draft.playbook) if case else NOTHING
    if case and names and not case.asked.get(names[0]):
        draft.say("question", words)
        draft.put(asked(case, names))
        draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn)


def solved(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """The contact says it is solved: written down, a person still looks before it is closed. A need told with it goes on: of
    the same matter it is not solved (菜收到了，奶粉还没有), of another the one that was talked of is."""
    goes_on = told_beside(draft.heard, reading, draft.playbook.cues)
    if not goes_on and "revisit" in draft.state.asked and case is not None and case.ticket:
        return _answered_revisit(draft, case)
    if goes_on:
        done, unsure = said_done(draft, draft.state.focused if case is None else None)
        rest = [one for one in _waiting(draft) if one not in done]  # 菜收到了 药没收到: of another that is open
        done = [one for one in done if one is not case or rest]
        goes_on = not (rest and case in done)
    else:
        done, unsure = said_done(draft, case)
    if any(one.urgency is Urgency.CRITICAL for one in done) and help_left(draft):
        return False  # 120来了没拉人，又走了
    if unsure and not goes_on:
        _ask_which(draft)
    for one in done:
        _claimed(draft, one)
    if done:
        _rest_goes_on(draft, done, case if goes_on else None)
    return bool(done or unsure) and not goes_on


def _ask_which(draft: Draft) -> None:
    """Several are open and none is named: none is marked, for it may be the dialysis that is still to come."""
    every = in_question(draft.state.cases)
    titles = [draft.playbook.intents[one.intent].title for one in every]
    items = "、".join(f"{title}（{one.ticket}）" for title, one in zip(titles, every, strict=True))
    draft.say("question", draft.playbook.say("solved_which", items=items, title=titles[0]))
    draft.state = evolve(draft.state, asked=(WHICH,), asked_on=draft.state.turn)


def told_which(draft: Draft) -> bool:
    """Right after that question: the one they point at is done; nothing where they speak of something else."""
    every = in_question(draft.state.cases)
    done = pointed_at(every, draft.heard, draft.playbook)
    draft.state = evolve(draft.state, asked=(), asked_on=0)
    for one in done:
        draft.filed = one.key
        _claimed(draft, one)
    return bool(done)


def _waiting(draft: Draft) -> list[Case]:
    """The open tickets of which they say that it has not come."""
    waits = told_of(draft.heard, draft.playbook.cues)[1]
    rest = [one for one in draft.state.cases if one.open and one.ticket and one.status not in SAID_DONE]
    return named_cases(rest, waits, draft.playbook) if waits else []


def _rest_goes_on(draft: Draft, done: list[Case], told: Case | None) -> None:
    """What they say is still wanting is not passed over beside what came; `told`: what is answered by itself."""
    rest = [one for one in _waiting(draft) if one is not told and all(one.key != ended.key for ended in done)]
    for one in rest:
        draft.note(one, "added", by="contact", detail=draft.heard.strip()[:_WORDS])
    if rest:
        titles = "、".join(f"{draft.playbook.intents[one.intent].title}（{one.ticket}）" for one in rest)
        draft.say("info", draft.playbook.say("solved_rest", items=titles))


def _claimed(draft: Draft, case: Case) -> None:
    case = draft.put(evolve(draft.open_ticket(case), status=TicketStatus.CLAIMED_DONE))
    draft.note(case, "says_solved", by="contact")
    critical = case.urgency is Urgency.CRITICAL
    if critical:
        draft.revisit(case)
        draft.alert(case, "says_solved")
    draft.say("info", draft.playbook.say("solved_critical" if critical else "solved", number=case.ticket))


def _answered_revisit(draft: Draft, case: Case) -> bool:
    """Asked how it went, they say it is solved: that was the revisit; a person closes."""
    draft.state = evolve(draft.state, asked=(), asked_on=0)
    draft.filed = case.key
    if not case.open:
        draft.note(case, "says_solved", by="contact")
        draft.say("info", draft.playbook.say("solved_ended"))
        _ask_content(draft, case)
        return True
    case = draft.put(evolve(case, status=TicketStatus.REVISITED))
    draft.note(case, "says_solved", by="contact")
    draft.alert(case, "says_solved")
    draft.say("info", draft.playbook.say("solved", number=case.ticket))
    _ask_content(draft, case)
    return True


def _ask_content(draft: Draft, case: Case) -> None:
    """Once it is solved, and where nobody is asked to judge the day they nearly lost somebody."""
    if case.urgency is Urgency.CRITICAL or case.quiet or Flag.DECEASED in case.flags:
        return
    draft.say("question", draft.playbook.say("ask_satisfied"))
    draft.state = evolve(draft.state, focus=case.key, asked=(CONTENT,), asked_on=draft.state.turn)


def not_solved(draft: Draft, case: Case | None, reading: Reading) -> bool:
    """Not solved: the ticket goes back to people, a closed one is opened again under its number."""
    numbered = [one for one in reversed(draft.state.cases) if one.ticket]
    spoken_of = case if case and case.ticket else None
    waits = told_of(draft.heard, draft.playbook.cues)[1]  # 菜收到了，药没有解决
    if named := named_cases(numbered, waits or draft.heard, draft.playbook):
        target: Case | None = spoken_of if spoken_of in named else named[0]
    else:
        target = just_closed(draft.state) or spoken_of
        if target is None and case is not None and case.open:
            return False  # what is not solved is what they are telling us of, and it has no ticket yet
        target = target or _not_solved_last(draft)
    if target is None:
        return False
    done = target.outcome is not None or target.status in SAID_DONE
    if case is not None and case is not target and not done and not (named and waits and case.ticket):
        return False  # what is not solved is what they are telling us of, and it has no ticket yet
    status = TicketStatus.REOPENED if done else target.status
    slots = {**of_their_own(target, draft.state.known), **target.slots}  # what was told since it was closed
    again = evolve(target, outcome=None, status=status, slots=slots, wants_human=True)
    draft.put(again)
    draft.filed = again.key
    draft.state = evolve(draft.state, focus=again.key, asked=(), asked_on=0)
    draft.note(again, "says_not_solved", by="contact")
    draft.alert(again, "not_solved")
    critical = again.urgency is Urgency.CRITICAL
    words = draft.playbook.say("not_solved_critical" if critical else "not_solved", number=again.ticket)
    draft.say("info", words + (still_missing(again, draft.playbook) if critical else ""))
    return not told_beside(draft.heard, reading, draft.playbook.cues)


_JUST_NOW = timedelta(minutes=30)


def _not_solved_last(draft: Draft) -> Case | None:
    """Of several the last one: but an article that answered a question long ago is not what they wait for."""
    numbered = [one for one in reversed(draft.state.cases) if one.ticket]
    waited = [one for one in numbered if not _article(one) or draft.now - one.started_at <= _JUST_NOW]
    return next(iter(waited or numbered), None)


def _article(case: Case) -> bool:
    """Answered with an approved answer, by nobody's hand."""
    return case.outcome is Outcome.ANSWERED and case.acted_at is None
