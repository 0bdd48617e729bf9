"""Fits a model to labelled rows and leaves it in the store as a candidate. The only module that imports scikit-learn.

Run it in a process of its own (spawned, niced), with OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1 set before Python
starts: fitting holds the interpreter lock for tens of milliseconds at a time, and BLAS threads only cost.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sklearn
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

from classifiers import tuning
from classifiers.artefacts import ModelStore
from classifiers.evaluate import Floors, gate, outcomes
from classifiers.features import CHAR, WORD, keys, marked
from classifiers.grams import Grams
from classifiers.metrics import Labelled, Outcome, Report, measure
from classifiers.scorer import Floats, Model
from conversations.codes import Intent, Urgency

FOLDS = 5
HELD_OUT = 0
"""The fold that twins never see; a row's fold depends on its text alone, so all models leave out the same rows."""

INTENT_C, URGENCY_C = 8.0, 4.0
"""Inverse strength of regularisation, chosen by cross-validation on the project's own rows (docs/understanding.md)."""
FURTHER_WEIGHT = 0.3
"""A row with several needs is also a weak example of its further ones."""


class TooFewRows(Exception):
    """Nothing can be learnt from so little; the text says what is missing."""


@dataclass(frozen=True)
class TrainedReport:
    """What training made: the candidate's id, its cross-validated report, the held-out comparison, the verdict."""

    model_id: str
    cross_validated: Report
    held_out: Report
    gate: Mapping[str, Any]

    @property
    def good_enough(self) -> bool:
        return not self.gate["reasons"]


@dataclass(frozen=True)
class _Counts:
    """How often each row (line) has each key (column, in order). Counted once: six fits look at parts of it."""

    names: Any
    matrix: csr_matrix


@dataclass(frozen=True)
class _Fit:
    columns: Any
    """Of `_Counts`: the keys that at least two of its rows have."""
    weighing: TfidfTransformer
    intent: LogisticRegression
    urgency: LogisticRegression

    def weigh(self, matrix: csr_matrix) -> csr_matrix:
        return self.weighing.transform(matrix[:, self.columns])


def train(
    rows: Sequence[Labelled],
    out: ModelStore,
    *,
    progress: Callable[[str, float], None] = lambda stage, share: None,
    seed: int = 0,
    kinds: Mapping[str, str] | None = None,
    floors: Floors | None = None,
) -> TrainedReport:
    """Fits, measures and saves a candidate; the same rows and seed give the same arrays.

    `progress(stage, share)`: share 0..1 of the whole work. `kinds`: listed word → its kind, from the lexicon.
    Promotion is the caller's next step (`out.promote(report.model_id)`). Raises `TooFewRows`.
    """
    rows = sorted({row.text: row for row in rows}.values(), key=lambda row: _sha(row.text))
    kinds = marked(kinds or {})
    progress("分词", 0.0)
    documents = [_document(row.text, out, kinds) for row in rows]
    counts = _count(documents)
    folds = np.array([int(_sha(row.text)[:8], 16) % FOLDS for row in rows])
    _check(rows, folds)
    levels = [level for level in Urgency if any(row.urgency is level for row in rows)]
    intents = [intent for intent in Intent if any(row.intent is intent for row in rows)]
    of_intent, of_urgency = np.zeros((len(rows), len(intents))), np.zeros((len(rows), len(levels)))
    twin_fit: _Fit | None = None
    for fold in range(FOLDS):
        progress(f"交叉验证 {fold + 1}/{FOLDS}", 0.05 + 0.75 * fold / FOLDS)
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        fit = _fit(counts, seen, rows, seed)
        twin_fit = fit if fold == HELD_OUT else twin_fit
        matrix = fit.weigh(counts.matrix[unseen])
        of_intent[unseen] = _logits(fit.intent, matrix, intents)
        of_urgency[unseen] = _logits(fit.urgency, matrix, levels)
    progress("校准", 0.8)
    heat = (
        tuning.temperature(of_intent, [intents.index(row.intent) for row in rows]),
        tuning.temperature(of_urgency, [levels.index(row.urgency) for row in rows]),
    )
    cuts = tuning.thresholds(
        tuning.softmax(of_intent / heat[0]), intents, tuning.softmax(of_urgency / heat[1]), levels, rows
    )
    progress("训练", 0.82)
    final = _fit(counts, np.arange(len(rows)), rows, seed)
    names = list(counts.names[final.columns])
    progress("验收", 0.95)
    data_hash = hashlib.sha256("\n".join(_labels(row) for row in rows).encode()).hexdigest()
    made = datetime.now(UTC)
    blank = Model(
        f"{made:%Y%m%d-%H%M%S}-{data_hash[:8]}", tuple(intents), tuple(levels), np.zeros((1, 1), np.float32),
        np.zeros(1), heat, {}, Grams({}), dict(kinds), out.tokenizer, cuts,
    )  # fmt: skip
    model = _model(blank, final, counts, names)
    assert twin_fit is not None
    twin = _model(blank, twin_fit, counts, names)
    said = _decide(replace(blank, about={}), of_intent / heat[0], of_urgency / heat[1])
    crossed = measure("交叉验证", rows, said)
    kept = [rows[n] for n in np.flatnonzero(folds == HELD_OUT)]
    held_out = measure("留出样本", kept, outcomes(twin, [row.text for row in kept]))
    verdict = gate(held_out, _serving(out, kept), out.current(), floors or Floors())
    about = {
        "made_at": made.isoformat(), "rows": len(rows), "data": data_hash, "seed": seed,
        "scikit_learn": sklearn.__version__, "c": [INTENT_C, URGENCY_C], "keys": len(names), "gate": verdict,
        "cross_validated": asdict(crossed), "held_out": asdict(held_out),
    }  # fmt: skip
    out.save(replace(model, about=about), twin)
    progress("完成", 1.0)
    return TrainedReport(model.id, crossed, held_out, verdict)


