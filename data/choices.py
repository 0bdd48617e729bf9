"""Loads the numbered choices of `desk.toml`: what is offered to whoever could not be understood."""

import re
from pathlib import Path

from conversations.codes import Intent
from conversations.playbook import Choice
from data.faults import Fault
from data.rows import is_words, line_of, one_of, read_toml, table_in


def read_choices(folder: Path, faults: list[Fault]) -> dict[str, Choice]:
    """Number → what it stands for, adding to `faults` what is wrong."""
    path = folder / "desk.toml"
    found: dict[str, Choice] = {}
    before = len(faults)
    rows = table_in(read_toml(path, faults), "choices")
    if not rows and len(faults) == before:
        faults.append(Fault(path.name, line_of(path, r"^\[+choices"), "没有 [choices.…]：“请回一个数字”就没有数字可选"))
    for number, row in rows.items():
        intent, ask = (row.get(name) for name in ("intent", "ask")) if isinstance(row, dict) else (None, None)
        if not one_of(intent, set(Intent)) or not Intent(str(intent)).opens_case or not is_words(ask):
            line = line_of(path, rf"^\[+choices\.{re.escape(number)}\]")
            faults.append(Fault(path.name, line, f"选项 {number} 要有会立单的 intent 和一句 ask"))
            continue
        found[str(number)] = Choice(Intent(str(intent)), str(ask))
    return found
