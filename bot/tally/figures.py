"""What was counted, as it comes from the record, and the figures that follow from it. Pure; nothing here is averaged twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.tally.period import Period
from conversations.codes import Intent
from conversations.playbook import Hours
from data.tally import TallyRows

REQUESTS = tuple(str(code) for code in Intent if code.opens_case)
"""A ticket corrected to thanks, chat or advertising is no request."""

CLOCKS = ("acknowledge", "call", "contact_unit", "revisit")
STATES = ("kept", "late", "waiting", "untimed", "ended")
"""In time; too late or not at all; not due yet; done, but nobody knows when; ended before it was due."""


@dataclass(frozen=True, slots=True)
class StaffDay:
    """One reporter on one Shanghai day: every act on a ticket, the first and the last."""

    login: str
    day: date
    first: datetime
    last: datetime
    acts: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """Tickets opened on a day. `raw`: before duplicates and what is no request are left out."""

    raw: int = 0
    requests: int = 0
    critical: int = 0
    solved: int = 0


@dataclass(frozen=True, slots=True)
class Orders:
    """Work orders that left for 12345 within the period; `urgent_…` of the urgent levels alone."""

    filed: int = 0
    dispatched: int = 0
    solved: int = 0
    urgent_filed: int = 0
    urgent_dispatched: int = 0
    urgent_solved: int = 0


@dataclass(frozen=True, slots=True)
class Revisits:
    """`due`, `done`: requests of the period; the answers: everything asked within it. Three separate questions."""

    due: int = 0
    done: int = 0
    asked: int = 0
    contacted: Mapping[str, int] = field(default_factory=dict)
    solved: Mapping[str, int] = field(default_factory=dict)
    satisfied: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alarms:
    """Critical requests and the seconds until a person saw them."""

    count: int = 0
    seen: int = 0
    within: int = 0
    half: float | None = None
    nine_tenths: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Plain rows of the record, counted. `cuts`: channel, type, intent, district, urgency, end → code → requests; `ladder`:
    level → (told, of these done); `sent`: reports by day, as `manual` is, which goes before them.
    """

    raw: int = 0
    duplicates: int = 0
    others: int = 0
    cuts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    groups: Sequence[tuple[frozenset[str], str, str, int]] = ()
    clocks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    staff: Sequence[StaffDay] = ()
    days: Mapping[date, DayCount] = field(default_factory=dict)
    orders: Orders = field(default_factory=Orders)
    local: int = 0
    revisits: Revisits = field(default_factory=Revisits)
    units: int = 0
    unit_kinds: int = 0
    handled: Mapping[str, int] = field(default_factory=dict)
    alarms: Alarms = field(default_factory=Alarms)
    missed: int = 0
    manual: Sequence[tuple[date, str, str]] = ()
    ladder: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    sent: Sequence[tuple[date, str, str]] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """`n` of `of`; the rate is None where there is nothing to take a share of."""

    n: int
    of: int

    @property
    def rate(self) -> float | None:
        return self.n / self.of if self.of else None

    def __str__(self) -> str:
        return f"{self.n}/{self.of}（{100 * self.n / self.of:.1f}%）" if self.of else "0/0"


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of a period. Rates are None where nothing came or nobody worked."""

    period: Period
    counts: Counts
    rows: TallyRows
    working_hours: float

    @property
    def total(self) -> int:
        return self.counts.raw - self.counts.duplicates - self.counts.others

    @property
    def per_hour(self) -> float:
        return self.total / self.period.hours if self.period.seconds else 0.0

    @property
    def per_working_hour(self) -> float | None:
        return self.total / self.working_hours if self.working_hours else None

    @property
    def per_day(self) -> float | None:
        """None before a whole day has gone by: half a day says nothing of one."""
        return self.total / (self.period.hours / 24) if self.period.hours >= 24 else None

    @property
    def gap(self) -> float | None:
        """Seconds from one request to the next, on average."""
        return self.period.seconds / self.total if self.total else None

    @property
    def reporters(self) -> int:
        return len({one.login for one in self.counts.staff})

    @property
    def reporter_days(self) -> int:
        return len({(one.login, one.day) for one in self.counts.staff})

    @property
    def per_reporter_day(self) -> float | None:
        return self.total / self.reporter_days if self.reporter_days else None

    def cut(self, name: str) -> Mapping[str, int]:
        return self.counts.cuts.get(name, {})

    def share(self, *ends: str) -> Share:
        """Requests that ended so (`open`: not ended), of all requests."""
        return Share(sum(self.cut("end").get(one, 0) for one in ends), self.total)

    def clock(self, name: str) -> Share:
        """Kept, of those kept or late; what is not due yet and what has no time of its own is in neither."""
        found = self.counts.clocks.get(name, {})
        kept = found.get("kept", 0)
        return Share(kept, kept + found.get("late", 0))

    @property
    def groups(self) -> tuple[tuple[str, int], ...]:
        """Special groups in the rows' order; a request may stand in several."""
        found = self.counts.groups
        return tuple(
            (group.title, sum(n for flags, intent, urgency, n in found if group.holds(intent, urgency, flags)))
            for group in self.rows.groups
        )

    @property
    def satisfied(self) -> Share:
        """Content or fairly so, of those who judged."""
        found = self.counts.revisits.satisfied
        return Share(
            found.get("good", 0) + found.get("fair", 0), sum(found.get(one, 0) for one in ("good", "fair", "bad"))
        )

    @property
    def contacted(self) -> Share:
        found = self.counts.revisits.contacted
        return Share(found.get("yes", 0), sum(found.values()))

    @property
    def solved_by_revisit(self) -> Share:
        found = self.counts.revisits.solved
        return Share(found.get("yes", 0), sum(found.values()))

    @property
    def shifts(self) -> tuple[tuple[date, datetime, datetime, int, int], ...]:
        """(day, first act, last act, reporters, acts) of each day somebody worked."""
        out = []
        for day in sorted({one.day for one in self.counts.staff}):
            here = [one for one in self.counts.staff if one.day == day]
            first, last = min(one.first for one in here), max(one.last for one in here)
            out.append((day, first, last, len({one.login for one in here}), sum(one.acts for one in here)))
        return tuple(out)

    @property
    def manual(self) -> tuple[tuple[str, str, str], ...]:
        """(code, title, value with its unit) of what was filled in by hand; a day on which nobody filled it in has what the
        record says of reports; "" where neither says anything."""
        out = []
        for row in self.rows.manual:
            days = {day: value for day, code, value in self.counts.sent if code == row.code}
            days |= {day: value for day, code, value in self.counts.manual if code == row.code and value}
            given = [days[day] for day in sorted(days)]
            value = _together(row.how, given)
            out.append((row.code, row.title, f"{value} {row.unit}".strip() if value else ""))
        return tuple(out)


def _together(how: str, given: Sequence[str]) -> str:
    if not given or how == "last":
        return given[-1] if given else ""
    if how == "join":
        return "；".join(given)
    total = sum(number_of(one) or 0.0 for one in given)
    return f"{total:,.2f}".rstrip("0").rstrip(".")


def number_of(text: str) -> float | None:
    """8,590.18 → 8590.18; None for what is no number of people's or papers'."""
    plain = text.replace(",", "").replace("，", "").strip()
    if not plain.replace(".", "", 1).isascii() or not plain.replace(".", "", 1).isdigit():
        return None
    return float(plain)


def tally_of(counts: Counts, period: Period, rows: TallyRows, hours: Hours) -> Tally:
    return Tally(period, counts, rows, period.working(hours))


def by_type(pairs: Iterable[tuple[str, str, int]], rows: TallyRows) -> dict[str, int]:
    """(intent, kind on its order or "", requests) → type → requests."""
    out: dict[str, int] = {}
    for intent, kind, n in pairs:
        code = rows.type_of(intent, kind)
        out[code] = out.get(code, 0) + n
    return out
