"""Where a platform's interface is: an address among an account's secrets, for a proxy or a rehearsal."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

_FORM = re.compile(r"https?://[^\s?#]+[^\s?#/]")


def base_of(example: str) -> dict[str, Callable[[str], str]]:
    """Metadata of the secret that holds it."""

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            right = _FORM.fullmatch(value) is not None and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a bracket that is not closed, a port that is no number
            right = False
        return "" if right else f"must be an address such as {example}"

    return {"check": check}
