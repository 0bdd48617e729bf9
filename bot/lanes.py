"""How much of each account's sending may be under way at once, so that one account's trouble never delays another.

A lane per account, one for timers, one for rows of accounts that are not configured any more. A lane begins with a few sends
and opens by one with each that gets through, so that a platform that is away when a crowd is owed cuts off a few and not
hundreds: of what was cut off nobody knows whether it arrived. A lane that met trouble (no connection, a quota of the whole
account) goes down to one probe at a time until something gets through: what waits behind it stays untouched in the record
and uses up none of its tries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

TIMERS, NOBODY = ("", "timers"), ("", "nobody")
"""Lanes that are no account's."""

WIDE = 256
"""In flight for one account: at 100 ms of latency 600 sends a second need 60, and what is being written down counts too. With
128 a bench on two quiet cores had 570 a second, with 256 760 to 810, with 512 no more than that (`tests.bench.outbox`)."""
NARROW = 32
_START, _LULL = 8, timedelta(seconds=10)
"""With how many a lane begins, and after how long without a send it begins again."""
_LONGEST_REST = 8.0
"""Seconds: who waits for a platform to come back should not wait for us as well."""


_LONGEST_STOP = timedelta(minutes=2)
"""Nobody stops an account for longer at a time."""


@dataclass(slots=True)
class Lane:
    """`busy`: rows being performed. `troubles`: failures of the line in a row; `until`: nothing is claimed before; `opened`:
    how many may be under way for now, `width` at most; `passed_at`: when the platform last took something."""

    width: int
    busy: int = 0
    troubles: int = 0
    until: datetime | None = None
    opened: int = _START
    passed_at: datetime | None = None
    rests: int = 0

    def room(self, now: datetime) -> int:
        """How many rows may be claimed now."""
        if self.until is not None and now < self.until <= now + _LONGEST_STOP:  # beyond that a clock was set back
            return 0
        if self.until is not None or self.troubles:
            return max(0, 1 - self.busy)
        if not self.busy and self.passed_at is not None and now - self.passed_at > _LULL:
            self.opened = min(self.opened, _START)
        return max(0, min(self.width, self.opened) - self.busy)

    def stop(self, until: datetime) -> None:
        """The platform refuses the whole account: nothing until then, and one probe first."""
        self.until = max(until, self.until) if self.until else until

    def rest(self, now: datetime) -> None:
        """The platform does not answer at all: look again a little later each time."""
        self.rests += 1
        self.stop(now + timedelta(seconds=min(_LONGEST_REST, 0.5 * 2.0 ** min(self.rests - 1, 8))))

    def failed(self) -> None:
        """The line itself failed."""
        self.troubles += 1
        self.opened = _START

    def passed(self, now: datetime) -> None:
        """The platform answered as platforms do."""
        self.troubles, self.rests, self.until, self.passed_at = 0, 0, None, now
        self.opened = min(self.width, self.opened + 1)


class Lanes:
    """All lanes of a process. `accounts`: the keys of those that are configured."""

    def __init__(self, accounts: Iterable[tuple[str, str]]) -> None:
        self._lanes = {key: Lane(WIDE) for key in accounts}
        self.accounts = tuple(self._lanes)
        self._lanes[TIMERS], self._lanes[NOBODY] = Lane(NARROW, opened=NARROW), Lane(NARROW, opened=NARROW)

    def of(self, kind: str, key: tuple[str, str]) -> Lane:
        """The lane of a claimed row."""
        if kind == "timer":
            return self._lanes[TIMERS]
        return self._lanes.get(key) or self._lanes[NOBODY]

    def room(self, now: datetime) -> dict[tuple[str, str], int]:
        """Lane → how many rows it can take; lanes without room are left out. Below a quarter a wide lane waits, so that
        a claim is worth its query."""
        rooms = {}
        for key, lane in self._lanes.items():
            room = lane.room(now)
            if room and (room >= lane.width // 4 or lane.busy < lane.width // 2):
                rooms[key] = room
        return rooms
