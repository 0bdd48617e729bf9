"""What is said, in which words and order: one short message a turn, danger first. Every sentence is a row. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from conversations.codes import Act, Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.knowledge import Tip
from conversations.playbook import AMBULANCE, Danger, Playbook
from conversations.reading import DESPAIR, OF_ANOTHER, OVERLOOKED, VEILED, Reading
from conversations.slots import OWN_WORDS, SHARED, SKIPPED, day_words, missing
from conversations.state import Case, Conversation, Filled
from conversations.which_case import vague

_WORDS = 40
_OWN_WORDS = OWN_WORDS | {"story"}
"""Kinds whose values are what they said themselves: taken down, not read back to them."""
_SEPARATORS = " \t,，。、;；:：\n"


_LATELY = timedelta(hours=2)
"""While a danger is this fresh, what only the model feels is more of it."""


def danger_line(state: Conversation, reading: Reading, playbook: Playbook, now: datetime, said: str = "") -> str:
    """The 120 line for this message; shorter when it was said within the last minute, honest at night.

    `said`: its words. The model alone tells how bad it is, never whom to ring: of things and places all numbers are named."""
    codes = [reason.code for reason in reading.reasons if reason.code != OVERLOOKED]
    if (kind := advised(state, reading, playbook)) is playbook.danger([OVERLOOKED]):
        return playbook.say(kind.say)
    if reading.urgency is not Urgency.CRITICAL:
        # Of others' despair one may have read, or be afraid of it: asked as of any danger.
        despair = DESPAIR & set(codes) and OF_ANOTHER not in codes and (VEILED in codes or _of_themselves(reading))
        if despair:
            return playbook.say("danger_check_self_harm")
        line = playbook.doubt(codes)
        muted = playbook.say("danger_mute", call=playbook.danger(codes).call)
        return line + muted if Flag.MUTE in reading.flags else line
    told = any(
        case.open and case.urgency is Urgency.CRITICAL for case in state.cases
    )  # a doubt's line is not the whole one
    again = told and state.danger_at is not None and now - state.danger_at < playbook.manners.danger_again
    lately = state.danger_at is not None and now - state.danger_at < _LATELY
    if told and lately and all(code == "model" for code in codes):  # it felt danger and cannot name it: the known one
        codes = [code for case in state.cases if case.open for code in case.codes] or codes
    kind = playbook.danger(codes)
    again = again and kind.say in _advice_given(state, playbook)
    if "R12" in codes and (again or any(case.open and case.quiet and case.reporter for case in state.cases)):
        return playbook.say(kind.short)
    mute = Flag.MUTE in reading.flags or any(case.open and Flag.MUTE in case.flags for case in state.cases)
    if again:
        return playbook.say(kind.short)
    at_door = Flag.AT_DOOR in reading.flags and kind.call == AMBULANCE and "R12" not in codes
    row = playbook.intents[reading.intent]
    nobody_ill = bool(said) and reading.intent is Intent.EMERGENCY and playbook.cues.of_body.search(said) is None
    unnamed = not any(code.startswith("R") for code in codes) and (nobody_ill or not row.patient)
    line = playbook.say("danger_at_door" if at_door else row.unnamed[0] if unnamed else kind.say)
    if mute:
        line += playbook.say("danger_mute", call=kind.call)
    if playbook.hours.night(now):
        line += playbook.say("danger_night")
    return line


def _advice_given(state: Conversation, playbook: Playbook) -> set[str]:
    """The sentences said of the dangers that are open: of fire nobody was told who was told of a heart."""
    seen = [code for case in state.cases if case.open for code in case.codes if code.startswith("R")]
    return {playbook.danger([code]).say for code in seen} or {playbook.danger(()).say}


def advised(state: Conversation, reading: Reading, playbook: Playbook) -> Danger:
    """The danger whose advice is given: whom they fear would read it, and of fire, gas and breath it is said whoever does."""
    codes = [reason.code for reason in reading.reasons if reason.code != OVERLOOKED]
    kind, named = playbook.danger(codes), any(code.startswith("R") for code in codes)
    if _read_along(state, reading) and (not named or kind.watched):
        return playbook.danger([OVERLOOKED])
    return kind


def _read_along(state: Conversation, reading: Reading) -> bool:
    told = any(reason.code == OVERLOOKED for reason in reading.reasons)
    return told or any(case.open and case.overlooked for case in state.cases)


def _of_themselves(reading: Reading) -> bool:
    """Despair, or words of despair in a farewell of which the model reads the thanks (谢谢你们，别救我了)."""
    return reading.intent is Intent.DISTRESS or Act.THANKS in reading.acts


def noted(case: Case, news: Mapping[str, Filled], playbook: Playbook) -> str:
    """What was understood, as a statement: "已记下：电话 138…；地址 …。" Nothing when nothing was."""
    rows = {slot.name: slot for slot in playbook.intents[case.intent].slots}
    words = [
        f"{rows[name].title} {value.value}"
        for name, value in news.items()
        if value.value not in ("", SKIPPED) and name in rows and rows[name].kind not in _OWN_WORDS
    ]
    if words:
        return playbook.say("noted", items="；".join(words))
    if any(value.value == SKIPPED for value in news.values()):
        return playbook.say("skipped")
    return playbook.say("noted_words") if any(rows[name].kind in OWN_WORDS for name in news if name in rows) else ""


def receipt(case: Case, playbook: Playbook, now: datetime, asking: tuple[str, ...] = (), *, surge: bool = False) -> str:
    """The ticket's number, what is still missing, and what happens next: never a promise that is not recorded.

    `asking`: what the same message asks for, which need not be named as missing as well.
    """
    row = playbook.intents[case.intent]
    if vague(case, playbook) and case.urgency is not Urgency.CRITICAL:
        return playbook.say("receipt_vague", number=case.ticket)
    lines = [playbook.say("receipt", number=case.ticket, title=row.title)]
    critical = case.urgency is Urgency.CRITICAL
    lines.append("" if case.quiet else still_missing(case, playbook, asking))
    if critical:
        lines.append(next_critical(case, playbook, now))
    elif playbook.hours.night(now):
        lines.append(playbook.say("next_night"))
    elif Flag.REPOST in case.flags:
        lines.append(playbook.say("next_repost"))
    elif surge and not case.urgency.at_least(Urgency.URGENT):
        lines.append(playbook.say("next_surge"))
    elif Flag.MUTE in case.flags:
        lines.append(playbook.say("next_mute"))
    else:
        doubted = Flag.CHECK in case.flags and any(code.startswith("R") for code in case.codes)
        urgency = Urgency.URGENT if doubted and not case.urgency.at_least(Urgency.URGENT) else case.urgency
        unrung = urgency is Urgency.URGENT and not _can_be_rung(case)
        lines.append(row.next_for(case.summary) or playbook.say("next_urgent_here" if unrung else f"next_{urgency}"))
    return "".join(lines)


def next_critical(case: Case, playbook: Playbook, now: datetime) -> str:
    """What happens next with a critical case, honest at night."""
    night, kind = playbook.hours.night(now), playbook.danger(case.codes)
    if Flag.MUTE in case.flags:
        return playbook.say("next_night_mute" if night else "next_critical_mute")
    if night:
        return playbook.say("next_night_critical", call=kind.call)
    return playbook.say(
        "next_critical_violence" if kind.watched or not _can_be_rung(case) else "next_critical", call=kind.call
    )


def _can_be_rung(case: Case) -> bool:
    """Nobody is told to keep a line free whose number we do not have."""
    return "phone" in case.slots and case.slots["phone"].value != SKIPPED


def added_critical(case: Case, playbook: Playbook) -> str:
    """More was heard of a critical case that has its receipt."""
    if Flag.MUTE in case.flags:
        return playbook.say("added_mute", number=case.ticket)
    return playbook.say("added_critical", number=case.ticket, call=playbook.danger(case.codes).call)


def still_missing(
    case: Case, playbook: Playbook, asking: tuple[str, ...] = (), *, only: frozenset[str] | None = None
) -> str:
    """What nobody has told yet of the minimal form, as a statement; of a critical case only whom to call and where.

    `only`: of nothing but these."""
    needs: tuple[str, ...] = ("open",)
    if case.urgency is Urgency.CRITICAL:  # help must find them, also where a form would ask for the place later
        needs, only = ("open", "soon", "desk"), SHARED
    if only and playbook.danger(case.codes).watched:
        only = only - {"phone"}
    gaps = [
        slot.title
        for slot in missing(playbook.intents[case.intent], case, needs)
        if (only is None or slot.name in only) and slot.name not in asking
    ]
    return playbook.say("receipt_gaps", items="、".join(gaps)) if gaps else ""


def words_for_12345(case: Case, news: Mapping[str, Filled], playbook: Playbook) -> str:
    """For whoever has not called 12345 yet: the sentence to say there, filled with what they told us."""
    called = news.get("called_12345")
    if called is None or ("code", "no") not in called.parts:
        return ""
    row = playbook.intents[case.intent]
    told = [case.slots[name].value for name in ("address", "phone") if name in case.slots]
    words = _without_contact(case, playbook.cues)
    words = words if len(words) <= _WORDS else words[: _WORDS - 1] + "…"
    return playbook.say("call_12345", title=row.title, words=words, where="，".join(told) or "（说地址和电话）")


def tip_words(case: Case, tips: Sequence[Tip], playbook: Playbook) -> str:
    """A number to try meanwhile, for what does not press: whoever is in danger is not sent from door to door."""
    if case.quiet or case.urgency.at_least(Urgency.URGENT):
        return ""
    district = dict(case.slots["address"].parts).get("district", "") if "address" in case.slots else ""
    tip = next((one for one in tips if case.intent in one.intents and one.district in ("", district)), None)
    if tip is None:
        return ""
    return playbook.say("tip", name=tip.name, number=tip.number, when=day_words(tip.answered_at))


def _without_contact(case: Case, cues: Cues) -> str:
    """Their own words without phone and address, which are said apart."""
    words = case.summary
    for name in SHARED & case.slots.keys():
        filled = case.slots[name]
        part = "number" if name == "phone" else "raw"
        for raw in (filled.value, *(value for key, value in filled.parts if key == part)):
            words = words.replace(raw, " ")
    pieces = [piece for piece in re.split(f"[{_SEPARATORS}]+", words) if len(piece) > 1]
    return "，".join(piece for piece in pieces if not cues.bare_label.fullmatch(piece))


def closing(case: Case, playbook: Playbook) -> str:
    """One line when a case ends, none for the bereaved."""
    key = f"closed_{case.whole or case.outcome}"
    if Flag.DECEASED in case.flags or key not in playbook.replies:
        return ""
    return playbook.say(key, number=case.ticket)
