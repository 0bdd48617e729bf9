"""From probabilities and rules to how soon. The highest wins; nothing here lowers what another detector saw."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.scorer import Floats, Thresholds
from conversations.codes import Intent, Urgency, most_urgent

EMERGENCY_SURE = 0.6
"""An emergency intent makes a text critical from this probability on; below it the text is shown with a question."""

AT_LEAST_SOON = frozenset({Intent.EMERGENCY, Intent.DIALYSIS, Intent.ONCOLOGY, Intent.TRANSFUSION})
"""A treatment that is due by the calendar never waits as "normal" once we are sure it is what the text is about."""
_SURE = 0.5


@dataclass(frozen=True, slots=True)
class Level:
    """What the model alone supports: the level, the probability of that level or a higher one, and whether to ask."""

    urgency: Urgency
    probability: float
    check: bool


def from_model(probabilities: Floats, labels: Sequence[Urgency], thresholds: Thresholds) -> Level:
    """The highest level whose cumulative probability reaches its threshold."""
    odds = dict(zip(labels, probabilities.tolist(), strict=True))
    so_far = 0.0
    critical = odds.get(Urgency.CRITICAL, 0.0)
    steps = (
        (Urgency.CRITICAL, thresholds.critical),
        (Urgency.URGENT, thresholds.urgent),
        (Urgency.SOON, thresholds.soon),
    )
    for urgency, least in steps:
        so_far += odds.get(urgency, 0.0)
        if so_far >= least:
            return Level(urgency, so_far, urgency is not Urgency.CRITICAL and critical >= thresholds.check)
    return Level(Urgency.NORMAL, 1.0, critical >= thresholds.check)


def from_intent(intent: Intent, confidence: float) -> Urgency:
    """The least urgency an intent stands for."""
    if intent is Intent.EMERGENCY and confidence >= EMERGENCY_SURE:
        return Urgency.CRITICAL
    return Urgency.SOON if intent in AT_LEAST_SOON and confidence >= _SURE else Urgency.NORMAL


def merge(rules: Urgency, model: Urgency, intent: Urgency) -> Urgency:
    """The highest of the three."""
    return most_urgent(rules, model, intent)
