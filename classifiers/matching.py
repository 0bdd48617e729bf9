"""From the items of a row's pattern to a compiled expression, and a prefilter that names the few rows worth trying.

Every expression has bounded gaps, so matching is linear in the text; the prefilter looks for one word of each row
(its anchor) in a single pass, so that a harmless message costs little more than that pass.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from conversations.patterns import Item, ItemKind, Pattern

# Inside a clause: no comma, full stop or blank (in a chat a blank is punctuation).
IN_CLAUSE = r"[^,。!?;\s…]"
NUMBER = r"(?:\d{1,4}(?:\.\d{1,2})?|[零〇一二两三四五六七八九十百半几多]{1,4})"
# Characters so frequent in chat that a word made of one of them is a poor anchor.
_COMMON = frozenset("不没有了人的是一我在他她你到上去来过得要就都也还说看这那好能打天家们个无手头吃")

_LOWER = {c: c + 32 for c in range(ord("A"), ord("Z") + 1)}
_HALF = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def reading_table(variants: Mapping[str, str]) -> dict[int, int]:
    """For `str.translate`: half width, lower case, variant characters. Keeps the length, so spans stay true."""
    table = dict(_HALF) | _LOWER
    for code in range(0xFF21, 0xFF3B):
        table[code] = code - 0xFEE0 + 32
    return table | {ord(written): ord(read) for written, read in variants.items()}


def trie_source(words: Iterable[str]) -> str:
    """One expression for many words, longest first, sharing beginnings; far cheaper than a flat alternation."""
    tree: dict[str, dict] = {}  # type: ignore[type-arg]
    for word in words:
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _branch(tree)


def _branch(tree: dict[str, dict]) -> str:  # type: ignore[type-arg]
    ends = "" in tree
    singles = [re.escape(c) for c, rest in tree.items() if c and set(rest) == {""}]
    longer = [re.escape(c) + _branch(rest) for c, rest in tree.items() if c and set(rest) != {""}]
    options = longer
    if singles:
        options = [*longer, f"[{''.join(singles)}]" if len(singles) > 1 else singles[0]]
    if not options:
        return ""
    source = options[0] if len(options) == 1 and not ends else f"(?:{'|'.join(options)})"
    if ends:
        source = source if source.startswith(("(?:", "[")) else f"(?:{source})"
        return f"{source}?"
    return source


def source_of(pattern: Pattern) -> str:
    """The expression of a pattern, without groups."""
    parts: list[str] = []
    for item in pattern:
        match item.kind:
            case ItemKind.GAP:
                parts.append(f"{IN_CLAUSE}{{0,{item.reach}}}?")
            case ItemKind.NUMBER:
                parts.append(NUMBER + ("?" if item.optional else ""))
            case ItemKind.NOT_AFTER:
                parts.extend(f"(?<!{re.escape(word)})" for word in item.words)
            case ItemKind.NOT_BEFORE:
                parts.append(f"(?!{trie_source(item.words)})")
            case _:
                parts.append(f"(?:{trie_source(item.words)}){'?' if item.optional else ''}")
    return "".join(parts)


def anchor_words(pattern: Pattern) -> tuple[str, ...]:
    """The words of the item that is least likely to occur by chance; one of them is in every match."""
    must = [item for item in pattern if item.kind is ItemKind.WORDS and not item.optional]
    return max(must, key=_rarity).words


def _rarity(item: Item) -> tuple[int, float]:
    common = sum(1 for word in item.words if all(char in _COMMON for char in word))
    return (-common, min(len(word) for word in item.words) * 1.0 - 0.02 * len(item.words))


class Prefilter:
    """Which rows could match: those one of whose anchors occurs.

    One small expression per first character, run only for characters that are in the text: a message shares few
    of them, and an expression that begins with a plain character is searched for at the speed of memory.
    """

    def __init__(self, anchors: Iterable[tuple[str, ...]]) -> None:
        rows: dict[str, set[int]] = {}
        for number, words in enumerate(anchors):
            for word in words:
                rows.setdefault(word, set()).add(number)
        # A longer anchor hides a shorter one that begins the same way, so it carries the shorter one's rows too.
        self._rows = {
            word: frozenset().union(*(rows[word[:end]] for end in range(1, len(word) + 1) if word[:end] in rows))
            for word in rows
        }
        by_first: dict[str, list[str]] = {}
        for word in rows:
            by_first.setdefault(word[0], []).append(word)
        self._find = {first: _finder(first, words) for first, words in by_first.items()}
        self._firsts = frozenset(self._find)

    def candidates(self, text: str) -> list[int]:
        """Row numbers, in order, each once."""
        found: set[int] = set()
        for first in self._firsts.intersection(text):
            for word in self._find[first](text):
                found |= self._rows[word]
        return sorted(found)


def _finder(first: str, words: list[str]) -> Callable[[str], list[str]]:
    source = trie_source(words)
    if any(first in word[1:] for word in words):  # one occurrence could begin inside another
        source = f"(?=({source}))"
    return re.compile(source).findall
