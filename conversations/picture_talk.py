"""Talking about what is written on pictures: one question for all of them, and what a yes, a no or a person makes of it. Pure.

Danger on a picture is a doubt: people are alarmed at once, and the contact reads the 120 line on condition, with one
question. A screenshot goes round for days and a record tells last year's illness, so it is never the plain 120 line; but
somebody may have no words left and send the picture of the matter, so it is never nothing either.
"""

import re
from dataclasses import replace
from datetime import timedelta

from conversations.answering import answer
from conversations.asking import chosen
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.events import PictureRead, PictureTaken
from conversations.pictured import SOURCE, dangers, in_words, proposals, worth_asking
from conversations.reading import PICTURED, Entities, Reading, Reason
from conversations.sharing import share
from conversations.state import Case, Filled, Pictured
from conversations.talk import begin_empty
from conversations.turn import Draft, Turn
from conversations.values import evolve
from conversations.which_case import vague

TIMER = "picture"
EARLY = "early"
"""Refused because its message is still kept back with others: tell it again in a while."""
_GATHER = timedelta(seconds=8)
"""Several pictures come together: one question for all of them."""
_AGAIN = timedelta(minutes=1)
_LATE = timedelta(minutes=10)
"""A picture read later than this is for the desk: who sent it has long gone on."""
_ANSWERED_WITHIN = timedelta(hours=12)
_KEPT = 8
_SEEN = 24
_BY_NUMBER = frozenset({"choice", "district", "revisit", "satisfied", "which"})
_WAITED_FOR = _BY_NUMBER | {"check", "consent"}
_NOTHING = Entities()
_SPLIT = re.compile(r"[\s,，。.!！;；、~]+")
_DESPAIR = "R12"


def picture_read(draft: Draft, event: PictureRead) -> Turn:
    """Proposals and doubts are noted, the desk hears of them; the contact is asked once no more pictures follow."""
    state, mark = draft.state, f"{TIMER}:{event.picture}"
    if mark in state.seen:
        return draft.finish()
    case, red = _case_of(draft, event.case), dangers(event.reading)
    if case is None and state.burst and not red:
        return draft.finish(EARLY)
    # Nobody spoke: whoever is still typing an answer is where they were.
    waits = state.turn if state.asked_on == state.turn - 1 else state.asked_on
    draft.state = evolve(state, seen=(*state.seen, mark)[-_SEEN:], asked_on=waits)
    if case is None:
        if not red:
            return draft.finish()
        case = begin_empty(draft, Intent.CONSULT)
    draft.filed = case.key
    fresh = draft.now - event.sent_at <= _LATE
    found = proposals(event, state.contact, draft.playbook)
    case = draft.put(evolve(case, pictured=(*case.pictured, found)[-_KEPT:]))
    if red and (new := _unknown(case, red)):
        case = _doubt(draft, case, new, ask=fresh)
    else:
        draft.note(case, "picture_read")
    if found.slots and fresh and not _silent(draft, case):
        draft.timer(TIMER, case, _GATHER)
    return draft.finish()


def _case_of(draft: Draft, key: int) -> Case | None:
    state = draft.state
    named = state.case(key)
    if named is not None and named.open:
        return named
    held = (case for case in reversed(state.cases) if case.open and case.reporter)
    return state.focused or next(held, None) or next((case for case in reversed(state.cases) if case.open), None)


def _silent(draft: Draft, case: Case) -> bool:
    """A person speaks with them, or nothing is asked of them at all."""
    beside = draft.state.hushed(draft.now) or any(one.open and one.reporter for one in draft.state.cases)
    return beside or case.quiet or case.child or Flag.DECEASED in case.flags


