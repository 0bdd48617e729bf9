"""Loads `retention.toml`: what is kept how long after what."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from conversations.codes import Urgency
from data.faults import Fault
from data.rows import MOST, is_whole, is_words, line_of, list_in, one_of, read_toml, table_in
from data.tables import loaded

KINDS = ("contact", "talk", "media", "letters", "logs")
LOG_DAYS = 184
"""Network logs are kept half a year at least, by law."""
_FILE = "retention.toml"
_FIELDS = {"code", "title", "kind", "urgencies", "days"}
_NIGHT = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Keep:
    """One class. `urgencies`: of the tickets it is about, for `contact`; `days` from the end of the last of them."""

    code: str
    title: str
    kind: str
    urgencies: frozenset[str]
    days: int


@dataclass(frozen=True, slots=True)
class RetentionRows:
    night: time
    least_group: int
    keeps: tuple[Keep, ...]

    def days_of(self, kind: str, urgency: str = "") -> int:
        return next(
            one.days for one in self.keeps if one.kind == kind and (kind != "contact" or urgency in one.urgencies)
        )


def load_retention(folder: Path | None = None) -> RetentionRows:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_retention, folder)


def read_retention(folder: Path, faults: list[Fault]) -> RetentionRows | None:
    """As load_retention, but adding to `faults`; None when there are any."""
    path, before = folder / _FILE, len(faults)
    tables = read_toml(path, faults)
    if len(faults) > before:
        return None

    def fault(needle: str, message: str, nth: int = 1) -> None:
        faults.append(Fault(_FILE, line_of(path, needle, nth=nth), message))

    for name in sorted(tables.keys() - {"rules", "keep"}):
        fault(rf"^\[+{re.escape(name)}\b|^{re.escape(name)}\s*=", f"没有 {name} 这一项：名字写错了，或应删去")
    rules = table_in(tables, "rules")
    night, least = rules.get("night"), rules.get("least_group")
    if not isinstance(night, str) or not _NIGHT.fullmatch(night):
        fault(r"^night\b|^\[rules\]", "night 写成 03:30 这样")
        night = "00:00"
    if not is_whole(least, 2):
        fault(r"^least_group\b|^\[rules\]", "least_group 要是大于 1 的整数")
        least = 5
    keeps = tuple(_keeps(tables, fault))
    for kind in KINDS:
        if kind not in {one.kind for one in keeps}:
            fault(r"^\[\[keep\]\]", f"缺 kind = {kind!r} 的一条")
    covered = [one for keep in keeps for one in keep.urgencies]
    for kind in KINDS[1:]:
        if sum(one.kind == kind for one in keeps) > 1:
            fault(r"^\[\[keep\]\]", f"kind = {kind!r} 只能有一条")
    if sorted(covered) != sorted(Urgency):
        fault(r"^\[\[keep\]\]", "contact 的 urgencies 合起来要正好是四种缓急，各一次")
    rows = RetentionRows(time.fromisoformat(night), least, keeps)
    return rows if len(faults) == before else None


def _keeps(tables: Mapping[str, Any], fault: Any) -> Iterator[Keep]:
    needle = r"^\[\[keep\]\]"
    seen: set[str] = set()
    for nth, row in enumerate(list_in(tables, "keep"), 1):
        if not isinstance(row, dict):
            fault(r"^\[*keep", "写成 [[keep]]")
            continue
        wrong = [f"没有 {one} 这一项：名字写错了，或应删去" for one in sorted(row.keys() - _FIELDS)]
        wrong += [f"缺 {one}" for one in ("code", "title") if not is_words(row.get(one))]
        kind, days, urgencies = row.get("kind"), row.get("days"), row.get("urgencies", [])
        if not one_of(kind, KINDS):
            wrong.append(f"kind 没有 {kind!r}（有：{'、'.join(KINDS)}）")
        if not is_whole(days):
            wrong.append(f"days 要是大于 0 的整数，最多 {MOST}")
        elif kind == "logs" and days < LOG_DAYS:
            wrong.append(f"登录登出记录至少留 {LOG_DAYS} 天")
        if (
            not isinstance(urgencies, list)
            or set(map(str, urgencies)) - set(Urgency)
            or (kind == "contact") != bool(urgencies)
        ):
            wrong.append("urgencies 只在 contact 里写，写缓急的 code")
        if str(row.get("code")) in seen:
            wrong.append(f"code {row.get('code')!r} 前面已经有了")
        seen.add(str(row.get("code")))
        for one in wrong:
            fault(needle, one, nth)
        if not wrong:
            yield Keep(row["code"], row["title"], row["kind"], frozenset(map(str, urgencies)), row["days"])
