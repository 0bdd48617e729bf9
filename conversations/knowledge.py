"""Approved answers: what is said, on whose word, and how long it may be said. Nothing is ever composed here. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from conversations.codes import Intent


@dataclass(frozen=True, slots=True)
class Entry:
    """One approved answer. `asks`: ways people put the question. Dates are days in Shanghai; `until` None: no end known.

    Rules of a crisis change weekly: an entry past its last day is not said, whatever it says.
    """

    code: str
    asks: tuple[str, ...]
    answer: str
    source: str
    since: date
    until: date | None
    approved_by: str

    def holds(self, today: date) -> bool:
        return bool(self.approved_by) and self.since <= today and (self.until is None or today <= self.until)


@dataclass(frozen=True, slots=True)
class Tip:
    """A number of the directory where a person answered lately (`answered_at`), and what it is there for.

    `district` "" is the whole city. A number nobody has reached is not passed on: a dead end costs a resident hope.
    """

    name: str
    number: str
    answered_at: datetime
    district: str
    intents: frozenset[Intent]
