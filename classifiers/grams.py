"""Character keys looked up for a whole batch at once: runs of one to three characters are numbers in one sorted array.

A character is 21 bits, so three of them fit a 64-bit number; shorter runs have zeros in front and cannot be mistaken for
longer ones. Asking a dictionary for every run of every text was a sixth of all work on a message, and its strings a tenth
of the memory.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

LONGEST = 3
_BITS = 21
_GAP = " \U0010ffff "
"""Between two texts, with the blanks that `features.char_keys` puts around each. No text holds this character: Unicode
keeps it out of interchange, and the tokenizer's alphabet does not have it."""


class Grams:
    """Keys of one to three characters → rows of a model. Raises ValueError for a key of another length or with a NUL."""

    def __init__(self, keys: Mapping[str, int]) -> None:
        for key in keys:
            if not 0 < len(key) <= LONGEST or "\0" in key:
                raise ValueError(f"not a run of one to {LONGEST} characters: {key!r}")
        codes = np.fromiter(map(_code, keys), np.int64, len(keys))
        rows = np.fromiter(keys.values(), np.int64, len(keys))
        order = np.argsort(codes)
        self._codes, self._rows = codes[order], rows[order]

    def __len__(self) -> int:
        return len(self._codes)

    def items(self) -> Iterator[tuple[str, int]]:
        """Every key with its row, in no order that means anything."""
        for code, row in zip(self._codes.tolist(), self._rows.tolist(), strict=True):
            yield _key(code), row

    def get(self, key: str) -> int | None:
        """The row of one key."""
        code = _code(key) if len(key) <= LONGEST else -1
        place = int(self._codes.searchsorted(code))
        return int(self._rows[place]) if place < len(self) and self._codes[place] == code else None

    def find(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """(places of texts in the batch, rows): one pair for every run found, as often as it occurs."""
        if not texts or not len(self):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        whole = f" {_GAP.join(texts)} "
        one = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
        two = (one[:-1] << _BITS) | one[1:]
        three = (two[:-1] << _BITS) | one[2:]
        place = np.repeat(np.arange(len(texts)), [len(text) + len(_GAP) for text in texts])[: len(one)]
        asked = np.concatenate((one, two, three))
        found = self._codes.searchsorted(asked)
        found[found == len(self)] = 0
        hit = self._codes[found] == asked
        return np.concatenate((place, place[:-1], place[:-2]))[hit], self._rows[found[hit]]


def _code(key: str) -> int:
    code = 0
    for char in key:
        code = code << _BITS | ord(char)
    return code


def _key(code: int) -> str:
    chars = [chr(code >> _BITS * place & (1 << _BITS) - 1) for place in range(LONGEST)]
    return "".join(reversed(chars)).lstrip("\0")
