"""From probabilities to intents."""

import numpy as np

from classifiers.intent import decide
from conversations.codes import Intent

LABELS = (Intent.EMERGENCY, Intent.OTHER_MEDICAL, Intent.MEDICINE, Intent.SUPPLIES, Intent.CHITCHAT)


def test_a_family_wins_by_its_sum() -> None:
    primary, confidence, _ = decide(np.array([0.2, 0.25, 0.35, 0.1, 0.1]), LABELS, further=0.5)
    assert primary is Intent.OTHER_MEDICAL
    assert confidence == 0.25  # its own, not the family's


def test_further_needs_are_listed_likeliest_first_and_never_from_the_same_family() -> None:
    primary, _, further = decide(np.array([0.3, 0.15, 0.2, 0.25, 0.1]), LABELS, further=0.1)
    assert primary is Intent.EMERGENCY
    assert [intent for intent, _ in further] == [Intent.SUPPLIES, Intent.MEDICINE]


def test_small_talk_has_no_further_needs() -> None:
    primary, _, further = decide(np.array([0.0, 0.0, 0.3, 0.0, 0.7]), LABELS, further=0.1)
    assert (primary, further) == (Intent.CHITCHAT, ())
