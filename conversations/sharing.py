"""What is the contact's rather than one case's: a phone and a place told once serve every open case. Pure."""

from collections.abc import Mapping

from conversations.cues import Cues
from conversations.elsewhere import is_elsewhere, of_their_own
from conversations.listening import fill
from conversations.messages import Inbound
from conversations.of_a_list import its_own_number, of_all
from conversations.reading import Reading
from conversations.slots import PARSERS, SHARED, SKIPPED
from conversations.speaking import noted
from conversations.state import PLACED, Case, Filled
from conversations.turn import Draft
from conversations.values import evolve
from conversations.which_door import completed, headless, with_its_own_door


def share(draft: Draft, case: Case) -> Case:
    """Phone and address are the contact's: other open cases of theirs know them too."""
    told = {name: value for name, value in case.slots.items() if name in SHARED and not _kept_back(name, value)}
    if "address" in told:
        told["address"] = of_all(draft.state, case, told["address"], draft.playbook.cues)
    if its_own_number(draft.state, case, draft.heard, draft.playbook.cues):
        told.pop("phone", None)
    whole = draft.state.case(case.parent)
    if whole is not None and PLACED in whole.asked:  # each household of that list has a place of its own
        told.pop("address", None)
    shared = of_their_own(case, told)
    draft.state = evolve(draft.state, known={**draft.state.known, **shared})
    draft.put(case)
    for other in draft.state.cases:
        if not other.open or other.key == case.key:
            continue
        lacking = _lacking(other, shared, draft.playbook.cues)
        if lacking:
            draft.put(evolve(other, slots={**other.slots, **lacking}))
            draft.note(evolve(other, slots={**other.slots, **lacking}), "shared")
    return case


def _lacking(other: Case, shared: Mapping[str, Filled], cues: Cues) -> dict[str, Filled]:
    """What another case does not know yet, as it holds for it: at its own door, where its words told one."""
    known = with_its_own_door(of_their_own(other, shared), other.summary, cues)
    lacking = {name: value for name, value in known.items() if name not in other.slots}
    place, had = shared.get("address"), other.slots.get("address")
    if place and had and headless(had) and not headless(place) and not is_elsewhere(other):
        lacking["address"] = completed(had, place)
    return lacking


def _kept_back(name: str, value: Filled) -> bool:
    """A place they would rather not tell is asked for once more where another matter needs it."""
    return name == "address" and value.value == SKIPPED


def _kept_with(draft: Draft, case: Case, message: Inbound, reading: Reading) -> None:
    """With the case it was said of, where a newer number or place takes the place of the older one."""
    _, news = fill(case, message, reading, (), draft.now, draft.playbook)
    found = {name: value for name, value in news.items() if name in SHARED}
    if found:
        case = share(draft, evolve(case, slots={**case.slots, **found}))
        draft.note(case, "added", by="contact")
        draft.say("receipt", noted(case, found, draft.playbook))


def keep_contact(draft: Draft, reading: Reading) -> None:
    """A number or a place beside a wish ("how is it going? I am at …") is not lost: whatever is open knows it."""
    message = draft.message
    assert message is not None
    case = draft.state.case(draft.filed) or draft.state.focused
    if case is not None and case.open:
        _kept_with(draft, case, message, reading)
        return
    found = {
        name: evolve(value, source=message.message_id, at=draft.now)
        for name, kind in (("phone", "phone"), ("address", "place"))
        if name not in draft.state.known and (value := PARSERS[kind](message, reading, False, draft.playbook.cues))
    }
    if not found:
        return
    draft.state = evolve(draft.state, known={**draft.state.known, **found})
    for case in draft.state.cases:
        lacking = {name: value for name, value in found.items() if name not in case.slots}
        if case.open and lacking:
            case = draft.put(evolve(case, slots={**case.slots, **lacking}))
            draft.note(case, "added", by="contact")
    if (focus := draft.state.focused) is not None:
        draft.say("receipt", noted(focus, found, draft.playbook))
