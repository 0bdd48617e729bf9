"""One fit of counted keys to labels: what a training repeats for every fold. Needs scikit-learn, so only `train` imports it.

Intents have two linear readers of the same weighed keys, one that learns what tells labels apart (regression) and one
that counts what each label's texts are made of. They err differently, and a sum of linear readers is one matrix again:
serving pays nothing for the second (docs/understanding.md).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.preprocessing import normalize

from classifiers import tuning
from classifiers.features import CHAR, WORD
from classifiers.metrics import Labelled
from classifiers.scorer import Floats

INTENT_C, URGENCY_C = 8.0, 4.0
"""Inverse strength of regularisation, chosen by cross-validation on the project's own rows (docs/understanding.md)."""
SOLVER = "sag"
"""One row after the other with the mean slope of all (stochastic average gradient): 10 to 15 passes over rows this sparse
cost a quarter of what the 25 to 30 of L-BFGS do, and end nearer the optimum. The seed decides the order, so it decides the
fit."""
HEAVIEST, MOST_EVEN = 2.0, 4.0
"""Its stride fits rows of weight one and bears two; at four and a half it swings for ever. So weights are scaled down to the
first (and `C` up, which is the same optimum), and a label with few rows is lifted by no more than the second."""
INTENT_TOLERANCE, URGENCY_TOLERANCE = 0.02, 0.05
"""Share of the largest weight by which a pass must still change one. Half of it takes longer and teaches nothing."""
FURTHER_WEIGHT = 0.3
"""A row with several needs is also a weak example of its further ones."""
CHAR_SHARE = 0.65
"""Weight of a run of characters beside a word's: runs remember how one writer writes, words carry over to the next."""
PAIR_SHARE = 0.7
"""Weight of a kind beside its neighbour (`drug> 没有`): it says again what its two words have said."""
LONG, LONG_WEIGHT = 60, 2.0
"""Characters from which a row counts twice for intents: who writes to the desk tells a story; most of our rows do not."""
LEAST_ROWS = {WORD: 2, CHAR: 3}
"""Rows that must have a key: runs of characters seen twice are four in ten of all keys and teach nothing that lasts."""
SMOOTHING = 0.1
"""Of the counting reader: what a key that a label never had is counted for."""
COUNTED_SHARE = 0.4
"""Of the counting reader in the sum of the two; both are calibrated first, so that shares mean something."""
PRIOR = 0.5
"""How much of a label's frequency among the rows is put back after fits in which all labels weigh the same."""


@dataclass(frozen=True)
class Counts:
    """How often each row (line) has each key (column, in order). Counted once: six fits look at parts of it."""

    names: Any
    matrix: csr_matrix
    least: Any  # rows a fit must see each key in, and the weight of its kind
    share: Any


@dataclass(frozen=True)
class Linear:
    """Scores of `labels` (names of codes): weighed keys times `weights` (labels x keys), plus `bias`."""

    labels: tuple[str, ...]
    weights: Any
    bias: Floats

    def scores(self, matrix: csr_matrix, labels: Sequence[str]) -> Floats:
        """With a column for every one of `labels`; one the fit never saw is as unlikely as the least likely one."""
        found = np.asarray(matrix @ self.weights.T + self.bias, np.float64)
        whole = np.repeat(found.min(axis=1, keepdims=True), len(labels), axis=1)
        for column, label in enumerate(self.labels):
            whole[:, [str(item) for item in labels].index(label)] = found[:, column]
        return whole


@dataclass(frozen=True)
class Fit:
    """Fitted readers. `columns`: of `Counts`, the keys that enough of its rows have; `idf`: their weights."""

    columns: Any
    idf: Any
    intent: Linear
    counted: Linear
    urgency: Linear

    def weigh(self, matrix: csr_matrix) -> csr_matrix:
        """Rows of counts as rows of length one."""
        return normalize(matrix[:, self.columns] @ diags(self.idf), copy=False)


