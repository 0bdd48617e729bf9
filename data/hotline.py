"""Loads `hotline.toml`: the work order for 12345, its fields, levels and clocks, its states and what is said of them."""

import re
import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from conversations.codes import Intent, Urgency
from data.faults import Fault
from data.rows import MOST, is_whole, is_words, line_of, one_of, read_toml, table_in
from data.tables import loaded

CALLED = ("no", "yes_with_no", "yes_no_number", "tried_not_through", "unknown")
LEVELS = ("top", "urgent", "general")
SOURCES = frozenset({"summary", "facts", "words", "category", "number"})
PLACEHOLDERS = frozenset({"level", "order", "hotline", "unit", "answer"})
NAMED: Mapping[str, tuple[str, ...]] = {
    "status": ("draft", "sent", "filed", "received", "assigned", "answered", "returned", "closed"),
    "delivery": ("waiting", "sending", "unsure", "refused", "taken", "dropped"),
    "fault": ("unreachable", "timeout", "busy", "broken", "garbled", "config", "rejected"),
    "tell": ("sent", "filed", "assigned", "answered"),
}
"""Sections that must name every code of theirs, and no other."""

_LONGEST_TELL = 300


@dataclass(frozen=True, slots=True)
class Level:
    """How urgent an order is; `receive` and `answer` count from the moment it left."""

    code: str
    title: str
    urgencies: tuple[str, ...]
    receive: timedelta
    answer: timedelta


