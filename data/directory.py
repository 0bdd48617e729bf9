"""Loads `directory.toml`: kinds of units, results of calls, how long a promise and a number are good, when to ask again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from conversations.codes import Intent, Urgency
from conversations.playbook import SHANGHAI
from data.faults import Fault
from data.rows import MOST, is_whole, is_words, line_of, one_of, read_toml
from data.tables import loaded

_FILE = "directory.toml"
_LONGEST_TITLE = 12
_MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Rules:
    """When a number is no longer trusted, what counts as answering, how much is shown."""

    stale: timedelta
    failures: int
    fresh: timedelta
    rate_calls: int
    good_rate: float
    suggestions: int
    chat_wait: timedelta
    promise_soon: timedelta


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of unit. `intents`: what it is for when the unit itself does not say; empty for everything."""

    code: str
    title: str
    intents: tuple[Intent, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """How a call ended. `human`: a person answered; `dead`: the number is no good; `contact`: fits a resident too."""

    code: str
    title: str
    human: bool = False
    dead: bool = False
    promises: bool = False
    contact: bool = False


@dataclass(frozen=True, slots=True)
class PromiseTime:
    """By when something was promised: minutes from now, or a clock time (Shanghai) so many days on."""

    title: str
    minutes: int = 0
    day: int = 0
    clock: time | None = None

    def due(self, now: datetime) -> datetime:
        if self.clock is None:
            return now + timedelta(minutes=self.minutes)
        today = now.astimezone(SHANGHAI).date()
        return datetime.combine(today + timedelta(days=self.day), self.clock, SHANGHAI)


@dataclass(frozen=True, slots=True)
class RevisitPlan:
    """`retry`: after nobody was reached or it was not solved; `then`: the gaps after it was, one revisit each."""

    retry: timedelta
    then: tuple[timedelta, ...]


@dataclass(frozen=True, slots=True)
class DirectoryRows:
    rules: Rules
    kinds: Mapping[str, Kind]
    results: Mapping[str, Result]
    promises: tuple[PromiseTime, ...]
    revisits: Mapping[Urgency, RevisitPlan]

    @property
    def human(self) -> list[str]:
        """Codes of the results that mean a person answered."""
        return [code for code, row in self.results.items() if row.human]

    @property
    def dead(self) -> list[str]:
        return [code for code, row in self.results.items() if row.dead]

    def kind_title(self, code: str) -> str:
        """A kind that an editor took away keeps its code for a name."""
        return self.kinds[code].title if code in self.kinds else code

    def result_title(self, code: str) -> str:
        return self.results[code].title if code in self.results else code


def load_directory(folder: Path | None = None) -> DirectoryRows:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_directory, folder)


def read_directory(folder: Path, faults: list[Fault]) -> DirectoryRows | None:
    """As load_directory, but adding to `faults`; None when there are any."""
    path = folder / _FILE
    before = len(faults)
    tables = read_toml(path, faults)
    if len(faults) > before:
        return None
    reading = _Reading(path, faults, tables)
    rules, kinds, results = reading.rules(), reading.kinds(), reading.results()
    promises, revisits = reading.promises(), reading.revisits()
    for name in sorted(tables.keys() - {"rules", "kinds", "results", "promises", "revisits"}):
        reading.fault(rf"^\[+{re.escape(name)}\b|^{re.escape(name)}\s*=", f"没有 {name} 这一项：名字写错了，或应删去")
    if len(faults) > before or rules is None:
        return None
    return DirectoryRows(rules, kinds, results, promises, revisits)


