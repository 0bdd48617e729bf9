"""Which units fit a ticket, the freshest and best answering first, each with the reason. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.directory.freshness import Trust, trust
from bot.directory.units import Unit
from data.directory import DirectoryRows

STREET_END = re.compile(r"(街道|镇|乡|工业区|开发区)$")
COMMITTEE_END = re.compile(r"(社区)?(居民委员会|村民委员会|居委会?|村委会?|居民区)$")
"""What a name ends in and residents leave out; the record's sieve knows the same ends."""
_ROAD = re.compile(r"支?路|公路|大道|街(?!道)|[东西南北中][一二三]?路")
"""三林路 is not 三林镇."""
_NAMED = "地址里说到这个居委"
_SHORTEST = 2
_FEW = 3
"""Of kinds of matter that somebody named for a unit, and of committees one of which may be the right one."""


@dataclass(frozen=True, slots=True)
class Matter:
    """The ticket: what it is about, its place in the resident's words, and the hospital they named."""

    intent: str
    district: str
    address: str = ""
    hospital: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A unit to call. `reason`: why it fits, in words; `trust`: how good its number is; `closeness`: 0 the closest."""

    unit: Unit
    reason: str
    trust: Trust
    closeness: int


def matches(units: Iterable[Unit], matter: Matter, rows: DirectoryRows, now: datetime) -> list[Match]:
    """Every unit that fits: the number most likely to be answered first, then the closest, then the better rate.

    A town has dozens of committees: which one it is the address says, or somebody asks; they are not guessed at.
    """
    found = []
    for unit in units:
        if (why := fit(unit, matter, rows)) is not None:
            found.append(Match(unit, why[1], trust(unit.figures, unit.verified_at, rows.rules, now), why[0]))
    others = [one for one in found if COMMITTEE_END.search(one.unit.name) and one.reason != _NAMED]
    if len(others) > _FEW or any(one.reason == _NAMED for one in found):
        found = [one for one in found if one not in others]
    return sorted(found, key=_order)


def _order(match: Match) -> tuple[int, int, float, float, str]:
    figures = match.unit.figures
    answered = figures.answered_at.timestamp() if figures.answered_at else 0.0
    return match.trust, match.closeness, -(figures.rate or 0.0), -answered, match.unit.name


def scope_of(unit: Unit, rows: DirectoryRows) -> frozenset[str]:
    """Intents it is for; empty for everything."""
    if unit.scope:
        return frozenset(unit.scope)
    return frozenset(map(str, rows.kinds[unit.kind].intents)) if unit.kind in rows.kinds else frozenset()


def fit(unit: Unit, matter: Matter, rows: DirectoryRows) -> tuple[int, str] | None:
    """(closeness, why), or None when it is not for this ticket."""
    scope = scope_of(unit, rows)
    if scope and matter.intent not in scope:
        return None
    near = _near(unit, matter)
    if near is None:
        return None
    distance, where = near
    special = 0 < len(unit.scope) <= _FEW
    return 2 * distance + (not special), f"{where} · 专管这类事" if special else where


def _near(unit: Unit, matter: Matter) -> tuple[int, str] | None:
    """(distance, where it is), or None when it is somewhere else."""
    if matter.hospital and (unit.name in matter.hospital or matter.hospital in unit.name):
        return 0, "居民说到这家"
    if not unit.district:
        return 4, "管全市"
    if unit.district != matter.district:
        return None
    committee = COMMITTEE_END.sub("", unit.name)
    if committee != unit.name and len(committee) >= _SHORTEST and _stands(committee, matter.address):
        return 1, _NAMED
    street = unit.street or (unit.name if STREET_END.search(unit.name) else "")
    if street:
        return (2, "同一个街镇") if _stands(STREET_END.sub("", street), matter.address) else None
    return None if committee != unit.name else (3, "同一个区")


def _stands(name: str, address: str) -> bool:
    """A place's name in an address, and not as the beginning of a road's."""
    if len(name) < _SHORTEST:
        return False
    at = address.find(name)
    while at >= 0:
        if not _ROAD.match(address, at + len(name)):
            return True
        at = address.find(name, at + 1)
    return False
