"""Traditional characters, one by one: what OpenCC writes for each of them in simplified ones.

The rules read character by character, so that spans stay true; the model's tokenizer converts whole phrases instead.
"""

from collections.abc import Mapping
from functools import cache

import opencc


@cache
def simplified() -> Mapping[str, str]:
    """Traditional character → simplified one, for every character that has one of its own."""
    every = [chr(code) for code in range(0x3400, 0x9FD6)]
    written = opencc.OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {old: new for old, new in zip(every, written, strict=True) if old != new and len(new) == 1}


def with_traditional(variants: Mapping[str, str]) -> dict[str, str]:
    """`variants` and every traditional character, each read as the character that the rules are written with."""
    return {old: variants.get(new, new) for old, new in simplified().items()} | dict(variants)
