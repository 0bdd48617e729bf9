"""Words looked up in their tables are the keys that training writes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.features import ASKING, word_keys
from classifiers.word_rows import WordRows

ASKS = sorted(ASKING)[0]
WORDS = ["外婆", "没有", "药", "华法林", "浦东", "!", "?", ASKS]
KINDS = {"华法林": "drug>", "浦东": "district>"}
TEXT = st.lists(st.sampled_from([*WORDS, "不识得", " "]), max_size=16)


def _cut(pieces: list[str]) -> tuple[list[str], str]:
    normalised = " ".join("".join(pieces).split())
    return [piece for piece in pieces if piece != " "], normalised


@settings(max_examples=400, deadline=None)
@given(TEXT, st.sets(st.integers(0, 400)))
def test_rows_are_those_of_the_keys(pieces: list[str], left_out: set[int]) -> None:
    words, normalised = _cut(pieces)
    every = [*WORDS, *KINDS.values()]
    known = [*every, *("^" + one for one in every), *("=" + one for one in every), "len0>", "len1>", "len2>"]
    known += [f"{a} {b}" for a in every for b in every if ">" in a + b]
    keys = {key: row for row, key in enumerate(known) if row not in left_out}
    found = WordRows(keys, KINDS).find(words, normalised)
    assert set(found) == {keys[key] for key in word_keys(words, normalised, KINDS) if key in keys}


def test_keys_come_back() -> None:
    keys = {"药": 3, "^药": 0, "=药": 2, "drug> 没有": 1}
    rows = WordRows(keys, KINDS)
    assert dict(rows.items()) == keys
    assert len(rows) == 4
    assert [rows.get(key) for key in (*keys, "^没有", "没有", "")] == [3, 0, 2, 1, None, None, None]
