"""Properties over generated dialogues. Quick here; four thousand where CI runs the slow ones, twenty in `make long`."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conversations.dialogues import play_dialogue
from tests.conversations.properties import PROPERTIES
from tests.conversations.telling import CHANNELS

CHANNEL = st.sampled_from(sorted(CHANNELS))
MOVES = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=16)
CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def _check(channel: str, moves: list[int]) -> None:
    steps = play_dialogue(channel, moves)
    for check in PROPERTIES.values():
        check(steps)


@settings(max_examples=300, derandomize=True, **CALM)  # type: ignore[arg-type]
@given(CHANNEL, MOVES)
def test_every_dialogue(channel: str, moves: list[int]) -> None:
    _check(channel, moves)


@pytest.mark.slow(80)
@pytest.mark.timeout(900)
@settings(max_examples=4_000, **CALM)  # type: ignore[arg-type]
@given(CHANNEL, MOVES)
def test_thousands_of_dialogues(channel: str, moves: list[int]) -> None:
    _check(channel, moves)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=20_000, **CALM)  # type: ignore[arg-type]
@given(CHANNEL, MOVES)
def test_twenty_thousand_dialogues(channel: str, moves: list[int]) -> None:
    _check(channel, moves)
