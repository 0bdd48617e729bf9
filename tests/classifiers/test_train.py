"""Training: what is served equals scikit-learn, the same rows give the same arrays, progress is told, evaluation adds up."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers import train as training
from classifiers.artefacts import ModelStore
from classifiers.evaluate import as_json, compare, evaluate
from classifiers.features import keys, marked
from classifiers.report import as_html, as_text
from classifiers.scorer import Model
from classifiers.tokens import Tokenizer
from classifiers.train import TooFewRows, TrainedReport, train
from conversations.codes import Intent, Urgency
from data.corpus import Sentence
from data.lexicon import Lexicon

Trained = tuple[ModelStore, TrainedReport, list[tuple[str, float]]]
ODD = ["", " ", "😀", "?", "救命", "a" * 3000, "喘" * 5000, "\x00", "【】#", "三"]


def test_the_lean_scorer_equals_scikit_learn(model: Model, corpus: list[Sentence], lexicon: Lexicon) -> None:
    """The same keys through scikit-learn's own objects, fitted here from the same rows."""
    rows = sorted(corpus[::3], key=lambda row: training._sha(row.text))  # as the fixture was trained

    def document(text: str) -> list[str]:
        normalised = model.tokenizer.normalise(text)
        return keys(model.tokenizer.words(normalised), normalised, marked(lexicon.kinds))

    documents = [document(row.text) for row in rows]
    fit = training._fit(training._count(documents), np.arange(len(rows)), rows, 0)
    vectorizer = TfidfVectorizer(analyzer=lambda words: words, min_df=2, dtype=np.float64).fit(documents)
    texts = [row.text for row in rows[::9]] + ODD
    matrix = vectorizer.transform([document(text) for text in texts])
    scores = model.score(texts)
    for fitted, labels, heat, served in (
        (fit.intent, model.intents, model.temperatures[0], scores.intents),
        (fit.urgency, model.urgencies, model.temperatures[1], scores.urgencies),
    ):
        raised = np.exp((matrix @ fitted.coef_.T.astype(np.float64) + fitted.intercept_) / heat)
        expected = raised / raised.sum(axis=1, keepdims=True)
        order = [list(fitted.classes_).index(str(label)) for label in labels]
        assert np.abs(served - expected[:, order]).max() < 1e-6


def test_scoring_alone_or_in_a_batch_is_the_same(model: Model, corpus: list[Sentence]) -> None:
    texts = [row.text for row in corpus[:40]] + ODD
    together = model.score(texts)
    for n, text in enumerate(texts):
        assert np.array_equal(model.score([text]).intents[0], together.intents[n])
    assert np.allclose(together.intents.sum(axis=1), 1) and np.allclose(together.urgencies.sum(axis=1), 1)
    assert model.score([]).intents.shape == (0, len(Intent))


def test_the_same_rows_in_any_order_give_the_same_model(
    small: list[Sentence], tokenizer: Tokenizer, tmp_path: Path
) -> None:
    first, second = ModelStore(tmp_path / "a", tokenizer), ModelStore(tmp_path / "b", tokenizer)
    one = first.load(train(small, first).model_id)
    two = second.load(train([*reversed(small), small[0]], second).model_id)
    assert np.array_equal(one.weights, two.weights) and np.array_equal(one.bias, two.bias)
    assert (one.temperatures, one.thresholds) == (two.temperatures, two.thresholds)


def test_progress_rises_from_nothing_to_all(learnt: Trained) -> None:
    shares = [share for _, share in learnt[2]]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    assert len({stage for stage, _ in learnt[2]}) > 5


def test_the_model_is_useful(learnt: Trained) -> None:
    """Cross-validated on our own sentences, which are as hard as we could make them; guessing would give 0.05 and 0.25."""
    report = learnt[1].cross_validated
    assert report.macro_f1 > 0.5
    assert report.urgency_macro_f1 > 0.5
    assert report.caught > 0.7
    assert report.false_critical < 0.05


def test_too_few_rows_are_refused(small: list[Sentence], tokenizer: Tokenizer, tmp_path: Path) -> None:
    with pytest.raises(TooFewRows):
        train(small[:20], ModelStore(tmp_path, tokenizer))
    alone = [row for row in small if row.intent is Intent.SPAM]
    with pytest.raises(TooFewRows):
        train(alone, ModelStore(tmp_path, tokenizer))
    assert ModelStore(tmp_path, tokenizer).list() == ()


def test_serving_modules_leave_scikit_learn_alone() -> None:
    code = "import sys, classifiers.reader, classifiers.evaluate, classifiers.report; print('sklearn' in sys.modules)"
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_evaluation_adds_up_and_draws(model: Model, corpus: list[Sentence]) -> None:
    rows = corpus[::5]
    report = evaluate(model, rows, "试卷<1>")
    assert sum(map(sum, report.confusion)) == len(rows) == sum(score.rows for score in report.classes)
    hits = sum(report.confusion[n][n] for n in range(len(report.labels)))
    assert abs(hits / len(rows) - report.accuracy) < 1e-9
    assert sum(item.rows for item in report.reliability) == len(rows)
    assert json.loads(json.dumps(as_json(report)))["rows"] == len(rows)
    page = as_html(report)
    assert "<svg" in page and "试卷&lt;1&gt;" in page and "http" not in page
    assert "emergency" in as_text(report)


def test_compare_shows_what_moved(model: Model, corpus: list[Sentence]) -> None:
    rows = corpus[::7]
    good = evaluate(model, rows, "新")
    swapped = [Sentence(row.text, Intent.SPAM, (), Urgency.NORMAL, (), row.file, row.line) for row in rows]
    assert "－" in compare(good, evaluate(model, swapped, "坏"))
    assert "－" not in compare(good, good) and "＋" not in compare(good, good)
