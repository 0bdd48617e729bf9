"""Who speaks for several households, line by line: another door is another household, the same door is the same. Pure."""

import re

from conversations.codes import Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.doors import begins_with_a_door
from conversations.filled_in import of_another
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.state import Case, Conversation, Filled
from conversations.which_door import CALLED, door_told, same_door, without_the_door

_DOOR = re.compile(r"\d{3}|\d号")


def of_a_household(
    state: Conversation, message: Inbound, reading: Reading, intent: Intent | None, playbook: Playbook
) -> tuple[Case | None, Intent | None] | None:
    """The case of the household a message names by its door or by a neighbour's name, (None, intent) for a household of its
    own; None where it names none."""
    cues, text = playbook.cues, message.text
    if (
        state.focused is not None
        and of_another(text, state.focused.summary)
        and intent is not None
        and intent.opens_case
    ):
        return None, intent
    lists = {case.parent for case in state.cases}
    cases = [case for case in state.cases if case.open]
    listed = [case for case in cases if case.key not in lists and (case.parent or begins_with_a_door(case.summary))]
    many = any(Flag.MANY in case.flags or cues.for_house.search(case.summary) for case in cases)
    if not (listed or many):
        return None
    begins = begins_with_a_door(text)
    named = {one[0] for one in CALLED.finditer(text)}
    if not (begins or named or (_DOOR.search(text) and len(listed) > 1)):
        return None
    door, needs = door_told(text, cues), intent is not None and intent.opens_case
    theirs = [case for case in listed if same_door(door, door_told(case.summary, cues))] if door else []
    if not door and named:
        theirs = [case for case in listed if named & {one[0] for one in CALLED.finditer(case.summary)}]
    if len(theirs) == 1 and (len(listed) > 1 or begins):
        return _of(theirs[0], reading, intent, playbook)
    other = begins and door and not theirs and (many or any(_another(door, case, cues) for case in listed))
    if other and (needs or cues.lacks.search(text)):
        return None, intent
    return None


def _households(state: Conversation) -> list[Case]:
    """Open cases of one household each: entries of a list, and lines that begin with a door."""
    lists = {case.parent for case in state.cases}
    cases = [case for case in state.cases if case.open and case.key not in lists]
    return [case for case in cases if case.parent or begins_with_a_door(case.summary)]


def _for_a_house(state: Conversation, cues: Cues) -> bool:
    return any(case.open and (Flag.MANY in case.flags or cues.for_house.search(case.summary)) for case in state.cases)


def of_all(state: Conversation, case: Case, place: Filled, cues: Cues) -> Filled:
    """What of a household's place holds for the others of a list: never its door."""
    if not begins_with_a_door(case.summary) or not (len(_households(state)) > 1 or _for_a_house(state, cues)):
        return place
    return without_the_door(place, door_told(case.summary, cues))


def _of(case: Case, reading: Reading, intent: Intent | None, playbook: Playbook) -> tuple[Case | None, Intent | None]:
    """More of one household's matter, or another matter of that household."""
    if intent is None or not intent.opens_case:
        return case, None
    alike = playbook.intents[intent].family == playbook.intents[case.intent].family
    return (case, intent) if alike or reading.urgency is Urgency.CRITICAL else (None, intent)


def _another(door: dict[str, str], case: Case, cues: Cues) -> bool:
    known = door_told(case.summary, cues)
    return bool(door and known and door.keys() & known.keys()) and not same_door(door, known)
