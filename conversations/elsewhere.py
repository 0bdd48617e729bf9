"""Whether a need is of another place than the one we know: then that place is asked for, never taken over. Pure."""

from collections.abc import Mapping

from conversations.clauses import CLAUSE_END
from conversations.codes import Act
from conversations.cues import Cues
from conversations.reading import Address, Reading, is_red
from conversations.state import Case, Conversation, Filled
from conversations.values import evolve
from conversations.whereabouts import specific, where_i_am, without_place
from conversations.whom import named
from conversations.whose_place import speaks_of_another

ELSEWHERE = "elsewhere"
"""Among what was asked of a case: its address is its own and neither comes from another case nor goes to one."""


def is_elsewhere(case: Case) -> bool:
    return ELSEWHERE in case.asked


def of_their_own(case: Case, known: Mapping[str, Filled]) -> dict[str, Filled]:
    """What is known of the contact and holds for this case."""
    return {name: value for name, value in known.items() if name != "address" or not is_elsewhere(case)}


def tells_elsewhere(state: Conversation, text: str, reading: Reading, cues: Cues) -> bool:
    """Another district, a neighbour, somebody who does not live here; or the writer's own home, when the place we know was
    told of one of the family."""
    had = state.known.get("address")
    own = cues.own_home.search(text) is not None
    if had is None:
        return own and any(case.open and _of_another(case, cues) for case in state.cases)
    if any(another_district(had, one) for one in reading.entities.addresses):
        return True
    if is_red(reading) and cues.out_there.search(text):  # 上班路上看到有人跳河
        return True
    if cues.lives_elsewhere.search(text) and not cues.from_there.search(text):  # 隔壁把我打伤了: the writer is hurt
        return True
    district = dict(had.parts).get("district", "")
    if district and any(found["district"] not in district for found in cues.in_district.finditer(text)):
        return True
    told = [case for case in state.cases if case.slots.get("address", had).value == had.value]
    return own and any(_of_another(case, cues) for case in told)


def _of_another(case: Case, cues: Cues) -> bool:
    """Whether a case is of one of the family, and the writer's own home is no part of it."""
    return (
        bool(named(case.summary, cues))
        and speaks_of_another(case.summary, cues)
        and cues.own_home.search(case.summary) is None
    )


def of_another_home(case: Case, text: str, reading: Reading, cues: Cues) -> bool:
    """What is wanting where somebody else lives, with their address (我妈那边也缺菜 普陀区…), or at the writer's own home: a case
    of its own, however weak the words, or the address of this one would be lost."""
    if _of_the_writer(case, text, cues):
        return True
    had = case.slots.get("address")
    if had is None or Act.CORRECT in reading.acts or not cues.lacks.search(text):
        return False
    elsewhere = any(specific(one) and another_district(had, one) for one in reading.entities.addresses)
    return elsewhere and cues.lives_elsewhere.search(text) is not None


def _of_the_writer(case: Case, text: str, cues: Cues) -> bool:
    """What is wanting at the writer's own home, beside one of the family (我妈没菜了 … 我家也没菜): it is no answer, and their
    address never replaces hers."""
    own = cues.own_home.search(text)
    if own is None or not _of_another(case, cues):
        return False
    return cues.wanting.search(CLAUSE_END.split(text[own.start() :])[0]) is not None


def told_before(state: Conversation, cues: Cues) -> Mapping[str, Filled]:
    """Where they are, as they told before there was a case to keep it."""
    told = ((where_i_am(one.text, cues), one.at) for one in reversed(state.recent[:-1]))
    place, at = next(((place, at) for place, at in told if place), ("", None))
    return {"address": Filled(place, parts=(("raw", place),), at=at, sure=False)} if place else {}


def own_place_of(known: Mapping[str, Filled], before: Mapping[str, Filled], text: str, cues: Cues) -> dict[str, Filled]:
    """What is known of a need that is elsewhere: whom to call; and of the writer's own home, where they said they live."""
    own = {"address": before["address"]} if "address" in before and cues.own_home.search(text) else {}
    return {**{name: value for name, value in known.items() if name == "phone"}, **own}


def another_district(had: Filled, said: Address) -> bool:
    """A district that is not the one of the place we know, which was written and not found out."""
    district = dict(had.parts).get("district", "")
    return bool(district and said.district and said.district != district)


def unsettled(case: Case, reading: Reading) -> Case:
    """The case without the address it took over, when its writer names another district (我在浦东): it is asked for."""
    had = case.slots.get("address")
    if had is None or had.by or had.at is None or had.at >= case.started_at:
        return case
    bare = [one for one in reading.entities.addresses if without_place(one)]
    if not any(another_district(had, one) for one in bare):
        return case
    slots = {name: value for name, value in case.slots.items() if name != "address"}
    return evolve(case, slots=slots, asked={**case.asked, ELSEWHERE: 1})
