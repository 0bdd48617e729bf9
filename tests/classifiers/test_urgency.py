"""From probabilities to urgency: the highest wins, and a level needs the probability of itself or higher."""

import numpy as np
import pytest

from classifiers.scorer import Thresholds
from classifiers.urgency import from_intent, from_model, merge
from conversations.codes import Intent, Urgency

CUTS = Thresholds(critical=0.6, urgent=0.5, soon=0.5, check=0.3)


@pytest.mark.parametrize(
    ("odds", "level", "check"),
    [
        ([0.7, 0.2, 0.1, 0.0], Urgency.CRITICAL, False),
        ([0.4, 0.2, 0.1, 0.3], Urgency.URGENT, True),
        ([0.1, 0.1, 0.4, 0.4], Urgency.SOON, False),
        ([0.35, 0.1, 0.0, 0.55], Urgency.NORMAL, True),
        ([0.0, 0.0, 0.0, 1.0], Urgency.NORMAL, False),
    ],
)
def test_levels_are_cumulative(odds: list[float], level: Urgency, check: bool) -> None:
    found = from_model(np.array(odds), tuple(Urgency), CUTS)
    assert (found.urgency, found.check) == (level, check)
    assert found.probability <= 1.0 + 1e-9


def test_a_sure_emergency_is_critical_and_a_doubtful_one_is_not() -> None:
    assert from_intent(Intent.EMERGENCY, 0.9) is Urgency.CRITICAL
    assert from_intent(Intent.EMERGENCY, 0.3) is Urgency.NORMAL
    assert from_intent(Intent.DIALYSIS, 0.9) is Urgency.SOON
    assert from_intent(Intent.CHITCHAT, 1.0) is Urgency.NORMAL


@pytest.mark.parametrize("place", range(3))
def test_the_highest_wins_wherever_it_comes_from(place: int) -> None:
    levels = [Urgency.NORMAL, Urgency.SOON, Urgency.NORMAL]
    levels[place] = Urgency.CRITICAL
    assert merge(*levels) is Urgency.CRITICAL