@dataclass(frozen=True)
class Blend:
    """How the two readers of intents become one: each cooled until its probabilities are honest, then summed by
    `COUNTED_SHARE`, and `prior` (one number a label of `labels`) added."""

    labels: tuple[str, ...]
    heat: tuple[float, float]
    prior: tuple[float, ...]

    @classmethod
    def calibrated(cls, intent: Floats, counted: Floats, truth: Sequence[int], labels: Sequence[str]) -> "Blend":
        """From both readers' scores of rows unseen by them (rows x labels) and the places of the true labels."""
        often = np.log(np.bincount(truth, minlength=len(labels)))
        prior = PRIOR * (often - often.mean())
        heat = tuning.temperature(intent, truth), tuning.temperature(counted, truth)
        return cls(tuple(labels), heat, tuple(prior.round(4).tolist()))

    def scores(self, intent: Floats, counted: Floats) -> Floats:
        """One table of scores from two."""
        found: Floats = self._sum(intent, counted) + np.array(self.prior)
        return found

    def linear(self, fitted: Fit) -> Linear:
        """One matrix from two, that gives the same scores."""
        prior = dict(zip(self.labels, self.prior, strict=True))
        known = fitted.intent.labels
        bias = self._sum(fitted.intent.bias, fitted.counted.bias) + np.array([prior[label] for label in known])
        return Linear(known, self._sum(fitted.intent.weights, fitted.counted.weights), bias)

    def _sum(self, intent: Any, counted: Any) -> Any:
        return (1 - COUNTED_SHARE) / self.heat[0] * intent + COUNTED_SHARE / self.heat[1] * counted


def count(documents: Sequence[Sequence[str]]) -> Counts:
    """The keys of every document, each once in it. 32 bits: what is served is no wider, and it is a quarter faster.

    scikit-learn's counter allows for keys that repeat and takes seconds for it.
    """
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    found = [[numbers[key] for key in document] for document in documents]
    names = sorted(numbers)
    places = np.empty(len(names), np.int32)
    places[[numbers[name] for name in names]] = np.arange(len(names))
    columns = places[np.fromiter(chain.from_iterable(found), np.int32)]
    begins = np.cumsum([0, *map(len, found)])
    matrix = csr_matrix((np.ones(len(columns), np.float32), columns, begins), shape=(len(found), len(names)))
    matrix.sort_indices()
    least, share = np.array([LEAST_ROWS[name[0]] for name in names]), np.array([_share(name) for name in names])
    return Counts(np.array(names, object), matrix, least, share)


def fit(counts: Counts, places: Any, rows: Sequence[Labelled], seed: int) -> Fit:
    """Of the rows at `places`, and of nothing else."""
    part = counts.matrix[places]
    columns = np.flatnonzero(np.bincount(part.indices, minlength=part.shape[1]) >= counts.least)
    part = part[:, columns]
    idf = (TfidfTransformer().fit(part).idf_ * counts.share[columns]).astype(np.float32)
    matrix, rows = normalize(part @ diags(idf), copy=False), [rows[n] for n in places]
    more = [(n, further) for n, row in enumerate(rows) for further in row.intents if further is not row.intent]
    taken = np.array([*range(len(rows)), *(n for n, _ in more)])
    named = [str(row.intent) for row in rows] + [str(further) for _, further in more]
    whole = [LONG_WEIGHT if len(row.text) >= LONG else 1.0 for row in rows]
    weight = np.array(whole + [FURTHER_WEIGHT * whole[n] for n, _ in more])
    intent = _regression(matrix[taken], named, weight, INTENT_C, INTENT_TOLERANCE, seed)
    counted = MultinomialNB(alpha=SMOOTHING, fit_prior=False).fit(matrix[taken], named, sample_weight=weight)
    levels = [str(row.urgency) for row in rows]
    urgency = _regression(matrix, levels, np.ones(len(rows)), URGENCY_C, URGENCY_TOLERANCE, seed)
    return Fit(columns, idf, intent, _counting(counted), urgency)


def _share(name: str) -> float:
    if name[0] == CHAR:
        return CHAR_SHARE
    return PAIR_SHARE if " " in name else 1.0


def _regression(
    matrix: csr_matrix, named: Sequence[str], weight: Any, strength: float, tolerance: float, seed: int
) -> Linear:
    """`strength`: inverse of the regularisation's, for rows of weight one."""
    labels, which = np.unique(named, return_inverse=True)
    even = np.minimum(len(which) / (len(labels) * np.bincount(which)), MOST_EVEN)
    weight = weight * even[which]
    scale = max(weight.max() / HEAVIEST, 1.0)
    fitted = LogisticRegression(C=strength * scale, solver=SOLVER, tol=tolerance, random_state=seed)
    fitted.fit(matrix, named, sample_weight=weight / scale)
    coef, intercept = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:
        coef, intercept = np.vstack([-coef / 2, coef / 2]), np.concatenate([-intercept / 2, intercept / 2])
    return Linear(tuple(map(str, fitted.classes_)), coef, intercept)


def _counting(fitted: MultinomialNB) -> Linear:
    """Less each key's mean over the labels, which tells none of them apart."""
    logs = fitted.feature_log_prob_
    return Linear(tuple(map(str, fitted.classes_)), logs - logs.mean(axis=0), np.zeros(len(logs)))
