"""Whole numbers as they come in an address, a form or a setting. Pure.

`str.isdigit` is true for ², which `int` refuses, and `int` takes digits of every script, as long as anybody cares to send.
"""

MOST = 10**18 - 1
"""Fits a bigint."""


def whole(text: str, most: int = MOST) -> int | None:
    """0 to `most` in plain digits; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    number = int(text)
    return number if number <= most else None
