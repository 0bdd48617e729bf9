"""A hospital, a school, a committee is no part of a home: where one is treated, taught, or not listened to. Pure."""

import re
from dataclasses import replace

from conversations.clauses import CLAUSE_END
from conversations.codes import Act
from conversations.cues import Cues
from conversations.reading import Address, Reading, is_red
from conversations.state import Filled
from conversations.whereabouts import door_parts

_OPENS = " \t（(【[:："
_BESIDE = re.compile(r"\s*(?:旁边|附近|对面|隔壁|后面|边上)的?(?:小区|新村|弄堂|居民|老房|公寓|房子)")
"""瑞金医院旁边的小区: which one, has to be asked."""
_GOING = re.compile("(?:我?们?要|想|准备)?(?:去|送|转|到)")


def is_institution(place: Address, cues: Cues) -> bool:
    """A house that is nobody's home by its name, and no door of it told."""
    named = place.committee or cues.institution.search(place.estate)
    return bool(named) and not door_parts(place)


def without_institutions(text: str, reading: Reading, had: Filled | None, cues: Cues) -> Reading:
    """Without those that are told as where somebody learns, works, is treated or was not heard; and beside a door that is
    known (`had`) without any, unless somebody is in danger there now."""
    places = reading.entities.addresses
    if not any(one.estate or one.committee for one in places):
        return reading
    kept = tuple(_without_a_way(one, cues) for one in places if not _is_none(text, one, reading, had, cues))
    if kept == places:
        return reading
    return replace(reading, entities=replace(reading.entities, addresses=kept))


def _is_none(text: str, place: Address, reading: Reading, had: Filled | None, cues: Cues) -> bool:
    if not cues.institution.search(place.estate) and not place.committee:
        return False
    at = text.find(place.raw) if place.raw else -1
    before = CLAUSE_END.split(text[: max(at, 0)].rstrip(_OPENS))[-1]
    behind = CLAUSE_END.split(text[at + len(place.raw) :])[0] if at >= 0 else ""
    if _BESIDE.match(behind):
        return True
    if not is_institution(place, cues):
        return False
    if cues.goes_there.match(behind) or cues.goes_to_it.search(before):
        return True
    known = had is not None and door_parts(had) and Act.CORRECT not in reading.acts
    return known and not (is_red(reading) and cues.is_there.search(before))


def _without_a_way(place: Address, cues: Cues) -> Address:
    """仙霞路300弄5号 要去华山医院: the way is no part of the place."""
    way = place.road and door_parts(place) and cues.institution.search(place.estate) and _GOING.match(place.estate)
    return replace(place, estate="") if way else place