@dataclass(frozen=True, slots=True)
class Called:
    """Whether the resident called 12345. `passes`: nothing more is needed; `hears`: words of a value typed by hand."""

    code: str
    title: str
    passes: bool
    hears: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked of 12345: help, advice, a complaint …"""

    code: str
    title: str
    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """12345's own name and code for some of our intents."""

    name: str
    code: str
    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One box of the order. `sources`: where its first value comes from, the first that has one."""

    code: str
    title: str
    sources: tuple[str, ...]
    lines: int
    longest: int
    need: bool
    phone: bool
    hint: str


@dataclass(frozen=True, slots=True)
class Hotline:
    """All rows of the work order. `titles`: section → code → words; `nexts`: state → what to do next."""

    levels: tuple[Level, ...]
    called: tuple[Called, ...]
    kinds: tuple[Kind, ...]
    categories: tuple[Category, ...]
    fields: tuple[Field, ...]
    titles: Mapping[str, Mapping[str, str]]
    nexts: Mapping[str, str]
    tells: Mapping[str, str]
    stuck: timedelta

    def level(self, code: str) -> Level:
        return next(one for one in self.levels if one.code == code)

    def level_for(self, urgency: str) -> Level:
        return next((one for one in self.levels if urgency in one.urgencies), self.levels[-1])

    def call(self, code: str) -> Called:
        return next(one for one in self.called if one.code == code)

    def kind_for(self, intent: str) -> Kind:
        return next((one for one in self.kinds if intent in one.intents), self.kinds[0])

    def category_for(self, intent: str) -> Category | None:
        return next((one for one in self.categories if intent in one.intents), None)


def load_hotline(folder: Path | None = None) -> Hotline:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_hotline, folder)


def read_hotline(folder: Path, faults: list[Fault]) -> Hotline | None:
    """As load_hotline, but adding to `faults`; None when something is wrong."""
    path = folder / "hotline.toml"
    before = len(faults)
    raw = read_toml(path, faults)
    if len(faults) > before:
        return None
    check = _Check(path, faults)
    slots = frozenset(read_toml(folder / "slots.toml", faults))
    intents, urgencies = {str(one) for one in Intent}, {str(one) for one in Urgency}
    for row in check.rows(raw, "level", {"code": str, "title": str, "urgencies": list, "receive": int, "answer": int}):
        check.known("level", row, "urgencies", urgencies)
        if not is_whole(row["receive"]) or not is_whole(row["answer"]):
            check.fault("level", row, f"receive 和 answer 要大于 0（分钟），最多 {MOST}")
    check.codes("level", LEVELS)
    for row in check.rows(raw, "called", {"code": str, "title": str, "passes": bool, "hears": list, "note": str}):
        if not all(is_words(one) for one in row["hears"]):
            check.fault("called", row, "hears 要是一列话")
    check.codes("called", CALLED)
    for row in check.rows(raw, "kind", {"code": str, "title": str, "intents": list}):
        check.known("kind", row, "intents", intents)
    for row in check.rows(raw, "category", {"name": str, "code": str, "intents": list}, empty=("code",)):
        check.known("category", row, "intents", intents)
    for row in check.rows(raw, "field", _FIELD, optional=_FIELD_MORE):
        check.known("field", row, "from", SOURCES | {f"slot:{name}" for name in slots})
        if not is_whole(row["lines"]) or not is_whole(row["longest"]):
            check.fault("field", row, "lines 和 longest 要大于 0")
    check.codes("field", ("subject", "phone", "address"), only=False)
    if not raw.get("kind"):
        faults.append(Fault(path.name, 1, "至少要有一个 [[kind]]"))
    _sections(raw, check)
    stuck = table_in(raw, "sending").get("stuck_minutes")
    if not is_whole(stuck):
        faults.append(
            Fault(path.name, line_of(path, r"^\[+sending\]"), f"stuck_minutes 要是大于 0 的分钟数，最多 {MOST}")
        )
        return None
    return _built(raw, stuck) if len(faults) == before else None


_FIELD: Mapping[str, type] = {"code": str, "title": str, "from": list, "lines": int, "longest": int}
_FIELD_MORE: Mapping[str, type] = {"need": bool, "hint": str, "kind": str}


class _Check:
    """Collects what is wrong with the rows of one file."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.path = path
        self.faults = faults
        self.good: dict[str, list[dict[str, Any]]] = {}

    def fault(self, table: str, row: Mapping[str, Any], message: str) -> None:
        self.faults.append(Fault(self.path.name, row["#"], f"{table}：{message}"))

    def rows(
        self, raw: Mapping[str, Any], table: str, wanted: Mapping[str, type], *,
        optional: Mapping[str, type] | None = None, empty: Sequence[str] = (),
    ) -> list[dict[str, Any]]:  # fmt: skip
        """The rows of a table that are whole, with their line under "#"."""
        found, kinds = [], {**wanted, **(optional or {})}
        listed = raw.get(table, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            line = line_of(self.path, rf"^\[*{table}\b")
            self.faults.append(Fault(self.path.name, line, f"写成 [[{table}]]"))
            listed = []
        for nth, given in enumerate(listed, 1):
            row = {**given, "#": line_of(self.path, rf"^\[\[{table}\]\]", nth=nth)}
            before = len(self.faults)
            for name in given.keys() - kinds.keys():
                self.fault(table, row, f"没有 {name} 这一项：名字写错了，或应删去")
            for name, kind in kinds.items():
                if name not in given:
                    if name in wanted:
                        self.fault(table, row, f"缺 {name}")
                elif type(given[name]) is not kind:
                    self.fault(table, row, f"{name} 要是{_SAID[kind]}")
                elif kind is str and name in wanted and name not in empty and not given[name].strip():
                    self.fault(table, row, f"{name} 是空的")
            if len(self.faults) == before:
                found.append(row)
        self.good[table] = found
        return found

    def known(self, table: str, row: Mapping[str, Any], name: str, allowed: Collection[str]) -> None:
        for value in row[name]:
            if not one_of(value, allowed):
                self.fault(table, row, f"{name} 里没有 {value!r}")

    def codes(self, table: str, wanted: Sequence[str], *, only: bool = True) -> None:
        """Every code once, and where `only` none of its own invention."""
        seen: set[str] = set()
        for row in self.good[table]:
            if row["code"] in seen:
                self.fault(table, row, f"code {row['code']!r} 前面已经有了")
            if only and row["code"] not in wanted:
                self.fault(table, row, f"没有 code {row['code']!r}（有：{'、'.join(wanted)}）")
            seen.add(row["code"])
        for code in wanted:
            if code not in seen:
                self.faults.append(Fault(self.path.name, 1, f"缺 [[{table}]] code = {code!r}"))


_SAID: Mapping[type, str] = {str: "文字", int: "整数", bool: " true 或 false", list: "列表"}


def _sections(raw: Mapping[str, Any], check: _Check) -> None:
    for section, codes in NAMED.items():
        given = table_in(raw, section)
        word = "text" if section == "tell" else "title"
        for code in codes:
            if not is_words(table_in(given, code).get(word)):
                check.faults.append(Fault(check.path.name, 1, f"缺 [{section}.{code}] 的 {word}"))
        for code in given.keys() - set(codes):
            line = line_of(check.path, rf"^\[{section}\.{re.escape(code)}\]")
            check.faults.append(Fault(check.path.name, line, f"没有 {section}.{code}：名字写错了，或应删去"))
    for code in table_in(raw, "tell"):
        if wrong := _tell_wrong(str(table_in(table_in(raw, "tell"), code).get("text", ""))):
            check.faults.append(Fault(check.path.name, line_of(check.path, rf"^\[tell\.{re.escape(code)}\]"), wrong))
    for code in NAMED["status"]:
        if not isinstance(table_in(table_in(raw, "status"), code).get("next", ""), str):
            line = line_of(check.path, rf"^\[status\.{code}\]")
            check.faults.append(Fault(check.path.name, line, "next 要写成一句话"))


def _tell_wrong(text: str) -> str:
    if len(text) > _LONGEST_TELL:
        return f"text 太长：最多 {_LONGEST_TELL} 个字，答复还要放得下"
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return "text 的花括号不成对"
    unknown = names - PLACEHOLDERS
    return f"{sorted(unknown)} 不是占位符（有：{sorted(PLACEHOLDERS)}）" if unknown else ""


def _built(raw: Mapping[str, Any], stuck: int) -> Hotline:
    minutes = timedelta(minutes=1)
    return Hotline(
        levels=tuple(
            Level(r["code"], r["title"], tuple(r["urgencies"]), r["receive"] * minutes, r["answer"] * minutes)
            for r in raw["level"]
        ),
        called=tuple(Called(r["code"], r["title"], r["passes"], tuple(r["hears"]), r["note"]) for r in raw["called"]),
        kinds=tuple(Kind(r["code"], r["title"], tuple(r["intents"])) for r in raw["kind"]),
        categories=tuple(Category(r["name"], r["code"], tuple(r["intents"])) for r in raw.get("category", [])),
        fields=tuple(
            Field(
                r["code"], r["title"], tuple(r["from"]), r["lines"], r["longest"], r.get("need", False),
                r.get("kind") == "phone", r.get("hint", ""),
            )
            for r in raw["field"]
        ),
        titles={
            section: {code: str(raw[section][code]["title"]) for code in codes}
            for section, codes in NAMED.items() if section != "tell"
        },
        nexts={code: str(raw["status"][code].get("next", "")) for code in NAMED["status"]},
        tells={code: str(raw["tell"][code]["text"]) for code in NAMED["tell"]},
        stuck=stuck * minutes,
    )  # fmt: skip
