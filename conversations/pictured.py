"""What is written on a picture as proposals for slots: which are read, and which are worth asking the contact about. Pure.

A picture may be somebody else's, or old, or a notice with the hospital's own number on it: nothing of it fills a slot here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from conversations.codes import Flag, Urgency
from conversations.events import PictureRead
from conversations.messages import ContactRef, Inbound
from conversations.playbook import Playbook, SlotRow
from conversations.reading import Entities, Reading, Reason
from conversations.slots import PARSERS, SHARED
from conversations.state import Case, Filled, Pictured
from conversations.which_case import vague

SOURCE = "picture"
"""`Filled.source` of what was read on a picture and confirmed by the contact, or taken by a person."""

_READ = ("phone", "address", "drug", "hospital", "last_done", "next_due", "weeks", "age")
_LONGEST, _SHOWN = 120, 40
_MOBILE = re.compile(r"1[3-9]\d{9}")


def slot_rows(playbook: Playbook) -> Mapping[str, SlotRow]:
    """The rows of the slots that may be read on a picture, whatever intent asks for them."""
    rows = {slot.name: slot for row in playbook.intents.values() for slot in row.slots if slot.name in _READ}
    return {name: rows[name] for name in _READ if name in rows}


def proposals(event: PictureRead, contact: ContactRef, playbook: Playbook) -> Pictured:
    """Every slot the words on the picture would fill, by the same parsers as a message's."""
    reading = replace(event.reading, entities=_own_numbers(event.reading.entities))
    message = Inbound(contact, event.picture, "image", event.text, event.sent_at)
    found: dict[str, Filled] = {}
    for name, slot in slot_rows(playbook).items():
        value = PARSERS[slot.kind](message, reading, False, playbook.cues)
        if value is not None:
            short = value.value if len(value.value) <= _LONGEST else value.value[: _LONGEST - 1] + "…"
            found[name] = Filled(short, value.parts, SOURCE, event.sent_at, sure=value.sure)
    if reading.confidence < playbook.manners.floor or not reading.intent.opens_case:
        return Pictured(event.picture, event.sent_at, found)
    return Pictured(event.picture, event.sent_at, found, reading.intent, reading.confidence)


def _own_numbers(facts: Entities) -> Entities:
    """Beside a mobile number, a fixed one is the ward's or the clinic's."""
    mobiles = tuple(phone for phone in facts.phones if _MOBILE.fullmatch(phone.number))
    return replace(facts, phones=mobiles) if mobiles else facts


def dangers(reading: Reading) -> tuple[Reason, ...]:
    """What a rule saw on the picture that threatens life; the model alone, trained on what people write, is no witness
    of printed forms."""
    if reading.urgency is not Urgency.CRITICAL and Flag.CHECK not in reading.flags:
        return ()
    return tuple(reason for reason in reading.reasons if reason.code != "model")


def worth_asking(case: Case, fresh: Sequence[Pictured], playbook: Playbook) -> dict[str, Filled]:
    """What the contact is asked to confirm: missing, wanted for this case, the same on all pictures that say it.

    A fixed number is not asked about: on prescriptions and notices it is the hospital's. Beside danger only whom to call
    and where matter.
    """
    wanted = {slot.name for slot in playbook.intents[case.intent].slots} | SHARED
    if vague(case, playbook):
        wanted |= set(_READ)
        wanted |= {slot.name for one in fresh for slot in playbook.intents[one.intent].slots}
    if case.urgency is Urgency.CRITICAL:
        wanted = set(SHARED)
    out: dict[str, Filled] = {}
    rows = slot_rows(playbook)  # a slot may have gone from the rows since the picture was read
    for name in _READ:
        values = {one.slots[name].value: one.slots[name] for one in fresh if name in one.slots}
        if name not in wanted or name not in rows or name in case.slots or len(values) != 1:
            continue
        (value,) = values.values()
        if name != "phone" or all(_MOBILE.fullmatch(number) for key, number in value.parts if key == "number"):
            out[name] = value
    return out


def in_words(offered: Mapping[str, Filled], playbook: Playbook) -> str:
    """A line for each: "电话 138…"."""
    rows = slot_rows(playbook)
    cut = (value.value if len(value.value) <= _SHOWN else value.value[: _SHOWN - 1] + "…" for value in offered.values())
    return "\n".join(f"{rows[name].title} {words}" for name, words in zip(offered, cut, strict=True))


def still_proposed(case: Case) -> Iterator[tuple[Pictured, str, Filled]]:
    """(picture, slot, value) of everything nobody has taken, refused or said otherwise: what a reporter may take over."""
    told: set[tuple[str, str]] = set()
    for one in reversed(case.pictured):
        for name, value in one.slots.items():
            had = case.slots.get(name)
            if (name, value.value) not in told and (had is None or had.value != value.value):
                told.add((name, value.value))
                yield one, name, value
