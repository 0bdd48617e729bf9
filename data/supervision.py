"""Loads `supervision.toml`: the levels above a unit, what proposes the next one, ways and results, what is read out."""

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from conversations.codes import Urgency
from data.faults import Fault
from data.rows import is_whole, is_words, one_of, table_in
from data.tables import Tables, loaded

TRIGGERS = ("promise_missed", "order_returned", "refused", "unit_failing", "raised", "clock_missed")
"""What the program can see; a row says what is made of it."""
ROLES = frozenset({"reporter", "editor", "liaison", "admin"})
REASON = frozenset({"who", "due", "late", "times", "hours"})
PLAIN = frozenset({"level", "place", "who", "what", "since", "reason", "number"})
SAY: Mapping[str, frozenset[str]] = {"plain": PLAIN, "full": PLAIN | {"need", "address", "phone"}}
TAKEN = frozenset({"open", "waived", "erased"})
"""States of a step that are the program's own: no result is called so."""
_FILE = "supervision.toml"


@dataclass(frozen=True, slots=True)
class Level:
    """A step of the ladder, `rank` 0 the lowest. `kinds`: of the directory's units; `roles` empty: whoever works tickets."""

    code: str
    title: str
    rank: int
    kinds: frozenset[str]
    roles: frozenset[str]
    report: bool


@dataclass(frozen=True, slots=True)
class Trigger:
    """What makes the machine propose. `least`: the lowest level it may propose; `times`: how often on one ticket."""

    code: str
    title: str
    least: str
    urgencies: frozenset[str]
    times: int
    reason: str


