"""Loads `tally.toml`: types and groups of requests, figures filled in by hand, places on the map, the paper's sentence."""

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from conversations.codes import Flag, Intent, Urgency
from conversations.playbook import SHANGHAI
from data.faults import Fault
from data.rows import is_whole, is_words, one_of
from data.tables import Tables, loaded

PLACEHOLDERS = frozenset(
    {
        "span", "hours", "total", "rate", "gap", "reporters", "reporter_days", "each", "critical", "urgent", "solved",
        "partly",
    }
)  # fmt: skip
SENTENCES = ("day", "whole", "quiet")
HOWS = ("sum", "last", "join")
_FILE = "tally.toml"
_CODES = {"intents": frozenset(Intent), "flags": frozenset(Flag), "urgencies": frozenset(Urgency)}
_MOST = 9
"""Rows and columns of the map."""


@dataclass(frozen=True, slots=True)
class Type:
    code: str
    title: str
    intents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """People with a need of their own. Every condition that is not empty holds, each by one of its codes."""

    title: str
    intents: frozenset[str]
    flags: frozenset[str]
    urgencies: frozenset[str]

    def holds(self, intent: str, urgency: str, flags: frozenset[str]) -> bool:
        return (
            (not self.intents or intent in self.intents)
            and (not self.urgencies or urgency in self.urgencies)
            and (not self.flags or bool(self.flags & flags))
        )


@dataclass(frozen=True, slots=True)
class Manual:
    """A figure the record does not have. `how` days are put together: sum, last, join."""

    code: str
    title: str
    unit: str
    how: str


@dataclass(frozen=True, slots=True)
class District:
    """`row`, `column`: its square; `center`: (longitude, latitude) in degrees, rough."""

    name: str
    row: int
    column: int
    center: tuple[float, float]


@dataclass(frozen=True, slots=True)
class TallyRows:
    opened: datetime | None
    closed: datetime | None
    least: int
    types: tuple[Type, ...]
    groups: tuple[Group, ...]
    manual: tuple[Manual, ...]
    districts: Mapping[str, District]
    sentences: Mapping[str, str]

    def type_of(self, intent: str, kind: str) -> str:
        """The code of a request's type; `kind`: what stands on its order to 12345, "" without one."""
        if kind:
            return kind
        default = next(one.code for one in self.types if not one.intents)
        return next((one.code for one in self.types if intent in one.intents), default)

    def type_title(self, code: str) -> str:
        return next((one.title for one in self.types if one.code == code), code)


def load_tally(folder: Path | None = None) -> TallyRows:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_tally, folder)


def read_tally(folder: Path, faults: list[Fault]) -> TallyRows | None:
    """As load_tally, but adding to `faults`; None when there are any."""
    before = len(faults)
    reading = _Reading.read(folder / _FILE, faults)
    if reading is None:
        return None
    rows = TallyRows(
        reading.moment("opened"), reading.moment("closed"), reading.least(), tuple(reading.types()),
        tuple(reading.groups()), tuple(reading.manual()), {one.name: one for one in reading.districts()},
        reading.sentences(),
    )  # fmt: skip
    if rows.opened and rows.closed and rows.closed <= rows.opened:
        reading.fault(r"^closed", "结束要在开办以后")
    return rows if len(faults) == before else None


