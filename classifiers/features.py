"""From words to the keys of a model: words, pairs of words, kinds of words, characters one and two at a time, length.

Training asks for the keys as strings; serving asks the same of two dictionaries without building the prefixes. Both
forms live here so that they cannot drift apart. Presence counts, not frequency: a plea says 急 twenty times.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from operator import add

WORD, CHAR = "w", "c"
"""First letter of a key: what table it belongs to."""

OPENING = 8
"""Words at the start of a text that are also keys of their own."""

_LENGTHS = (6, 14, 30, 60, 120, 240)


def length_key(normalised: str) -> str:
    """The size class of a text, as a word no text can contain."""
    return f"<len{sum(len(normalised) > limit for limit in _LENGTHS)}>"


def word_keys(words: Sequence[str], normalised: str, kinds: Mapping[str, str]) -> list[str]:
    """Words, pairs of neighbours, the opening words once more (a title names the ask), kinds and their company, length.

    A kind (`drug`, `district`, …) stands in for its word beside the neighbours, `<drug> 没有`, and meets every other kind
    of the text, `<drug&elder>`: so a drug never seen in training still counts as one that ran out.
    """
    keys = [*words, *map(add, words, [" " + word for word in words[1:]]), length_key(normalised)]
    keys += ["^" + word for word in words[:OPENING]]
    named = [kinds.get(word) for word in words]
    present = sorted({kind for kind in named if kind})
    if present:
        shown = [f"<{kind}>" if kind else word for kind, word in zip(named, words, strict=True)]
        keys += [f"<{kind}>" for kind in present]
        keys += [f"^<{kind}>" for kind in named[:OPENING] if kind]
        keys += [f"<{one}&{other}>" for one, other in combinations(present, 2)]
        keys += [
            f"{shown[n]} {shown[n + 1]}"
            for n in range(len(words) - 1)
            if named[n] is not None or named[n + 1] is not None
        ]
    return keys


def char_keys(normalised: str) -> list[str]:
    """Runs of one and two characters; a blank at both ends makes beginnings and ends visible."""
    text = f" {normalised} "
    return [*text, *map(add, text, text[1:])]


def keys(words: Sequence[str], normalised: str, kinds: Mapping[str, str]) -> list[str]:
    """Every distinct key of a text with its table's letter in front; sorted, so that training is repeatable."""
    found = {WORD + key for key in word_keys(words, normalised, kinds)}
    found.update(CHAR + key for key in char_keys(normalised))
    return sorted(found)
