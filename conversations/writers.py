"""Who writes changes how we answer: a child by itself, somebody who has no Chinese. Pure; sees only the text."""

import re

from conversations.cues import Cues

_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_ADDRESS = re.compile(r"(?<!\S)\S+@\S+|https?://\S+|www\.\S+", re.IGNORECASE)
"""Of mail or the web: no words of any language."""
_SPEAKS = 3
"""Latin words from which a text without one Chinese character is a sentence in another language."""


def child_writes(text: str, cues: Cues) -> bool:
    """Whether the writer is a child by what they say of themselves; in doubt not."""
    return cues.child.search(text) is not None and not grown_writes(text, cues)


def grown_writes(text: str, cues: Cues) -> bool:
    """Whether the writer says that they are none: a teacher of pupils, or the mother who has taken the telephone."""
    return cues.grown.search(text) is not None


def without_chinese(text: str, *, known: bool = False) -> bool:
    """Whether it is said by somebody who has no Chinese; of whom that is `known`, a number or a word is enough."""
    if not text.strip() or _HAN.search(text):
        return False
    return known or len(_WORD.findall(_ADDRESS.sub(" ", text))) >= _SPEAKS
