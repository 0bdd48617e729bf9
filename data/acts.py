"""Loads `acts.csv`: the patterns of what a message does."""

from pathlib import Path

from conversations.codes import Act
from conversations.rules import ActRow, Where
from data.faults import Fault
from data.red import patterns_of
from data.rows import read_csv, whole_of


def load_acts(folder: Path, faults: list[Fault]) -> tuple[ActRow, ...]:
    """`folder` is the folder of all rows."""
    path = folder / "acts.csv"
    found: list[ActRow] = []
    for line, row in read_csv(path, ("act", "where", "longest", "pattern"), faults):
        patterns = patterns_of(row["pattern"], {}, path.name, line, faults)
        longest = whole_of(row["longest"])
        if row["act"] not in set(Act) or row["where"] not in set(Where) or longest is None:
            faults.append(Fault(path.name, line, "act、where 或 longest 写错了"))
            continue
        act, where = Act(row["act"]), Where(row["where"])
        found.extend(ActRow(act, where, longest, pattern) for pattern in patterns)
    return tuple(found)
