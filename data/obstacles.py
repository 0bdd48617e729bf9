"""Loads `obstacles.toml`: where tickets are stuck, when a report is proposed, what stands in one."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from data.faults import Fault
from data.rows import MOST, is_whole, is_words, one_of
from data.tables import Tables, loaded

KINDS: Mapping[str, str] = {"flash": "速报", "reference": "内参"}
AUTOS = ("counts", "verified", "cases", "scope", "trend", "method", "obstacle", "tried")
"""What the program counts and writes by itself."""
REPLY = frozenset({"report", "answer"})
NEEDED = ("title", "facts", "obstacle", "suggestion")
"""Fields every form has."""
_FILE = "obstacles.toml"
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
    return loaded(read_obstacles, folder)


def read_obstacles(folder: Path, faults: list[Fault]) -> ObstacleRows | None:
    """As load_obstacles, but adding to `faults`; None when there are any."""
    before = len(faults)
    reading = _Reading.read(folder / _FILE, faults)
    if reading is None:
        return None
    hours, cases, place_cases, typical = (reading.number(name) for name in _NUMBERS)
    causes = {row["code"]: row["title"] for _, row in reading.rows("cause")}
    rows = ObstacleRows(
        timedelta(hours=hours), cases, place_cases, typical, reading.surnames(), tuple(reading.obstacles(causes)),
        reading.forms(), reading.reply(),
    )  # fmt: skip
    return rows if len(faults) == before else None


class _Reading(Tables):
    fields: ClassVar = {
        "cause": {"code", "title"},
        "obstacle": {"code", "title", "cause", "rule"},
        "field": {"kind", "code", "title", "auto", "hint", "lines", "longest", "need"},
    }
    singles = frozenset({"rules", "hiding", "reply"})

    def surnames(self) -> str:
        text = self.table("hiding").get("surnames")
        if isinstance(text, str) and text and all("一" <= one <= "鿿" for one in text):
            return text
        self.fault(r"^surnames|^\[hiding\]", "surnames 写一串姓，只要汉字")
        return ""

    def obstacles(self, causes: Mapping[str, str]) -> Iterator[Obstacle]:
        for nth, row in self.rows("obstacle", flags=("rule",)):
            if not one_of(row.get("cause"), causes):
                self.fault(r"^\[\[obstacle\]\]", f"cause 没有 {row.get('cause')!r} 这一种", nth)
            yield Obstacle(row["code"], row["title"], causes.get(str(row.get("cause")), ""), row.get("rule") is True)

    def forms(self) -> dict[str, tuple[ReportField, ...]]:
        found: dict[str, list[ReportField]] = {kind: [] for kind in KINDS}
        needle = r"^\[\[field\]\]"
        for nth, row in self.rows("field", within="kind", flags=("need",)):
            if not one_of(row.get("kind"), KINDS):
                self.fault(needle, f"kind 没有 {row.get('kind')!r}（有：{'、'.join(KINDS)}）", nth)
                continue
            auto = tuple(str(row.get("auto", "")).split())
            for strange in sorted(set(auto) - set(AUTOS)):
                self.fault(needle, f"auto 没有 {strange!r}（有：{'、'.join(AUTOS)}）", nth)
            numbers = [row.get(name) for name in ("lines", "longest")]
            if not all(is_whole(one) for one in numbers):
                self.fault(needle, f"lines 和 longest 要是大于 0 的整数，最多 {MOST}", nth)
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
        if not is_words(text):
            self.fault(r"^\[+reply\]", "缺 text")
            return ""
        try:
            names = {one for _, one, _, _ in string.Formatter().parse(text) if one is not None}
        except ValueError:
            self.fault(r"^text\b", "花括号不成对")
            return ""
        if strange := sorted(names - REPLY):
            self.fault(r"^text\b", f"{strange} 不是占位符（有：{'、'.join(sorted(REPLY))}）")
        return text