@dataclass(frozen=True, slots=True)
class Way:
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step. `fails`: it counts against the unit."""

    code: str
    title: str
    good: bool = False
    fails: bool = False


@dataclass(frozen=True, slots=True)
class SupervisionRows:
    unit_failures: int
    unit_window: timedelta
    levels: tuple[Level, ...]
    triggers: tuple[Trigger, ...]
    ways: tuple[Way, ...]
    results: tuple[Result, ...]
    say: Mapping[str, str]

    def level(self, code: str) -> Level | None:
        return next((one for one in self.levels if one.code == code), None)

    def level_title(self, code: str) -> str:
        found = self.level(code)
        return found.title if found else code

    def level_of_kind(self, kind: str) -> Level | None:
        return next((one for one in self.levels if kind in one.kinds), None)

    def trigger_title(self, code: str) -> str:
        return next((one.title for one in self.triggers if one.code == code), code)

    def way_title(self, code: str) -> str:
        return next((one.title for one in self.ways if one.code == code), code)

    def result(self, code: str) -> Result | None:
        return next((one for one in self.results if one.code == code), None)

    @property
    def failing(self) -> list[str]:
        """Codes of the results that count against a unit."""
        return [one.code for one in self.results if one.fails]


def load_supervision(folder: Path | None = None) -> SupervisionRows:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_supervision, folder)


def read_supervision(folder: Path, faults: list[Fault]) -> SupervisionRows | None:
    """As load_supervision, but adding to `faults`; None when there are any."""
    before = len(faults)
    reading = _Reading.read(folder / _FILE, faults)
    if reading is None:
        return None
    levels = tuple(reading.levels())
    triggers = tuple(reading.triggers({one.code for one in levels}))
    ways = tuple(Way(row["code"], row["title"]) for _, row in reading.rows("way"))
    window = timedelta(hours=reading.number("unit_hours"))
    rows = SupervisionRows(
        reading.number("unit_failures"), window, levels, triggers, ways, tuple(reading.results()), reading.sayings()
    )
    return rows if len(faults) == before else None


class _Reading(Tables):
    fields: ClassVar = {
        "level": {"code", "title", "kinds", "roles", "report"},
        "trigger": {"code", "title", "least", "urgencies", "times", "reason"},
        "way": {"code", "title"},
        "result": {"code", "title", "good", "fails"},
    }
    singles = frozenset({"rules", "say"})

    def _names(
        self, name: str, nth: int, row: Mapping[str, Any], field: str, known: frozenset[str] | None
    ) -> frozenset[str]:
        """A list of codes; with `known`, of these only."""
        found = row.get(field, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.fault(rf"^\[\[{name}\]\]", f"{field} 要写成方括号里的几个", nth)
            return frozenset()
        for strange in sorted(set(found) - known if known is not None else ()):
            self.fault(rf"^\[\[{name}\]\]", f"{field} 没有 {strange!r}", nth)
        return frozenset(found)

    def levels(self) -> Iterator[Level]:
        taken: set[str] = set()
        for nth, row in self.rows("level"):
            kinds = self._names("level", nth, row, "kinds", None)
            for kind in sorted(kinds & taken):
                self.fault(r"^\[\[level\]\]", f"{kind} 已经归在前面一级", nth)
            taken |= kinds
            roles = self._names("level", nth, row, "roles", ROLES)
            yield Level(row["code"], row["title"], nth - 1, kinds, roles, row.get("report") is True)

    def triggers(self, levels: set[str]) -> Iterator[Trigger]:
        for nth, row in self.rows("trigger"):
            needle, times = r"^\[\[trigger\]\]", row.get("times", 1)
            urgencies = self._names("trigger", nth, row, "urgencies", frozenset(Urgency))
            if row["code"] not in TRIGGERS:
                self.fault(needle, f"没有 {row['code']!r} 这种情况（有：{'、'.join(TRIGGERS)}）", nth)
            if not one_of(row.get("least"), levels):
                self.fault(needle, f"least 没有 {row.get('least')!r} 这一级", nth)
            if not is_whole(times):
                self.fault(needle, "times 要是大于 0 的整数", nth)
            self._sentence(needle, row.get("reason"), REASON, nth)
            yield Trigger(row["code"], row["title"], str(row.get("least")), urgencies, times if is_whole(times) else 1,
                          str(row.get("reason")))  # fmt: skip

    def results(self) -> Iterator[Result]:
        good = False
        for nth, row in self.rows("result"):
            flags = {name: row.get(name, False) for name in ("good", "fails")}
            if not all(isinstance(one, bool) for one in flags.values()):
                self.fault(r"^\[\[result\]\]", "good 和 fails 写 true 或 false", nth)
            elif all(flags.values()):
                self.fault(r"^\[\[result\]\]", "办到了就不能算没办成", nth)
            if row["code"] in TAKEN:
                self.fault(r"^\[\[result\]\]", f"code {row['code']!r} 系统自己要用，请换一个", nth)
            good = good or flags["good"] is True
            yield Result(row["code"], row["title"], flags["good"] is True, flags["fails"] is True)
        if not good:
            self.fault(r"^\[\[result\]\]", "没有一种结果是 good")

    def sayings(self) -> dict[str, str]:
        found = table_in(self.tables, "say")
        for name in sorted(found.keys() - SAY.keys()):
            self.fault(rf"^{re.escape(name)}\b", f"没有 {name} 这一句（有：{'、'.join(SAY)}）")
        for name, known in SAY.items():
            self._sentence(rf"^{name}\b|^\[say\]", found.get(name), known)
        return {name: str(found.get(name, "")) for name in SAY}

    def _sentence(self, needle: str, text: Any, known: frozenset[str], nth: int = 1) -> None:
        if not is_words(text):
            self.fault(needle, "缺这一句话", nth)
            return
        try:
            names = [(one, form, conversion) for _, one, form, conversion in string.Formatter().parse(text)]
        except ValueError:
            self.fault(needle, "花括号不成对", nth)
            return
        strange = sorted({one for one, _, _ in names if one is not None} - known)
        if strange or any(form or conversion for _, form, conversion in names):
            self.fault(needle, f"{strange or '写了格式的'} 不是占位符（有：{'、'.join(sorted(known))}）", nth)
