"""What stands in a text for what was taken out: a word for people, and something the tokenizer reads as the original."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

VERSION = 1
"""Of the rules that take words out; kept with every label, so that texts marked by older ones can be found."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`shown` to people; `read` by the tokenizer instead of it."""

    shown: str
    read: str


PHONE = Mark("〔电话〕", "●●●")
IDENTITY = Mark("〔证件〕", "0" * 18)
CARD = Mark("〔卡号〕", "0" * 16)
NUMBER = Mark("〔编号〕", "0" * 10)
ACCOUNT = Mark("〔账号〕", " ")
MAIL = Mark("〔邮箱〕", " ")
LINK = Mark("〔网址〕", "http://x ")
PLATE = Mark("〔车牌〕", " ")
NAME = Mark("〔姓名〕", " ")
ESTATE = Mark("〔小区〕", "小区")
STRUCK = Mark("〔划掉〕", " ")
MARKS = (PHONE, IDENTITY, CARD, NUMBER, ACCOUNT, MAIL, LINK, PLATE, NAME, ESTATE, STRUCK)
_READ = {mark.shown: mark.read for mark in MARKS}
_MARK = re.compile("|".join(map(re.escape, _READ)))


def strike(text: str, words: Iterable[str]) -> str:
    """Takes out the words a person named, wherever they stand; blanks and marks cannot be struck."""
    for word in sorted({one.strip() for one in words}, key=len, reverse=True):
        if word and not _MARK.search(word) and not any(word in mark.shown for mark in MARKS):
            text = text.replace(word, STRUCK.shown)
    return text


def for_training(text: str) -> str:
    """The text as a model may learn it: marks become what the tokenizer reads as it reads the original."""
    return _MARK.sub(lambda found: _READ[found[0]], text)
