"""From the items of a row's pattern to a compiled expression, and a prefilter that names the few rows worth trying.

Every expression has bounded gaps, so matching is linear in the text; the prefilter asks for one word of each row (its
anchor) among the text's grams, so that a harmless message costs little more than making these.
"""

import re
from collections.abc import Iterable, Set

from classifiers.plain import Plain, gram, grams_of
from conversations.patterns import Item, ItemKind, Pattern

# Inside a clause: no comma, full stop or blank (in a chat a blank is punctuation).
IN_CLAUSE = r"[^,。!?;\s…]"
NUMBER = r"(?:\d{1,4}(?:\.\d{1,2})?|[零〇一二两三四五六七八九十百半几多]{1,4})"
# Characters so frequent in chat that a word made of one of them is a poor anchor.
_COMMON = frozenset("不没有了人的是一我在他她你到上去来过得要就都也还说看这那好能打天家们个无手头吃")


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
    return anchor_item(pattern).words


def anchor_item(pattern: Pattern) -> Item:
    """The item of `anchor_words`."""
    return max(filter(_required, pattern), key=_rarity)


def _required(item: Item) -> bool:
    return item.kind is ItemKind.WORDS and not item.optional


def first_characters(patterns: Iterable[Pattern]) -> frozenset[str]:
    """The characters with which a match of one of the patterns may begin. Each must begin with words."""
    firsts: set[str] = set()
    for pattern in patterns:
        for item in pattern:
            if item.kind in (ItemKind.NOT_AFTER, ItemKind.NOT_BEFORE):
                continue
            if item.kind is not ItemKind.WORDS:
                raise ValueError(f"pattern begins with {item.kind}, not with words")
            firsts.update(word[0] for word in item.words)
            if not item.optional:
                break
    return frozenset(firsts)


def one_of(characters: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these characters, at the speed of memory; nothing when there are none."""
    found = "".join(sorted(set(characters)))
    return re.compile(f"[{re.escape(found)}]" if found else "(?!)")


def find_all(starts: re.Pattern[str], expression: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """All matches of a big alternation, tried only where one of the characters it may start with stands."""
    found: list[re.Match[str]] = []
    floor = 0
    for start in starts.finditer(text):
        if start.start() >= floor and (match := expression.match(text, start.start())):
            found.append(match)
            floor = match.end()
    return found


def _rarity(item: Item) -> tuple[int, float]:
    common = sum(1 for word in item.words if all(char in _COMMON for char in word))
    return (-common, min(len(word) for word in item.words) * 1.0 - 0.02 * len(item.words))


class Prefilter:
    """Which rows could match: those one of whose anchors occurs, with a word of each further item they must have.

    Asks the text's grams first, so rows that share nothing with the text cost nothing at all.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._short: dict[int, list[int]] = {}  # gram to the rows that have it as an anchor
        self._long: dict[int, list[tuple[str, list[int]]]] = {}  # gram to longer anchors that begin so
        self._others: list[tuple[frozenset[int], ...]] = []
        rows: dict[str, list[int]] = {}
        for number, pattern in enumerate(patterns):
            anchor = anchor_item(pattern)
            for word in dict.fromkeys(anchor.words):
                rows.setdefault(word, []).append(number)
            others = [item for item in pattern if _required(item) and item is not anchor]
            self._others.append(tuple(grams_of(item.words) for item in others))
        for word, numbers in rows.items():
            if len(word) <= 2:
                self._short.setdefault(gram(word), []).extend(numbers)
            else:
                self._long.setdefault(gram(word), []).append((word, numbers))
        self._grams = frozenset(self._short) | frozenset(self._long)

    def candidates(self, read: Plain) -> list[int]:
        """Row numbers, in order, each once."""
        found: set[int] = set()
        for hit in self._grams & read.grams:
            if hit in self._short:
                found.update(self._short[hit])
            for word, numbers in self._long.get(hit, ()):
                if word in read.plain:
                    found.update(numbers)
        if not found:
            return []
        return [number for number in sorted(found) if self._complete(number, read.grams)]

    def _complete(self, number: int, grams: Set[int]) -> bool:
        for one in self._others[number]:  # noqa: SIM110  (all() over a generator takes twice as long)
            if one.isdisjoint(grams):
                return False
        return True
