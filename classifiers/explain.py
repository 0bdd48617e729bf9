"""Why a model read a text as it did: its words, the keys that pushed hardest, the probabilities."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from classifiers.features import CHAR
from classifiers.scorer import Floats, Model
from classifiers.tokens import readable

_TOP = 8


def explain_model(model: Model, text: str) -> dict[str, Any]:
    """`tokens`, then for intents and urgencies each: probabilities (all), and for the likeliest labels their top keys.

    A key is shown as written, characters in quotes; its number is what it added to the label's score before softmax.
    """
    words, known, pushes = model.contributions(text)
    scores = model.score([text])
    split = len(model.intents)
    return {
        "model": model.id,
        "tokens": [readable(word) for word in words],
        "intent": _side(model.intents, scores.intents[0], known, pushes[:, :split]),
        "urgency": _side(model.urgencies, scores.urgencies[0], known, pushes[:, split:]),
    }


def _side(labels: Sequence[str], odds: Floats, known: Sequence[str], pushes: Floats) -> dict[str, Any]:
    order = np.argsort(-odds)
    return {
        "probabilities": {str(labels[n]): round(float(odds[n]), 4) for n in order},
        "because": {
            str(labels[n]): [(_shown(known[key]), round(float(pushes[key, n]), 3)) for key in _strongest(pushes[:, n])]
            for n in order[:3]
        },
    }


def _strongest(column: Floats) -> list[int]:
    return [int(n) for n in np.argsort(-np.abs(column))[:_TOP] if column[n]]


def _shown(key: str) -> str:
    return f"“{readable(key[1:])}”" if key[0] == CHAR else readable(key[1:])
