"""Character keys looked up for a whole batch at once: runs of one to three characters as numbers in one table.

Every character that occurs in a key has a small number; three of them side by side are a run's code, shorter runs have
zeros in front and cannot be mistaken for longer ones. A code has two places where it may stand (cuckoo hashing), and the
slot there holds code and row together, so a run costs two looks into memory. Asking a dictionary for every run of every text was
a sixth of all work on a message, and its strings a tenth of the memory; a sorted array takes sixteen looks.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
_Codes = npt.NDArray[np.uint64]

LONGEST = 3
_GAP = " \U0010ffff "
"""Between two texts, with the blanks that `features.char_keys` puts around each. No text holds this character: Unicode
keeps it out of interchange, and the tokenizer's alphabet does not have it."""
_FACTORS = np.array([[0x9E3779B97F4A7C15], [0xC2B2AE3D27D4EB4F]], np.uint64)
"""Odd, without pattern: a code's first place says nothing about its second."""
_ROOM = 2
"""Slots for each key: with fewer there may be no way to seat them all, with more they leave the cache."""
_ROUNDS = 500
_WIDER = 6


class Grams:
    """Keys of one to three characters → rows of a model. Raises ValueError for a key of another length or with a NUL."""

    def __init__(self, keys: Mapping[str, int]) -> None:
        for key in keys:
            if not 0 < len(key) <= LONGEST or "\0" in key:
                raise ValueError(f"not a run of one to {LONGEST} characters: {key!r}")
        self._characters = ["", *sorted(set().union(*keys))]
        self._unknown, self._count = len(self._characters), len(keys)
        self._width, row_bits = self._unknown.bit_length(), max(keys.values(), default=0).bit_length()
        if LONGEST * self._width + row_bits > 63:
            raise ValueError(f"{self._unknown} characters and {row_bits} bits of rows do not fit one number")
        self._number = {char: number for number, char in enumerate(self._characters) if char}
        # By code point; past the last one stand all characters that are in no key.
        self._numbers = np.full(max(map(ord, self._number), default=0) + 2, self._unknown, np.uint32)
        self._numbers[list(map(ord, self._number))] = list(self._number.values())
        self._bits, self._row_bits = np.uint64(self._width), np.uint64(row_bits)
        self._row_mask = np.uint64((1 << row_bits) - 1)
        codes = np.fromiter(map(self._code, keys), np.uint64, len(keys))
        rows = np.fromiter(keys.values(), np.uint64, len(keys))
        spread = max(4, (_ROOM * len(keys)).bit_length())
        # A table almost half full, or a small one, may have no seats for these very keys: then one of twice the size.
        for wider in range(spread, spread + _WIDER):
            self._shift = np.uint64(64 - wider)
            if (slots := self._filled(codes, rows, 1 << wider)) is not None:
                self._slots = slots
                return
        raise ValueError("the keys do not spread over any table")

    def __len__(self) -> int:
        return self._count

    def items(self) -> Iterator[tuple[str, int]]:
        """Every key with its row, in no order that means anything."""
        slots = self._slots[self._slots > 0]
        for code, row in zip((slots >> self._row_bits).tolist(), (slots & self._row_mask).tolist(), strict=True):
            yield self._key(code), row

    def get(self, key: str) -> int | None:
        """The row of one key."""
        if not 0 < len(key) <= LONGEST:
            return None
        code = np.full(1, self._code(key), np.uint64)
        rows, known = self._look_up(code)
        return int(rows[0]) if known[0] else None

    def find(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """(places of texts in the batch, rows): one pair for every run found, as often as it occurs."""
        if not texts or not self._count:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        whole = f" {_GAP.join(texts)} ".encode("utf-32-le", "surrogatepass")
        length = len(whole) // 4
        asked = np.empty(3 * length - 3, np.uint64)
        one, two, three = asked[:length], asked[length : 2 * length - 1], asked[2 * length - 1 :]
        one[:] = self._numbers.take(np.frombuffer(whole, np.uint32), mode="clip")
        np.left_shift(one[:-1], self._bits, out=two)
        two |= one[1:]
        np.left_shift(two[:-1], self._bits, out=three)
        three |= one[2:]
        rows, known = self._look_up(asked)
        if len(texts) == 1:
            rows = rows[known]
            return np.zeros(len(rows), np.int64), rows
        place = np.repeat(np.arange(len(texts)), [len(text) + len(_GAP) for text in texts])[:length]
        return np.concatenate((place, place[:-1], place[:-2]))[known], rows[known]

    def _look_up(self, codes: _Codes) -> tuple[Numbers, npt.NDArray[np.bool_]]:
        """Rows, and which of them are any."""
        places = codes * _FACTORS
        places >>= self._shift
        slots = self._slots.take(places)
        here = (slots >> self._row_bits) == codes
        slots &= self._row_mask
        return np.where(here[0], slots[0], slots[1]).view(np.int64), here[0] | here[1]

    def _filled(self, codes: _Codes, rows: _Codes, size: int) -> _Codes | None:
        """The table; None when not all find a seat. All keys without a place move at once, and whom they push out moves
        next, to its other place."""
        table = np.zeros(size, np.uint64)
        homeless, place = (codes << self._row_bits) | rows, (codes * _FACTORS[0]) >> self._shift
        for _ in range(_ROUNDS):
            if not len(homeless):
                return table
            pushed, at = np.unique(table[place], return_index=True)
            pushed, stood = pushed[pushed > 0], place[at[pushed > 0]]
            table[place] = homeless
            lost = table[place] != homeless  # two of them wanted one place
            homeless, left = np.concatenate((homeless[lost], pushed)), np.concatenate((place[lost], stood))
            first, second = ((homeless >> self._row_bits) * _FACTORS) >> self._shift
            place = np.where(first == left, second, first)
        return None

    def _code(self, key: str) -> int:
        code = 0
        for char in key:
            code = code << self._width | self._number.get(char, self._unknown)
        return code

    def _key(self, code: int) -> str:
        numbers = (code >> self._width * place & (1 << self._width) - 1 for place in range(LONGEST))
        return "".join(reversed([self._characters[one] for one in numbers if one]))
