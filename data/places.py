"""Loads the gazetteer of `gazetteer/*.csv`: districts, towns, roads and their doors, estates, hospitals, drugs."""

from pathlib import Path

from conversations.places import Named, Places, Stretch, Town
from data.faults import Fault, told
from data.rows import read_csv, whole_of


def load_places(folder: Path, faults: list[Fault]) -> Places:
    """`folder` is the folder of all rows."""
    folder = folder / "gazetteer"
    districts = told("districts.csv", faults, (), _named, folder / "districts.csv", ("district", "aliases"), faults)
    known = frozenset(district.name for district in districts)
    return Places(
        districts=districts,
        towns=told("towns.csv", faults, (), _towns, folder / "towns.csv", known, faults),
        roads=told("roads.csv", faults, {}, _by_district, folder / "roads.csv", ("district", "roads"), known, faults),
        estates=told(
            "estates.csv", faults, {}, _by_district, folder / "estates.csv", ("district", "estates"), known, faults
        ),
        doors=told("doors.csv", faults, {}, _doors, folder / "doors.csv", known, faults),
        hospitals=told("hospitals.csv", faults, (), _named, folder / "hospitals.csv", ("hospital", "aliases"), faults),
        drugs=told("drugs.csv", faults, (), _named, folder / "drugs.csv", ("drug", "aliases"), faults),
    )


def _named(path: Path, columns: tuple[str, str], faults: list[Fault]) -> tuple[Named, ...]:
    """Two rows may not share a name: a reader could not tell them apart."""
    found: list[Named] = []
    owner: dict[str, str] = {}
    for line, row in read_csv(path, columns, faults):
        named = Named(row[columns[0]], _parts(row[columns[1]]))
        for name in (named.name, *named.aliases):
            if name in owner:
                faults.append(Fault(path.name, line, f"{name} 已是 {owner[name]} 的名字"))
            owner[name] = named.name
        found.append(named)
    return tuple(found)


def _towns(path: Path, known: frozenset[str], faults: list[Fault]) -> tuple[Town, ...]:
    found: list[Town] = []
    for line, row in read_csv(path, ("district", "town", "committees", "villages"), faults):
        if row["district"] not in known:
            faults.append(Fault(path.name, line, f"没有 {row['district']} 这个区"))
        found.append(Town(row["town"], row["district"], _parts(row["committees"]), _parts(row["villages"])))
    return tuple(found)


def _by_district(
    path: Path, columns: tuple[str, str], known: frozenset[str], faults: list[Fault]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line, row in read_csv(path, columns, faults):
        if row["district"] not in known:
            faults.append(Fault(path.name, line, f"没有 {row['district']} 这个区"))
        for name in _parts(row[columns[1]]):
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), row["district"])))
    return found


_SIDES = {"": None, "双": 0, "单": 1}


def _doors(path: Path, known: frozenset[str], faults: list[Fault]) -> dict[str, tuple[Stretch, ...]]:
    """A door may lie in one district only: two stretches that share one are a fault."""
    found: dict[str, tuple[Stretch, ...]] = {}
    for line, row in read_csv(path, ("road", "first", "last", "side", "district"), faults):
        if row["district"] not in known:
            faults.append(Fault(path.name, line, f"没有 {row['district']} 这个区"))
        first, last = whole_of(row["first"]), whole_of(row["last"])
        if first is None or last is None or row["side"] not in _SIDES:
            faults.append(Fault(path.name, line, "门牌应是数字,side 应是 单、双 或空着"))
            continue
        new = Stretch(first, last, _SIDES[row["side"]], row["district"])
        others = found.get(row["road"], ())
        if new.first > new.last or any(_overlap(new, other) for other in others):
            faults.append(Fault(path.name, line, f"{row['road']} 的这一段门牌写反了,或和另一段重叠"))
        found[row["road"]] = (*others, new)
    return found


def _overlap(one: Stretch, other: Stretch) -> bool:
    apart = one.last < other.first or other.last < one.first
    return not apart and (one.side is None or other.side is None or one.side == other.side)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)
