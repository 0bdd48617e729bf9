"""Chinese expressions of time, resolved against the time of the message in Asia/Shanghai: 昨朝, 礼拜三, 4.3, 三天前, 明早8点.

Only what a case needs: a day and, where written, an hour. A bare weekday or day of the month has two readings, so the
caller says whether it looks back (last treatment) or ahead (next treatment).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from classifiers.matching import find_all
from classifiers.numerals import CHARACTERS, SOURCE, number
from conversations.playbook import SHANGHAI


class Look(Enum):
    """Which of two possible days is meant."""

    BACK = -1
    AHEAD = 1


@dataclass(frozen=True, slots=True)
class Moment:
    """A time found in a text. `at` is aware, in Asia/Shanghai; `has_hour` tells a day from a time of day."""

    at: datetime
    start: int
    end: int
    has_hour: bool = False


_DAY_WORDS = {
    "大前天": -3, "大前日": -3, "前天": -2, "前日": -2, "前晚": -2, "前夜": -2,
    "昨天": -1, "昨日": -1, "昨朝": -1, "昨晚": -1, "昨夜": -1, "昨早": -1,
    "今天": 0, "今日": 0, "今朝": 0, "今早": 0, "今晚": 0, "今夜": 0, "今晨": 0, "当天": 0,
    "明天": 1, "明日": 1, "明朝": 1, "明早": 1, "明晚": 1, "明晨": 1,
    "后天": 2, "后日": 2, "后朝": 2, "大后天": 3, "大后日": 3,
}  # fmt: skip
_WEEKDAYS = {c: n for n, c in enumerate("一二三四五六日")} | {"天": 6} | {str(n): n - 1 for n in range(1, 8)}
_PART_HOURS = {
    "凌晨": 3,
    "早": 8,
    "晨": 8,
    "上午": 9,
    "中午": 12,
    "下午": 14,
    "傍晚": 18,
    "晚": 20,
    "夜": 22,
    "半夜": 0,
}
_DAY = "|".join(sorted(_DAY_WORDS, key=len, reverse=True))
_TIME = (
    r"(?P<part>凌晨|早上|早晨|清早|上午|中午|下午|傍晚|晚上|夜里|半夜|晚|早)?\s?"
    rf"(?:(?P<hour>{SOURCE})\s?(?:点|时|:(?=\d))(?P<half>半)?(?P<minute>\d{{1,2}})?(?:分)?)?"
)
_EXPRESSION = re.compile(
    rf"(?:(?P<word>{_DAY})"
    rf"|(?P<week>(?:上上|下下|上个?|下个?|这个?|本|每)?)(?:星期|礼拜|周)(?P<weekday>[一二三四五六日天1-7])(?![\d次天个])"
    rf"|(?<![\d.])(?:(?P<year>20\d\d)[年./-])?(?P<month>1[0-2]|0?[1-9]|[一二三四五六七八九十]{{1,2}})(?:月|(?P<sep>[./-])(?=\d))"
    rf"(?P<day>3[01]|[12]\d|0?[1-9]|[一二三四五六七八九十]{{1,3}})(?![\d.%度元块℃年/])(?:日|号|(?=[^\d月]|$))"
    rf"|(?<![\d弄路村苑区月栋幢])(?P<only>3[01]|[12]\d|[1-9])(?:号|日)(?![楼线码病房弄院门床])"
    rf"|(?P<ago>{SOURCE})(?:多|几)?(?P<unit>天|个?星期|个?礼拜|周|个?月|个?小时|个?钟头)(?:之|以)?(?P<side>前|后))"
    rf"(?:的|,|，|\s)?{_TIME}"
)
_STARTS = re.compile(f"[{''.join(sorted({word[0] for word in _DAY_WORDS}))}上下这本每星礼周{CHARACTERS}]")
_CUE = re.compile(r"天|日|号|月|礼拜|星期|周|朝|晚|早|夜|[./-]\d|前|后")
_UNIT_DAYS = {"天": 1, "期": 7, "拜": 7, "周": 7, "月": 30}
_MOST = 20
_NIGHT_ENDS = 4
"""Until this hour the day people woke up to goes on: their 明天 is the date that has begun. Whoever means the one after it is
told the date and can say so; a treatment taken for a day later than it is would be missed."""


def moments(text: str, now: datetime, look: Look) -> Iterator[Moment]:
    """Times in the order written, at most twenty. `now` is aware; impossible dates (4月31日) are passed over."""
    return resolved(expressions(text), now, look)


def expressions(text: str) -> list[re.Match[str]]:
    """What `resolved` makes times of: worth keeping for a text that is looked at both ways."""
    return find_all(_STARTS, _EXPRESSION, text)[:_MOST] if _CUE.search(text) else []


def resolved(matches: list[re.Match[str]], now: datetime, look: Look) -> Iterator[Moment]:
    """As `moments`."""
    if not matches:
        return
    here = now.astimezone(SHANGHAI)
    for match in matches:
        at = _day(match, here, look)
        if at is None:
            continue
        hour = _hour(match)
        if hour is not None:
            at = at.replace(hour=hour[0], minute=hour[1])
        yield Moment(at, match.start(), match.end(), hour is not None)


def to_come(moment: Moment, now: datetime) -> bool:
    """Whether it lies ahead; in the night also the day that has just begun."""
    return moment.at > now or (not moment.has_hour and moment.at > now - timedelta(hours=_NIGHT_ENDS))


def _day(match: re.Match[str], here: datetime, look: Look) -> datetime | None:
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    if word := match["word"]:
        days = _DAY_WORDS[word]
        if look is Look.AHEAD and days > 0 and here.hour < _NIGHT_ENDS:
            days -= 1
        return midnight + timedelta(days=days)
    if match["weekday"]:
        return _weekday(midnight, _WEEKDAYS[match["weekday"]], match["week"], look)
    if match["month"]:
        return _month_day(midnight, match, look)
    if match["only"]:
        return _day_of_month(midnight, int(match["only"]), look)
    value = number(match["ago"])
    if value is None or value > 400:
        return None
    sign = -1 if match["side"] == "前" else 1
    if match["unit"][-1] in "时头":
        return here.replace(second=0, microsecond=0) + sign * timedelta(hours=value)
    return midnight + sign * timedelta(days=round(value * _UNIT_DAYS[match["unit"][-1]]))


def _weekday(midnight: datetime, weekday: int, week: str, look: Look) -> datetime | None:
    monday = midnight - timedelta(days=midnight.weekday())
    if week == "每":
        week = ""
    if week.startswith(("上", "下", "这", "本")):
        weeks = {"上上": -2, "上": -1, "上个": -1, "下": 1, "下个": 1, "下下": 2}.get(week, 0)
        return monday + timedelta(days=weekday, weeks=weeks)
    days = (weekday - midnight.weekday()) % 7
    # 礼拜三: the last one when looking back (today counts), the next one when looking ahead.
    if look is Look.BACK and days:
        days -= 7
    return midnight + timedelta(days=days)


def _month_day(midnight: datetime, match: re.Match[str], look: Look) -> datetime | None:
    month, day = number(match["month"]), number(match["day"])
    if month is None or day is None or (match["sep"] and match["year"] is None and match["sep"] == "-"):
        return None  # 3-5 is a range more often than a date
    year = int(match["year"]) if match["year"] else midnight.year
    at = _date(midnight, year, int(month), int(day))
    if at is None or match["year"]:
        return at
    # Without a year: the nearest such day on the side looked to, with half a year's grace on the other.
    if look is Look.BACK and at - midnight > timedelta(days=31):
        return _date(midnight, year - 1, int(month), int(day))
    if look is Look.AHEAD and midnight - at > timedelta(days=31):
        return _date(midnight, year + 1, int(month), int(day))
    return at


def _day_of_month(midnight: datetime, day: int, look: Look) -> datetime | None:
    for step in range(3):
        months = midnight.year * 12 + midnight.month - 1 + step * look.value
        at = _date(midnight, months // 12, months % 12 + 1, day)
        if at and (at - midnight).days * look.value >= 0:
            return at
    return None


def _date(midnight: datetime, year: int, month: int, day: int) -> datetime | None:
    try:
        return midnight.replace(year=year, month=month, day=day)
    except ValueError:
        return None


def _hour(match: re.Match[str]) -> tuple[int, int] | None:
    part = match["part"] or ""
    word = match["word"] or ""
    late = any(mark in part + word for mark in ("下午", "傍晚", "晚", "夜里"))
    if match["hour"]:
        value = number(match["hour"])
        if value is None or not 0 <= value <= 24:
            return None
        hour = int(value)
        if late and (1 if "下午" in part else 5) <= hour < 12:  # 晚上1点 is one in the morning
            hour += 12
        if part == "中午" and hour < 3:
            hour += 12
        minute = 30 if match["half"] else int(match["minute"] or 0)
        return (hour % 24, minute) if minute < 60 else None
    for mark, hour in _PART_HOURS.items():
        if mark in part or (not part and mark in word):
            return hour, 0
    return None
