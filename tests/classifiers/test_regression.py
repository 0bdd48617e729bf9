"""The regression behind a model: it finds what scikit-learn's finds, in fewer passes, and the same every time."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from classifiers import regression


def drawn(labels: int, rows: int = 600, columns: int = 300) -> tuple[csr_matrix, list[str]]:
    """Rows of few keys, some frequent and most rare, whose label a hidden matrix decides."""
    chance = np.random.default_rng(3)
    often = 1 / (1 + np.arange(columns))
    dense = (chance.random((rows, columns)) < 0.5 * often / often.max() + 0.01).astype(np.float32)
    scores = dense @ chance.normal(size=(columns, labels)) + chance.gumbel(size=(rows, labels))
    return csr_matrix(dense), [f"l{n}" for n in scores.argmax(axis=1)]


@pytest.mark.parametrize("labels", [2, 3, 7])
def test_it_finds_what_scikit_learn_finds(labels: int) -> None:
    matrix, named = drawn(labels)
    weight = np.where(np.arange(len(named)) % 3, 1.0, 2.0)
    ours = regression.fit(matrix, named, weight, strength=2.0, tolerance=1e-7)
    theirs = LogisticRegression(C=2.0, tol=1e-6, max_iter=2000).fit(matrix, named, sample_weight=weight)

    def objective(scores: np.ndarray, weights: np.ndarray) -> float:
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        loss = log_loss(named, odds, labels=ours.labels, sample_weight=weight, normalize=False)
        return loss + float((weights**2).sum()) / 4

    coef, bias = theirs.coef_, theirs.intercept_
    if labels == 2:  # one row for two labels: the same odds with half the penalty, so only ours is the least
        coef, bias = np.vstack([-coef / 2, coef / 2]), np.concatenate([-bias / 2, bias / 2])
    best = objective(matrix @ coef.T + bias, coef)
    assert objective(matrix @ ours.weights.T + ours.bias, ours.weights) <= best * 1.002
    assert ours.labels == tuple(sorted(set(named))) and ours.passes < 80


def test_the_same_rows_give_the_same_weights() -> None:
    matrix, named = drawn(4)
    first, again = (regression.fit(matrix, named, np.ones(600), strength=8, tolerance=1e-4) for _ in range(2))
    assert np.array_equal(first.weights, again.weights) and np.array_equal(first.bias, again.bias)


def test_one_label_alone_is_fitted_without_a_fault() -> None:
    matrix, _ = drawn(2)
    found = regression.fit(matrix, ["only"] * 600, np.ones(600), strength=8, tolerance=1e-4)
    assert found.labels == ("only",) and np.isfinite(found.weights).all() and np.isfinite(found.bias).all()


def test_balanced_labels_weigh_the_same() -> None:
    named = ["a"] * 90 + ["b"] * 10
    weight = regression.balanced(named, np.linspace(1, 2, 100))
    assert weight[:90].sum() == pytest.approx(weight[90:].sum())
    assert weight.sum() == pytest.approx(np.linspace(1, 2, 100).sum())
