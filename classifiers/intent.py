"""From the intent probabilities of one text to what it is about: a primary intent and further needs. Pure."""

from collections.abc import Sequence

from classifiers.scorer import Floats
from conversations.codes import Intent

FAMILIES: tuple[frozenset[Intent], ...] = (
    frozenset({Intent.EMERGENCY, Intent.OTHER_MEDICAL}),
    frozenset({Intent.DIALYSIS, Intent.ONCOLOGY, Intent.TRANSFUSION}),
    frozenset({Intent.MATERNITY, Intent.CHILD_ILLNESS}),
)
"""Neighbours that share the evidence of one text. A family is chosen by its sum, then its likeliest member: two halves
of "medical" must not lose to a smaller whole. Every other intent is a family of its own."""

MOST_FURTHER = 3
_NO_CASE = frozenset(intent for intent in Intent if not intent.opens_case)


def decide(
    probabilities: Floats, labels: Sequence[Intent], further: float
) -> tuple[Intent, float, tuple[tuple[Intent, float], ...]]:
    """Primary intent, its own probability, and further intents of at least `further`, likeliest first.

    A second intent of the primary's own family is the same need said in other words, and thanks or small talk beside a
    need is no need: neither is listed.
    """
    odds = dict(zip(labels, map(float, probabilities), strict=True))
    family = max(_families(labels), key=lambda group: sum(odds[intent] for intent in group))
    primary = max(family, key=lambda intent: odds[intent])
    others = sorted(
        (
            (intent, value)
            for intent, value in odds.items()
            if intent not in family and intent not in _NO_CASE and value >= further
        ),
        key=lambda pair: -pair[1],
    )
    return primary, odds[primary], tuple(others[:MOST_FURTHER]) if primary.opens_case else ()


def _families(labels: Sequence[Intent]) -> list[tuple[Intent, ...]]:
    known = [tuple(intent for intent in labels if intent in family) for family in FAMILIES]
    alone = [(intent,) for intent in labels if not any(intent in family for family in FAMILIES)]
    return [family for family in known if family] + alone
