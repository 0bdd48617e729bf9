"""Loads the numbered choices of `desk.toml`: what is offered to whoever could not be understood."""

from pathlib import Path

from conversations.codes import Intent
from conversations.playbook import Choice
from data.faults import Fault
from data.rows import line_of, read_toml


def read_choices(folder: Path, faults: list[Fault]) -> dict[str, Choice]:
    """Number → what it stands for, adding to `faults` what is wrong."""
    path = folder / "desk.toml"
    found: dict[str, Choice] = {}
    for number, row in read_toml(path, faults).get("choices", {}).items():
        intent, ask = row.get("intent"), row.get("ask")
        if intent not in set(Intent) or not Intent(intent).opens_case or not ask:
            line = line_of(path, rf"^\[choices\.{number}\]")
            faults.append(Fault(path.name, line, f"选项 {number} 要有会立单的 intent 和一句 ask"))
            continue
        found[str(number)] = Choice(Intent(intent), str(ask))
    return found
