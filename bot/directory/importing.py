"""What a sheet would do to the directory, before anything is done: added, changed, left alone, and every fault. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.directory.sheets import SheetFault, SheetRow
from bot.directory.units import COLUMNS, DETAILS, Draft, Unit, Words, read_draft
from conversations.codes import Intent
from conversations.playbook import SHANGHAI, Playbook
from data.directory import DirectoryRows


@dataclass(frozen=True, slots=True)
class Change:
    """A unit that is there already, as the sheet has it."""

    unit: Unit
    draft: Draft
    columns: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    added: list[Draft] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    faults: list[SheetFault] = field(default_factory=list)


def plan_import(rows: Sequence[SheetRow], units: Sequence[Unit], words: Words, now: datetime) -> Plan:
    """A line is about the unit of that name in that district; a street tells two of one name apart.

    A column the sheet does not have, and an empty cell of one that need not be filled, leaves what is there.
    """
    plan = Plan()
    there: dict[tuple[str, str], list[Unit]] = {}
    for unit in units:
        there.setdefault((unit.district, unit.name), []).append(unit)
    seen: dict[tuple[str, str], list[tuple[Draft, SheetRow]]] = {}
    for row in rows:
        draft, wrong = read_draft(row.cells, words, now)
        wrong |= row.spoilt
        if draft is None or wrong:
            plan.faults += [SheetFault(row.sheet, row.line, name, wrong[name]) for name in COLUMNS if name in wrong]
            continue
        namesakes = seen.setdefault((draft.district, draft.name), [])
        before = next((line for one, line in namesakes if _same(draft, one)), None)
        if before is not None:
            where = f"{before.sheet} " if before.sheet else ""
            plan.faults.append(SheetFault(row.sheet, row.line, "name", f"和{where}第 {before.line} 行是同一家"))
            continue
        namesakes.append((draft, row))
        known = [one for one in there.get((draft.district, draft.name), ()) if _same(draft, one)]
        if len(known) > 1:
            plan.faults.append(SheetFault(row.sheet, row.line, "street", "这个区有几家同名的，请写清街镇"))
        elif known and known[0].retired_at is not None:
            plan.faults.append(SheetFault(row.sheet, row.line, "name", "已停用：先在工作台恢复，或从表里删去"))
        elif known:
            _compare(plan, known[0], draft)
        else:
            plan.added.append(draft)
    plan.faults.sort()
    return plan


def _same(one: Draft, other: Draft | Unit) -> bool:
    """Of two that share name and district."""
    return not one.street or not other.street or one.street == other.street


def _compare(plan: Plan, unit: Unit, draft: Draft) -> None:
    kept = {name: getattr(draft, name) or getattr(unit, name) for name in DETAILS}
    newer = draft.verified_at is not None and (unit.verified_at is None or draft.verified_at > unit.verified_at)
    columns = [name for name in DETAILS if kept[name] != getattr(unit, name)] + (["verified_at"] if newer else [])
    if columns:
        merged = Draft(**kept, verified_at=draft.verified_at if newer else None)
        plan.changed.append(Change(unit, merged, tuple(columns)))
    else:
        plan.same += 1


def row_of_unit(unit: Unit, rows: DirectoryRows, playbook: Playbook) -> list[str]:
    """A unit as a line of a sheet, in the words `read_draft` takes back."""
    titles: Mapping[str, str] = {str(code): row.title for code, row in playbook.intents.items()}
    scope = "|".join(titles.get(code, code) for code in unit.scope if code in set(Intent))
    verified = f"{unit.verified_at.astimezone(SHANGHAI):%Y-%m-%d}" if unit.verified_at else ""
    return [
        unit.name, rows.kind_title(unit.kind), unit.district, unit.street, scope, "|".join(unit.numbers), unit.hours,
        unit.note, unit.source, verified,
    ]  # fmt: skip
