"""An address as people say it: its words, whether somebody could be sent there, and parts of it said anew. Pure."""

from dataclasses import fields, replace
from typing import Any

from conversations.reading import Address, Reading
from conversations.state import Filled

_PLACE_PARTS = frozenset(part.name for part in fields(Address)) - {"confidence", "districts"}


def specific(address: Address) -> bool:
    """Somebody could be sent there, or nearly."""
    return bool(
        (address.road or address.estate or address.committee)
        and (address.lane or address.number or address.building or address.room)
    ) or bool(address.estate)


def address_words(address: Address) -> str:
    """The parts in the order people say them; the writer's own words when nothing was told apart."""
    parts = (
        address.district,
        address.town,
        address.committee,
        address.road,
        address.lane,
        address.sublane,
        address.estate,
    )
    tail = (address.number, address.building, address.unit, address.room)
    return "".join(filter(None, (*parts, *tail))) or address.raw


def patched(had: Filled, reading: Reading) -> Filled | None:
    """A place with some parts said anew: "不是5号楼，是15号楼", "是普陀区的". None when the message names no part."""
    best = next(iter(reading.entities.addresses), None)
    if best is None:
        return None
    parts = dict(had.parts)
    said = {
        part.name: value
        for part in fields(best)
        if part.name != "raw" and isinstance(value := getattr(best, part.name), str) and value
    }
    if "number" in said and "building" in parts and "building" not in said:
        said["building"] = said.pop("number")
    whole = {**parts, **said}
    known: dict[str, Any] = {name: value for name, value in whole.items() if name in _PLACE_PARTS}
    words = address_words(replace(Address(), **known))
    return Filled(words, parts=tuple(whole.items()), sure=had.sure or specific(best))
