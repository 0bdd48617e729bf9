"""How long something lasts, said in words that name no thing, since the talk has named it: 都没了, 两天, 还能撑两天. Pure."""

from conversations.cues import Cues

_FIGURES = {figure: at for at, figure in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_UNITS, _WEEK = {"天": 1, "月": 30}, 7
_SHORT = 24
_LONGEST = 60
"""Days above which a figure was no stock (尿不湿还有七八片)."""


def days_said(words: str, read: float | None, cues: Cues, *, asked: bool) -> float | None:
    """Days; None when nothing is said of it. `read`: what was read of the message by itself; `asked`: we have asked."""
    if cues.gone.fullmatch(words):
        return 0.0
    if read is not None and read <= _LONGEST:
        return read
    days = cues.days_alone.fullmatch(words) or (cues.days_beside.search(words) if asked else None)
    if days is None and len(words) <= _SHORT and not cues.away.search(words):
        days = cues.days_last.search(words)
    if days is None:
        return None
    count, unit = days["count"], days["unit"]
    return float(_FIGURES.get(count) or count) * _UNITS.get(unit[-1], _WEEK)


def measures(words: str, cues: Cues) -> bool:
    """Whether words after "how long will it last?" are about that at all; whatever else is said is no answer to it."""
    return cues.lasts.search(words) is not None
