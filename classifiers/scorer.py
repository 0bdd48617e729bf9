"""The lean scorer: fitted arrays in, probabilities out. Numpy only; equal to scikit-learn's own to 1e-6 (tested).

One look-up of a text's keys serves intent and urgency together: their weights stand side by side in one matrix, already
multiplied by idf, with idf² in a last column so that one sum of rows gives both the scores and the vector's length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.features import WORD, keys
from classifiers.grams import Grams
from classifiers.tokens import Cut, Tokenizer
from classifiers.word_rows import WordRows
from conversations.codes import Intent, Urgency

Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float32]


_BEGINNING = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True)
class Scores:
    """Calibrated probabilities, one row a text, one column a label, in the order of `Model.intents`, `.urgencies`."""

    intents: Floats
    urgencies: Floats


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a probability becomes a decision; tuned on cross-validation, kept with the model.

    `critical`, `urgent`, `soon`: least probability of that level *or a higher one*; `check`: least probability of
    critical that shows a text to a person with a question; `further`: least probability of a second intent.
    """

    critical: float = 0.6
    urgent: float = 0.5
    soon: float = 0.5
    check: float = 0.4
    further: float = 0.25


@dataclass(frozen=True)
class Model:
    """A fitted model, ready to score. `weights`: (keys + 1) x (intents + urgencies + 1), the last row zeros. `kinds`: marked.

    `about` is everything a person may want to know: data hash, scores, sizes, when and from how many rows it was made.
    """

    id: str
    intents: tuple[Intent, ...]
    urgencies: tuple[Urgency, ...]
    weights: Weights
    bias: Floats
    temperatures: tuple[float, float]
    words: WordRows
    chars: Grams
    kinds: Mapping[str, str]
    tokenizer: Tokenizer
    thresholds: Thresholds = field(default_factory=Thresholds)
    about: Mapping[str, Any] = field(default_factory=dict)

    def score(self, texts: Sequence[str]) -> Scores:
        """Probabilities for every text; never raises on any text, however odd or empty."""
        return self.score_cut(self.cut(texts))

    def cut(self, texts: Sequence[str]) -> list[Cut]:
        """What `score_cut` reads: half of the work of `score`."""
        return [self.tokenizer.read(text) for text in texts]

    def score_cut(self, cut: Sequence[Cut]) -> Scores:
        """As `score`, of texts, or pieces of texts, that are cut already."""
        split = len(self.intents)
        if not cut:
            return Scores(np.zeros((0, split)), np.zeros((0, len(self.urgencies))))
        # Both softmaxes in one go: side by side, each column cooled and divided by the sum of its own side.
        cooled = self._logits(cut) * self._cooling
        raised = np.exp(cooled - cooled.max(axis=1, keepdims=True))
        odds = raised / np.add.reduceat(raised, [0, split], axis=1).take(self._sides, axis=1)
        return Scores(odds[:, :split], odds[:, split:])

    @cached_property
    def _cooling(self) -> Floats:
        """What each column is multiplied by before it is raised."""
        first, second = self.temperatures
        return np.repeat([1 / first, 1 / second], [len(self.intents), len(self.urgencies)])

    @cached_property
    def _sides(self) -> npt.NDArray[np.int64]:
        """Which of the two each column belongs to."""
        return np.repeat([0, 1], [len(self.intents), len(self.urgencies)])

    def contributions(self, text: str) -> tuple[list[str], list[str], Floats]:
        """For explaining: words, keys the model knows, and what each key adds to each label's score (keys x labels)."""
        words, normalised = self.tokenizer.read(text)
        known = [key for key in keys(words, normalised, self.kinds) if self._row(key) is not None]
        taken = self.weights[[self._row(key) or 0 for key in known]].astype(np.float64)
        length = np.sqrt(taken[:, -1].sum()) or 1.0
        return words, known, taken[:, :-1] / length

    def _row(self, key: str) -> int | None:
        return (self.words if key[0] == WORD else self.chars).get(key[1:])

    def _logits(self, read: Sequence[Cut]) -> Floats:
        """Scores before softmax: presence counts, so a key counts once. At least one text."""
        width, zero = len(self.weights), len(self.weights) - 1  # the zero row keeps empty texts in line
        known = [[zero, *self.words.find(words, normalised)] for words, normalised in read]
        places, rows = self.chars.find([normalised for _, normalised in read])
        if len(read) == 1:
            begins, every = _BEGINNING, np.concatenate((rows, known[0]))
        else:
            begins = np.arange(len(read)) * width
            words = np.repeat(begins, list(map(len, known))) + list(chain(*known))
            every = np.concatenate((places * width + rows, words))
        every.sort()
        once = np.empty(len(every), np.bool_)  # numpy's own `unique` takes ten times as long for so few
        once[0] = True
        np.not_equal(every[1:], every[:-1], out=once[1:])
        every = every[once]
        begun = every.searchsorted(begins)
        taken = self.weights.take(every % width, axis=0).astype(np.float64)
        sums = np.add.reduceat(taken, begun, axis=0)
        lengths = np.sqrt(np.maximum(sums[:, -1:], 1e-12))
        found: Floats = sums[:, :-1] / lengths + self.bias
        return found
