"""From words to the keys of a model: words, what is asked for, kinds of words, characters one to three at a time, length.

Training asks for the keys as strings, in the form written here; serving looks the same up without building them
(`word_rows`, `grams`), and properties hold the two equal. Presence counts, not frequency: a plea says 急 twenty times.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from operator import add

WORD, CHAR = "w", "c"
"""First letter of a key: what table it belongs to."""
FIRST, AFTER = "^", "="
"""First letter of a word's key that stands in the first sentence, or after an asking word. No word has them."""

VERSION = "words+first sentence+asked+kinds+chars3/2"
"""Changed with every change of the keys: a model asks for the keys it was fitted on, or is refused."""

OPENING = 10
"""Words of the first sentence, at most, that are also keys of their own: a title or a first sentence names the ask."""
_SENTENCE = re.compile(r"[ !?]*[^ !?]+[!?]?")

ASKING = frozenset(
    "求 求求 跪求 急求 请求 恳求 恳请 拜托 烦请 麻烦 请 望 盼 盼望 期盼 急盼 希望 想 想要 需要 急需 要求 申请"
    " 寻求 求购 急购 急寻 求助 救救 帮 帮忙 帮帮忙 能否 能不能 可否 是否 有没有 想问 请问 求问 询问 咨询 想知道"
    " 如何 怎么 怎么办 哪里 哪儿 哪家 何时 什么时候 谁能".split()
)
"""Words that ask. What follows one is what is asked for, and the ask decides, not the story around it."""
ASKED = 5
"""Words after an asking one that are also keys of their own."""

_LENGTHS = (6, 14, 30, 60, 120, 240)
_LENGTH_KEYS = tuple(f"len{n}>" for n in range(len(_LENGTHS) + 1))


def length_key(normalised: str) -> str:
    """The size class of a text, as a word no text can contain."""
    return _LENGTH_KEYS[bisect_left(_LENGTHS, len(normalised))]


def word_keys(words: Sequence[str], normalised: str, kinds: Mapping[str, str]) -> list[str]:
    """Words, those of the first sentence and those after an asking word once more, kinds with their neighbours, length class.

    A kind (`drug`, `district`, …) stands in for its word, alone and beside its neighbours (`drug> 没有`): so a drug never
    seen in training still counts as one that ran out. `kinds` are `marked`.
    Pairs of plain words were tried and cost a fifth of the time for nothing (docs/understanding.md).
    """
    begun = opening(words, normalised)
    keys = [*words, length_key(normalised)]
    keys += [FIRST + word for word in words[:begun]]
    shown: Sequence[str] = [kinds.get(word, word) for word in words]
    if shown == words:
        shown = words
    else:
        keys += [one for one, word in zip(shown, words, strict=True) if one is not word]
        keys += [FIRST + one for one, word in zip(shown[:begun], words, strict=False) if one is not word]
        keys += [a + " " + b for a, b in pairwise(shown) if a[-1] == ">" or b[-1] == ">"]
    for place, word in enumerate(words):
        if word in ASKING:
            after = slice(place + 1, place + 1 + ASKED)
            keys += [AFTER + one for one in words[after]]
            if shown is not words:
                keys += [AFTER + one for one in shown[after]]
    return keys


def opening(words: Sequence[str], normalised: str) -> int:
    """How many words the first sentence has, at most `OPENING`. Punctuation is a blank by now; `!` and `?` are words."""
    found = _SENTENCE.match(normalised)
    left = found.end() if found else 0
    for count, word in enumerate(words[:OPENING]):
        if left <= 0:
            return count
        left -= len(word)
    return min(OPENING, len(words))


def marked(kinds: Mapping[str, str]) -> dict[str, str]:
    """Word → its kind with a `>` at the end, which no word of a text can have."""
    return {word: kind + ">" for word, kind in kinds.items()}


def char_keys(normalised: str) -> list[str]:
    """Runs of one, two and three characters; a blank at both ends makes beginnings and ends visible."""
    text = f" {normalised} "
    pairs = [*map(add, text, text[1:])]
    return [*text, *pairs, *map(add, pairs, text[2:])]


def keys(words: Sequence[str], normalised: str, kinds: Mapping[str, str]) -> list[str]:
    """Every distinct key of a text with its table's letter in front; sorted, so that training is repeatable."""
    found = {WORD + key for key in word_keys(words, normalised, kinds)}
    found.update(CHAR + key for key in char_keys(normalised))
    return sorted(found)
