"""Loads `obstacles.toml`: where tickets are stuck, when a report is proposed, what stands in one."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from data.faults import BadRows, Fault, rows_folder
from data.rows import line_of, read_toml

KINDS: Mapping[str, str] = {"flash": "速报", "reference": "内参"}
AUTOS = ("counts", "verified", "cases", "scope", "trend", "method", "obstacle", "tried")
"""What the program counts and writes by itself."""
REPLY = frozenset({"report", "answer"})
NEEDED = ("title", "facts", "obstacle", "suggestion")
"""Fields every form has."""
_FILE = "obstacles.toml"
_FIELDS = {
    "cause": {"code", "title"},
    "obstacle": {"code", "title", "cause", "rule"},
    "field": {"kind", "code", "title", "auto", "hint", "lines", "longest", "need"},
}
_NUMBERS = ("window_hours", "cases", "place_cases", "typical")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Where a ticket is stuck. `cause`: the root in words; `no_rule`: one grave ticket is enough for a report."""

    code: str
    title: str
    cause: str
    no_rule: bool = False


@dataclass(frozen=True, slots=True)
class ReportField:
    """One part of a report. `auto`: what the program puts there before what a person writes."""

    code: str
    title: str
    auto: tuple[str, ...]
    hint: str
    lines: int
    longest: int
    need: bool


@dataclass(frozen=True, slots=True)
class ObstacleRows:
    window: timedelta
    cases: int
    place_cases: int
    typical: int
    surnames: str
    obstacles: tuple[Obstacle, ...]
    forms: Mapping[str, tuple[ReportField, ...]]
    reply: str

    def obstacle(self, code: str) -> Obstacle | None:
        return next((one for one in self.obstacles if one.code == code), None)

    def title(self, code: str) -> str:
        """An obstacle an editor took away keeps its code for a name."""
        found = self.obstacle(code)
        return found.title if found else code


def load_obstacles(folder: Path | None = None) -> ObstacleRows:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    faults: list[Fault] = []
    rows = read_obstacles(folder or rows_folder(), faults)
    if rows is None:
        raise BadRows(faults)
    return rows


def read_obstacles(folder: Path, faults: list[Fault]) -> ObstacleRows | None:
    """As load_obstacles, but adding to `faults`; None when there are any."""
    path, before = folder / _FILE, len(faults)
    tables = read_toml(path, faults)
    if len(faults) > before:
        return None
    reading = _Reading(path, faults, tables)
    for name in sorted(tables.keys() - _FIELDS.keys() - {"rules", "hiding", "reply"}):
        reading.fault(rf"^\[+{name}\b|^{name}\s*=", f"没有 {name} 这一项：名字写错了，或应删去")
    hours, cases, place_cases, typical = (reading.number(name) for name in _NUMBERS)
    causes = {row["code"]: row["title"] for _, row in reading.rows("cause")}
    rows = ObstacleRows(
        timedelta(hours=hours), cases, place_cases, typical, reading.surnames(), tuple(reading.obstacles(causes)),
        reading.forms(), reading.reply(),
    )  # fmt: skip
    return rows if len(faults) == before else None


class _Reading:
    """One reading of the file: every table in turn, each fault with its line."""

    def __init__(self, path: Path, faults: list[Fault], tables: Mapping[str, Any]) -> None:
        self.path, self.faults, self.tables = path, faults, tables

    def fault(self, needle: str, message: str, nth: int = 1) -> None:
        self.faults.append(Fault(self.path.name, line_of(self.path, needle, nth=nth), message))

    def table(self, name: str) -> Mapping[str, Any]:
        found = self.tables.get(name)
        return found if isinstance(found, dict) else {}

    def number(self, name: str) -> int:
        value = self.table("rules").get(name)
        if type(value) is int and value > 0:
            return value
        self.fault(rf"^{name}\b|^\[rules\]", f"{name} 要是大于 0 的整数")
        return 1

    def rows(self, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """(nth, row) of the rows with known fields, a code of their own (a field: within its kind) and a title."""
        found = self.tables.get(name)
        if not isinstance(found, list) or not found:
            self.fault(rf"^\[+{name}\b", f"缺 [[{name}]]")
            return
        seen: set[tuple[str, str]] = set()
        for nth, row in enumerate(found, 1):
            wrong = [f"没有 {one} 这一项：名字写错了，或应删去" for one in sorted(row.keys() - _FIELDS[name])]
            wrong += [
                f"缺 {one}" for one in ("code", "title") if not isinstance(row.get(one), str) or not row[one].strip()
            ]
            key = (str(row.get("kind", "")), str(row.get("code", "")))
            if key in seen:
                wrong.append(f"code {key[1]!r} 前面已经有了")
            seen.add(key)
            for one in wrong:
                self.fault(rf"^\[\[{name}\]\]", one, nth)
            if not wrong:
                yield nth, row

    def surnames(self) -> str:
        text = self.table("hiding").get("surnames")
        if isinstance(text, str) and text and all("一" <= one <= "鿿" for one in text):
            return text
        self.fault(r"^surnames|^\[hiding\]", "surnames 写一串姓，只要汉字")
        return ""

    def obstacles(self, causes: Mapping[str, str]) -> Iterator[Obstacle]:
        for nth, row in self.rows("obstacle"):
            if row.get("cause") not in causes:
                self.fault(r"^\[\[obstacle\]\]", f"cause 没有 {row.get('cause')!r} 这一种", nth)
            if not isinstance(row.get("rule", False), bool):
                self.fault(r"^\[\[obstacle\]\]", "rule 写 true 或 false", nth)
            yield Obstacle(row["code"], row["title"], causes.get(str(row.get("cause")), ""), row.get("rule") is True)

    def forms(self) -> dict[str, tuple[ReportField, ...]]:
        found: dict[str, list[ReportField]] = {kind: [] for kind in KINDS}
        needle = r"^\[\[field\]\]"
        for nth, row in self.rows("field"):
            if row.get("kind") not in KINDS:
                self.fault(needle, f"kind 没有 {row.get('kind')!r}（有：{'、'.join(KINDS)}）", nth)
                continue
            auto = tuple(str(row.get("auto", "")).split())
            for strange in sorted(set(auto) - set(AUTOS)):
                self.fault(needle, f"auto 没有 {strange!r}（有：{'、'.join(AUTOS)}）", nth)
            numbers = [row.get(name) for name in ("lines", "longest")]
            if any(type(one) is not int or one < 1 for one in numbers):
                self.fault(needle, "lines 和 longest 要是大于 0 的整数", nth)
                continue
            found[row["kind"]].append(
                ReportField(
                    row["code"],
                    row["title"],
                    auto,
                    str(row.get("hint", "")),
                    row["lines"],
                    row["longest"],
                    row.get("need") is True,
                )
            )
        for kind, title in KINDS.items():
            for missing in [one for one in NEEDED if one not in {field.code for field in found[kind]}]:
                self.fault(needle, f"{title}缺 {missing} 这一栏")
        return {kind: tuple(fields) for kind, fields in found.items()}

    def reply(self) -> str:
        text = self.table("reply").get("text")
        if not isinstance(text, str) or not text.strip():
            self.fault(r"^\[reply\]", "缺 text")
            return ""
        try:
            names = {one for _, one, _, _ in string.Formatter().parse(text) if one is not None}
        except ValueError:
            self.fault(r"^text\b", "花括号不成对")
            return ""
        if strange := sorted(names - REPLY):
            self.fault(r"^text\b", f"{strange} 不是占位符（有：{'、'.join(sorted(REPLY))}）")
        return text
