"""What is asked next, within the budget: whom to call and where first, one thing a turn, nothing known. Pure."""

from collections.abc import Collection
from dataclasses import replace

from conversations.codes import Act, Flag, Urgency
from conversations.confirming import unanswered
from conversations.messages import Inbound
from conversations.playbook import Playbook, SlotRow
from conversations.reading import OVERLOOKED, Address, Reading
from conversations.slots import SHARED, SKIPPED, missing
from conversations.state import PLACED, Case, Conversation
from conversations.values import evolve
from conversations.which_door import without_door

Ask = tuple[str, tuple[str, ...]]
"""The words of a question and the names of what it asks for."""

NOTHING: Ask = ("", ())
_MOST_CHOICES = 3
_NUMERALS = {"一": "1", "二": "2", "三": "3", "四": "4", "①": "1", "②": "2", "③": "3", "④": "4"}
_AROUND = "。. 、，,选回复按第个号\ufe0f\u20e3"


def ask_contact(case: Case, playbook: Playbook) -> Ask:
    """Phone and address as one ask; NOTHING when both are known.

    Who cannot make a call is asked for no number. Who is being hurt is asked where they are first, and left the choice
    whether a call is safe.
    """
    told = ("address",) if PLACED in case.asked else ()
    wanted = tuple(name for name in ("phone", "address") if name not in case.slots and name not in told)
    if Flag.MUTE in case.flags:
        wanted = tuple(name for name in wanted if name != "phone")
    elif case.lost and "address" in wanted:
        return playbook.say("ask_lost"), wanted
    elif "phone" in wanted and playbook.danger(case.codes).watched:
        return (playbook.say("ask_safely"), wanted) if "address" in wanted else NOTHING
    key = {("phone", "address"): "ask_phone_address", ("phone",): "ask_phone", ("address",): "ask_address"}.get(wanted)
    return (playbook.say(key), wanted) if key else NOTHING


def ask_unknown(reading: Reading, playbook: Playbook) -> str:
    """What is asked with the danger line of somebody of whom nothing can be looked up (the record is away)."""
    codes = {reason.code for reason in reading.reasons}
    if OVERLOOKED in codes:
        return ""
    if "R12" in codes and reading.urgency is Urgency.CRITICAL:
        return "" if Flag.MUTE in reading.flags else playbook.say("ask_phone_gently")
    if Flag.MUTE in reading.flags:
        return playbook.say("ask_address")
    return playbook.say("ask_safely" if playbook.danger(codes).watched else "ask_phone_address")


ONCE = frozenset({"called_12345", "consent"})
"""Asked of a person once, however many matters they have open."""


def next_ask(
    case: Case,
    playbook: Playbook,
    needs: tuple[str, ...],
    *,
    surge: bool = False,
    listed: bool = False,
    elsewhere: Collection[str] = (),
) -> Ask:
    """The next question within the budget: phone and place together first, then one item at a time.

    `listed`: the case stands for a whole list, which has no illness and no days left; only its writer is asked for.
    `elsewhere`: what they were asked about another open matter and is not to be asked again.
    """
    if case.quiet or case.rounds >= playbook.manners.budget(case.urgency, surge=surge):
        return NOTHING
    if Flag.REPOST in case.flags and "repost" not in case.asked:
        return playbook.say("ask_repost"), ("repost",)
    if surge and not case.urgency.at_least(Urgency.URGENT):
        needs = ("open",)
    slots = [slot for slot in missing(playbook.intents[case.intent], case, needs) if slot.ask or slot.name in SHARED]
    slots = [slot for slot in slots if _may_ask(slot, case) and (slot.name in SHARED or not listed)]
    slots = [slot for slot in slots if slot.name not in elsewhere]
    contact = [slot for slot in slots if slot.name in SHARED]
    if Flag.REPOST in case.flags and any(case.slots[name].value == SKIPPED for name in SHARED & case.slots.keys()):
        return NOTHING  # they do not know whom it is about; a person looks for them
    if contact and Flag.REPOST in case.flags:
        names = tuple(slot.name for slot in contact)
        return (playbook.say("ask_repost_contact"), names) if not case.asked.get(names[0]) else NOTHING
    if len(contact) > 1 or (contact and listed):
        return ask_contact(case, playbook)
    if contact:
        return contact[0].ask, (contact[0].name,)
    if unanswered(case):
        return _ask_doubt(case, playbook)
    if "soon" in needs and (which := _ask_district(case, playbook)) != NOTHING:
        return which
    if "soon" in needs and not listed and _lacks_a_door(case):
        return playbook.say("ask_door_of"), ("door",)
    if slots:
        first: SlotRow = slots[0]
        return first.ask, (first.name,)
    may = "soon" in needs and not listed and "consent" not in elsewhere
    return _ask_consent(case, playbook) if may else NOTHING


