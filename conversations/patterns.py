"""The little language of rows: a concept with gaps, read into items. Matching is `classifiers`' work.

- `胸口|心口 ~3 痛|疼`: one of the words, up to three characters of the same clause, one of the words
- `@chest ~3 @pain`: named word sets (`words.csv`), also inside alternatives: `@chest|心窝`
- `<自行车|轮胎 没气了`: not right after one of these
- `走了 !去|到`: not right before one of these
- `又|还? 痛`: an item ending in `?` may be missing
- `# 天 没|不 吃`: a number, in digits or Chinese numerals
- `not_breathing`: `_` is a blank inside a word

One cell may hold several patterns, parted by ` / `.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from conversations.codes import Code

LONGEST_GAP = 16


class ItemKind(Code):
    WORDS = "words"
    GAP = "gap"
    NUMBER = "number"
    NOT_AFTER = "not_after"
    NOT_BEFORE = "not_before"


@dataclass(frozen=True, slots=True)
class Item:
    """One step of a pattern. `words` for all but GAP and NUMBER, `reach` for GAP (characters of the same clause)."""

    kind: ItemKind
    words: tuple[str, ...] = ()
    reach: int = 0
    optional: bool = False


Pattern = tuple[Item, ...]


class BadPattern(ValueError):
    """A pattern that cannot be read; the message says what to change."""


def parse_pattern(text: str, words: Mapping[str, tuple[str, ...]]) -> Pattern:
    """Reads a row's pattern. Raises `BadPattern`."""
    items = tuple(_item(part, words) for part in text.split())
    if not any(item.kind is ItemKind.WORDS and not item.optional for item in items):
        raise BadPattern("一行至少要有一个必须出现的词")
    return items


def _item(part: str, words: Mapping[str, tuple[str, ...]]) -> Item:
    optional = len(part) > 1 and part.endswith("?") and not part.endswith("|?")
    body = part[:-1] if optional else part
    if body.startswith("~"):
        if not body[1:].isdigit() or not 1 <= int(body[1:]) <= LONGEST_GAP:
            raise BadPattern(f"间隔写成 ~1 到 ~{LONGEST_GAP}，不是 {part!r}")
        return Item(ItemKind.GAP, reach=int(body[1:]))
    if body == "#":
        return Item(ItemKind.NUMBER, optional=optional)
    for mark, kind in (("<", ItemKind.NOT_AFTER), ("!", ItemKind.NOT_BEFORE)):
        if body.startswith(mark):
            return Item(kind, _alternatives(body[1:], words))
    return Item(ItemKind.WORDS, _alternatives(body, words), optional=optional)


def _alternatives(body: str, words: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found: list[str] = []
    for word in body.split("|"):
        if not word:
            raise BadPattern(f"{body!r} 里有空的一项")
        if word.startswith("@"):
            if word[1:] not in words:
                raise BadPattern(f"没有 {word!r} 这个词组")
            found.extend(words[word[1:]])
        else:
            found.append(word.replace("_", " "))
    return tuple(dict.fromkeys(found))
