"""Where the squares of a confusion and the points of a calibration curve stand, in the drawing's own units. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CELL, LEFT, TOP = 24.0, 92.0, 96.0
SHADES = 4


@dataclass(frozen=True, slots=True)
class Square:
    """`kind` hit or miss, `shade` 1 to 4 by its share of the row; `count` texts labelled `true` and read as `said`."""

    x: float
    y: float
    count: int
    kind: str
    shade: int
    true: str
    said: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows are labels, columns what was said. `names`: (label, where its line or column begins)."""

    width: float
    height: float
    names: tuple[tuple[str, float], ...]
    squares: tuple[Square, ...]


def confusion(labels: Sequence[str], table: Sequence[Sequence[int]], titles: Mapping[str, str]) -> Confusion:
    """Only labels that occur; nothing is drawn where nothing was said."""
    used = [n for n in range(len(labels)) if sum(table[n]) or sum(row[n] for row in table)]
    names = tuple((titles.get(labels[n], labels[n]), place * CELL) for place, n in enumerate(used))
    squares = [
        Square(
            LEFT + across * CELL, TOP + down * CELL, table[a][b], "hit" if a == b else "miss",
            _shade(table[a][b] / sum(table[a])), names[down][0], names[across][0],
        )
        for down, a in enumerate(used)
        for across, b in enumerate(used)
        if table[a][b]
    ]  # fmt: skip
    size = len(used) * CELL
    return Confusion(LEFT + size + 2, TOP + size + 2, names, tuple(squares))


def _shade(share: float) -> int:
    return 1 + min(SHADES - 1, int(share * SHADES))


SIDE, EDGE = 240.0, 34.0


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """`line` for a polyline, `dots` as large as their bins. The square runs from `EDGE` to `EDGE + SIDE`, 0 at its foot."""

    line: str
    dots: tuple[Dot, ...]


def curve(bins: Sequence[Mapping[str, Any]]) -> Curve:
    """How sure was said, to the right, and how often it was right, upwards."""
    most = max((one["rows"] for one in bins), default=1)
    dots = tuple(
        Dot(
            round(EDGE + SIDE * one["confidence"], 1), round(EDGE / 2 + SIDE * (1 - one["right"]), 1),
            round(2.5 + 5 * (one["rows"] / most) ** 0.5, 1),
            f"说有{one['confidence']:.0%}把握的 {one['rows']} 条，对了{one['right']:.0%}",
        )
        for one in bins
    )  # fmt: skip
    return Curve(" ".join(f"{dot.x},{dot.y}" for dot in dots), dots)
