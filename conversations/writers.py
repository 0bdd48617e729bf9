"""Who writes changes how we answer: a child by itself, somebody who has no Chinese. Pure; sees only the text."""

import re

from conversations.cues import Cues

_YEARS = "[4-9四五六七八九十]|1[0-3]|十[一二三]"
_CHILD = re.compile(rf"我(?:今年|现在|才|刚|只有|已经|是)*(?:{_YEARS})(?:周)?岁(?!的|多的)")
"""Under fourteen, and speaking of themselves."""
_GROWN = re.compile(r"我(?:今年)?(?:1[4-9]|[2-9]\d|十[四五六七八九]|[二三四五六七八九]十)")
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+", re.IGNORECASE)
"""Of mail or the web: no words of any language."""
_SPEAKS = 3
"""Latin words from which a text without one Chinese character is a sentence in another language."""


def child_writes(text: str, cues: Cues) -> bool:
    """Whether the writer is a child by what they say of themselves; in doubt not."""
    if _CHILD.search(text) is None and cues.child.search(text) is None:
        return False
    return _GROWN.search(text) is None and cues.grown.search(text) is None


def without_chinese(text: str, *, known: bool = False) -> bool:
    """Whether it is said by somebody who has no Chinese; of whom that is `known`, a number or a word is enough."""
    if not text.strip() or _HAN.search(text):
        return False
    return known or len(_WORD.findall(_ADDRESS.sub(" ", text))) >= _SPEAKS
