"""Which alerts ring until a person has seen them, and which of two says more. Pure."""

RED = frozenset({"critical", "check", "raised", "danger", "deceased", "no_phone", "child", "mute"})
"""A life may depend on these; the others sound once."""


def rank(alert: str) -> int:
    """2 rings on, 1 sounds once, 0 is none. `alert_rank` of the record says the same."""
    return 0 if not alert else 2 if alert in RED else 1


def graver(before: str, after: str) -> str:
    """The one that stays unseen: the later of two, unless it weighs less."""
    return after if rank(after) >= rank(before) else before
