"""What a text tells beside whom to ring and where: that is what the model is asked about.

A number and a door say nothing of a need, but whoever is in danger writes them more often: beside them the model took every
fifth medicine that ran out for a danger (docs/understanding.md).
"""

import re

from conversations.reading import Entities

_LABEL = re.compile(
    r"[,，。;；\s、(（]*(?:"
    r"(?:我的?|家庭|详细|具体|联系|现住|家住|住)?(?:电话|手机号?码?|号码|联系方式|地址|住址|微信|坐标)(?:是|为)?[:：\s]*"
    r"|联系人[:：\s]*(?:[一-鿿]{1,3}(?:先生|女士|小姐|阿姨|师傅|老师)?[:：\s]*)?"
    r"|我?(?:家|就|人)?(?:住在?|在|位于)"
    r")$"
)
_MARKS = " \n,，。;；、()（）:："
_LEAST = 4
"""Characters below which nothing is told: such a text is read as it stands."""


def telling(text: str, facts: Entities) -> str:
    """`text` without its telephone numbers and addresses and what leads to them; the text itself if nothing is left."""
    spans = sorted((at, at + len(raw)) for raw in _written(facts) if raw and (at := text.find(raw)) >= 0)
    if not spans:
        return text
    kept: list[str] = []
    end = 0
    for start, stop in spans:
        if start >= end:
            piece = text[end:start]
            label = _LABEL.search(piece)
            kept.append(piece[: label.start()] if label else piece)
        end = max(end, stop)
    kept.append(text[end:])
    left = " ".join(piece for one in kept if (piece := one.strip(_MARKS)))
    return left if len(left) >= _LEAST else text


def _written(facts: Entities) -> tuple[str, ...]:
    return (*(one.raw for one in facts.phones), *(one.raw for one in facts.addresses))
