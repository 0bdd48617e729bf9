"""Loads `dangers.toml`: which sentence and which number belong to which kind of danger."""

import re
from pathlib import Path

from conversations.playbook import Danger
from data.faults import Fault
from data.rows import line_of, one_of, read_toml

_NUMBERS = frozenset({"110", "119", "120", "122"})
_NUMBER = re.compile(r"(?<!\d)\d{3}(?!\d)")
_FIELDS = frozenset({"say", "short", "call"})
_MAY = frozenset({"watched", "ask", "foreign"})
SENTENCES = ("say", "short", "ask", "foreign")
"""Fields that name a row of `replies.toml`."""


def numbers_in(words: str) -> set[str]:
    """The emergency numbers that stand in a sentence."""
    return set(_NUMBER.findall(words)) & _NUMBERS


def read_dangers(folder: Path, replies: dict[str, str], faults: list[Fault]) -> dict[str, Danger]:
    """Reason code → its danger, in the order of the file, which is the order of weight."""
    path = folder / "dangers.toml"
    found: dict[str, Danger] = {}
    before = len(faults)
    rows = read_toml(path, faults)
    if not rows and len(faults) == before:
        faults.append(Fault(path.name, 1, "一种也没有：着火、家暴就都只说打120，请从备份或程序自带的文件恢复"))
    for code, row in rows.items():
        line = line_of(path, rf"^\[+{re.escape(code)}\]")
        if not isinstance(row, dict) or row.keys() - _MAY != _FIELDS:
            faults.append(Fault(path.name, line, f"{code} 要有 say、short、call 三项，另可有 watched、ask、foreign"))
            continue
        if not isinstance(row.get("watched", False), bool):
            faults.append(Fault(path.name, line, f"{code} 的 watched 只能是 true 或 false"))
        unknown = [str(row[name]) for name in SENTENCES if name in row and not one_of(row[name], replies)]
        if unknown:
            faults.append(Fault(path.name, line, f"{code}：replies.toml 里没有 {'、'.join(unknown)} 这一句"))
        if odd := [str(row[name]) for name in SENTENCES if name in row and not str(row[name]).startswith("danger")]:
            faults.append(
                Fault(path.name, line, f"{code}：{'、'.join(odd)} 的名字要以 danger 开头，改动时才会请第二个人看")
            )
        if not one_of(row["call"], _NUMBERS):
            faults.append(
                Fault(path.name, line, f"{code} 的 call 是 {row['call']}：只能是 {'、'.join(sorted(_NUMBERS))}")
            )
        elif not unknown:
            its = {row["call"]}
            said = ((row["say"], its), (row["short"], _NUMBERS), (row.get("ask"), its), (row.get("foreign"), its))
            for key, wanted in said:
                if key is None:
                    continue
                if not wanted & numbers_in(replies[key]):
                    where = line_of(folder / "replies.toml", rf"^{re.escape(key)}\b")
                    number = " 或 ".join(sorted(wanted))
                    faults.append(Fault("replies.toml", where, f"{key} 少了 {number}：{code} 要写明打这个号码"))
        watched, ask, foreign = row.get("watched", False) is True, str(row.get("ask", "")), str(row.get("foreign", ""))
        found[code] = Danger(str(row["say"]), str(row["short"]), str(row["call"]), watched, ask, foreign)
    return found
