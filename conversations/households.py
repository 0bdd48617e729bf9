"""A list of households in one message: a ticket each, and one for the list. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.asking import NOTHING, ask_contact, asked
from conversations.belief import sober_entry
from conversations.codes import Flag, Urgency
from conversations.cues import Cues
from conversations.doors import its_own_place, label_of, place_of, without_doors
from conversations.events import MessageReceived, Part
from conversations.listening import new_case
from conversations.messages import Inbound
from conversations.slots import PARSERS
from conversations.speaking import danger_line
from conversations.state import PLACED, Case, Filled
from conversations.turn import Draft, Turn
from conversations.values import evolve

_ENTRY, _WHOSE, _SHOWN = 12, 20, 10


def begin_list(draft: Draft, parent: Case, event: MessageReceived, *, silent: bool) -> Turn:
    """Many households in one message: a ticket each at once, the red ones with an alarm, and one for the whole list.

    Whoever collected the names is asked for one number and one address; rooms stand in the entries' own words.
    """
    if all(its_own_place(part.reading) for part in event.parts):  # where they are is told, of each
        parent = evolve(parent, asked={**parent.asked, PLACED: 1})
    parent = draft.open_ticket(parent)
    draft.filed = parent.key
    given: list[str] = []
    parts = [replace(part, reading=sober_entry(part.reading)) for part in event.parts]
    reds = [part for part in parts if part.reading.urgency is Urgency.CRITICAL]
    if reds and not any(purpose == "danger" for purpose, _ in draft.said):
        draft.say("danger", danger_line(draft.state, reds[0].reading, draft.playbook, draft.now))
    if reds:
        whose = "、".join(_short(label_of(part), _WHOSE) for part in reds[:_SHOWN])
        draft.say("danger", draft.playbook.say("danger_list", items=whose))
        draft.state = evolve(draft.state, danger_at=draft.now)
    for part in parts:
        intent = part.reading.intent if part.reading.intent.opens_case else parent.intent
        entry = replace(event.message, text=part.text)
        child = new_case(draft.state, entry, part.reading, intent, draft.now, draft.playbook)
        child = evolve(child, parent=parent.key, slots=_of_its_own(parent, child, entry, part, draft.playbook.cues))
        child = draft.open_ticket(draft.put(child))
        draft.note(child, "listed", detail=parent.ticket)
        if child.urgency is Urgency.CRITICAL or Flag.CHECK in child.flags:
            draft.alert(child, "critical" if child.urgency is Urgency.CRITICAL else "check")
        if child.urgency is Urgency.CRITICAL and "phone" not in child.slots:
            draft.timer("nudge", child, draft.playbook.manners.nudge)
        given.append(f"{_short(label_of(part))} {child.ticket}")
    draft.alert(parent, "list")
    shown = given[:_SHOWN] + ["……"] * (len(given) > _SHOWN)
    draft.say("receipt", draft.playbook.say("list_receipt", count=str(len(given)), items="\n".join(shown)))
    if silent:  # a reporter speaks with them: only what is red is said
        draft.said = [pair for pair in draft.said if pair[0] == "danger"]
        return draft.finish()
    spent = parent.rounds >= draft.playbook.manners.budget(parent.urgency, surge=draft.surge)
    # Whoever was asked often enough is not asked again for the list's sake; but a household in danger must be found.
    words, names = ask_contact(parent, draft.playbook) if reds or not spent else NOTHING
    draft.say("question", words)
    draft.put(asked(parent, names))
    draft.state = evolve(draft.state, focus=parent.key, asked=names, asked_on=draft.state.turn)
    return draft.finish()


def _of_its_own(parent: Case, child: Case, entry: Inbound, part: Part, cues: Cues) -> dict[str, Filled]:
    """What is known of an entry's household: its own door and number where its words tell them."""
    slots = dict(child.slots)
    if place := place_of(parent.slots.get("address"), part):
        slots["address"] = evolve(place, source=entry.message_id)
    if number := PARSERS["phone"](entry, part.reading, False, cues):
        slots["phone"] = evolve(number, source=entry.message_id)
    return slots


def of_the_house(case: Case, parts: Sequence[Part]) -> Case:
    """A door that an entry of the list names is that household's, and not where the whole list is (5号楼：201室没菜；…)."""
    place = case.slots.get("address")
    if place is None or not parts:
        return case
    common = without_doors(place, parts)
    others = {name: value for name, value in case.slots.items() if name != "address"}
    return evolve(case, slots={**others, "address": common} if common else others)


def _short(entry: str, most: int = _ENTRY) -> str:
    return entry if len(entry) <= most else entry[: most - 1] + "…"
