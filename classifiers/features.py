"""From words to the keys of a model: words and pairs of words, characters one to three at a time, kinds, length.

Training asks for the keys as strings; serving asks the same of two dictionaries without building the prefixes. Both
forms live here so that they cannot drift apart. Presence counts, not frequency: a plea says 急 twenty times.
"""

from collections.abc import Mapping, Sequence
from operator import add

WORD, CHAR = "w", "c"
"""First letter of a key: what table it belongs to."""

_LENGTHS = (6, 14, 30, 60, 120, 240)


def length_key(normalised: str) -> str:
    """The size class of a text, as a word no text can contain."""
    return f"<len{sum(len(normalised) > limit for limit in _LENGTHS)}>"


def word_keys(words: Sequence[str], normalised: str, kinds: Mapping[str, str]) -> list[str]:
    """Single words, pairs of neighbours, the kinds (`drug`, `district`, …) of listed words, and the length class."""
    keys = [*words, *map(add, words, [" " + word for word in words[1:]]), length_key(normalised)]
    keys += [f"<{kinds[word]}>" for word in words if word in kinds]
    return keys


def char_keys(normalised: str) -> list[str]:
    """Runs of one, two and three characters; a blank at both ends makes beginnings and ends visible."""
    text = f" {normalised} "
    pairs = list(map(add, text, text[1:]))
    return [*text, *pairs, *map(add, pairs, text[2:])]


def keys(words: Sequence[str], normalised: str, kinds: Mapping[str, str]) -> list[str]:
    """Every distinct key of a text with its table's letter in front; sorted, so that training is repeatable."""
    found = {WORD + key for key in word_keys(words, normalised, kinds)}
    found.update(CHAR + key for key in char_keys(normalised))
    return sorted(found)