class _Reading:
    """One reading of the file: every table in turn, each fault with its line."""

    def __init__(self, path: Path, faults: list[Fault], tables: Mapping[str, Any]) -> None:
        self.path, self.faults, self.tables = path, faults, tables

    def fault(self, needle: str, message: str, *, nth: int = 1, table: str = "") -> None:
        """`table`: whose line is told where the needle is nowhere."""
        needles = (needle, rf"^\[+{table}\]") if table else (needle,)
        self.faults.append(Fault(self.path.name, line_of(self.path, *needles, nth=nth), message))

    def _table(self, name: str) -> dict[str, dict[str, Any]]:
        found = self.tables.get(name)
        if not isinstance(found, dict) or not found or not all(isinstance(row, dict) for row in found.values()):
            self.fault(rf"^\[{name}\b", f"缺 [{name}.…]")
            return {}
        return found

    def _fields(self, row: Mapping[str, Any], known: str, needle: str, *, nth: int = 1) -> None:
        for name in sorted(row.keys() - set(known.split())):
            self.fault(needle, f"没有 {name} 这一项：名字写错了，或应删去", nth=nth)

    def _title(self, row: Mapping[str, Any], needle: str, *, nth: int = 1) -> str:
        title = row.get("title")
        if not is_words(title) or len(title) > _LONGEST_TITLE:
            self.fault(needle, f"缺 title，或超过 {_LONGEST_TITLE} 个字", nth=nth)
            return ""
        return title

    def rules(self) -> Rules | None:
        row = self.tables.get("rules")
        if not isinstance(row, dict):
            self.fault(r"^\[rules\]", "缺 [rules]")
            return None
        names = (
            "stale_days failures fresh_hours rate_calls good_rate suggestions chat_wait_minutes promise_soon_minutes"
        )
        self._fields(row, names, r"^\[rules\]")
        numbers: dict[str, float] = {}
        for name in names.split():
            value = row.get(name)
            if name == "good_rate":
                if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1:
                    numbers[name] = value
                else:
                    self.fault(rf"^{name}\b", "good_rate 在 0 和 1 之间", table="rules")
            elif is_whole(value):
                numbers[name] = value
            else:
                self.fault(rf"^{name}\b", f"{name} 要是大于 0 的整数，最多 {MOST}", table="rules")
        if len(numbers) < len(names.split()):
            return None
        return Rules(
            timedelta(days=numbers["stale_days"]), int(numbers["failures"]), timedelta(hours=numbers["fresh_hours"]),
            int(numbers["rate_calls"]), numbers["good_rate"], int(numbers["suggestions"]),
            timedelta(minutes=numbers["chat_wait_minutes"]), timedelta(minutes=numbers["promise_soon_minutes"]),
        )  # fmt: skip

    def kinds(self) -> dict[str, Kind]:
        found: dict[str, Kind] = {}
        for code, row in self._table("kinds").items():
            needle = rf"^\[+kinds\.{re.escape(code)}\]"
            self._fields(row, "title intents", needle)
            intents = row.get("intents", [])
            unknown = (
                [one for one in intents if not one_of(one, set(Intent))] if isinstance(intents, list) else [intents]
            )
            for one in unknown:
                self.fault(needle, f"没有意图 {one!r}")
            found[code] = Kind(code, self._title(row, needle), () if unknown else tuple(map(Intent, intents)))
        self._unlike("kinds", [(kind.code, kind.title) for kind in found.values()])
        return found

    def results(self) -> dict[str, Result]:
        found: dict[str, Result] = {}
        for code, row in self._table("results").items():
            needle = rf"^\[+results\.{re.escape(code)}\]"
            self._fields(row, "title human dead promises contact", needle)
            flags = {name: row.get(name, False) for name in ("human", "dead", "promises", "contact")}
            for name, value in flags.items():
                if not isinstance(value, bool):
                    self.fault(needle, f"{name} 写 true 或 false")
            if flags["human"] and flags["dead"]:
                self.fault(needle, "有真人接的号码不能同时是空号")
            found[code] = Result(
                code, self._title(row, needle), **{name: value is True for name, value in flags.items()}
            )
        if found and not any(row.human for row in found.values()):
            self.fault(r"^\[results\.", "没有一种结果是 human：接通率就算不出了")
        self._unlike("results", [(result.code, result.title) for result in found.values()])
        return found

    def _unlike(self, table: str, titles: list[tuple[str, str]]) -> None:
        seen: set[str] = set()
        for code, title in titles:
            if title and title in seen:
                self.fault(rf"^\[{table}\.{re.escape(code)}\]", f"title “{title}”前面已经有了")
            seen.add(title)

    def promises(self) -> tuple[PromiseTime, ...]:
        rows = self.tables.get("promises")
        needle = r"^\[\[promises\]\]"
        if not isinstance(rows, list) or not rows:
            self.fault(needle, "缺 [[promises]]")
            return ()
        found = []
        for nth, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                self.fault(r"^\[*promises", "写成 [[promises]]")
                continue
            self._fields(row, "title minutes day clock", needle, nth=nth)
            title, minutes, day = self._title(row, needle, nth=nth), row.get("minutes", 0), row.get("day", 0)
            clock: time | None = None
            if "clock" in row:
                try:
                    clock = time.fromisoformat(str(row["clock"]))
                except ValueError:
                    self.fault(needle, f'clock {row["clock"]!r} 不是时间，写成 "18:00"', nth=nth)
                    continue
            elif not is_whole(minutes):
                self.fault(needle, "写 minutes（大于 0 的整数），或 day 加 clock", nth=nth)
                continue
            if not is_whole(day, 0, _MOST_DAYS):
                self.fault(needle, f"day 写 0（今天）、1（明天）……最多 {_MOST_DAYS}", nth=nth)
                continue
            found.append(PromiseTime(title, minutes if clock is None else 0, day, clock))
        return tuple(found)

    def revisits(self) -> dict[Urgency, RevisitPlan]:
        table = self._table("revisits")
        found: dict[Urgency, RevisitPlan] = {}
        for code in sorted(table.keys() - set(Urgency)):
            self.fault(rf"^\[revisits\.{re.escape(code)}\]", f"没有缓急 {code!r}")
        for urgency in Urgency:
            row, needle = table.get(urgency), rf"^\[revisits\.{urgency}\]"
            if row is None:
                self.fault(r"^\[revisits\.", f"缺 [revisits.{urgency}]")
                continue
            self._fields(row, "retry then", needle)
            retry, then = row.get("retry"), row.get("then", [])
            numbers = [retry, *then] if isinstance(then, list) else [None]
            gaps = [timedelta(minutes=one) for one in numbers if is_whole(one)]
            if len(gaps) < len(numbers):
                self.fault(needle, f"retry 和 then 写分钟，大于 0 的整数，最多 {MOST}")
                continue
            found[urgency] = RevisitPlan(gaps[0], tuple(gaps[1:]))
        return found
