"""Cuts a text into the clauses that may each carry a need of its own. Pure; knows nothing of what the needs are."""

import re

SHORTEST = 5
"""Characters a clause must have to say anything by itself."""
MOST = 10
"""A longer text is a story; its clauses are joined to at most this many pieces, so that the work stays bounded."""

_MARK = re.compile(r"[。！？!?；;，,\n]+|另外|还有就是|而且|同时|顺便|第[二三]|[②③④]")


def clauses(text: str) -> list[str]:
    """The clauses of `text`, in order, each at least `SHORTEST` long; [] when there is only one."""
    found: list[str] = []
    for part in _MARK.split(text):
        part = part.strip()
        if found and len(part) < SHORTEST:
            found[-1] += "，" + part
        elif part:
            found.append(part)
    if len(found) < 2:
        return []
    step = -(-len(found) // MOST)
    return ["，".join(found[n : n + step]) for n in range(0, len(found), step)]
