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
_NO_NEED = frozenset({Intent.CONSULT, Intent.OFFER})  # asides in a plea: a question, a thank-you offer
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


WHOLE, CLAUSE = 0.05, 0.85
"""A further need: an intent the whole text gives at least `WHOLE` and one clause by itself at least `CLAUSE`. One softmax
over the text names one winner; the clause where a second need is spoken out names it plainly (docs/understanding.md)."""


def possible(probabilities: Floats, labels: Sequence[Intent], primary: Intent) -> tuple[Intent, ...]:
    """Intents that a clause of the text might turn into a further need; () for nearly every text."""
    if not primary.opens_case:
        return ()
    family = next((group for group in FAMILIES if primary in group), frozenset({primary}))
    return tuple(
        intent
        for intent, value in zip(labels, probabilities, strict=True)
        if value >= WHOLE and intent not in family and intent.opens_case and intent not in _NO_NEED
    )


def with_clauses(
    further: Sequence[tuple[Intent, float]], wanted: Sequence[Intent], clauses: Floats, labels: Sequence[Intent]
) -> tuple[tuple[Intent, float], ...]:
    """`further` and those of `wanted` that some clause (rows of probabilities) names, likeliest first."""
    best = {intent: float(clauses[:, labels.index(intent)].max()) for intent in wanted}
    found = dict(further) | {intent: value for intent, value in best.items() if value >= CLAUSE}
    return tuple(sorted(found.items(), key=lambda pair: -pair[1])[:MOST_FURTHER])


def _families(labels: Sequence[Intent]) -> list[tuple[Intent, ...]]:
    known = [tuple(intent for intent in labels if intent in family) for family in FAMILIES]
    alone = [(intent,) for intent in labels if not any(intent in family for family in FAMILIES)]
    return [family for family in known if family] + alone
