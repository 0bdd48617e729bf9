"""Boxes of a recogniser to lines as people read them: what stands side by side is one line, also on a tilted photo. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

_SAME = 0.6
"""Of a box's height: so far apart the middles of two neighbours may be and still be one line."""


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of text and where its left and right edges' middles are, in pixels from the top left."""

    text: str
    left: tuple[float, float]
    right: tuple[float, float]
    height: float


def lines_of(boxes: Sequence[Box]) -> list[str]:
    """Each piece follows the nearest one to its left whose right end is on its level; a line starts at its leftmost."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda one: one.left[0]):
        near = [
            row for row in rows
            if row[-1].right[0] <= box.left[0] + box.height
            and abs(row[-1].right[1] - box.left[1]) < _SAME * max(box.height, row[-1].height)
        ]  # fmt: skip
        if near:
            min(near, key=lambda row: abs(row[-1].right[1] - box.left[1])).append(box)
        else:
            rows.append([box])
    rows.sort(key=lambda row: row[0].left[1])
    return [" ".join(box.text for box in row) for row in rows]
