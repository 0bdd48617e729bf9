"""Changing frozen values. A turn makes a dozen changed copies, so a copy must cost little.

`evolve` is for frozen dataclasses without slots: the new value's fields are the old one's, taken over at once, with the
changes on top; neither `__init__` nor a loop over the fields runs.
"""

from typing import Any, TypeVar

Value = TypeVar("Value")

_make, _put = object.__new__, object.__setattr__


def evolve(value: Value, **changes: Any) -> Value:
    """A copy of a frozen dataclass with some fields changed. Raises TypeError for a field it does not have."""
    had = value.__dict__
    fields = had | changes
    if len(fields) != len(had):
        raise TypeError(f"{type(value).__name__} has no field {sorted(changes.keys() - had.keys())}")
    copy: Value = _make(type(value))
    _put(copy, "__dict__", fields)
    return copy
