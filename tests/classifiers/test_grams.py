"""Runs of characters found for a batch are those that one text alone has."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.features import char_keys
from classifiers.grams import Grams

KEYS = {" ": 0, "药": 7, "没药": 3, "没药了": 5, " 药": 1, "了 ": 2, "𠮷": 9, "药𠮷药": 4, "a": 6}
TEXT = st.text(st.sampled_from("药没了 a𠮷\0吃"), max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXT, max_size=6))
def test_a_batch_finds_what_each_text_has(texts: list[str]) -> None:
    places, rows = Grams(KEYS).find(texts)
    found: list[set[int]] = [set() for _ in texts]
    for place, row in zip(places.tolist(), rows.tolist(), strict=True):
        found[place].add(row)
    assert found == [{KEYS[key] for key in char_keys(text) if key in KEYS} for text in texts]


def test_keys_come_back() -> None:
    grams = Grams(KEYS)
    assert dict(grams.items()) == KEYS
    assert {key: grams.get(key) for key in KEYS} == KEYS
    assert [grams.get(key) for key in ("吃", "没", "药没药了", "", "\U0010ffff")] == [None] * 5
    assert len(grams) == len(KEYS)


@pytest.mark.parametrize("key", ["", "四个字了", "a\0"])
def test_what_is_no_run_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="run of one to 3"):
        Grams({key: 0})


@pytest.mark.parametrize("count", [7, 15, 31, 127, 1023])
def test_every_set_of_keys_finds_a_table(count: int) -> None:
    """Of these sizes the smallest table would be almost half full, and one set in twelve has no seats in it."""
    chance = random.Random(count)
    for _ in range(60):
        keys: dict[str, int] = {}
        while len(keys) < count:
            keys.setdefault("".join(chance.choices("吃没药奶菜烧痛走电水车人", k=chance.randint(1, 3))), len(keys))
        grams = Grams(keys)
        assert {key: grams.get(key) for key in keys} == keys
