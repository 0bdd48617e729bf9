"""Loads `canned.toml`: what reporters often write, with the placeholders the desk can fill."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conversations.codes import Intent
from data.faults import Fault
from data.rows import is_words, line_of, one_of, read_toml
from data.tables import loaded

PLACEHOLDERS = frozenset({"reporter", "number", "title", "district"})
BLANK = "＿＿"
"""To be written over by the reporter."""
_LONGEST_TITLE = 12
_LONGEST_TEXT = 2047 // 3
"""Characters: one message on the tightest channel, whatever is filled in."""
_FIELDS = frozenset({"key", "title", "find", "text", "intents"})


@dataclass(frozen=True, slots=True)
class Canned:
    """One text. `find`: what it is looked for by, beside its title; `intents`: where it stands first."""

    key: str
    title: str
    find: str
    text: str
    intents: tuple[Intent, ...] = ()

    def filled(self, values: Mapping[str, str]) -> str:
        """With what is known put in; what is not known becomes a blank."""
        return self.text.format_map({name: values.get(name) or BLANK for name in PLACEHOLDERS})


def load_canned(folder: Path | None = None) -> tuple[Canned, ...]:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_canned, folder)


def read_canned(folder: Path, faults: list[Fault]) -> tuple[Canned, ...]:
    """As load_canned, but adding to `faults`."""
    path = folder / "canned.toml"
    before = len(faults)
    rows = read_toml(path, faults).get("canned")
    found: list[Canned] = []
    if not isinstance(rows, list) or not rows:
        if len(faults) == before:
            faults.append(Fault(path.name, line_of(path, r"^\[*canned\b"), "要有几条 [[canned]]"))
        return ()
    for nth, row in enumerate(rows, 1):
        line = line_of(path, r"^\[\[canned\]\]", nth=nth)
        before = len(faults)
        faults += [Fault(path.name, line, wrong) for wrong in _wrong(row, {one.key for one in found})]
        if len(faults) == before:
            intents = tuple(Intent(code) for code in row.get("intents", ()))
            found.append(Canned(row["key"], row["title"], str(row.get("find", "")), row["text"], intents))
    return tuple(found)


def _wrong(row: Mapping[str, Any], keys: set[str]) -> list[str]:
    """Everything wrong with a row, each with what to do."""
    if not isinstance(row, dict):
        return ["写成 [[canned]]"]
    for name in ("key", "title", "text"):
        if not is_words(row.get(name)):
            return [f"缺 {name}"]
    out = [f"没有 {name} 这一项：名字写错了，或应删去" for name in sorted(row.keys() - _FIELDS)]
    if row["key"] in keys:
        out.append(f"key {row['key']!r} 前面已经有了")
    if len(row["title"]) > _LONGEST_TITLE:
        out.append(f"title 太长：最多 {_LONGEST_TITLE} 个字")
    if len(row["text"]) > _LONGEST_TEXT:
        out.append(f"text 太长：最多 {_LONGEST_TEXT} 个字，一条消息要放得下")
    listed = row.get("intents", [])
    if not isinstance(listed, list):
        out.append('intents 要写成一列意图代码，如 ["supplies"]')
    else:
        out += [f"没有意图 {code!r}" for code in listed if not one_of(code, set(Intent))]
    if not isinstance(row.get("find", ""), str):
        out.append("find 要写成一句话")
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(row["text"]) if name is not None}
    except ValueError:
        return [*out, "text 的花括号不成对"]
    if names - PLACEHOLDERS:
        out.append(f"{sorted(names - PLACEHOLDERS)} 不是占位符（有：{sorted(PLACEHOLDERS)}）")
    return out
