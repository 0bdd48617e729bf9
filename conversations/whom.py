"""Whom a text speaks of: kin named in it, so that what one's mother needs is not written on one's father's ticket. Pure."""

import re

_KIN = {
    "father": "爸|爹|父亲|老头子",
    "mother": "妈|(?<!姑)娘(?!家)|母亲",
    "grandfather": "爷爷|阿爷|外公|公公|太公",
    "grandmother": "奶奶|阿奶|外婆|婆婆|太婆",
    "husband": "老公|丈夫",
    "wife": "老婆|妻子|家主婆|太太",
    "child": "儿子|女儿|孩子|宝宝|小囡|囡囡|小孩|外孙|孙子|孙女",
    "brother": "哥|弟",
    "sister": "姐|妹",
    "neighbour": "邻居|隔壁|楼上|楼下|对门",
    "other": "同事|室友|朋友|我自己",
}
# The look-ahead lets the engine step over other characters without trying eleven branches at each of them.
_STARTS = {re.sub(r"^\(\?<!.\)", "", word)[0] for words in _KIN.values() for word in words.split("|")}
_WHO = re.compile(
    f"(?=[{''.join(sorted(_STARTS))}])(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _KIN.items())})"
)


def named(text: str) -> frozenset[str]:
    """The kin a text names. "The old man", "he" name nobody: they are whoever is being talked of."""
    return frozenset(found.lastgroup or "" for found in _WHO.finditer(text))
