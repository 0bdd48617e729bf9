"""The version of a stored state and how an older one becomes the present one. Bytes are the shell's business."""

from collections.abc import Callable
from typing import Any

VERSION = 1

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From version → a pure function giving the raw state of the next version."""


class UnknownVersion(Exception):
    """A state newer than this program, as an older process meets it during a deployment: refused, never guessed at."""


def upgrade(version: int, raw: dict[str, Any]) -> dict[str, Any]:
    """The raw state of `version`, brought to VERSION step by step. Raises UnknownVersion."""
    if version > VERSION or version < 1:
        raise UnknownVersion(f"state v{version} is newer than this program (v{VERSION}): finish the deployment first")
    while version < VERSION:
        raw, version = UPGRADES[version](raw), version + 1
    return raw