def _lacks_a_door(case: Case) -> bool:
    """Somebody must come soon, and only the lane or the estate is known."""
    place = case.slots.get("address")
    pressing = case.urgency.at_least(Urgency.URGENT) and "door" not in case.asked
    return pressing and place is not None and without_door(place)


def _ask_doubt(case: Case, playbook: Playbook) -> Ask:
    """Whom to call and where is known, but not whether it is happening: once more, and no form and no consent before it."""
    if case.asked["check"] > 1:
        return NOTHING
    return playbook.doubt(case.codes), ("check",)


def _may_ask(slot: SlotRow, case: Case) -> bool:
    """Whom to call, where, and what the minimal form wants are asked again, once; what is good to know is not."""
    return case.asked.get(slot.name, 0) < (2 if slot.need == "open" or slot.name in SHARED else 1)


def asked(case: Case, names: tuple[str, ...]) -> Case:
    """The case after asking for these slots: one round spent."""
    if not names:
        return case
    counts = {**case.asked, **{name: case.asked.get(name, 0) + 1 for name in names}}
    return evolve(case, asked=counts, rounds=case.rounds + 1)


def _ask_consent(case: Case, playbook: Playbook) -> Ask:
    """May it be passed on? Once, by itself, for what is worth passing on; never a condition of anything."""
    worth = case.urgency in (Urgency.URGENT, Urgency.SOON) and case.intent not in playbook.manners.unshared
    known = "phone" in case.slots and case.slots["phone"].value != SKIPPED
    whither = any(slot.name == "address" and slot.need != "desk" for slot in playbook.intents[case.intent].slots)
    known = known and ("address" in case.slots or not whither)
    if not worth or not known or not case.ticket or case.consent or "consent" in case.asked:
        return NOTHING
    return playbook.say("ask_consent"), ("consent",)


def _ask_district(case: Case, playbook: Playbook) -> Ask:
    """A road, an estate or a committee without its district, once; with numbers where the reader knows which there are."""
    parts = dict(case.slots["address"].parts) if "address" in case.slots else {}
    place = parts.get("road") or parts.get("estate") or parts.get("committee", "")
    if not place or parts.get("district") or "coordinates" in parts or "district" in case.asked:
        return NOTHING
    names = districts_of(case)
    if not names:
        return playbook.say("ask_district", place=place), ("district",)
    choices = "　".join(f"{nth} {name}" for nth, name in enumerate(names, 1))
    return playbook.say("ask_district_choices", place=place, choices=choices), ("district",)


def districts_of(case: Case) -> tuple[str, ...]:
    """The districts offered for the case's place; () when there are none or too many to choose from."""
    parts = dict(case.slots["address"].parts) if "address" in case.slots else {}
    names = tuple(filter(None, parts.get("districts", "").split("、")))
    return names if 2 <= len(names) <= _MOST_CHOICES else ()


def chosen(text: str) -> str:
    """The number somebody answers with ("2", "②", "第二个"), "" when it is none."""
    said = text.strip(_AROUND)
    said = _NUMERALS.get(said, said)
    return said if said.isascii() and said.isdigit() and len(said) == 1 else ""


def with_chosen_district(state: Conversation, message: Inbound, reading: Reading) -> Reading:
    """A number after "which district?" read as that district; any other reading as it is."""
    focus = state.focused
    if focus is None or "district" not in state.asked or Act.MENU_CHOICE not in reading.acts:
        return reading
    district = dict(enumerate(districts_of(focus), 1)).get(int(chosen(message.text) or 0))
    if district is None:
        return reading
    place = Address(district=district, raw=message.text, confidence=0.9)
    acts = tuple(act for act in reading.acts if act is not Act.MENU_CHOICE)
    return replace(reading, acts=acts, entities=replace(reading.entities, addresses=(place,)))
