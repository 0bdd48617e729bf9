"""Training: what is served equals scikit-learn, the same rows give the same arrays, progress is told, evaluation adds up."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import diags
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from classifiers import fitting
from classifiers import train as training
from classifiers.artefacts import ModelStore
from classifiers.evaluate import as_json, compare, evaluate
from classifiers.features import keys, marked
from classifiers.fitting import Blend
from classifiers.report import as_html, as_text
from classifiers.scorer import Model
from classifiers.tokens import Tokenizer
from classifiers.train import TooFewRows, TrainedReport, train
from classifiers.tuning import softmax
from conversations.codes import Intent, Urgency
from data.corpus import Sentence
from data.lexicon import Lexicon

Trained = tuple[ModelStore, TrainedReport, list[tuple[str, float]]]
ODD = ["", " ", "😀", "?", "救命", "a" * 3000, "喘" * 5000, "\x00", "【】#", "三"]


def test_the_lean_scorer_equals_scikit_learn(model: Model, corpus: list[Sentence], lexicon: Lexicon) -> None:
    """The same keys through scikit-learn's own objects, fitted here from the same rows; what is served is one matrix."""
    rows = sorted(corpus[::3], key=lambda row: training._sha(row.text))  # as the fixture was trained

    def document(text: str) -> list[str]:
        normalised = model.tokenizer.normalise(text)
        return keys(model.tokenizer.words(normalised), normalised, marked(lexicon.kinds))

    counts = fitting.count([document(row.text) for row in rows])
    fit = fitting.fit(counts, np.arange(len(rows)), rows, 0)
    names = list(counts.names[fit.columns])
    counter = CountVectorizer(analyzer=lambda words: words, vocabulary=names, binary=True, dtype=np.float64)
    texts = [row.text for row in rows[::9]] + ODD
    matrix = normalize(counter.transform([document(text) for text in texts]) @ diags(fit.idf.astype(np.float64)))
    scores = model.score(texts)
    blend = Blend(**{name: tuple(value) for name, value in model.about["blend"].items()})
    of_intent = [side.scores(matrix, model.intents) for side in (fit.intent, fit.counted)]
    for logits, heat, served in (
        (blend.scores(*of_intent), model.temperatures[0], scores.intents),
        (fit.urgency.scores(matrix, model.urgencies), model.temperatures[1], scores.urgencies),
    ):
        assert np.abs(served - softmax(logits / heat)).max() < 1e-6


def test_runs_of_characters_weigh_less_and_need_more_rows_than_words(
    small: list[Sentence], tokenizer: Tokenizer
) -> None:
    documents = [keys(tokenizer.cut(row.text), tokenizer.normalise(row.text), {}) for row in small]
    counts = fitting.count(documents)
    fit = fitting.fit(counts, np.arange(len(small)), small, 0)
    rows = np.bincount(counts.matrix.indices, minlength=len(counts.names))
    known = dict(zip(counts.names[fit.columns], zip(rows[fit.columns], fit.idf, strict=True), strict=True))
    assert min(seen for name, (seen, _) in known.items() if name[0] == "w") == 2
    assert min(seen for name, (seen, _) in known.items() if name[0] == "c") == 3
    words = {seen: idf for name, (seen, idf) in known.items() if name[0] == "w"}
    shared = [(idf, words[seen]) for name, (seen, idf) in known.items() if name[0] == "c" and seen in words]
    assert shared and all(abs(of_char / of_word - fitting.CHAR_SHARE) < 1e-3 for of_char, of_word in shared)


def test_two_readers_and_the_prior_are_one_matrix(small: list[Sentence], tokenizer: Tokenizer) -> None:
    """What serving sums once gives what the two readers give apart, and a commoner intent starts ahead of a rarer one."""
    counts = fitting.count([keys(tokenizer.cut(row.text), tokenizer.normalise(row.text), {}) for row in small])
    fit = fitting.fit(counts, np.arange(len(small)), small, 0)
    intents = [intent for intent in Intent if any(row.intent is intent for row in small)]
    matrix = fit.weigh(counts.matrix[:50])
    of_intent, of_counted = fit.intent.scores(matrix, intents), fit.counted.scores(matrix, intents)
    truth = [intents.index(row.intent) for row in small]
    every = fit.weigh(counts.matrix)
    told = fit.intent.scores(every, intents), fit.counted.scores(every, intents)
    blend = Blend.calibrated(*told, truth, [str(intent) for intent in intents])
    assert np.allclose(blend.scores(of_intent, of_counted), blend.linear(fit).scores(matrix, intents), atol=1e-3)
    often = np.bincount(truth)
    assert blend.prior[int(often.argmax())] > 0 > blend.prior[int(often.argmin())]


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
