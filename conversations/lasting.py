"""How long something lasts, said in words that name no thing, since the talk has named it: 都没了, 两天, 还能撑两天. Pure."""

import re

from conversations.cues import Cues

_FIGURES = {figure: at for at, figure in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_UNITS = {"天": 1, "月": 30}
_DAYS = re.compile(
    r"(?:大概|大约|差不多|最多|也就|只|就|还|仅){0,2}(?:有|剩下?|够|够吃|够用|能撑|能吃)?(\d{1,3}|[一二两三四五六七八九十])(天|个?星期|个?礼拜|周|个?月)(?:的?量)?[。了吧]?"
)


_LASTS = re.compile(
    r"(?:还|能|够|撑|剩|吃|用)(?:能|有|够|剩|撑|吃|用|下|得|到){0,3}(\d{1,3}|[一二两三四五六七八九十])(天|个?星期|个?礼拜|周|个?月)"
)
"""Beside other words, where we have asked how long it lasts (两个大人一个小孩，还能撑两天)."""


_LEFT = re.compile(
    r"(?:还|只)(?:有|剩下?|够|能吃|能撑|能用)(\d{1,3}|[一二两三四五六七八九十])(天|个?星期|个?礼拜|周|个?月)(?:的?量)?[。了吧]*$"
)
"""At the end of a few words that were not asked for (格列齐特 还有5天)."""
_SHORT = 24
_LONGEST = 60
"""Days above which a figure was no stock (尿不湿还有七八片)."""


def days_said(words: str, read: float | None, cues: Cues, *, asked: bool) -> float | None:
    """Days; None when nothing is said of it. `read`: what was read of the message by itself; `asked`: we have asked."""
    if cues.gone.fullmatch(words):
        return 0.0
    if read is not None and read <= _LONGEST:
        return read
    days = _DAYS.fullmatch(words) or (_LASTS.search(words) if asked else None)
    if days is None and len(words) <= _SHORT and not cues.away.search(words):
        days = _LEFT.search(words)
    return float(_FIGURES.get(days[1]) or days[1]) * _UNITS.get(days[2][-1], 7) if days else None


_NUMBER = re.compile(r"[\d一二三四五六七八九十两半几]")


def measures(words: str, cues: Cues) -> bool:
    """Whether words after "how long will it last?" are about that at all; whatever else is said is no answer to it."""
    return _NUMBER.search(words) is not None or cues.lasts.search(words) is not None
