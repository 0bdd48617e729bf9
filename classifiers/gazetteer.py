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
        for key in {name, _base(name)} - _KINDS:
            known = self._estates.get(key, ())
            if district not in known and len(key) >= 2:
                self._estates[key] = (*known, district)

    @property
    def district_names(self) -> Iterable[str]:
        return self._districts.keys()

    @property
    def town_names(self) -> Iterable[str]:
        """As people shorten them, without 街道 and 镇."""
        return self._bare_towns.keys()

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
        """Where the road is on our list; else the one district where its other parts are (拱极东路 beside 拱极路), or a
        village or committee that has given it its name."""
        if found := self._roads.get(name):
            return found
        bare = _ROAD_END.sub("", name)
        if len(bare) < 2 or bare in _EVERYDAY:
            return ()
        parts = {one for end in _ROAD_PARTS for one in self._roads.get(bare + end, ())}
        districts = parts or {town.district for town in self._committees.get(bare, ())}
        return tuple(districts) if len(districts) == 1 else ()

    def door_district(self, road: str, door: int) -> str:
        """The district of one lane or house of a road through several; "" where it is not known."""
        return next((stretch.district for stretch in self._doors.get(road, ()) if stretch.has(door)), "")

    def estate_known(self, name: str) -> bool:
        return name in self._estates

    def estate_districts(self, name: str) -> tuple[str, ...]:
        """By the name, or by its beginning (宜川四村小区, 瑞虹新城三期), or without 小区 and the like, or behind the town it
        lies in (莘庄水清三村); else the town at its beginning (顾村某某苑)."""
        if name in self._bare_towns and name not in _EVERYDAY:
            return (self._bare_towns[name].district,)
        if found := self._listed(name):
            return found
        town = self.town_beginning(name)
        if town is None:
            return ()
        rest = self.estate_districts(name[len(_bare(town.name)) :])
        if len(rest) != 1 or rest[0] == town.district:
            return (town.district,)
        return (town.district, *rest)  # 金桥爱建园: the town says one, the estate behind it another; they are asked

    def estate_listed(self, name: str) -> bool:
        """Whether it is on our lists, whole or by its beginning."""
        return bool(self._listed(name))

    def _listed(self, name: str) -> tuple[str, ...]:
        wider = self._estates.get(_base(name), ())
        for end in range(len(name), 2, -1):
            found = self._estates.get(name[:end])
            if found and (end > 3 or not _ANOTHER_PLACE.match(name, end)):
                # 大华六村 is not the sixth committee of another 大华
                return wider if end < len(name) and len(wider) > 1 else found
        return wider

    def estate_start(self, text: str, start: int, end: int) -> int:
        """Where an estate of ours that ends at `end` begins, one or two characters before `start`; -1 when none does."""
        for begin in (start - 2, start - 1):
            name = text[max(begin, 0) : end]
            if len(name) > 2 and (name in self._estates or ((base := _base(name)) != name and base in self._estates)):
                return max(begin, 0)
        return -1

    def estate_within(self, *names: str) -> int:
        """Where a listed estate of at least four characters begins that one of `names` ends with; 0 when none does."""
        return next((at for name in names for at in range(1, len(name) - 3) if name[at:] in self._estates), 0)

    def town_beginning(self, name: str) -> Town | None:
        """The town whose name without 街道 or 镇 a longer name begins with (西渡某某路); not where it is an everyday word."""
        for length in (4, 3, 2):
            town = self._bare_towns.get(name[:length])
            if town is not None and not name[:length].endswith("路") and name[:length] not in _EVERYDAY:
                return town
        return None

    def committee_towns(self, name: str) -> list[Town]:
        return self._committees.get(name, [])


_ORDINAL = re.compile(r"(?:第?[一二三四五六七八九十\d]+)?(?:新村|小区|村|街坊|坊|公寓|花园|期|居|社区)?$")
# Committees are called so as well, and that says nothing of the estates whose names end so.
_KINDS = frozenset(
    "新村 小区 公寓 花园 社区 街坊 佳苑 家园 花苑 名苑 新苑 雅苑 景苑 华庭 名邸 新城 豪庭 嘉园 名园".split()
)
# 白玉兰 is an estate in one district, 白玉兰广场 an office tower in another.
_ANOTHER_PLACE = re.compile("广场|大厦|大楼|酒店|宾馆|饭店|商场|商厦|菜场|超市|大学|学院|公园|医院")
_ROAD_PARTS = ("路", "东路", "西路", "南路", "北路", "中路", "公路", "大道")
_ROAD_END = re.compile(r"[东南西北中一二三]?(?:支路|公路|大道|路|街)$")
# Names of towns that begin other places' names as well.
_EVERYDAY = frozenset(
    "中山 新村 建设 新海 东平 新华 三星 永丰 长征 新桥 北站 华阳 新成 虹桥 大桥 长桥 外滩 万里 新虹 向化".split()
)


def _base(name: str) -> str:
    """淞南第一, 淞南二村 and 淞南新村 are all 淞南; a base of one character says nothing and stays whole."""
    base = _ORDINAL.sub("", name, count=1)
    return base if len(base) >= 2 else name


def _bare(name: str) -> str:
    for suffix in ("镇街道", "街道", "镇", "乡"):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name
