"""A stretch of time as the tally counts it, in Shanghai time, and how its rates are said. Pure."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from conversations.playbook import SHANGHAI, Hours

_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 2000, 2999
"""Anything else is a slip, and the first and the last years have no midnight in every time zone."""
_WRITTEN = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2}))?")


class BadPeriod(ValueError):
    """Dates that cannot be taken; the sentence says what to write."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, not including, `end`; both aware."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return max(0.0, (self.end - self.start).total_seconds())

    @property
    def hours(self) -> float:
        return self.seconds / 3600

    @property
    def days(self) -> tuple[date, ...]:
        """The Shanghai days it touches."""
        if self.end <= self.start:
            return ()
        first = self.start.astimezone(SHANGHAI).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))

    def working(self, hours: Hours) -> float:
        """How many of its hours lie between opening and closing."""
        total = 0.0
        for day in self.days:
            opens = datetime.combine(day, hours.opens, SHANGHAI)
            closes = midnight(day) + _DAY
            if hours.closes > hours.opens:
                closes = datetime.combine(day, hours.closes, SHANGHAI)
            total += max(0.0, (min(closes, self.end) - max(opens, self.start)).total_seconds())
        return total / 3600

    def within(self, first: datetime | None, last: datetime | None) -> "Period":
        """Cut to what lies between; a period wholly outside becomes empty at its start."""
        start = max(self.start, first) if first else self.start
        end = min(self.end, last) if last else self.end
        return Period(start, max(start, end)) if start < self.end else Period(self.start, self.start)

    @property
    def whole_day(self) -> bool:
        """Whether it lies within one Shanghai day."""
        return len(self.days) <= 1

    @property
    def span(self) -> str:
        """4月5日, 4月5日截至20时, 3月25日22时至4月5日20时."""
        start = self.start.astimezone(SHANGHAI)
        end = self.end.astimezone(SHANGHAI)
        if self.whole_day:
            day = f"{start.month}月{start.day}日"
            if self.end <= self.start:
                return day
            from_midnight, to_midnight = start.time() == time(0), end.time() == time(0) and end > start
            if from_midnight:
                return day if to_midnight else f"{day}截至{_hour(end)}"
            return f"{day}{_hour(start)}至{'24时' if to_midnight else _hour(end)}"
        if end.time() == time(0):
            end -= _DAY
            return f"{start.month}月{start.day}日{_hour(start)}至{end.month}月{end.day}日24时"
        return f"{start.month}月{start.day}日{_hour(start)}至{end.month}月{end.day}日{_hour(end)}"


def _hour(at: datetime) -> str:
    return f"{at.hour}时{at.minute}分" if at.minute else f"{at.hour}时"


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI)


def day_of(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def one_day(day: date) -> Period:
    return Period(midnight(day), midnight(day) + _DAY)


def read_moment(text: str, *, ends: bool) -> datetime:
    """2022-04-05 or 2022-04-05T20:00, Shanghai time; a bare date as an end means its midnight to come. Raises BadPeriod."""
    found = _WRITTEN.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year, month, day = int(found[1]), int(found[2]), int(found[3])
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise BadPeriod(f"没有 {year} 年的求助：年份写 {_FIRST_YEAR} 到 {_LAST_YEAR}")
        if found[4] is None:
            at = midnight(date(year, month, day))
            return at + _DAY if ends else at
        if (int(found[4]), int(found[5])) == (24, 0):
            return midnight(date(year, month, day)) + _DAY
        return datetime(year, month, day, int(found[4]), int(found[5]), tzinfo=SHANGHAI)
    except BadPeriod:
        raise
    except (ValueError, OverflowError):
        raise BadPeriod(f"日期“{text[:30]}”看不懂：写成 2022-04-05，或带时刻 2022-04-05T20:00（上海时间）") from None


def check_written(*texts: str) -> None:
    """Before anything is opened: what is given can be read at all. Raises BadPeriod."""
    for text in filter(None, texts):
        read_moment(text, ends=True)


def read_period(start: str, end: str, *, earliest: datetime, now: datetime) -> Period:
    """The period of two options; without them from `earliest` to `now`. Nothing is counted beyond `now`. Raises BadPeriod."""
    first = read_moment(start, ends=False) if start else earliest
    last = read_moment(end, ends=True) if end else max(now, first)
    if start and first > now:
        raise BadPeriod("开始的日子还没有到")
    if last <= first and (start or end):
        raise BadPeriod("结束要在开始以后")
    return Period(first, max(first, min(last, now)))


def rate_words(per_hour: float) -> str:
    """30.98 → 近31件, 30.02 → 超过30件, 12.0 → 12件, 0.4 → 不到1件."""
    if per_hour <= 0:
        return "0件"
    if per_hour < 1:
        return "不到1件"
    nearest = round(per_hour)
    if math.isclose(per_hour, nearest, abs_tol=0.005):
        return f"{nearest}件"
    return f"近{nearest}件" if nearest > per_hour else f"超过{math.floor(per_hour)}件"


def gap_words(seconds: float | None) -> str:
    """116 → 不到2分钟1件; None: nothing came. Minutes up to two hours, then hours."""
    if seconds is None:
        return ""
    size, unit = (60, "分钟") if seconds <= 7200 else (3600, "小时")
    nearest = round(seconds / size)
    if nearest and math.isclose(seconds, nearest * size, abs_tol=0.5):
        return f"每{nearest}{unit}1件"
    return f"不到{max(1, math.ceil(seconds / size))}{unit}1件"
