"""Where the next page of a list of tickets begins: what is handed out, and what comes back, perhaps not from us. Pure."""

import re
from datetime import datetime
from typing import Any

from bot.numbers import whole

_NUMBER = re.compile(r"(?:B\d{5}-\d{4,9})?", re.ASCII)
"""None before every number of a moment."""


def cursor_after(row: Any) -> str:
    """Of the last ticket of a page."""
    return f"{row['queue_rank']}~{row['created_at'].isoformat()}~{row['number']}"


def cursor_before(end: datetime) -> str:
    """The place in the list, latest first, from which everything is older than `end`."""
    return f"0~{end.isoformat()}~"


def read_cursor(text: str) -> tuple[int, datetime, str]:
    """(rank, when it was opened, number). Raises ValueError for what the record could not be asked."""
    rank, created, number = text.split("~")
    place, at = whole(rank, 99), datetime.fromisoformat(created)
    if place is None or at.tzinfo is None or not 1900 <= at.year <= 9000 or not _NUMBER.fullmatch(number):
        raise ValueError("no cursor of ours")
    return place, at, number
