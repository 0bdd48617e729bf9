"""From words to the keys of a model: words, kinds of words and their neighbours, characters one to three at a time, length.

Training asks for the keys as strings; serving asks the same of two dictionaries without building the prefixes. Both
forms live here so that they cannot drift apart. Presence counts, not frequency: a plea says 急 twenty times.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from operator import add

WORD, CHAR = "w", "c"
"""First letter of a key: what table it belongs to."""

VERSION = "words+opening+kinds+chars3/1"
"""Changed with every change of the keys: a model asks for the keys it was fitted on, or is refused."""

OPENING = 8
"""Words at the start of a text that are also keys of their own."""

_LENGTHS = (6, 14, 30, 60, 120, 240)
_LENGTH_KEYS = tuple(f"len{n}>" for n in range(len(_LENGTHS) + 1))


def length_key(normalised: str) -> str:
    """The size class of a text, as a word no text can contain."""
    return _LENGTH_KEYS[bisect_left(_LENGTHS, len(normalised))]


def word_keys(words: Sequence[str], normalised: str, kinds: Mapping[str, str]) -> list[str]:
    """Words, the opening words once more (a title names the ask), kinds with their neighbours, length class.

    A kind (`drug`, `district`, …) stands in for its word, alone and beside its neighbours (`drug> 没有`): so a drug never
    seen in training still counts as one that ran out. `kinds` are `marked`.
    Pairs of plain words were tried and cost a fifth of the time for nothing (docs/understanding.md).
    """
    keys = [*words, length_key(normalised)]
    keys += ["^" + word for word in words[:OPENING]]
    shown = [kinds.get(word, word) for word in words]
    if shown != words:
        keys += [one for one, word in zip(shown, words, strict=True) if one is not word]
        keys += ["^" + one for one, word in zip(shown[:OPENING], words, strict=False) if one is not word]
        keys += [a + " " + b for a, b in pairwise(shown) if a[-1] == ">" or b[-1] == ">"]
    return keys


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
