"""Look-ups in the gazetteer for the address reader: which name ends here, and in which district it may lie."""

import re
from collections.abc import Iterable

from conversations.places import Places, Town

_LONGEST_ROAD = 8
_LONGEST_TOWN = 9


class Gazetteer:
    """`Places`, indexed. A name to the districts (full form) in which one of that name lies."""

    def __init__(self, places: Places) -> None:
        self._districts = {alias: d.name for d in places.districts for alias in (d.name, *d.aliases)}
        self._towns = {town.name: town for town in places.towns}
        self._bare_towns = {_bare(town.name): town for town in places.towns if len(_bare(town.name)) >= 2}
        self._roads = places.roads
        self._doors = places.doors
        self._estates: dict[str, tuple[str, ...]] = {}
        self._committees: dict[str, list[Town]] = {}
        for town in places.towns:
            for name in town.committees:
                self._committees.setdefault(name, []).append(town)
                self._add_estate(name, town.district)
            for name in town.villages:
                self._committees.setdefault(name, []).append(town)
                self._add_estate(f"{name}村", town.district)
        for name, districts in places.estates.items():
            for district in districts:
                self._add_estate(name, district)

    def _add_estate(self, name: str, district: str) -> None:
        for key in {name, _base(name)}:
            known = self._estates.get(key, ())
            if district not in known and len(key) >= 2:
                self._estates[key] = (*known, district)

    @property
    def district_names(self) -> Iterable[str]:
        return self._districts.keys()

    def district(self, name: str) -> str:
        """The full form of any name of a district; "" when it is none."""
        return self._districts.get(name, "")

    def town(self, name: str) -> Town | None:
        """By its full name, or as people shorten it (欧阳街道 for 欧阳路街道, 长风街道 for 长风新村街道)."""
        if found := self._towns.get(name):
            return found
        bare = name.removesuffix("街道")
        return self._towns.get(f"{bare}路街道") or self._towns.get(f"{bare}新村街道")

    def bare_town(self, name: str) -> Town | None:
        """The town of a name written without 街道 or 镇 (顾村)."""
        return self._bare_towns.get(name)

    def lies_in(self, name: str, district: str) -> bool:
        """Whether a town written without 街道 or 镇 is one of this district, by any name of it. A road's name (控江路街道) is
        the road."""
        town = self._bare_towns.get(name)
        return town is not None and not name.endswith("路") and town.district == self.district(district)

    def town_ending(self, text: str, end: int) -> Town | None:
        """The longest town whose name ends at `end`."""
        for start in range(max(0, end - _LONGEST_TOWN), end - 1):
            if town := self._towns.get(text[start:end]):
                return town
        return None

    def road_start(self, text: str, end: int, floor: int) -> int:
        """Where the longest known road that ends at `end` begins, not before `floor`; -1 when none is known."""
        for start in range(max(floor, end - _LONGEST_ROAD), end - 1):
            if text[start:end] in self._roads:
                return start
        return -1

    def road_begins(self, text: str, start: int) -> bool:
        return any(text[start : start + length] in self._roads for length in range(3, _LONGEST_ROAD + 1))

    def road_districts(self, name: str) -> tuple[str, ...]:
        return self._roads.get(name, ())

    def door_district(self, road: str, door: int) -> str:
        """The district of one lane or house of a road through several; "" where it is not known."""
        return next((stretch.district for stretch in self._doors.get(road, ()) if stretch.has(door)), "")

    def estate_known(self, name: str) -> bool:
        return name in self._estates

    def estate_districts(self, name: str) -> tuple[str, ...]:
        """By the name, or by its beginning (宜川四村小区, 瑞虹新城三期), or without 小区 and the like."""
        for end in range(len(name), 2, -1):
            if found := self._estates.get(name[:end]):
                return found
        return self._estates.get(_base(name), ())

    def committee_towns(self, name: str) -> list[Town]:
        return self._committees.get(name, [])


_ORDINAL = re.compile(r"(?:第?[一二三四五六七八九十\d]+)?(?:新村|小区|村|街坊|公寓|花园|期|居|社区)?$")


def _base(name: str) -> str:
    """淞南第一, 淞南二村 and 淞南新村 are all 淞南; a base of one character says nothing and stays whole."""
    base = _ORDINAL.sub("", name, count=1)
    return base if len(base) >= 2 else name


def _bare(name: str) -> str:
    for suffix in ("镇街道", "街道", "镇", "乡"):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name
