"""Word keys looked up without building them: the rows of a model that a text's words have.

`features.word_keys` says what the keys are; here each kind of key has a table of its own, so that a word is asked as it
stands instead of being written with a prefix first. A property test holds the two equal.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from classifiers.features import AFTER, ASKED, ASKING, FIRST, length_key, opening


class WordRows:
    """Keys of words → rows of a model. `kinds`: word → its kind, marked."""

    def __init__(self, keys: Mapping[str, int], kinds: Mapping[str, str]) -> None:
        self._plain, self._first, self._after = dict[str, int](), dict[str, int](), dict[str, int]()
        for key, row in keys.items():
            match key[:1]:
                case "^":
                    self._first[key[1:]] = row
                case "=":
                    self._after[key[1:]] = row
                case _:
                    self._plain[key] = row
        self._kinds = kinds

    def __len__(self) -> int:
        return len(self._plain) + len(self._first) + len(self._after)

    def items(self) -> Iterator[tuple[str, int]]:
        """Every key with its row."""
        first = ((FIRST + word, row) for word, row in self._first.items())
        after = ((AFTER + word, row) for word, row in self._after.items())
        return chain(self._plain.items(), first, after)

    def get(self, key: str) -> int | None:
        """The row of one key."""
        tables = {FIRST: self._first, AFTER: self._after}
        return tables[key[0]].get(key[1:]) if key[:1] in tables else self._plain.get(key)

    def find(self, words: Sequence[str], normalised: str) -> list[int]:
        """Rows of all known keys of a text, some of them more than once."""
        plain, first, after = self._plain.get, self._first.get, self._after.get
        begun = opening(words, normalised)
        rows = [plain(length_key(normalised)), *map(plain, words), *map(first, words[:begun])]
        kinds = None
        if not self._kinds.keys().isdisjoint(words):
            kinds = list(map(self._kinds.get, words))
            rows += self._of_kinds(words, kinds, begun)
        if not ASKING.isdisjoint(words):
            for place, word in enumerate(words):
                if word in ASKING:
                    asked = slice(place + 1, place + 1 + ASKED)
                    rows += map(after, words[asked])
                    if kinds is not None:
                        rows += [after(kind) for kind in kinds[asked] if kind]
        return [row for row in rows if row is not None]

    def _of_kinds(self, words: Sequence[str], kinds: Sequence[str | None], begun: int) -> list[int | None]:
        """A kind stands in for its word, alone and beside its neighbours."""
        plain, last = self._plain.get, len(words) - 1
        rows: list[int | None] = []
        for place, kind in enumerate(kinds):
            if kind is None:
                continue
            rows.append(plain(kind))
            if place < begun:
                rows.append(self._first.get(kind))
            if place:
                rows.append(plain(f"{kinds[place - 1] or words[place - 1]} {kind}"))
            if place < last and not kinds[place + 1]:  # a kind beside it looks back at this one
                rows.append(plain(f"{kind} {words[place + 1]}"))
        return rows