class _Reading(Tables):
    fields: ClassVar = {
        "type": {"code", "title", "intents"},
        "group": {"title", "intents", "flags", "urgencies"},
        "manual": {"code", "title", "unit", "how"},
        "district": {"name", "row", "column", "center"},
    }
    singles = frozenset({"period", "digest", "sentence"})

    def wrong(self, name: str, row: Mapping[str, Any]) -> list[str]:
        """Lists of codes that are none, or have one that is not known."""
        found: list[str] = []
        for field, known in _CODES.items():
            codes = row.get(field, [])
            if not isinstance(codes, list):
                found.append(f"{field} 要写成方括号里的几个")
            else:
                found += [f"{field} 没有 {code!r}" for code in codes if not one_of(code, known)]
        return found

    def moment(self, name: str) -> datetime | None:
        text = self.table("period").get(name, "")
        if text == "":
            return None
        try:
            return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
        except (TypeError, ValueError):
            self.fault(rf"^{name}\b", f"{name} 写成 2022-03-25 22:00 这样，或空着")
            return None

    def least(self) -> int:
        least = self.table("digest").get("least")
        if is_whole(least, 2):
            return least
        self.fault(r"^\[digest\]", "least 要是不小于 2 的整数")
        return 5

    def types(self) -> Iterator[Type]:
        taken: set[str] = set()
        default = False
        for nth, row in self.rows("type", "code", "title"):
            intents = frozenset(row.get("intents", ()))
            for code in sorted(intents & taken):
                self.fault(r"^\[\[type\]\]", f"{code} 已经归在前面一种", nth)
            taken |= intents
            default = default or not intents
            yield Type(row["code"], row["title"], intents)
        if not default:
            self.fault(r"^\[\[type\]\]", "要有一种 intents 空着，收其余的")

    def groups(self) -> Iterator[Group]:
        for nth, row in self.rows("group", "title"):
            intents, flags, urgencies = (frozenset(map(str, row.get(name, ()))) for name in _CODES)
            if not intents and not flags and not urgencies:
                self.fault(r"^\[\[group\]\]", "一个条件都没有：intents、flags、urgencies 至少写一个", nth)
                continue
            yield Group(row["title"], intents, flags, urgencies)

    def manual(self) -> Iterator[Manual]:
        for nth, row in self.rows("manual", "code", "title"):
            if not one_of(row.get("how"), HOWS):
                self.fault(r"^\[\[manual\]\]", f"how 是 {'、'.join(HOWS)} 中的一个", nth)
                continue
            yield Manual(row["code"], row["title"], str(row.get("unit", "")), row["how"])

    def districts(self) -> Iterator[District]:
        squares: set[tuple[int, int]] = set()
        for nth, row in self.rows("district", "name"):
            square, center = (row.get("row"), row.get("column")), row.get("center")
            if not all(is_whole(one, 0, _MOST - 1) for one in square):
                self.fault(r"^\[\[district\]\]", f"row 和 column 是 0 到 {_MOST - 1} 的整数", nth)
            elif square in squares:
                self.fault(r"^\[\[district\]\]", "这一格已经有别的区", nth)
            elif (place := _place(center)) is None:
                self.fault(r"^\[\[district\]\]", "center 写成 [经度, 纬度]", nth)
            else:
                yield District(row["name"], row["row"], row["column"], place)
            if is_whole(square[0], 0) and is_whole(square[1], 0):
                squares.add((square[0], square[1]))

    def sentences(self) -> dict[str, str]:
        table = self.table("sentence")
        for name in sorted(table.keys() - set(SENTENCES)):
            self.fault(rf"^{re.escape(name)}\b", f"没有 {name} 这一句（有：{'、'.join(SENTENCES)}）")
        for name in SENTENCES:
            text = table.get(name)
            if not is_words(text):
                self.fault(r"^\[sentence\]", f"缺 {name}")
                continue
            try:
                names = [(one, form, conversion) for _, one, form, conversion in string.Formatter().parse(text)]
            except ValueError:
                self.fault(rf"^{name}\b", "花括号不成对")
                continue
            strange = sorted({one for one, _, _ in names if one is not None} - PLACEHOLDERS)
            if strange or any(form or conversion for _, form, conversion in names):
                self.fault(
                    rf"^{name}\b", f"{strange or '写了格式的'} 不是占位符（有：{'、'.join(sorted(PLACEHOLDERS))}）"
                )
        return {name: str(table.get(name, "")) for name in SENTENCES}


def _place(center: Any) -> tuple[float, float] | None:
    """(longitude, latitude) in degrees."""
    if not isinstance(center, list) or len(center) != 2 or any(type(one) not in (int, float) for one in center):
        return None
    longitude, latitude = center
    return (float(longitude), float(latitude)) if abs(longitude) <= 180 and abs(latitude) <= 90 else None
