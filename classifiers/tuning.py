"""Calibration and thresholds from cross-validated scores. Numpy only; used by training, never while serving."""

from collections.abc import Sequence

import numpy as np

from classifiers.metrics import Labelled
from classifiers.scorer import Floats, Thresholds
from conversations.codes import Intent, Urgency

FALSE_CRITICAL = 0.02
"""Share of texts that are not critical which the model alone may call critical, in cross-validation."""
CHECK_LOAD = 0.10
"""Share of them it may show with a question besides."""
LEAST_CHECK = 0.1
"""Never shown below this probability, whatever the budget: residents' long stories spread it thin, so it is low."""


def softmax(logits: Floats) -> Floats:
    """Rows of logits as rows of probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def temperature(logits: Floats, truth: Sequence[int]) -> float:
    """The one number that makes the probabilities of unseen rows most likely: golden section over its logarithm."""
    at = np.arange(len(truth)), np.asarray(truth)

    def loss(log_t: float) -> float:
        return float(-np.log(np.maximum(softmax(logits / np.exp(log_t))[at], 1e-12)).mean())

    low, high, ratio = np.log(0.05), np.log(5.0), (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return round(float(np.exp((low + high) / 2)), 4)


def thresholds(
    intents: Floats, labels: Sequence[Intent], urgencies: Floats, levels: Sequence[Urgency], rows: Sequence[Labelled]
) -> Thresholds:
    """Decision points from cross-validated probabilities (rows x labels, rows x levels)."""
    rank = np.array([row.urgency.rank for row in rows])
    order = [list(levels).index(level) for level in Urgency if level in levels]
    cumulative = np.cumsum(urgencies[:, order], axis=1)
    critical = cumulative[:, 0]
    safe = critical[rank > 0]
    red = _quantile(safe, 1 - FALSE_CRITICAL, 0.5)
    check = min(red, _quantile(safe, 1 - FALSE_CRITICAL - CHECK_LOAD, LEAST_CHECK))
    urgent = _best_cut(cumulative[:, 1], rank <= 1)
    soon = _best_cut(cumulative[:, 2], rank <= 2)
    return Thresholds(red, urgent, soon, check, _further(intents, labels, rows))


def _quantile(values: Floats, share: float, least: float) -> float:
    return round(float(max(least, np.quantile(values, share) if len(values) else least)), 4)


def _best_cut(probability: Floats, truth: np.ndarray) -> float:
    """The cut with the best mean of both sides' F1: neither the rare nor the common side is sold out."""

    def worth(cut: float) -> float:
        said = probability >= cut
        hit, miss = np.sum(said & truth), np.sum(~said & ~truth)
        upper = 2 * hit / max(1, said.sum() + truth.sum())
        lower = 2 * miss / max(1, (~said).sum() + (~truth).sum())
        return float(upper + lower)

    return max((round(cut, 2) for cut in np.arange(0.3, 0.71, 0.02)), key=worth)


def _further(probability: Floats, labels: Sequence[Intent], rows: Sequence[Labelled]) -> float:
    """The probability at which naming a second intent is right most often (F1 over all further labels)."""
    place = {label: at for at, label in enumerate(labels)}
    second = probability.copy()
    truth = np.zeros(probability.shape, dtype=bool)
    for number, row in enumerate(rows):
        second[number, place[row.intent]] = 0
        for further in row.intents:
            if further in place:
                truth[number, place[further]] = True
    if not truth.any():
        return Thresholds().further

    def worth(cut: float) -> float:
        said = second >= cut
        return float(2 * np.sum(said & truth) / max(1, said.sum() + truth.sum()))

    return max((round(cut, 2) for cut in np.arange(0.1, 0.42, 0.02)), key=worth)
