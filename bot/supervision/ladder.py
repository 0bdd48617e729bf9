"""When the machine proposes to go one level up, and why. It proposes; a person sends. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.playbook import SHANGHAI
from data.supervision import Level, SupervisionRows, Trigger

NOBODY = -1
"""Rank of a ticket for which nobody was told anything yet."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that went wrong on a ticket. `rank`: level of the unit it was, NOBODY where that is not known;
    `times`: of `unit_failing`, on how many tickets; `due`: of a promise, by when."""

    trigger: str
    at: datetime
    who: str = ""
    rank: int = NOBODY
    due: datetime | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a ticket went. `rank`: the highest level spoken to; `since`: when a person last went up or decided not to;
    `open`: somebody above is waited for."""

    rank: int = NOBODY
    since: datetime | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The next step, with its reason as a sentence without a full stop; `at`: when the reason came up."""

    trigger: str
    level: Level
    at: datetime
    reason: str


def propose(
    facts: Iterable[Fact], standing: Standing, urgency: str, rows: SupervisionRows, now: datetime
) -> Proposal | None:
    """The step to take now by the first row that holds, or None. What happened before a person last decided is settled."""
    fresh = [
        one for one in facts if one.at <= now and (standing.since is None or one.at > standing.since)
    ]  # fmt: skip
    for row in rows.triggers:
        if urgency not in row.urgencies:
            continue
        found = sorted((one for one in fresh if one.trigger == row.code), key=lambda one: one.at)
        if len(found) >= row.times:
            level = _next(row, found, standing, rows)
            if level is not None:
                return Proposal(row.code, level, found[-1].at, _reason(row, found, rows, now))
    return None


def _next(row: Trigger, found: Sequence[Fact], standing: Standing, rows: SupervisionRows) -> Level | None:
    """One above whoever was spoken to last; None above the highest."""
    least = rows.level(row.least)
    rank = max(standing.rank + 1, max(one.rank for one in found) + 1, least.rank if least else 0)
    return rows.levels[rank] if rank < len(rows.levels) else None


def _reason(row: Trigger, found: Sequence[Fact], rows: SupervisionRows, now: datetime) -> str:
    last = found[-1]
    due = last.due or last.at
    times = last.times if row.code == "unit_failing" else len(found)
    hours = int(rows.unit_window.total_seconds() // 3600)
    return row.reason.format(
        who=last.who or "单位", due=moment(due, now), late=_span(now - due), times=times, hours=hours
    )


def moment(at: datetime, now: datetime) -> str:
    """14:00, or 4月3日 14:00 on another day."""
    here = at.astimezone(SHANGHAI)
    clock = f"{here:%H:%M}"
    return clock if here.date() == now.astimezone(SHANGHAI).date() else f"{here.month}月{here.day}日 {clock}"


def _span(gap: timedelta) -> str:
    minutes = max(1, int(gap.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 2880 else f"{minutes // 1440} 天"


def standing_of(
    called: Iterable[str], steps: Iterable[tuple[int, datetime, str]], rows: SupervisionRows
) -> Standing:  # fmt: skip
    """`called`: kinds of units a person answered at; `steps`: (rank, when, state) of every step and decision."""
    ranks = [level.rank for kind in called if (level := rows.level_of_kind(kind)) is not None]
    taken = list(steps)
    ranks += [rank for rank, _, _ in taken]
    since = max((at for _, at, _ in taken), default=None)
    return Standing(max(ranks, default=NOBODY), since, any(state == "open" for _, _, state in taken))


def may_send(level: Level, role: str) -> bool:
    """Whether somebody of that role may go up to this level by themselves."""
    return not level.roles or role in level.roles
