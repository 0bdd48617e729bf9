"""A unit of the directory in the words the desk reads: what it is for, whether somebody answers there. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.desk import words
from bot.directory.freshness import Figures, doubts, reached
from bot.directory.units import COLUMNS, Unit, private, tel
from bot.store.directory import UnitChange
from conversations.playbook import Playbook
from data.directory import DirectoryRows

_PLACE = {name: place for place, name in enumerate(COLUMNS)}
CHANGES = {"added": "加进来", "changed": "改了", "verified": "核实过", "retired": "停用", "restored": "恢复"}


@dataclass(frozen=True, slots=True)
class Number:
    """`private`: a mobile, for colleagues only."""

    text: str
    tel: str
    private: bool


@dataclass(frozen=True, slots=True)
class UnitRow:
    """What a row shows. `good`: somebody answered lately, so a resident may be sent there, in words; `doubts`: why not to
    trust it.
    """

    id: int
    name: str
    kind: str
    place: str
    scope: str
    numbers: tuple[Number, ...]
    hours: str
    note: str
    good: str
    figures: str
    verified: str
    doubts: tuple[str, ...]
    retired: bool


def unit_row(unit: Unit, rows: DirectoryRows, playbook: Playbook, names: Mapping[str, str], now: datetime) -> UnitRow:
    return UnitRow(
        id=unit.id,
        name=unit.name,
        kind=rows.kind_title(unit.kind),
        place=unit.place,
        scope="、".join(words.intent_title(playbook, code) for code in unit.scope),
        numbers=numbers_of(unit),
        hours=unit.hours,
        note=unit.note,
        good=f"{words.span(rows.rules.fresh)}内有人接过" if reached(unit.figures, rows.rules, now) else "",
        figures=figures_words(unit.figures, now),
        verified=verified_words(unit, names, now),
        doubts=() if unit.retired_at else doubts(unit.figures, unit.verified_at, rows.rules, now),
        retired=unit.retired_at is not None,
    )


def numbers_of(unit: Unit) -> tuple[Number, ...]:
    return tuple(Number(one, tel(one), private(one)) for one in unit.numbers)


def figures_words(figures: Figures, now: datetime) -> str:
    """ "近 8 次接通 7 次，2 小时前有人接过"; the rate is said with its denominator."""
    if not figures.calls:
        return "还没有打过"
    answered = f"，{words.ago(figures.answered_at, now)}有人接过" if figures.answered_at else ""
    return f"近 {figures.calls} 次接通 {figures.answered} 次{answered}"


def verified_words(unit: Unit, names: Mapping[str, str], now: datetime) -> str:
    """ "" when nobody has: that is a doubt, and said there."""
    if unit.verified_at is None:
        return ""
    who = f"{words.person(unit.verified_by, names)} " if unit.verified_by else ""
    return f"{who}{words.ago(unit.verified_at, now)}核实"


def detail_words(change: UnitChange, rows: DirectoryRows, playbook: Playbook) -> str:
    """ "电话 50000000 → 50000001"."""
    return "；".join(
        f"{COLUMNS.get(name, name)} {_value(name, was, rows, playbook)} → {_value(name, now, rows, playbook)}"
        for name, (was, now) in sorted(change.detail.items(), key=lambda one: _PLACE.get(one[0], 99))
    )


def _value(name: str, value: object, rows: DirectoryRows, playbook: Playbook) -> str:
    if isinstance(value, list | tuple):
        shown = [words.intent_title(playbook, str(one)) if name == "scope" else str(one) for one in value]
        return "、".join(shown) or "空"
    return rows.kind_title(str(value)) if name == "kind" else str(value) or "空"