def _unknown(case: Case, red: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """A picture of what they have told already is no new alarm."""
    codes = {reason.code.removeprefix(PICTURED) for reason in case.reasons}
    return tuple(reason for reason in red if reason.code not in codes)


def _doubt(draft: Draft, case: Case, red: tuple[Reason, ...], *, ask: bool) -> Case:
    critical = case.urgency is Urgency.CRITICAL
    reasons = tuple(replace(one, code=PICTURED + one.code, text=f"照片上写着：{one.text}") for one in red)
    flags = case.flags if critical else tuple(dict.fromkeys((*case.flags, Flag.CHECK)))
    case = draft.open_ticket(draft.put(evolve(case, flags=flags, reasons=(*case.reasons, *reasons))))
    draft.note(case, "picture_danger", detail="、".join(dict.fromkeys(one.text for one in red)))
    draft.alert(case, "danger" if critical else "check")
    warned = any(one.open and one.urgency is Urgency.CRITICAL for one in draft.state.cases)
    despair = any(one.code == _DESPAIR for one in red)  # a yes or a no is not what is asked of somebody in despair
    if not ask or warned or despair or "check" in draft.state.asked or _silent(draft, case):
        return case
    if draft.may_push("danger"):
        words = next((one.span for one in red if one.span), "")
        say = draft.playbook.say
        draft.pushed = True
        draft.say("danger", say("danger_picture", words=words) if words else say("danger_check"))
        draft.state = evolve(draft.state, focus=case.key, asked=("check",), asked_on=draft.state.turn)
    return case


def ask_about_pictures(draft: Draft, case: Case) -> None:
    """One short message about everything read and not asked yet; nothing when there is nothing worth it, or no room."""
    fresh = [one for one in case.pictured if not one.asked and not one.answer and draft.now - one.at <= _LATE]
    if not fresh or _silent(draft, case):
        return
    if draft.state.burst or _WAITED_FOR.intersection(draft.state.asked):
        draft.timer(TIMER, case, _AGAIN)  # one question at a time; after ten minutes it is left to people
        return
    offered = worth_asking(case, fresh, draft.playbook)
    if not offered or not draft.may_push("question"):
        return
    draft.pushed = True
    draft.say("question", draft.playbook.say("picture_ask", items=in_words(offered, draft.playbook)))
    names = {one.picture: tuple(name for name in one.slots if name in offered) for one in fresh}
    asked = tuple(
        evolve(one, asked=names[one.picture], asked_at=draft.now) if names.get(one.picture) else one
        for one in case.pictured
    )
    draft.put(evolve(case, pictured=asked))
    draft.state = evolve(draft.state, pictures_on=draft.state.turn)


def picture_answered(draft: Draft, reading: Reading, *, silent: bool) -> Turn | None:
    """The turn of a yes or a no to that question; None when the message is something else, which goes its own way.

    `silent`: a reporter speaks with them; what was asked before is still answered, and nothing is said.
    """
    state = draft.state
    case = next((one for one in state.cases if one.open and _asked(draft, one)), None)
    if not state.pictures_on or case is None:
        return None
    said = _plain_answer(draft, reading)
    if not said:
        if _says_otherwise(_asked(draft, case), reading):
            draft.put(_answered(draft, case, "corrected"))
        return None
    asked = _asked(draft, case)
    case = draft.put(_answered(draft, case, said))
    draft.filed = case.key
    if said == "no":
        draft.note(case, "picture_no", by="contact")
        draft.say("info", "" if silent else draft.playbook.say("picture_no"))
        return draft.finish()
    case, news = _filled(draft, case, asked)
    case = share(draft, case)
    draft.note(case, "picture_yes", by="contact")
    if silent or case.reporter:
        return draft.finish()
    draft.state = evolve(draft.state, focus=case.key)
    return answer(draft, case, reading, news, danger=False, fresh=False)


def _asked(draft: Draft, case: Case) -> list[Pictured]:
    return [
        one for one in case.pictured
        if one.asked_at is not None and not one.answer and draft.now - one.asked_at <= _ANSWERED_WITHIN
    ]  # fmt: skip


def _answered(draft: Draft, case: Case, how: str) -> Case:
    waiting = {one.picture for one in _asked(draft, case)}
    draft.state = evolve(draft.state, pictures_on=0)
    return evolve(
        case, pictured=tuple(evolve(one, answer=how) if one.picture in waiting else one for one in case.pictured)
    )


def _plain_answer(draft: Draft, reading: Reading) -> str:
    """yes, no, or "" for anything that is not clearly one: a fact beside it, a doubt, an answer to a later question."""
    state = draft.state
    later = state.asked_on > state.pictures_on
    number = chosen(draft.heard)
    if number:
        mine = not (later and _BY_NUMBER.intersection(state.asked))
        return {"1": "yes", "2": "no"}.get(number, "") if mine else ""
    if later and state.asked:
        return ""
    if replace(reading.entities, relation="") != _NOTHING or Act.CORRECT in reading.acts:
        return ""
    first, *rest = _SPLIT.split(draft.heard.strip(), maxsplit=1)
    cues = draft.playbook.cues
    if cues.picture_no.fullmatch(first):
        return "no"
    sure = cues.picture_yes.fullmatch(first) and not cues.picture_doubt.search("".join(rest))
    return "yes" if sure else ""


def _says_otherwise(asked: list[Pictured], reading: Reading) -> bool:
    """They write themselves what the picture was asked about: their words count, and nobody asks again."""
    facts = reading.entities
    told = {
        "phone": facts.phones, "address": facts.addresses, "drug": facts.drugs, "hospital": facts.hospitals,
        "last_done": facts.last_done_at, "next_due": facts.next_due_at,
    }  # fmt: skip
    return any(told.get(name) for one in asked for name in one.asked)


def _filled(draft: Draft, case: Case, asked: list[Pictured]) -> tuple[Case, dict[str, Filled]]:
    """The case with what was confirmed and is still missing; a case that had no name takes the picture's."""
    named = next((one for one in asked if one.confidence), None)
    if named is not None and vague(case, draft.playbook):
        case = evolve(case, intent=named.intent, confidence=named.confidence)
    news = {
        name: evolve(one.slots[name], source=SOURCE, at=draft.now)
        for one in asked
        for name in one.asked
        if name not in case.slots
    }
    return draft.put(evolve(case, slots={**case.slots, **news})), news


def picture_taken(draft: Draft, event: PictureTaken) -> Turn:
    """A reporter has made sure and takes the slot over, in place of whatever stood there."""
    case = draft.state.case(event.case)
    if case is None:
        return draft.finish("unknown")
    if not case.open:
        return draft.finish("closed")
    if case.reporter and case.reporter != event.reporter:
        return draft.finish("claimed")
    value = next((one.slots.get(event.slot) for one in case.pictured if one.picture == event.picture), None)
    if value is None:
        return draft.finish("value")
    taken = evolve(value, source=SOURCE, by=event.reporter, at=draft.now, sure=True)
    case = share(draft, evolve(case, slots={**case.slots, event.slot: taken}))
    draft.filed = case.key
    draft.note(case, "picture_taken", by=event.reporter, detail=f"slot:{event.slot}={value.value}")
    return draft.finish()
