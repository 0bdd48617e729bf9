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

from classifiers import fitting, tuning
from classifiers.artefacts import ModelStore
from classifiers.evaluate import Floors, gate, outcomes
from classifiers.features import CHAR, WORD, keys, marked
from classifiers.fitting import Blend, Counts, Fit
from classifiers.grams import Grams
from classifiers.metrics import Labelled, Outcome, Report, measure
from classifiers.scorer import Floats, Model
from classifiers.word_rows import WordRows
from conversations.codes import Intent, Urgency

FOLDS = 5
HELD_OUT = 0
"""The fold that twins never see; a row's fold depends on its text alone, so all models leave out the same rows."""


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
    counts = fitting.count(documents)
    folds = np.array([int(_sha(row.text)[:8], 16) % FOLDS for row in rows])
    _check(rows, folds)
    levels = [level for level in Urgency if any(row.urgency is level for row in rows)]
    intents = [intent for intent in Intent if any(row.intent is intent for row in rows)]
    of_intent, of_counted = np.zeros((len(rows), len(intents))), np.zeros((len(rows), len(intents)))
    of_urgency = np.zeros((len(rows), len(levels)))
    twin_fit: Fit | None = None
    for fold in range(FOLDS):
        progress(f"交叉验证 {fold + 1}/{FOLDS}", 0.05 + 0.75 * fold / FOLDS)
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        fit = fitting.fit(counts, seen, rows, seed)
        twin_fit = fit if fold == HELD_OUT else twin_fit
        matrix = fit.weigh(counts.matrix[unseen])
        of_intent[unseen] = fit.intent.scores(matrix, intents)
        of_counted[unseen] = fit.counted.scores(matrix, intents)
        of_urgency[unseen] = fit.urgency.scores(matrix, levels)
    progress("校准", 0.8)
    truth = [intents.index(row.intent) for row in rows]
    blend = Blend.calibrated(of_intent, of_counted, truth, [str(intent) for intent in intents])
    of_intent = blend.scores(of_intent, of_counted)
    heat = (
        tuning.temperature(of_intent, truth),
        tuning.temperature(of_urgency, [levels.index(row.urgency) for row in rows]),
    )
    cuts = tuning.thresholds(
        tuning.softmax(of_intent / heat[0]), intents, tuning.softmax(of_urgency / heat[1]), levels, rows
    )
    progress("训练", 0.82)
    final = fitting.fit(counts, np.arange(len(rows)), rows, seed)
    names = list(counts.names[final.columns])
    progress("验收", 0.95)
    data_hash = hashlib.sha256("\n".join(_labels(row) for row in rows).encode()).hexdigest()
    made = datetime.now(UTC)
    blank = Model(
        f"{made:%Y%m%d-%H%M%S}-{data_hash[:8]}", tuple(intents), tuple(levels), np.zeros((1, 1), np.float32),
        np.zeros(1), heat, WordRows({}, kinds), Grams({}), dict(kinds), out.tokenizer, cuts,
    )  # fmt: skip
    model = _model(blank, final, blend, counts, names)
    assert twin_fit is not None
    twin = _model(blank, twin_fit, blend, counts, names)
    said = _decide(replace(blank, about={}), of_intent / heat[0], of_urgency / heat[1])
    crossed = measure("交叉验证", rows, said)
    kept = [rows[n] for n in np.flatnonzero(folds == HELD_OUT)]
    held_out = measure("留出样本", kept, outcomes(twin, [row.text for row in kept]))
    verdict = gate(held_out, _serving(out, kept), out.current(), floors or Floors())
    about = {
        "made_at": made.isoformat(), "rows": len(rows), "data": data_hash, "seed": seed,
        "scikit_learn": sklearn.__version__, "c": [fitting.INTENT_C, fitting.URGENCY_C], "blend": asdict(blend),
        "keys": len(names), "gate": verdict,
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


def _model(blank: Model, fit: Fit, blend: Blend, counts: Counts, names: Sequence[str]) -> Model:
    """The fitted arrays in the scorer's form, in the order of `names`; keys the fit does not know weigh nothing."""
    labels = [*map(str, blank.intents), *map(str, blank.urgencies)]
    weights = np.zeros((len(names) + 1, len(labels) + 1), np.float64)
    place = {name: row for row, name in enumerate(names)}
    known = [(place[name], n) for n, name in enumerate(counts.names[fit.columns]) if name in place]
    to, of = (np.array(side) for side in zip(*known, strict=True))
    bias, idf = np.full(len(labels), -20.0), fit.idf.astype(np.float64)
    for side, start in ((blend.linear(fit), 0), (fit.urgency, len(blank.intents))):
        for row, label in enumerate(side.labels):
            column = labels.index(label, start)
            weights[to, column] = side.weights[row][of] * idf[of]
            bias[column] = side.bias[row]
    weights[to, -1] = idf[of] ** 2
    tables: dict[str, dict[str, int]] = {WORD: {}, CHAR: {}}
    for row, name in enumerate(names):
        tables[name[0]][name[1:]] = row
    words = WordRows(tables[WORD], blank.kinds)
    return replace(blank, weights=weights.astype(np.float32), bias=bias, words=words, chars=Grams(tables[CHAR]))


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
