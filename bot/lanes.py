"""How much of each account's sending may be under way at once, so that one account's trouble never delays another.

A lane per account, one for timers, one for rows of accounts that are not configured any more. A lane that met trouble
(no connection, a quota of the whole account) goes down to one probe at a time until something gets through: what waits
behind it stays untouched in the record and uses up none of its tries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

TIMERS, NOBODY = ("", "timers"), ("", "nobody")
"""Lanes that are no account's."""

WIDE = 256
"""In flight for one account: at 100 ms of latency 600 sends a second need 60, and what is being written down counts too."""
NARROW = 32
_CALM = 3


@dataclass(slots=True)
class Lane:
    """`busy`: rows being performed. `troubles`: failures of the line in a row; `until`: nothing is claimed before."""

    width: int
    busy: int = 0
    troubles: int = 0
    until: datetime | None = None

    def room(self, now: datetime) -> int:
        """How many rows may be claimed now."""
        if self.until is not None:
            if now < self.until:
                return 0
            return max(0, 1 - self.busy)
        if self.troubles >= _CALM:
            return max(0, 1 - self.busy)
        return max(0, self.width - self.busy)

    def stop(self, until: datetime) -> None:
        """The platform refuses the whole account: nothing until then, and one probe first."""
        self.until = max(until, self.until) if self.until else until

    def failed(self) -> None:
        """The line itself failed."""
        self.troubles += 1

    def passed(self) -> None:
        """The platform answered as platforms do."""
        self.troubles, self.until = 0, None


class Lanes:
    """All lanes of a process. `accounts`: the keys of those that are configured."""

    def __init__(self, accounts: Iterable[tuple[str, str]]) -> None:
        self._lanes = {key: Lane(WIDE) for key in accounts}
        self.accounts = tuple(self._lanes)
        self._lanes[TIMERS], self._lanes[NOBODY] = Lane(NARROW), Lane(NARROW)

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
