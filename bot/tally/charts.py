"""Where the bars, ticks and squares of the board's drawings stand, in the drawing's own units. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.tally.period import Period, midnight
from conversations.codes import Urgency
from conversations.playbook import SHANGHAI
from data.tally import District

LEVELS = tuple(str(one) for one in (Urgency.CRITICAL, Urgency.URGENT, Urgency.SOON, Urgency.NORMAL))
"""From the foot of a bar upwards: the gravest stand on the line, where they can be compared."""

_LEFT, _TOP, _FOOT = 34.0, 8.0, 22.0
SQUARE, GAP = 92.0, 8.0
SHADES = 4


@dataclass(frozen=True, slots=True)
class Bucket:
    """An hour or a day: when it begins, how it is called, requests by level."""

    start: datetime
    label: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Part:
    level: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A stacked bar chart of `width` by `height`; its axis runs from `left` to `width` at `foot`."""

    width: float
    height: float
    left: float
    foot: float
    parts: tuple[Part, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def buckets_of(series: Mapping[datetime, Mapping[str, int]], period: Period, unit: str) -> tuple[Bucket, ...]:
    """Every hour or day of the period, those in which nothing came too."""
    if period.end <= period.start:
        return ()
    step = timedelta(days=1) if unit == "day" else timedelta(hours=1)
    start = period.start.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    at = midnight(start.date()) if unit == "day" else start
    found = {moment.astimezone(SHANGHAI): counts for moment, counts in series.items()}
    out = []
    while at < period.end:
        label = f"{at.month}月{at.day}日" if unit == "day" else f"{at.month}月{at.day}日 {at.hour}时"
        out.append(Bucket(at, label, found.get(at, {})))
        at += step
    return tuple(out)


def stacked(buckets: Sequence[Bucket], unit: str, width: float, height: float, labels: int) -> Chart:
    """The chart of the buckets with at most about `labels` words below it."""
    foot, room = height - _FOOT, height - _FOOT - _TOP
    top = ceiling(max((one.total for one in buckets), default=0))
    pitch = (width - _LEFT) / max(1, len(buckets))
    bar = max(1.0, pitch * (0.72 if pitch > 6 else 0.9))
    parts = []
    for nth, bucket in enumerate(buckets):
        x, y = _LEFT + nth * pitch + (pitch - bar) / 2, foot
        for level in LEVELS:
            tall = bucket.counts.get(level, 0) / top * room
            if tall:
                y -= tall
                parts.append(Part(level, round(x, 1), round(y, 1), round(bar, 1), round(tall, 1)))
    across = [
        Tick(round(_LEFT + (nth + 0.5) * pitch, 1), _short(buckets[nth].start, unit, len(buckets)))
        for nth in _marked(buckets, unit, labels)
    ]
    up = [Tick(round(foot - share * room, 1), f"{round(top * share):,}") for share in (0, 0.5, 1)]
    return Chart(width, height, _LEFT, foot, tuple(parts), tuple(across), tuple(up))


def ceiling(most: int) -> int:
    """The end of the axis: even, so that its half is a whole number, and a round one."""
    if most <= 2:
        return 2
    size = 1
    while True:
        for one in (2, 4, 6, 10):
            if one * size >= most:
                return one * size
        size *= 10


def _marked(buckets: Sequence[Bucket], unit: str, labels: int) -> list[int]:
    """Which buckets are named: of many hours only midnights."""
    if unit == "hour" and len(buckets) > 30:
        return [nth for nth, one in enumerate(buckets) if one.start.hour == 0]
    step = max(1, -(-len(buckets) // max(1, labels)))
    return list(range(0, len(buckets), step))


def _short(at: datetime, unit: str, count: int) -> str:
    return f"{at.month}/{at.day}" if unit == "day" or count > 30 else f"{at.hour}时"


@dataclass(frozen=True, slots=True)
class Square:
    """A district on the map. `shade`: 0 for none, else 1 to 4 by its share of the most."""

    name: str
    short: str
    x: float
    y: float
    n: int
    grave: int
    shade: int


def squares(districts: Mapping[str, District], standing: Mapping[str, Mapping[str, int]]) -> tuple[Square, ...]:
    """Open cases by district; `grave`: the critical ones among them."""
    totals = {name: sum(standing.get(name, {}).values()) for name in districts}
    most = max(totals.values(), default=0)
    return tuple(
        Square(
            name, name.removesuffix("新区").removesuffix("区"), one.column * (SQUARE + GAP), one.row * (SQUARE + GAP),
            totals[name], standing.get(name, {}).get(str(Urgency.CRITICAL), 0),
            0 if not totals[name] else 1 + min(SHADES - 1, (SHADES * totals[name] - 1) // most),
        )
        for name, one in districts.items()
    )  # fmt: skip
