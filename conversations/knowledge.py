"""Approved answers: what is said, on whose word, and how long it may be said. Nothing is ever composed here. Pure."""

from dataclasses import dataclass
from datetime import date


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
