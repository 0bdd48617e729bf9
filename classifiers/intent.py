"""From the intent probabilities of one text to what it is about: a primary intent and further needs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from classifiers.scorer import Floats
from conversations.codes import Intent

FAMILIES: tuple[frozenset[Intent], ...] = (
    frozenset({Intent.EMERGENCY, Intent.OTHER_MEDICAL}),
    frozenset({Intent.DIALYSIS, Intent.ONCOLOGY, Intent.TRANSFUSION}),
    frozenset({Intent.MATERNITY, Intent.CHILD_ILLNESS}),
)
"""Neighbours that share the evidence of one text. A family is chosen by its sum, then its likeliest member: two halves
of "medical" must not lose to a smaller whole. Every other intent is a family of its own."""


def akin(one: Intent, other: Intent) -> bool:
    """Whether two intents are neighbours of one family."""
    return any(one in family and other in family for family in FAMILIES)


MOST_FURTHER = 3
_NO_NEED = frozenset({Intent.CONSULT, Intent.OFFER})  # asides in a plea: a question, a thank-you offer


def decide(
    probabilities: Floats, labels: Sequence[Intent], further: float
) -> tuple[Intent, float, tuple[tuple[Intent, float], ...]]:
    """Primary intent, its own probability, and further intents of at least `further`, likeliest first.

    A second intent of the primary's own family is the same need said in other words, and thanks or small talk beside a
    need is no need: neither is listed.
    """
    odds = probabilities.tolist()
    layout = _layout(tuple(labels))
    family, total = layout.alone, max([odds[place] for place in layout.alone], default=0.0)
    for group in layout.groups:
        if (together := sum([odds[place] for place in group])) > total:
            family, total = group, together
    first = max(family, key=odds.__getitem__)
    if first not in layout.needs:
        return labels[first], odds[first], ()
    others = [
        (labels[place], odds[place]) for place in layout.needs.difference(layout.kin[first]) if odds[place] >= further
    ]
    return labels[first], odds[first], tuple(sorted(others, key=_likeliest)[:MOST_FURTHER])


WHOLE, CLAUSE = 0.03, 0.8
"""A further need: an intent the whole text gives at least `WHOLE` and one clause by itself at least `CLAUSE`. One softmax
over the text names one winner; the clause where a second need is spoken out names it plainly (docs/understanding.md)."""


_TREATED = FAMILIES[1] | FAMILIES[2]
"""What an illness does to whoever is treated for it (腿肿, 躺不平) is no second need of theirs; another person's is looked for
where clauses name two (`others`)."""


def possible(probabilities: Floats, labels: Sequence[Intent], primary: Intent) -> tuple[Intent, ...]:
    """Intents that a clause of the text might turn into a further need; () for nearly every text."""
    layout = _layout(tuple(labels))
    first = labels.index(primary)
    if first not in layout.needs:
        return ()
    odds = probabilities.tolist()
    likely = [place for place in layout.asked if odds[place] >= WHOLE and place not in layout.kin[first]]
    if labels[first] in _TREATED:
        likely = [place for place in likely if labels[place] not in FAMILIES[0]]
    return tuple([labels[place] for place in likely])


def others(labels: Sequence[Intent], primary: Intent) -> tuple[Intent, ...]:
    """Every need that is not the primary's own: where clauses speak of different people, what the whole text is about says
    little of the second."""
    layout = _layout(tuple(labels))
    first = labels.index(primary)
    if first not in layout.needs:
        return ()
    return tuple([labels[place] for place in layout.asked if place not in layout.kin[first]])


def with_clauses(
    further: Sequence[tuple[Intent, float]], wanted: Sequence[Intent], clauses: Floats, labels: Sequence[Intent]
) -> tuple[tuple[Intent, float], ...]:
    """`further` and those of `wanted` that some clause (rows of probabilities) names, likeliest first."""
    best = {intent: float(clauses[:, labels.index(intent)].max()) for intent in wanted}
    found = dict(further) | {intent: value for intent, value in best.items() if value >= CLAUSE}
    return tuple(sorted(found.items(), key=_likeliest)[:MOST_FURTHER])


def _likeliest(pair: tuple[Intent, float]) -> float:
    return -pair[1]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Places of a model's labels: families of several, the others, everyone's kin; what opens a case, and of these what a
    clause may add."""

    groups: tuple[tuple[int, ...], ...]
    alone: tuple[int, ...]
    kin: tuple[tuple[int, ...], ...]
    needs: frozenset[int]
    asked: tuple[int, ...]


@cache
def _layout(labels: tuple[Intent, ...]) -> _Layout:
    known = range(len(labels))
    groups = tuple(found for family in FAMILIES if (found := tuple(n for n in known if labels[n] in family)))
    kin = tuple(next((group for group in groups if place in group), (place,)) for place in known)
    needs = [place for place in known if labels[place].opens_case]
    return _Layout(
        groups,
        tuple(place for place in known if not any(place in group for group in groups)),
        kin,
        frozenset(needs),
        tuple(place for place in needs if labels[place] not in _NO_NEED),
    )
