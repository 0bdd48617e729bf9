"""Loads `desk.toml`: groups, clocks, hours and manners. Its numbered choices are read by `choices`."""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from conversations.codes import Intent, Urgency
from conversations.playbook import Clock, Hours, Manners
from data.faults import Fault
from data.rows import is_whole, is_words, line_of, list_in, one_of, read_toml, table_in

_CLOCK = ("acknowledge", "call", "contact_unit", "revisit")
_TIME = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00")
_MINUTES = ("silence_minutes", "silence_urgent_minutes", "claim_minutes", "nudge_minutes")
_SECONDS = ("danger_again_seconds", "quiet_seconds", "quiet_slow_seconds", "quiet_slot_seconds", "said_again_seconds")
_COUNTS = ("surge_tickets", "surge_rounds", "reserve")
_MAY_BE_NONE = ("surge_rounds", "reserve")
_MOST = 100_000

Desk = tuple[dict[str, str], dict[Urgency, Clock], Hours, Manners]
NO_DESK: Desk = ({}, {}, Hours(), Manners())


def read_desk(path: Path, faults: list[Fault]) -> Desk:
    """Groups, clocks, hours and manners, adding to `faults` what is wrong."""
    before = len(faults)
    raw = read_toml(path, faults)
    if len(faults) > before:
        return NO_DESK
    reading = _Reading(path, faults, raw)
    return reading.desks(), reading.clocks(), reading.hours(), reading.manners()


class _Reading:
    def __init__(self, path: Path, faults: list[Fault], raw: Mapping[str, Any]) -> None:
        self.path, self.faults, self.raw = path, faults, raw
        for name in ("desks", "clocks", "hours", "manners", "choices"):
            if name in raw and not isinstance(raw[name], dict):
                self.fault(rf"^\[*{name}\b", f"写法不对：{name} 要写成 [{name}] 一节，不是一句话或一列")

    def fault(self, needle: str, message: str) -> None:
        line = line_of(self.path, needle, r"^\[manners\]")
        self.faults.append(Fault(self.path.name, line, message))

    def desks(self) -> dict[str, str]:
        table = table_in(self.raw, "desks")
        if not table:
            self.fault(r"^\[desks\]", "没有 [desks]：至少要有一个组")
        for code, title in table.items():
            if not is_words(title):
                self.fault(rf"^{re.escape(code)}\s*=", f"组 {code} 要有名字，写成一句话")
        return {code: str(title) for code, title in table.items()}

    def clocks(self) -> dict[Urgency, Clock]:
        table, found = table_in(self.raw, "clocks"), {}
        for urgency in Urgency:
            row = table_in(table, urgency)
            if all(is_whole(row.get(name)) for name in _CLOCK):
                found[urgency] = Clock(*(row[name] for name in _CLOCK))
            else:
                self.fault(
                    rf"^\[clocks\.{urgency}\]", f"[clocks.{urgency}] 要有四个正整数（分钟）：{'、'.join(_CLOCK)}"
                )
        return found

    def hours(self) -> Hours:
        row = table_in(self.raw, "hours")
        opens, closes, night = (row.get(name) for name in ("opens", "closes", "night_watch"))
        good = all(isinstance(one, str) and _TIME.fullmatch(one) for one in (opens, closes))
        if good and _time(str(closes)) != time(0) and _time(str(closes)) <= _time(str(opens)):
            self.fault(
                r"^\[hours\]", "[hours] 的 closes 要在 opens 之后，最晚 24:00：过了半夜还有人，写 night_watch = true"
            )
            return Hours()
        if good and isinstance(night, bool):
            return Hours(_time(str(opens)), _time(str(closes)), night)
        self.fault(
            r"^\[hours\]", '[hours] 要有 opens、closes（写成 "06:00"，到 "24:00" 为止）和 night_watch（true 或 false）'
        )
        return Hours()

    def manners(self) -> Manners:
        row, before = table_in(self.raw, "manners"), len(self.faults)
        if not row:
            self.fault(r"^\[manners\]", "[manners] 缺项：这一节不能没有")
            return Manners()
        floor = row.get("floor")
        if isinstance(floor, bool) or not isinstance(floor, int | float) or not 0 < floor < 1:
            self.fault(r"^floor\b", "floor 要在 0 和 1 之间")
        for name in (*_MINUTES, *_SECONDS, *_COUNTS):
            self._bounded(name, row.get(name), 0 if name in _MAY_BE_NONE else 1, rf"^{name}\b")
        rounds = table_in(row, "rounds")
        for urgency in Urgency:
            self._bounded(f"rounds.{urgency}", rounds.get(urgency), 1, r"^\[manners\.rounds\]")
        for name in ("unshared", "circumstances"):
            if not isinstance(row.get(name), list):
                self.fault(rf"^{name}\b", f'{name} 要写成一列意图代码，如 ["consult"]')
            for code in list_in(row, name):
                if not one_of(code, set(Intent)):
                    self.fault(rf"^{name}\b", f"{name} 没有意图 {code!r}")
        if len(self.faults) > before:
            return Manners()
        minutes = {name: timedelta(minutes=row[name]) for name in _MINUTES}
        seconds = {name: timedelta(seconds=row[name]) for name in _SECONDS}
        return Manners(
            floor=float(row["floor"]),
            rounds={urgency: rounds[urgency] for urgency in Urgency},
            silence=minutes["silence_minutes"],
            silence_urgent=minutes["silence_urgent_minutes"],
            claim=minutes["claim_minutes"],
            nudge=minutes["nudge_minutes"],
            danger_again=seconds["danger_again_seconds"],
            quiet=seconds["quiet_seconds"],
            quiet_slow=seconds["quiet_slow_seconds"],
            quiet_slot=seconds["quiet_slot_seconds"],
            said_again=seconds["said_again_seconds"],
            surge_tickets=row["surge_tickets"],
            surge_rounds=row["surge_rounds"],
            reserve=row["reserve"],
            unshared=frozenset(Intent(code) for code in row["unshared"]),
            circumstances=frozenset(Intent(code) for code in row["circumstances"]),
        )

    def _bounded(self, name: str, value: Any, least: int, needle: str) -> None:
        if value is None:
            self.fault(needle, f"[manners] 缺项：{name}")
        elif not is_whole(value, least, _MOST):
            self.fault(needle, f"{name} 是 {value!r}：要在 {least} 到 {_MOST} 之间，写整数")


def _time(text: str) -> time:
    hour, minute = (int(part) for part in text.split(":"))
    return time(0 if hour == 24 else hour, minute)
