"""Loads `assignment.toml`: how much one person may hold, what counts as a speciality, when a ticket is given by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from conversations.codes import Intent
from data.faults import Fault
from data.rows import MOST, is_whole, list_in
from data.tables import Tables, loaded

GRAVE = ("critical", "urgent")
"""What is given by itself, and what the cap counts."""
_FILE = "assignment.toml"
_NUMBERS = (
    "cap", "present_minutes", "distress_hours", "proposal_minutes", "nobody_minutes", "shift_hours",
)  # fmt: skip


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
    return loaded(read_assignment, folder)


def read_assignment(folder: Path, faults: list[Fault]) -> AssignmentRows | None:
    """As load_assignment, but adding to `faults`; None when there are any."""
    before = len(faults)
    reading = _Reading.read(folder / _FILE, faults)
    if reading is None:
        return None
    cap, present, distress, proposal, nobody, hours = (reading.number(name) for name in _NUMBERS)
    rows = AssignmentRows(
        cap, timedelta(minutes=present), timedelta(hours=distress), timedelta(minutes=proposal),
        timedelta(minutes=nobody), hours, reading.grace(), tuple(reading.specialities()), tuple(reading.shifts()),
    )  # fmt: skip
    return rows if len(faults) == before else None


class _Reading(Tables):
    fields: ClassVar = {
        "grace": {"urgency", "propose", "assign"},
        "speciality": {"code", "title", "intents", "share"},
        "shift": {"code", "title", "gives", "editor", "phone"},
    }
    singles = frozenset({"rules"})

    def grace(self) -> dict[str, Grace]:
        out = {}
        for nth, row in self.rows("grace", "urgency"):
            propose, assign = row.get("propose"), row.get("assign")
            if row["urgency"] not in GRAVE:
                self.fault(r"^\[\[grace\]\]", f"urgency 只能是 {'、'.join(GRAVE)}：其余的由人自己取", nth)
            elif not is_whole(propose, 0) or not is_whole(assign, 0):
                self.fault(r"^\[\[grace\]\]", f"propose 和 assign 写秒数，0 到 {MOST}", nth)
            else:
                out[row["urgency"]] = Grace(timedelta(seconds=propose), timedelta(seconds=assign) if assign else None)
        return out

    def specialities(self) -> Iterator[Speciality]:
        taken: set[str] = set()
        for nth, row in self.rows("speciality", flags=("share",)):
            intents = {str(one) for one in list_in(row, "intents")}
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
            for _, row in self.rows("shift", flags=("gives", "editor", "phone"))
        ]
        for flag, word in (("gives", "给派单的"), ("editor", "没人可派时能告诉的")):
            if kinds and not any(getattr(one, flag) for one in kinds):
                self.fault(r"^\[\[shift\]\]", f"没有一种班是{word}（{flag}）")
        yield from kinds
