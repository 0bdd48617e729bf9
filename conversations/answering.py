"""What a noted message is answered with: condolence, the critical form, a receipt, one question, or a quiet word. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from conversations.asking import ONCE, ask_contact, asked, next_ask
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.in_danger import critical, doubtful, open_siblings, stand_by
from conversations.listening import complete, felt, worse
from conversations.needs import farewell
from conversations.playbook import Playbook
from conversations.reading import Entities, Reading
from conversations.slots import SHARED
from conversations.speaking import noted, receipt, still_missing, tip_words, words_for_12345
from conversations.state import Case, Filled
from conversations.telephones import odd_number
from conversations.turn import Draft, Turn
from conversations.unseen import unseen
from conversations.values import evolve

_FRAGMENT, _ASIDE, _SURE = 12, 6, 0.7
"""Characters up to which a message that answers nothing is somebody still typing, or somebody upset: not asked again."""


def answer(
    draft: Draft, case: Case, reading: Reading, news: Mapping[str, Filled], *, danger: bool, fresh: bool
) -> Turn:
    """Choose what to say: condolence, the critical form, a receipt, a question or a quiet acknowledgement."""
    draft.filed = case.key
    if case.overlooked and Flag.DECEASED not in reading.flags:
        return unseen(draft, case)
    if case.quiet or Flag.DECEASED in reading.flags:
        return stand_by(draft, case, reading, news)
    if case.urgency is Urgency.CRITICAL:
        return critical(draft, case, reading, news, danger=danger)
    if danger:
        return doubtful(draft, case)
    if case.child:
        return _child(draft, case, reading, news)
    worsens = not fresh and worse(case, draft.heard, reading, draft.playbook)
    leaves = Act.THANKS in reading.acts and farewell(draft.heard, reading, draft.playbook.cues)
    if worsens or ((felt(reading) or leaves) and "felt" not in case.asked):
        row = draft.playbook.intents[case.intent]
        draft.say("danger", draft.playbook.say("danger_if" if row.patient else row.unnamed[1]))
        case = draft.put(evolve(case, asked={**case.asked, "felt": 1}))
    if Flag.CHECK in case.flags and not case.ticket:
        case = draft.open_ticket(case)
        draft.alert(case, "check")
    elif worsens or leaves:
        draft.alert(case, "check")
    if "phone" not in case.slots and (odd := odd_number(draft.heard)):
        if "phone" in case.asked:
            return _ask_again(draft, case, odd)
        draft.say("info", draft.playbook.say("phone_odd", number=odd, count=str(len(odd))))
    was_open = bool(case.ticket)
    ready = complete(case, draft.playbook.intents[case.intent])
    words, names = _next(draft, case, ("open", "soon") if was_open else ("open",))
    repeated = bool(names) and names == draft.asked_last
    waiting = not news and _still_typing(draft) and not _tells_news(reading) and _unanswered(draft, case, names)
    if not was_open and (ready or not names):
        case = draft.open_ticket(case)
        draft.say("receipt", noted(case, case.slots if fresh else news, draft.playbook))
        draft.say("receipt", receipt(case, draft.playbook, draft.now, surge=draft.surge))
        open_siblings(draft, case)
        draft.say("info", words_for_12345(case, case.slots, draft.playbook))
        draft.say("info", tip_words(case, draft.tips, draft.playbook))
        words, names = _next(draft, case, ("soon",))
    elif was_open:
        if Act.ABUSE in reading.acts and not waiting and not news:
            draft.say("info", draft.playbook.say("upset"))
        _added(draft, case, case.slots if fresh else news, () if waiting or repeated else names)
        open_siblings(draft, case)
        draft.say("info", words_for_12345(case, news, draft.playbook))
    else:
        said = noted(case, case.slots if fresh else news, draft.playbook)
        if not said and not draft.said:
            said = draft.playbook.say("heard_first") if fresh else _kept(draft, names)
        draft.say("info", said)
    if waiting:
        return _wait(draft, case, reading)
    if names and names == draft.asked_last:  # of what was asked for before the ticket opened just now, too
        return _remind(draft, case, names)
    return _ask(draft, case, words, names)


def _kept(draft: Draft, names: tuple[str, ...]) -> str:
    """They asked us something instead of answering: it is not passed over in silence."""
    return draft.playbook.say("question_kept") if draft.asks_us and names != draft.asked_last else ""


def _next(draft: Draft, case: Case, needs: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    listed = any(other.parent == case.key for other in draft.state.cases)
    elsewhere = {name for other in draft.state.cases if other.open and other.key != case.key for name in other.asked}
    return next_ask(case, draft.playbook, needs, surge=draft.surge, listed=listed, elsewhere=elsewhere & ONCE)


def _added(draft: Draft, case: Case, news: Mapping[str, Filled], asking: tuple[str, ...]) -> None:
    """What was taken down; the number too, if they have not read it yet; something, if nothing else was said."""
    said = noted(case, news, draft.playbook)
    if said and not asking and case.told:  # asked often enough; but with neither nobody can act
        said += still_missing(case, draft.playbook, only=SHARED)
    draft.say("receipt", said)
    if not case.told:
        draft.say("receipt", receipt(case, draft.playbook, draft.now, asking, surge=draft.surge))
    elif not said and all(purpose == "danger" for purpose, _ in draft.said):
        draft.say("receipt", draft.playbook.say("added", number=case.ticket))


def _tells_news(reading: Reading) -> bool:
    """Whether it tells anything (37度8; 小区没通知), so that the writer is not told to take their time."""
    fact = replace(reading.entities, relation="") != Entities()
    told = reading.intent.opens_case and reading.intent is not Intent.CONSULT
    sure = told and reading.confidence >= _SURE
    pressing = Flag.CHECK in reading.flags or reading.urgency.at_least(Urgency.SOON)
    return fact or sure or pressing or Act.CORRECT in reading.acts


def _unanswered(draft: Draft, case: Case, names: tuple[str, ...]) -> bool:
    """Whether what was asked last is still to be answered: it, or something good to know beside an open ticket."""
    asked_last = draft.state.asked
    if names and names == asked_last:
        return True
    if len(draft.heard.strip()) > _ASIDE:
        return False
    ours = {slot.name for slot in draft.playbook.intents[case.intent].slots} | {"consent", "district"}
    return bool(case.ticket and asked_last) and ours.issuperset(asked_last)


def _still_typing(draft: Draft) -> bool:
    return bool(draft.asked_last) and len(draft.heard.strip()) <= _FRAGMENT


def _wait(draft: Draft, case: Case, reading: Reading) -> Turn:
    """A fragment right after a question: it is not asked again at once. What is missing is said, and waited for."""
    asks = reading.intent is Intent.CONSULT and reading.confidence >= draft.playbook.manners.floor
    words = "question_kept" if asks or draft.asks_us else "slowly"
    words = "courtesy" if Act.THANKS in reading.acts else "upset" if Act.ABUSE in reading.acts else words
    draft.said = [pair for pair in draft.said if pair[0] != "receipt" or not case.told]
    if not any(purpose == "receipt" for purpose, _ in draft.said):  # a receipt names what is missing by itself
        draft.say("info", draft.playbook.say(words) + still_missing(case, draft.playbook))
    _wait_for_more(draft, case)
    return draft.finish()


def _ask_again(draft: Draft, case: Case, odd: str) -> Turn:
    """A number that cannot be one is said so at once: they believe they have left it."""
    draft.say("question", draft.playbook.say("phone_odd", number=odd, count=str(len(odd))))
    draft.state = evolve(draft.state, asked=("phone",))
    _wait_for_more(draft, case)
    return draft.finish()


def _remind(draft: Draft, case: Case, names: tuple[str, ...]) -> Turn:
    """They went on telling instead of answering: heard, and what is missing said as a statement, not asked again at once."""
    draft.state = evolve(draft.state, asked=names)
    titles = [slot.title for slot in draft.playbook.intents[case.intent].slots if slot.name in names]
    gaps = still_missing(case, draft.playbook) or (
        draft.playbook.say("receipt_gaps", items="、".join(titles)) if titles else ""
    )
    if all(purpose == "danger" for purpose, _ in draft.said):
        draft.say("receipt", draft.playbook.say("question_kept" if draft.asks_us else "noted_words"))
    if not any(gaps in text for _, text in draft.said):
        draft.say("info", gaps)
    # It was asked for, in other words; beside a ticket the question itself is still to come.
    case = draft.put(evolve(case, rounds=case.rounds + 1) if case.ticket else asked(case, names))
    _wait_for_more(draft, case)
    return draft.finish()


_OF_A_CHILD: dict[tuple[str, ...], str] = {("phone",): "ask_child_phone", ("address",): "ask_child_address"}


def _of_illness(reading: Reading, playbook: Playbook) -> bool:
    ill = playbook.intents[reading.intent].family == "medical" and reading.urgency.at_least(Urgency.URGENT)
    told = reading.intent.opens_case or reading.urgency is not Urgency.NORMAL  # 弟弟睡着了 is chat
    return ill or (told and Flag.CHECK in reading.flags)


def _child(draft: Draft, case: Case, reading: Reading, news: Mapping[str, Filled]) -> Turn:
    """A child by itself: a person at once, a grown-up nearby, a number and a door; no form, no consent to give."""
    first = "child" not in case.asked  # the ticket may be older than our knowing who writes
    pressing = False
    case = draft.open_ticket(case)
    if first:
        case = draft.put(evolve(case, asked={**case.asked, "child": 1}))
        draft.alert(case, "child")
        open_siblings(draft, case)
        draft.say("info", draft.playbook.say("child", number=case.ticket))
    else:
        if pressing := _of_illness(reading, draft.playbook):  # 弟弟发烧了很烫
            draft.alert(case, "danger")
            draft.say("danger", draft.playbook.say("child_danger"))
        words = noted(case, news, draft.playbook)
        draft.say("receipt", words if words or pressing else draft.playbook.say("noted_words"))
    _words, names = ask_contact(case, draft.playbook)
    if names and case.asked.get(names[0], 0) < 2:
        draft.say("question", draft.playbook.say(_OF_A_CHILD.get(names, "ask_child")))
        case = asked(case, names)
    elif not first and not news and not pressing:
        draft.said = [("receipt", draft.playbook.say("child_added", number=case.ticket))]
    draft.put(case)
    draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn if names else 0)
    return draft.finish()


def _ask(draft: Draft, case: Case, words: str, names: tuple[str, ...]) -> Turn:
    draft.say("question", words)
    case = draft.put(asked(case, names))
    if not names and "consent" in draft.state.asked and not case.consent:
        names = ("consent",)  # they answered something older first; it stays to be answered
    draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn if words else 0)
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


def _notice(draft: Draft) -> None:
    """What happens with their data, once, never in the way of danger."""
    if not draft.state.noticed and not any(purpose == "danger" for purpose, _ in draft.said) and draft.said:
        draft.say("info", draft.playbook.say("notice"))
        draft.state = evolve(draft.state, noticed=True)
