"""Values of options as people type them: what cannot be is told in one sentence before anything is opened."""

import argparse
from collections.abc import Callable

from bot.numbers import MOST, whole

MOST_DAYS = 36_500


def number(least: int = 1, most: int = MOST) -> Callable[[str], int]:
    """For `type=`: a whole number within bounds."""

    def read(text: str) -> int:
        value = whole(text, most)
        if value is None or value < least:
            raise argparse.ArgumentTypeError(f"{text[:30]!r}：写一个整数，{least} 到 {most}")
        return value

    return read


def short(most: int = 40) -> Callable[[str], str]:
    """For `type=`: a name that will stand in lists and histories."""

    def read(text: str) -> str:
        name = text.strip()
        if not 0 < len(name) <= most:
            raise argparse.ArgumentTypeError(f"写一个名字，1 到 {most} 个字")
        return name

    return read
