"""Changing frozen values. `evolve` is dataclasses.replace without its per-field bookkeeping: a turn makes a dozen copies."""

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

Value = TypeVar("Value")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(row.name for row in fields(kind))


def evolve(value: Value, **changes: Any) -> Value:
    """A copy of a frozen dataclass with some fields changed. Raises TypeError for a field it does not have."""
    kind = type(value)
    for name in _names(kind):  # type: ignore[arg-type]
        if name not in changes:
            changes[name] = getattr(value, name)
    return kind(**changes)
