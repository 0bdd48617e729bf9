"""Loads `dangers.toml`: which sentence and which number belong to which kind of danger."""

from pathlib import Path

from conversations.playbook import Danger
from data.faults import Fault
from data.rows import line_of, read_toml

_NUMBERS = frozenset({"110", "119", "120", "122"})
_FIELDS = frozenset({"say", "short", "call"})


def read_dangers(folder: Path, replies: dict[str, str], faults: list[Fault]) -> dict[str, Danger]:
    """Reason code → its danger, in the order of the file, which is the order of weight."""
    path = folder / "dangers.toml"
    found: dict[str, Danger] = {}
    for code, row in read_toml(path, faults).items():
        line = line_of(path, rf"^\[{code}\]")
        if not isinstance(row, dict) or row.keys() - {"watched"} != _FIELDS:
            faults.append(Fault(path.name, line, f"{code} 要有 say、short、call 三项，另可有 watched"))
            continue
        if not isinstance(row.get("watched", False), bool):
            faults.append(Fault(path.name, line, f"{code} 的 watched 只能是 true 或 false"))
        unknown = [str(row[name]) for name in ("say", "short") if row[name] not in replies]
        if unknown:
            faults.append(Fault(path.name, line, f"{code}：replies.toml 里没有 {'、'.join(unknown)} 这一句"))
        if odd := [str(row[name]) for name in ("say", "short") if not str(row[name]).startswith("danger")]:
            faults.append(
                Fault(path.name, line, f"{code}：{'、'.join(odd)} 的名字要以 danger 开头，改动时才会请第二个人看")
            )
        if row["call"] not in _NUMBERS:
            faults.append(
                Fault(path.name, line, f"{code} 的 call 是 {row['call']}：只能是 {'、'.join(sorted(_NUMBERS))}")
            )
        found[code] = Danger(str(row["say"]), str(row["short"]), str(row["call"]), row.get("watched", False) is True)
    return found
