"""An order's states and clocks: what may follow what, when somebody has to look, what the resident should hear. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

OPENING = ("draft",)
LEFT = frozenset({"sent", "filed", "received", "assigned"})
"""It is with 12345 and nobody has answered yet."""
HOTLINE = ("received", "assigned", "answered", "returned", "closed")
"""States 12345 may tell us; the others are ours."""

NEXT: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"sent", "filed"}),
    "sent": frozenset({"filed", *HOTLINE}),
    "filed": frozenset(HOTLINE),
    "received": frozenset({"assigned", "answered", "returned", "closed"}),
    "assigned": frozenset({"answered", "returned", "closed"}),
    "answered": frozenset({"returned", "closed"}),
    "returned": frozenset(),
    "closed": frozenset(),
}
"""Never backwards: what arrives late is noted and changes nothing."""

_AGAIN = frozenset({"assigned", "answered"})
"""Passed on to another unit, answered once more: the same state with newer words."""

Verdict = Literal["moves", "again", "late"]


def judge(now: str, told: str, known_at: datetime | None, at: datetime) -> Verdict:
    """What news of a state means for an order in state `now`; `known_at`: 12345's time of the newest news."""
    if told in NEXT[now]:
        return "moves"
    if told == now and told in _AGAIN and (known_at is None or at > known_at):
        return "again"
    return "late"


def due(status: str, receive_due: datetime | None, answer_due: datetime | None) -> datetime | None:
    """The clock that runs: to be received, then to be answered; None when nobody is waited for."""
    if status in ("sent", "filed"):
        return receive_due
    return answer_due if status in ("received", "assigned") else None


def stage(status: str, way: str, delivery: str, told: str, *, untold: bool) -> str:
    """Which sentence the resident may be told now, "" for none. A return is the editor's, never the resident's."""
    if status in ("sent", "filed", "received"):
        if told or (way == "gateway" and delivery != "taken"):
            return ""
        return "sent" if way == "gateway" else "filed"
    if status == "assigned":
        return "" if told == "assigned" else "assigned"
    return "answered" if untold and status in ("answered", "closed") else ""
