"""Loads `assignment.toml`: how much one person may hold, what counts as a speciality, when a ticket is given by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from conversations.codes import Intent, Urgency
from data.faults import BadRows, Fault, rows_folder
from data.rows import line_of, read_toml

GRAVE = ("critical", "urgent")
"""What is given by itself, and what the cap counts."""
_FILE = "assignment.toml"
_NUMBERS = (
    "cap", "present_minutes", "distress_hours", "proposal_minutes", "nobody_minutes", "shift_hours",
)  # fmt: skip
_FIELDS = {
    "grace": {"urgency", "propose", "assign"},
    "speciality": {"code", "title", "intents", "share"},
    "shift": {"code", "title", "gives", "editor", "phone"},
}


@dataclass(frozen=True, slots=True)
class Grace:
    """How long a ticket waits unowned before it is proposed, and a proposal before it is given. `assign` None: never."""

    propose: timedelta
    assign: timedelta | None


@dataclass(frozen=True, slots=True)
class Speciality:
    """`share`: such tickets go round, whoever had fewest of late first."""

    code: str
    title: str
    intents: frozenset[str]
    share: bool


@dataclass(frozen=True, slots=True)
class ShiftKind:
    """`gives`: tickets are given to who is on it; `editor`: told when there is nobody; `phone`: a number must be left."""

    code: str
    title: str
    gives: bool
    editor: bool
    phone: bool


@dataclass(frozen=True, slots=True)
class AssignmentRows:
    cap: int
    present: timedelta
    distress: timedelta
    proposal: timedelta
    nobody: timedelta
    shift_hours: int
    grace: Mapping[str, Grace]
    specialities: tuple[Speciality, ...]
    shifts: tuple[ShiftKind, ...]

    def speciality_of(self, intent: str) -> Speciality | None:
        return next((one for one in self.specialities if intent in one.intents), None)

    @property
    def shared(self) -> frozenset[str]:
        """Intents that go round."""
        return frozenset().union(*(one.intents for one in self.specialities if one.share))

    def shift(self, code: str) -> ShiftKind | None:
        return next((one for one in self.shifts if one.code == code), None)


def load_assignment(folder: Path | None = None) -> AssignmentRows:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    faults: list[Fault] = []
    rows = read_assignment(folder or rows_folder(), faults)
    if rows is None:
        raise BadRows(faults)
    return rows


def read_assignment(folder: Path, faults: list[Fault]) -> AssignmentRows | None:
    """As load_assignment, but adding to `faults`; None when there are any."""
    path, before = folder / _FILE, len(faults)
    tables = read_toml(path, faults)
    if len(faults) > before:
        return None
    reading = _Reading(path, faults, tables)
    for name in sorted(tables.keys() - _FIELDS.keys() - {"rules"}):
        reading.fault(rf"^\[+{name}\b|^{name}\s*=", f"没有 {name} 这一项：名字写错了，或应删去")
    cap, present, distress, proposal, nobody, hours = (reading.number(name) for name in _NUMBERS)
    rows = AssignmentRows(
        cap, timedelta(minutes=present), timedelta(hours=distress), timedelta(minutes=proposal),
        timedelta(minutes=nobody), hours, reading.grace(), tuple(reading.specialities()), tuple(reading.shifts()),
    )  # fmt: skip
    return rows if len(faults) == before else None


class _Reading:
    """One reading of the file: every table in turn, each fault with its line."""

    def __init__(self, path: Path, faults: list[Fault], tables: Mapping[str, Any]) -> None:
        self.path, self.faults, self.tables = path, faults, tables

    def fault(self, needle: str, message: str, nth: int = 1) -> None:
        self.faults.append(Fault(self.path.name, line_of(self.path, needle, nth=nth), message))

    def number(self, name: str) -> int:
        table = self.tables.get("rules")
        value = table.get(name) if isinstance(table, dict) else None
        if type(value) is int and value > 0:
            return value
        self.fault(rf"^{name}\b|^\[rules\]", f"{name} 要是大于 0 的整数")
        return 1

    def rows(self, name: str, key: str = "code") -> Iterator[tuple[int, Mapping[str, Any]]]:
        """(nth, row) of the rows with known fields and a key of their own."""
        found = self.tables.get(name)
        if not isinstance(found, list) or not found:
            self.fault(rf"^\[+{name}\b", f"缺 [[{name}]]")
            return
        seen: set[str] = set()
        needed = (key, "title") if key == "code" else (key,)
        for nth, row in enumerate(found, 1):
            wrong = [f"没有 {one} 这一项：名字写错了，或应删去" for one in sorted(row.keys() - _FIELDS[name])]
            wrong += [f"缺 {one}" for one in needed if not isinstance(row.get(one), str) or not row[one].strip()]
            if str(row.get(key, "")) in seen:
                wrong.append(f"{key} {row[key]!r} 前面已经有了")
            seen.add(str(row.get(key, "")))
            for flag in ("share", "gives", "editor", "phone"):
                if not isinstance(row.get(flag, False), bool):
                    wrong.append(f"{flag} 写 true 或 false")
            for one in wrong:
                self.fault(rf"^\[\[{name}\]\]", one, nth)
            if not wrong:
                yield nth, row

    def grace(self) -> dict[str, Grace]:
        out = {}
        for nth, row in self.rows("grace", "urgency"):
            propose, assign = row.get("propose"), row.get("assign")
            if row["urgency"] not in GRAVE or row["urgency"] not in set(Urgency):
                self.fault(r"^\[\[grace\]\]", f"urgency 只能是 {'、'.join(GRAVE)}：其余的由人自己取", nth)
            elif type(propose) is not int or type(assign) is not int or propose < 0 or assign < 0:
                self.fault(r"^\[\[grace\]\]", "propose 和 assign 写秒数，不小于 0", nth)
            else:
                out[row["urgency"]] = Grace(timedelta(seconds=propose), timedelta(seconds=assign) if assign else None)
        return out

    def specialities(self) -> Iterator[Speciality]:
        taken: set[str] = set()
        for nth, row in self.rows("speciality"):
            listed = row.get("intents")
            intents = {str(one) for one in listed} if isinstance(listed, list) else set()
            if not intents or intents - set(Intent):
                self.fault(r"^\[\[speciality\]\]", f"intents 没有 {sorted(intents - set(Intent)) or '写'}", nth)
            for one in sorted(intents & taken):
                self.fault(r"^\[\[speciality\]\]", f"{one} 已经归在前面一种", nth)
            taken |= intents
            yield Speciality(row["code"], row["title"], frozenset(intents), row.get("share") is True)

    def shifts(self) -> Iterator[ShiftKind]:
        kinds = [
            ShiftKind(
                row["code"],
                row["title"],
                row.get("gives") is True,
                row.get("editor") is True,
                row.get("phone") is True,
            )
            for _, row in self.rows("shift")
        ]
        for flag, word in (("gives", "给派单的"), ("editor", "没人可派时能告诉的")):
            if kinds and not any(getattr(one, flag) for one in kinds):
                self.fault(r"^\[\[shift\]\]", f"没有一种班是{word}（{flag}）")
        yield from kinds
