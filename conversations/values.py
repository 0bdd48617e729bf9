"""Changing frozen values. A turn makes a dozen changed copies, so a copy must cost little.

`evolve` is for frozen dataclasses without slots: the new value's fields are the old one's, taken over at once, with the
changes on top; neither `__init__` nor a loop over the fields runs.
"""

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

Value = TypeVar("Value")


@cache
def _names(kind: type) -> frozenset[str]:
    return frozenset(row.name for row in fields(kind))


def evolve(value: Value, **changes: Any) -> Value:
    """A copy of a frozen dataclass with some fields changed. Raises TypeError for a field it does not have."""
    kind: type = type(value)
    if not changes.keys() <= _names(kind):
        raise TypeError(f"{kind.__name__} has no field {sorted(changes.keys() - _names(kind))}")
    copy: Value = object.__new__(kind)
    copy.__dict__.update(value.__dict__, **changes)
    return copy