def held_out(rows: Sequence[Labelled]) -> list[Labelled]:
    """The rows no twin has seen."""
    return [row for row in rows if int(_sha(row.text)[:8], 16) % FOLDS == HELD_OUT]


def _serving(out: ModelStore, kept: Sequence[Labelled]) -> Report | None:
    current = out.current()
    if current is None:
        return None
    try:
        twin = out.load(current, twin=True)
    except Exception:  # a serving model that cannot be loaded is no bar to a new one
        return None
    return measure("现用模型", kept, outcomes(twin, [row.text for row in kept]))


def _document(text: str, out: ModelStore, kinds: Mapping[str, str]) -> list[str]:
    normalised = out.tokenizer.normalise(text)
    return keys(out.tokenizer.words(normalised), normalised, kinds)


def _same(document: Sequence[str]) -> Sequence[str]:
    return document


def _count(documents: Sequence[Sequence[str]]) -> _Counts:
    counter = CountVectorizer(
        analyzer=_same, dtype=np.float32
    )  # what is served is 32 bits wide too, and a quarter faster
    matrix = counter.fit_transform(documents)
    return _Counts(counter.get_feature_names_out(), matrix)


def _fit(counts: _Counts, places: Any, rows: Sequence[Labelled], seed: int) -> _Fit:
    """Of the rows at `places`, and of nothing else."""
    part = counts.matrix[places]
    columns = np.flatnonzero(np.bincount(part.indices, minlength=part.shape[1]) >= 2)
    weighing = TfidfTransformer().fit(part[:, columns])
    matrix, rows = weighing.transform(part[:, columns]), [rows[n] for n in places]
    more = [(n, further) for n, row in enumerate(rows) for further in row.intents if further is not row.intent]
    taken = np.array([*range(len(rows)), *(n for n, _ in more)])
    named = [str(row.intent) for row in rows] + [str(further) for _, further in more]
    weight = np.array([1.0] * len(rows) + [FURTHER_WEIGHT] * len(more))
    intent = LogisticRegression(C=INTENT_C, class_weight="balanced", tol=1e-3, max_iter=300, random_state=seed)
    intent.fit(matrix[taken], named, sample_weight=weight)
    urgency = LogisticRegression(C=URGENCY_C, class_weight="balanced", tol=1e-3, max_iter=300, random_state=seed)
    urgency.fit(matrix, [str(row.urgency) for row in rows])
    return _Fit(columns, weighing, intent, urgency)


def _logits(fitted: LogisticRegression, matrix: csr_matrix, labels: Sequence[str]) -> Floats:
    """Scores with a column for every label; a label the fold never saw is as unlikely as the least likely one."""
    found = fitted.decision_function(matrix)
    if found.ndim == 1:
        found = np.stack([-found / 2, found / 2], axis=1)
    whole = np.repeat(found.min(axis=1, keepdims=True), len(labels), axis=1)
    for column, label in enumerate(fitted.classes_):
        whole[:, [str(item) for item in labels].index(label)] = found[:, column]
    return whole


def _model(blank: Model, fit: _Fit, counts: _Counts, names: Sequence[str]) -> Model:
    """The fitted arrays in the scorer's form, in the order of `names`; keys the fit does not know weigh nothing."""
    labels = [*map(str, blank.intents), *map(str, blank.urgencies)]
    weights = np.zeros((len(names) + 1, len(labels) + 1), np.float64)
    place = {name: row for row, name in enumerate(names)}
    known = [(place[name], n) for n, name in enumerate(counts.names[fit.columns]) if name in place]
    to, of = (np.array(side) for side in zip(*known, strict=True))
    bias, idf = np.full(len(labels), -20.0), fit.weighing.idf_.astype(np.float64)
    for fitted, start in ((fit.intent, 0), (fit.urgency, len(blank.intents))):
        coef, intercept = fitted.coef_, fitted.intercept_
        if len(fitted.classes_) == 2:
            coef, intercept = np.vstack([-coef / 2, coef / 2]), np.concatenate([-intercept / 2, intercept / 2])
        for row, label in enumerate(fitted.classes_):
            column = labels.index(label, start)
            weights[to, column] = coef[row][of] * idf[of]
            bias[column] = intercept[row]
    weights[to, -1] = idf[of] ** 2
    tables: dict[str, dict[str, int]] = {WORD: {}, CHAR: {}}
    for row, name in enumerate(names):
        tables[name[0]][name[1:]] = row
    return replace(blank, weights=weights.astype(np.float32), bias=bias, words=tables[WORD], chars=Grams(tables[CHAR]))


def _decide(model: Model, of_intent: Floats, of_urgency: Floats) -> list[Outcome]:
    from classifiers.evaluate import outcome

    likely, soon = tuning.softmax(of_intent), tuning.softmax(of_urgency)
    return [outcome(model, a, b) for a, b in zip(likely, soon, strict=True)]


def _check(rows: Sequence[Labelled], folds: Any) -> None:
    if len({row.intent for row in rows}) < 2 or len({row.urgency for row in rows}) < 2:
        raise TooFewRows("训练样本至少要有两种事由、两种紧急程度")
    if len(set(folds.tolist())) < FOLDS or len(rows) < 10 * FOLDS:
        raise TooFewRows(f"训练样本只有 {len(rows)} 条，至少要 {10 * FOLDS} 条")


def _labels(row: Labelled) -> str:
    return "\t".join((row.text, row.intent, ",".join(row.intents), row.urgency))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
