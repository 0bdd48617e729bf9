"""Slots: which facts of a reading fill which slot, and what is still missing. One small function a kind."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from conversations.codes import Act, Flag
from conversations.cues import Cues
from conversations.lasting import days_said, measures
from conversations.messages import Inbound
from conversations.own_words import asked_words, tells
from conversations.playbook import SHANGHAI, IntentRow, SlotRow
from conversations.private import MASK
from conversations.reading import Reading
from conversations.state import PLACED, Case, Filled
from conversations.telephones import CALLED, has_no_number, how_they_rang, other_number, to_be_rung
from conversations.whereabouts import (
    as_spoken,
    beside,
    filled_place,
    named_last,
    names_a_hospital,
    names_a_place,
    number_alone,
    place_told,
    specific,
    spot_told,
    where_i_am,
    with_room,
)
from conversations.which_door import door_alone

SHARED = frozenset({"phone", "address"})
"""Facts of the contact rather than of one case: known once, used by every case."""

HEARD = SHARED | {"called_12345"}
"""Heard in every case, whatever its rows ask for."""

SKIPPED = "（没有说）"

OWN_WORDS = frozenset({"text", "alone", "route"})
"""Kinds that are answered in any words of their own, though not in any about something else."""

Parser = Callable[[Inbound, Reading, bool, Cues], Filled | None]
"""(message, its reading, whether this slot was just asked for, the playbook's cues) → the value, or None."""

PARSERS: dict[str, Parser] = {}


def kind(name: str) -> Callable[[Parser], Parser]:
    """Register the parser of a kind of slot."""

    def register(parser: Parser) -> Parser:
        PARSERS[name] = parser
        return parser

    return register


@kind("phone")
def _phone(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    phones = to_be_rung(message.text, reading.entities.phones, cues)
    if not phones:
        if number := other_number(_without_phones(message.text, reading, cues), asked=asked):
            return Filled(number, parts=(("number", number),) if number.isdigit() else ())
        return Filled(SKIPPED, sure=False) if has_no_number(message.text, cues, asked=asked) else None
    once = {phone.number: phone for phone in reversed(phones)}  # the same number twice is one
    words = [
        f"{phone.number}（{phone.owner}）" if phone.owner not in ("", "我", "本人") else phone.number
        for phone in reversed(once.values())
    ]
    return Filled("、".join(words), parts=tuple(("number", number) for number in reversed(once)))


@kind("place")
def _place(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    best = place_told(message.text, reading, cues)
    if best and (specific(best) or (asked and not number_alone(best) and not cues.of_others.search(message.text))):
        return with_room(as_spoken(filled_place(best, reading), best, message.text, cues), message.text)
    if message.location:
        label = message.location.label or f"{message.location.latitude:.5f},{message.location.longitude:.5f}"
        where = f"{message.location.latitude:.6f},{message.location.longitude:.6f}"
        return Filled(f"{label}（定位）", parts=(("raw", label), ("coordinates", where)), sure=False)
    if (
        asked
        and not reading.acts
        and MASK not in message.text
        and not (best and cues.of_others.search(message.text))
        and (rest := named_last(_without_phones(message.text, reading, cues)))
        and names_a_place(rest, cues)
    ):
        return door_alone(Filled(rest, parts=(("raw", rest),), sure=False), message.text, cues)
    if not asked and (told := where_i_am(message.text, cues) or spot_told(message.text, cues)):
        return Filled(told, parts=(("raw", told),), sure=False)
    if asked and (near := beside(message.text, cues)):
        return Filled(near, parts=(("raw", near),), sure=False)
    return None


def _without_phones(text: str, reading: Reading, cues: Cues) -> str:
    for phone in reading.entities.phones:
        text = text.replace(phone.raw, " ")
    text = cues.number_label.sub(" ", text) if reading.entities.phones else text
    return re.sub(r"\s+", " ", text).strip(" ，,。;；:：")


@kind("days")
def _days(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    left = days_said(message.text.strip(), reading.entities.days_left, cues, asked=asked)
    if not left and cues.runs_out.search(message.text):
        return Filled("不到一天")
    if left is not None:
        return Filled("已经没有了" if left <= 0 else "不到一天" if left < 1 else f"还剩约{left:g}天")
    return asked_words(message, reading, asked, cues) if _of_stock(message.text, reading, cues) else None


def _of_stock(text: str, reading: Reading, cues: Cues) -> bool:
    """Whether words after "how long will it last?" are about that: a door or a number put right has figures in it as well, and
    who asks how long it takes has not told how long it lasts."""
    if Act.CORRECT in reading.acts or cues.of_contact.search(text) or cues.no_answer.search(text):
        return False
    if cues.no_stock.search(text):
        return False
    return measures(text, cues) and (not cues.asks_when.search(text) or cues.where_unknown.search(text) is not None)


@kind("last_done")
def _last_done(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    when, missed = reading.entities.last_done_at, reading.entities.missed
    if when is not None:
        return Filled(day_words(when) + (f"，已漏{missed}次" if missed else ""), parts=(("at", when.isoformat()),))
    if missed:
        return Filled(f"已漏{missed}次")
    told = tells(message.text, cues.when_told, cues) and "等了" not in message.text  # 都等了一天了: for us
    return asked_words(message, reading, asked, cues) if told else None


@kind("next_due")
def _next_due(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    when = reading.entities.next_due_at
    return (
        Filled(day_words(when), parts=(("at", when.isoformat()),))
        if when
        else asked_words(message, reading, asked, cues)
    )


@kind("weeks")
def _weeks(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    weeks = reading.entities.pregnancy_weeks
    if weeks is not None:
        return Filled(f"孕{weeks}周")
    return asked_words(message, reading, asked, cues) if tells(message.text, cues.weeks_told, cues) else None


@kind("age")
def _age(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    months = reading.entities.age_months
    if months is None:
        return asked_words(message, reading, asked, cues) if tells(message.text, cues.age_told, cues) else None
    return Filled(f"{months}个月" if months < 24 else f"{months // 12}岁")


@kind("temperature")
def _temperature(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    degrees = reading.entities.temperature
    if degrees is not None:
        return Filled(f"{degrees:g}℃")
    return asked_words(message, reading, asked, cues) if tells(message.text, cues.fever_told, cues) else None


@kind("drug")
def _drug(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    drugs = reading.entities.drugs
    if right := [one for one in drugs if not re.search(f"[不勿弗]是\\s*{re.escape(one)}", message.text)]:
        return Filled("、".join(right))
    things = {found.lastgroup for found in cues.thing.finditer(message.text)}
    if "oxygen" in things and "medicine" not in things:
        return Filled("氧气", sure=False)  # it has no other name
    said = asked_words(message, reading, asked, cues) if not _no_name(message.text, cues) else None
    if said is None:
        return None
    label = cues.drug_is.match(said.value)
    return replace(said, value=said.value[label.end() :] or said.value) if label else said


def _no_name(said: str, cues: Cues) -> bool:
    return any(cue.search(said.strip()) for cue in (cues.no_drug, cues.no_name))


@kind("hospital")
def _hospital(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    hospitals = reading.entities.hospitals
    if hospitals:
        return Filled("、".join(hospitals))
    return asked_words(message, reading, asked, cues) if names_a_hospital(message.text, cues) else None


@kind("people")
def _people(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    people = reading.entities.people
    return Filled(f"{people}人") if people else asked_words(message, reading, asked, cues)


@kind("called_12345")
def _called(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    code, number = reading.entities.called_12345, reading.entities.order_12345_no
    if not code and asked:
        code = (
            "yes_no_number"
            if Act.YES in reading.acts
            else "no"
            if Act.NO in reading.acts
            else how_they_rang(message.text, cues)
        )
    if number:
        return Filled(f"打过，工单号{number}", parts=(("code", "yes_with_no"), ("number", number)))
    return Filled(CALLED[code], parts=(("code", code),)) if code in CALLED else None


@kind("text")
def _text(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    return asked_words(message, reading, asked, cues)


@kind("alone")
def _alone(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    return asked_words(message, reading, asked, cues) if tells(message.text, cues.alone_told, cues) else None


@kind("route")
def _route(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    return asked_words(message, reading, asked, cues) if tells(message.text, cues.route_told, cues) else None


@kind("yesno")
def _yesno(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    if not asked:
        return None
    if Act.YES in reading.acts or Act.NO in reading.acts:
        return Filled("有" if Act.YES in reading.acts else "没有")
    return asked_words(message, reading, asked, cues)


@kind("story")
def _story(message: Inbound, reading: Reading, asked: bool, cues: Cues) -> Filled | None:
    return asked_words(message, reading, asked, cues)


def story(message: Inbound) -> Filled | None:
    """The words that began a case, as far as they fit in one line."""
    words = " ".join(message.text.split())
    if len(words) < 4:
        return None
    return Filled(words if len(words) <= 60 else words[:59] + "…", sure=False)


def named_word(slot: SlotRow, message: Inbound) -> Filled | None:
    """The first of the slot's own words that the message holds, for slots that list them."""
    found = [word for word in slot.words if word in message.text]
    return Filled("、".join(found[:3])) if found else None


def day_words(when: datetime) -> str:
    here = when.astimezone(SHANGHAI)
    clock = "" if here.hour == 0 and here.minute == 0 else f"{here:%H:%M}"
    return f"{here.month}月{here.day}日{clock}"


def missing(row: IntentRow, case: Case, needs: Iterable[str] = ("open",)) -> tuple[SlotRow, ...]:
    """The slots of these needs that are neither filled nor waved away, nor beside the point."""
    wanted = set(needs)
    return tuple(
        slot
        for slot in row.slots
        if slot.need in wanted and slot.name not in case.slots and not _beside_the_point(slot, case)
    )


def _beside_the_point(slot: SlotRow, case: Case) -> bool:
    """Who cannot make a call is asked for no number, whose baby has no milk not how many weeks she is pregnant."""
    if (slot.name == "phone" and Flag.MUTE in case.flags) or (slot.name == "address" and PLACED in case.asked):
        return True
    return bool(slot.unless) and Flag.PREGNANT not in case.flags and any(word in case.summary for word in slot.unless)
