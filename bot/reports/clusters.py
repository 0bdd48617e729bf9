"""Which tickets make a report: enough with one obstacle, at one place, or one grave one for which there is no rule. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.reports.hiding import hospital_of, street_of
from bot.store.tickets import Ticket
from data.obstacles import ObstacleRows

VERIFIED = frozenset({"called_back", "confirmed"})
_GRAVE = frozenset({"critical", "urgent"})
RANKS = {"critical": 0, "urgent": 1, "soon": 2, "normal": 3}


@dataclass(frozen=True, slots=True)
class Marked:
    """An open ticket with an obstacle somebody marked, at `at`."""

    ticket: Ticket
    obstacle: str
    at: datetime

    @property
    def verified(self) -> bool:
        return self.ticket.verification in VERIFIED


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a report would be about. `kind`: all, hospital, street, district, rule, ticket; `place` its name or number."""

    obstacle: str
    kind: str
    place: str
    marked: tuple[Marked, ...]
    reason: str

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(one.ticket.number for one in self.marked)

    @property
    def grave(self) -> int:
        return sum(one.ticket.urgency in _GRAVE for one in self.marked)


_PLACES: tuple[tuple[str, Callable[[Ticket], str]], ...] = (
    ("hospital", hospital_of),
    ("street", lambda ticket: f"{ticket.district}{street}" if (street := street_of(ticket)) else ""),
    ("district", lambda ticket: ticket.district),
)


def gravest(marked: Sequence[Marked]) -> tuple[Marked, ...]:
    return tuple(
        sorted(marked, key=lambda one: (RANKS.get(one.ticket.urgency, 9), one.ticket.created_at, one.ticket.number))
    )


def clusters(marked: Sequence[Marked], rows: ObstacleRows, now: datetime) -> list[Cluster]:
    """Proposals, the gravest first; the widest that holds for an obstacle, or else each place.

    `marked`: of open tickets that stand in no report of that obstacle yet. Only verified ones count, but for what no rule
    exists for: there a person has already said so.
    """
    fresh = [one for one in marked if one.at > now - rows.window]
    out: list[Cluster] = []
    for obstacle in rows.obstacles:
        mine = [one for one in fresh if one.obstacle == obstacle.code]
        sure = [one for one in mine if one.verified]
        grave = [one for one in mine if one.ticket.urgency in _GRAVE]
        hours = int(rows.window.total_seconds() // 3600)
        if len(sure) >= rows.cases:
            out.append(
                Cluster(obstacle.code, "all", "", gravest(sure), f"{hours}小时里核实了 {len(sure)} 件，都没有办完")
            )
        elif obstacle.no_rule and grave:
            out.append(Cluster(obstacle.code, "rule", "", gravest(mine), f"危急或紧急的 {len(grave)} 件没有规定可依"))
        else:
            out += _by_place(obstacle.code, sure, rows.place_cases)
    return sorted(out, key=lambda one: (-one.grave, -len(one.marked), one.obstacle, one.place))


def _by_place(obstacle: str, sure: Sequence[Marked], least: int) -> list[Cluster]:
    """The narrowest place with enough; a ticket counts for one place."""
    out, left = [], list(sure)
    for kind, place_of in _PLACES:
        for place in sorted({place_of(one.ticket) for one in left} - {""}):
            here = [one for one in left if place_of(one.ticket) == place]
            if len(here) >= least:
                out.append(Cluster(obstacle, kind, place, gravest(here), f"{place}有 {len(here)} 件"))
                left = [one for one in left if one not in here]
    return out


def of_place(marked: Sequence[Marked], obstacle: str, kind: str, place: str) -> Cluster | None:
    """The tickets of a place, a single one, or all, whoever verified them: a person asked for it. None without any."""
    judges = dict(_PLACES)
    mine = [one for one in marked if one.obstacle == obstacle]
    if kind == "ticket":
        mine = [one for one in mine if one.ticket.number == place]
    elif kind in judges:
        mine = [one for one in mine if judges[kind](one.ticket) == place]
    return Cluster(obstacle, kind, place, gravest(mine), "") if mine else None
