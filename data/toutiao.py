"""Loads `toutiao.toml`: what is written under a comment in public, and the headings an imported table may have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.faults import Fault
from data.rows import is_whole, is_words, line_of, read_toml
from data.tables import loaded

COLUMNS = ("text", "author", "time", "link")
_SENTENCES = ("answer", "answer_link", "red")
_MOST = 2000


@dataclass(frozen=True, slots=True)
class ToutiaoRows:
    """`answer_link` has {link}; `red` is written before the answer; `columns`: heading → what it holds."""

    answer: str
    answer_link: str
    red: str
    most: int
    columns: Mapping[str, str]

    def said(self, link: str, *, red: bool) -> str:
        """The public answer. It holds nothing of the comment's, whoever wrote it."""
        line = self.answer_link.replace("{link}", link) if link else self.answer
        return f"{self.red}{line}" if red else line


def load_toutiao(folder: Path | None = None) -> ToutiaoRows:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_toutiao, folder)


def read_toutiao(folder: Path, faults: list[Fault]) -> ToutiaoRows | None:
    """As load_toutiao, but adding to `faults`; None when something is wrong."""
    path, before = folder / "toutiao.toml", len(faults)
    raw = read_toml(path, faults)
    if len(faults) > before:
        return None

    def fault(name: str, words: str) -> None:
        faults.append(Fault(path.name, line_of(path, rf"^\[*{re.escape(name)}\b"), f"{name} {words}"))

    for name in raw.keys() - {*_SENTENCES, "most", "columns"}:
        fault(name, "没有这一项：名字写错了，或应删去")
    for name in _SENTENCES:
        if not is_words(raw.get(name)):
            fault(name, "要有一句话")
    if isinstance(raw.get("answer_link"), str) and "{link}" not in raw["answer_link"]:
        fault("answer_link", "要有 {link}，私下说的地址放在那里")
    if "120" not in str(raw.get("red", "")):
        fault("red", "要写明打120")
    if not is_whole(raw.get("most"), 1, _MOST):
        fault("most", f"要是 1 到 {_MOST} 的整数")
    columns = _columns(raw.get("columns"), fault)
    if len(faults) > before:
        return None
    return ToutiaoRows(raw["answer"], raw["answer_link"], raw["red"], raw["most"], columns)


def _columns(raw: Any, fault: Any) -> dict[str, str]:
    if not isinstance(raw, dict) or set(raw) != set(COLUMNS):
        fault("columns", f"要有 {'、'.join(COLUMNS)} 四项，不多不少")
        return {}
    found: dict[str, str] = {}
    for name, titles in raw.items():
        if not isinstance(titles, list) or not titles or not all(isinstance(one, str) and one for one in titles):
            fault(name, "要是一列栏名")
            continue
        for title in titles:
            if title in found:
                fault(name, f"的栏名“{title}”写了两次")
            found[title.lower()] = name
    return found
