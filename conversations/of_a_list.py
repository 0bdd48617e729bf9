"""Who speaks for several households, line by line: another door is another household, the same door is the same. Pure."""

import re

from conversations.behind_a_door import door_of_danger, in_danger_there
from conversations.codes import Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.doors import begins_with_a_door
from conversations.filled_in import is_form, name_in, of_another
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.state import Case, Conversation, Filled
from conversations.which_door import CALLED, door_told, same_door, without_the_door
from conversations.whom import named, told_of
from conversations.whose_place import told_from

_ROOM = re.compile(
    r"(?:^|[，,。；;\s])(?:\d{1,4}号楼?)?([A-Za-z]?\d{3,4})(?!\d)(?!\s?(?:[年月日号弄路元块天斤岁度个多人次片粒盒瓶毫米公]|小时|分钟))"
)
"""A room of the list as it is spoken of later (402说腿肿了, 503刚刚打电话来)."""
_NUMBER_OF = r"(?:室|家|的)*(?:联系)?(?:电话|手机|号码)"
_NO_DIGIT = re.compile(r"\D")


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
    if (behind := _in_danger(state, text, reading, intent, playbook)) is not None:
        return behind
    if (called := _by_name(state, text)) is not None:
        return _of(called, text, reading, intent, playbook)
    listed, many = _households(state), _for_a_house(state, cues)
    if not (listed or many):
        return None
    begins = begins_with_a_door(text)
    door = door_told(text, cues)
    theirs = _named(listed, text, door, cues)
    if len(theirs) == 1 and (len(listed) > 1 or begins):
        return _of(theirs[0], text, reading, intent, playbook)
    other = begins and door and not theirs and (many or any(_another(door, case, cues) for case in listed))
    if other and ((intent is not None and intent.opens_case) or cues.lacks.search(text)):
        return None, intent
    return None


def _by_name(state: Conversation, text: str) -> Case | None:
    """The open case of several whose words name somebody the text names, in a form (王芳现在胸口痛) or as people call a
    neighbour (张伯伯不行了), if there is one only."""
    lists = {case.parent for case in state.cases}
    cases = [case for case in state.cases if case.open and case.key not in lists]
    if len(cases) < _SEVERAL or is_form(text):
        return None
    called = {one[0] for one in CALLED.finditer(text)}
    found = [
        case
        for case in cases
        if (name_in(case.summary) or "\n") in text or called & {one[0] for one in CALLED.finditer(case.summary)}
    ]
    return found[0] if len(found) == 1 else None


def _in_danger(
    state: Conversation, text: str, reading: Reading, intent: Intent | None, playbook: Playbook
) -> tuple[Case | None, Intent | None] | None:
    """Of a danger behind a door that is told: the case of that door, or (None, intent) where we talk of another one."""
    door = door_of_danger(state, text, reading, playbook.cues) if state.cases else {}
    if not door:
        return None
    elsewhere, there = in_danger_there(state, door, playbook.cues)
    if not there and told_from(text, playbook.cues) and _of_whom_we_talk(state, text, playbook):
        return state.focused, intent  # 隔壁301说听到她摔倒了
    if not there:
        return (None, intent) if elsewhere else None
    family = playbook.intents[intent or Intent.EMERGENCY].family
    listed = [case for case in _households(state) if case in there]
    alike = [
        case for case in there if playbook.intents[case.intent].family == family or case.urgency is Urgency.CRITICAL
    ]
    known = alike or listed or [case for case in there if case.intent is Intent.CONSULT]
    return (known[-1], intent) if known else (None, intent)


def _of_whom_we_talk(state: Conversation, text: str, playbook: Playbook) -> bool:
    """Whether somebody ill is being talked of, and nobody of another family is named (301邻居说他老婆晕倒了)."""
    focus = state.focused
    if focus is None or not (focus.urgency is Urgency.CRITICAL or playbook.intents[focus.intent].patient):
        return False
    return named(text, playbook.cues) - {"neighbour"} <= named(focus.summary, playbook.cues)


def _named(listed: list[Case], text: str, door: dict[str, str], cues: Cues) -> list[Case]:
    """The households that a text names: by a door, a room of theirs, a neighbour's name, or which of the family it is."""
    if door:
        return [case for case in listed if same_door(door, door_told(case.summary, cues))]
    if rooms := {one[1] for one in _ROOM.finditer(text)}:
        found = [case for case in listed if _NO_DIGIT.sub("", door_told(case.summary, cues).get("room", "")) in rooms]
        if found:
            return found
    if called := {one[0] for one in CALLED.finditer(text)}:
        return [case for case in listed if called & {one[0] for one in CALLED.finditer(case.summary)}]
    entries = [case for case in listed if case.parent]
    whom = told_of(text, cues) if entries else frozenset()
    return [case for case in entries if whom & named(case.summary, cues)]


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


def its_own_number(state: Conversation, case: Case, text: str, cues: Cues) -> bool:
    """Whether a text tells a telephone as that of one household of several (402的电话136…): nobody else is rung there."""
    listed = _households(state)
    if len(listed) < _SEVERAL or all(one.key != case.key for one in listed):
        return False
    whose = [door_told(case.summary, cues).get("room", ""), *(one[0] for one in CALLED.finditer(case.summary))]
    return any(one and re.search(f"{re.escape(one)}{_NUMBER_OF}", text) for one in whose)


_SEVERAL = 2


def _of(
    case: Case, text: str, reading: Reading, intent: Intent | None, playbook: Playbook
) -> tuple[Case | None, Intent | None]:
    """More of one household's matter, or another matter of that household, where a rule or a word of theirs says so."""
    if intent is None or not intent.opens_case:
        return case, None
    if playbook.intents[intent].family == playbook.intents[case.intent].family or reading.urgency is Urgency.CRITICAL:
        return case, intent
    another = playbook.cues.also.search(text) is not None or any(one.code != "model" for one in reading.reasons)
    return (None, intent) if another else (case, None)


def _another(door: dict[str, str], case: Case, cues: Cues) -> bool:
    known = door_told(case.summary, cues)
    return bool(door and known and door.keys() & known.keys()) and not same_door(door, known)
