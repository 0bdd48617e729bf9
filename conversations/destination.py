"""Where somebody wants to go is not where they are: who is sent to the hospital they long for finds nobody there. Pure."""

import re
from dataclasses import replace

from conversations.clauses import CLAUSE_END, PAUSE
from conversations.cues import Cues
from conversations.reading import Address, Reading

_OPENS = "（(【[:： "
_REACH = 14
"""Characters behind a place within which it is said what they want there."""


def without_destinations(text: str, reading: Reading, cues: Cues) -> Reading:
    """Without the places that are told as the end of a way: of treatment, of a journey, of work."""
    places = reading.entities.addresses
    kept = tuple(one for one in places if not is_destination(text, one, cues))
    if len(kept) == len(places):
        return reading
    return replace(reading, entities=replace(reading.entities, addresses=kept))


def is_destination(text: str, place: Address, cues: Cues) -> bool:
    """Nobody is treated in a room of a house, and behind a lane people live unless a hospital is named with it."""
    at = text.find(place.raw) if place.raw else -1
    if at < 0 or place.room or place.building or place.unit:
        return False
    before = CLAUSE_END.split(text[:at].rstrip(_OPENS))[-1]
    behind = CLAUSE_END.split(text[at + len(place.raw) :])[0][:_REACH]
    going = cues.going_to.search(before)
    way = PAUSE.split(before[: going.start()])[-1] + going[0] if going else before
    if cues.there_already.search(way) or cues.arrived.match(behind) or behind.startswith("接"):
        return False
    named = f"{going[0] if going else before[-_REACH:]}|{place.estate}|{PAUSE.split(behind)[0]}"
    hospital = (cues.hospital_ends.search(named) or cues.hospital_called.search(before)) is not None
    if going and _HOME_OF.match(behind) and cues.kept_out.search(text):
        return True
    carried = hospital and cues.carried_to.search(way)
    if (place.lane and not hospital) or (cues.comes_to.search(before) and not carried):
        return False
    if going is None and cues.hospital_at.search(before):
        return True
    wanted = cues.wanted_there.search(f"{place.raw}{behind}") is not None
    return (wanted or hospital) if going else (wanted and hospital)


_HOME_OF = re.compile(r"\s*的?[我他她][^\s，,。；;]{0,5}家")
"""Somebody else's home, where they want to stay."""
