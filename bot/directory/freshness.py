"""Whether a unit's number can still be trusted: counted from the call log and from when somebody last looked. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from data.directory import Rules

_FEW = 3
"""Calls below which a rate says nothing."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the last calls to a unit: how many, how many a person answered, when last; failures in a row since; `dead`: the
    newest verdict on a number is that it is none."""

    calls: int = 0
    answered: int = 0
    answered_at: datetime | None = None
    failures: int = 0
    dead_at: datetime | None = None

    @property
    def rate(self) -> float | None:
        return self.answered / self.calls if self.calls >= _FEW else None


class Trust(IntEnum):
    """Best first."""

    REACHED = 0
    LIKELY = 1
    STALE = 2
    FAILING = 3


def dead(figures: Figures, verified_at: datetime | None) -> bool:
    """Somebody heard that the number is none, and neither reached anybody nor checked it since."""
    gone = figures.dead_at
    return gone is not None and all(later is None or later < gone for later in (figures.answered_at, verified_at))


def failing(figures: Figures, rules: Rules) -> bool:
    return figures.failures >= rules.failures


def doubts(figures: Figures, verified_at: datetime | None, rules: Rules, now: datetime) -> tuple[str, ...]:
    """Why it has to be verified again, in words; () when it need not.

    Somebody who answered has shown that the number is good, as a check would.
    """
    out = []
    if dead(figures, verified_at):
        out.append("有人打到空号")
    elif failing(figures, rules):
        out.append(f"连续 {figures.failures} 次没有真人接")
    seen = max((at for at in (verified_at, figures.answered_at) if at is not None), default=None)
    if seen is None:
        out.append("没有核实过")
    elif now - seen > rules.stale:
        out.append(f"{(now - seen).days} 天没有核实")
    return tuple(out)


def trust(figures: Figures, verified_at: datetime | None, rules: Rules, now: datetime) -> Trust:
    if dead(figures, verified_at) or failing(figures, rules):
        return Trust.FAILING
    if doubts(figures, verified_at, rules, now):
        return Trust.STALE
    if reached(figures, rules, now) or (figures.rate is not None and figures.rate >= rules.good_rate):
        return Trust.REACHED
    return Trust.LIKELY


def reached(figures: Figures, rules: Rules, now: datetime) -> bool:
    """A person answered lately: only then may a resident be told that somebody picks up there."""
    return figures.answered_at is not None and now - figures.answered_at <= rules.fresh
