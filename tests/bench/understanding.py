"""`make bench-understanding`: our model beside what others would fit in an afternoon, on the same rows, in one run.

    python -m tests.bench.understanding [--on FILE.jsonl] [--quick]

Prints quality (strict and lenient macro F1) over the frozen fifth of our own sentences, each model fitted on the other four,
and with `--on` over that file as well, in the groups of acceptance; then the speeds as ratios. Nothing is asserted: a
busy machine moves every rate, a ratio taken within the same minute much less.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import jieba
import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline

from bot.learning.frozen import is_frozen
from bot.understanding import open_models, open_reader
from classifiers.evaluate import outcomes
from classifiers.features import keys
from classifiers.train import train
from conversations.codes import Intent
from data.corpus import load_corpus
from data.lexicon import load_lexicon
from tests.measure_dev import GROUP, macro_f1

Predict = Callable[[Sequence[str]], list[str]]
SAMPLE = (
    "我外婆住在牡丹路，今年八十一岁，尿毒症一周要做三次透析，医院说封控不接收，已经四"
    "天没有做了，腿肿得厉害，晚上躺不平，请问哪里可以做，急急急，谢谢你们了"
)


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("--on", type=Path, help="JSONL of {text, intent: group, intent_alt, urgency}")
    told.add_argument("--quick", action="store_true", help="every third sentence, for trying the bench itself")
    options = told.parse_args()
    rows = load_corpus()[:: 3 if options.quick else 1]
    learnt, frozen = [row for row in rows if not is_frozen(row.text)], [row for row in rows if is_frozen(row.text)]
    print(
        f"{len(learnt)} sentences learnt, {len(frozen)} frozen; jieba {jieba.__version__}, Python {sys.version.split()[0]}"
    )
    jieba.setLogLevel(60)
    jieba.lcut("热身")
    home = Path(tempfile.mkdtemp(prefix="bangnong-understanding-"))
    models = open_models(home)
    start = time.perf_counter()
    # `train` fits the served model on everything and its twin on the four fifths: the twin is what is compared here.
    model_id = train(rows, models, kinds=load_lexicon().kinds).model_id
    spent = time.perf_counter() - start
    model, twin = models.load(model_id), models.load(model_id, twin=True)
    models.promote(model_id, first=True)
    contestants: dict[str, Predict] = {"ours": lambda texts: [str(one.intent) for one in outcomes(twin, texts)]}
    seconds = {"ours": spent}
    texts, labels = [row.text for row in learnt], [str(row.intent) for row in learnt]
    plain: Any = None
    for name, fit in (("sklearn TF-IDF + LR", _sklearn), ("Rasa-like counts", _rasa), ("fastText", _fasttext)):
        start = time.perf_counter()
        fitted = fit(texts, labels, home)
        if fitted is None:
            print("fastText: its wheel is not installed (pip install -e '.[bench]'); left out")
            continue
        contestants[name], seconds[name] = fitted, time.perf_counter() - start
        plain = plain or fitted
    _quality(contestants, seconds, frozen)
    if options.on:
        _on_file(contestants, model, options.on)
    _speed(home, models, model, plain)
    sizes = (500, 1000, 2000, 4000)
    _linearity(model, sizes)


def _sklearn(texts: list[str], labels: list[str], _: Path) -> Predict:
    """What a tutorial would do: jieba's words, TF-IDF, logistic regression, all settings as they come."""
    fitted = make_pipeline(TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None), LogisticRegression(max_iter=1000))
    fitted.fit(texts, labels)
    return lambda asked: [str(one) for one in fitted.predict(list(asked))]


def _rasa(texts: list[str], labels: list[str], _: Path) -> Predict:
    """Jieba, counts of words and of characters one to four at a time within words, a linear classifier."""
    cut = lambda text: " ".join(jieba.lcut(text))  # noqa: E731
    from sklearn.pipeline import make_union

    counts = make_union(
        CountVectorizer(preprocessor=cut, token_pattern=r"(?u)\S+"),
        CountVectorizer(preprocessor=cut, analyzer="char_wb", ngram_range=(1, 4)),
    )
    fitted = make_pipeline(counts, SGDClassifier(loss="log_loss", random_state=0))
    fitted.fit(texts, labels)
    return lambda asked: [str(one) for one in fitted.predict(list(asked))]


def _fasttext(texts: list[str], labels: list[str], folder: Path) -> Predict | None:
    """Supervised fastText over jieba's words with pairs of words; one line when it is not installed."""
    try:
        import fasttext
    except ImportError:
        return None
    line = lambda text: " ".join(jieba.lcut(text)).replace("\n", " ")  # noqa: E731
    file = folder / "fasttext.txt"
    file.write_text("".join(f"__label__{b} {line(a)}\n" for a, b in zip(texts, labels, strict=True)), "utf-8")
    fitted = fasttext.train_supervised(str(file), epoch=25, lr=0.5, wordNgrams=2, dim=100, thread=1, verbose=0, seed=1)
    return lambda asked: [fitted.predict(line(one))[0][0].removeprefix("__label__") for one in asked]


def _quality(contestants: dict[str, Predict], seconds: dict[str, float], frozen: Sequence[Any]) -> None:
    print(f"\n{'frozen fifth of our sentences':30}{'strict':>8}{'lenient':>9}{'accuracy':>10}{'training':>11}")
    for name, predict in contestants.items():
        said = predict([row.text for row in frozen])
        strict = [(str(row.intent), one) for row, one in zip(frozen, said, strict=True)]
        lenient = [
            (str(row.intent), str(row.intent) if one in (row.intent, *row.intents) else one)
            for row, one in zip(frozen, said, strict=True)
        ]
        right = sum(a == b for a, b in strict) / len(strict)
        print(f"{name:30}{macro_f1(strict):8.3f}{macro_f1(lenient):9.3f}{right:10.3f}{seconds[name]:9.1f} s")
    print(
        "ours: fits six times (five folds and the whole) with urgency, calibration and thresholds; the others once, intents only"
    )


def _on_file(contestants: dict[str, Predict], model: Any, file: Path) -> None:
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    texts = [row["text"] for row in rows]
    named = {**contestants, "ours, learnt from all": lambda asked: [str(one.intent) for one in outcomes(model, asked)]}
    print(f"\n{f'{len(rows)} texts of {file.name}, by groups':30}{'strict':>8}{'lenient':>9}")
    for name, predict in named.items():
        said = [GROUP[Intent(one)] for one in predict(texts)]
        strict = [(row["intent"], one) for row, one in zip(rows, said, strict=True)]
        lenient = [
            (row["intent"], row["intent"] if one in (row["intent"], row.get("intent_alt")) else one)
            for row, one in zip(rows, said, strict=True)
        ]
        print(f"{name:30}{macro_f1(strict):8.3f}{macro_f1(lenient):9.3f}")


def _same_model(model: Any) -> Callable[[Sequence[str]], tuple[Any, Any]]:
    """The very model that is served, as scikit-learn's own objects would serve it: what the lean scorer stands in for."""
    tokenizer, kinds = model.tokenizer, model.kinds

    def document(text: str) -> list[str]:
        words, normalised = tokenizer.read(text)
        return keys(words, normalised, kinds)

    seen = {key for row in load_corpus() for key in document(row.text)}
    names = sorted(key for key in seen if model._row(key) is not None)
    held = model.weights[[model._row(name) for name in names]].astype(np.float64)
    idf = np.sqrt(held[:, -1])
    counter = CountVectorizer(analyzer=document, vocabulary=names, binary=True, dtype=np.float64)
    weigher = TfidfTransformer()
    weigher.idf_ = idf
    steps, split = make_pipeline(counter, weigher), len(model.intents)

    def regression(columns: slice, labels: Sequence[Any], heat: float) -> LogisticRegression:
        one = LogisticRegression()
        one.classes_ = np.array([str(label) for label in labels])
        one.coef_ = (held[:, :-1] / idf[:, None])[:, columns].T / heat
        one.intercept_ = model.bias[columns] / heat
        return one

    ways = (
        regression(slice(0, split), model.intents, model.temperatures[0]),
        regression(slice(split, None), model.urgencies, model.temperatures[1]),
    )

    def score(texts: Sequence[str]) -> tuple[Any, Any]:
        matrix = steps.transform(texts)
        return ways[0].predict_proba(matrix), ways[1].predict_proba(matrix)

    return score


def _micros(work: Callable[[], Any], count: int, rounds: int = 7) -> float:
    """Median of a few rounds, µs a text."""
    runs = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        runs.append((time.perf_counter() - start) / count * 1e6)
    return statistics.median(runs)


def _speed(home: Path, models: Any, model: Any, plain: Predict) -> None:
    texts = [row.text for row in load_corpus() if 32 <= len(row.text) <= 48][:512]
    tokenizer, reader, at = models.tokenizer, open_reader(models), datetime.now(UTC)
    length = statistics.mean(map(len, texts))
    batches = [texts[n : n + 64] for n in range(0, len(texts), 64)]
    ours_cut = _micros(lambda: [tokenizer.cut(one) for one in texts], len(texts))
    normalised = [tokenizer.normalise(one) for one in texts]
    alone = _micros(lambda: [tokenizer.words(one) for one in normalised], len(texts))
    theirs_cut = _micros(lambda: [jieba.lcut(one) for one in texts], len(texts), 3)
    batch = _micros(lambda: [model.score(one) for one in batches], len(texts))
    batch_theirs = _micros(lambda: [plain(one) for one in batches], len(texts), 3)
    single = _micros(lambda: [model.score([one]) for one in texts], len(texts), 3)
    single_theirs = _micros(lambda: [plain([one]) for one in texts[:128]], 128, 3)
    same = _same_model(model)
    apart = max(
        np.abs(np.asarray(ours) - theirs).max()
        for one in batches
        for ours, theirs in zip((lambda got: (got.intents, got.urgencies))(model.score(one)), same(one), strict=True)
    )
    batch_same = _micros(lambda: [same(one) for one in batches], len(texts), 3)
    single_same = _micros(lambda: [same([one]) for one in texts[:128]], 128, 3)
    full_same = _micros(lambda: [same([SAMPLE]) for _ in range(50)], 50, 3)
    full = _micros(lambda: [reader.read([SAMPLE], [at]) for _ in range(100)], 100)
    full_theirs = _micros(lambda: [plain([SAMPLE]) for _ in range(100)], 100, 3)
    print(f"\n{f'µs a text of {length:.0f} characters':56}{'ours':>8}{'theirs':>9}{'ratio':>8}")
    for name, ours, theirs in (
        (f"cutting alone ({tokenizer.engine}) / jieba.lcut", alone, theirs_cut),
        (f"normalising and cutting ({tokenizer.engine}) / jieba.lcut", ours_cut, theirs_cut),
        ("intent and urgency, batches of 64 / TF-IDF + LR", batch, batch_theirs),
        ("… one at a time", single, single_theirs),
        ("intent and urgency, batches of 64 / the same model in scikit-learn", batch, batch_same),
        ("… one at a time", single, single_same),
        (f"whole reading of {len(SAMPLE)} characters / TF-IDF + LR alone", full, full_theirs),
        ("… / the same model in scikit-learn alone", full, full_same),
    ):
        print(f"{name:68}{ours:8.0f}{theirs:9.0f}{ours / theirs:8.2f}")
    print(f"the same model in both: probabilities at most {apart:.1e} apart")
    first, ready = (
        sorted((_cold(home, way) for _ in range(3)), key=lambda one: one["seconds"])[1] for way in ("lazy", "whole")
    )
    print(
        f"cold start to the first reading {first['seconds']:.2f} s, with everything prepared {ready['seconds']:.2f} s (median of "
        f"3); memory of a process that only reads {ready['rss']:.0f} MB"
    )


def _cold(home: Path, way: str) -> dict[str, float]:
    command = [sys.executable, "-c", _COLD, str(home), SAMPLE, way]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    found: dict[str, float] = json.loads(told)
    return found


_COLD = """
import time; start = time.perf_counter()
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.understanding import open_models, open_reader
open_reader(open_models(Path(sys.argv[1])), lazy=sys.argv[3] == "lazy").read([sys.argv[2]], [datetime.now(UTC)])
spent = time.perf_counter() - start
rss = next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(json.dumps({"seconds": spent, "rss": rss}))
"""


def _linearity(model: Any, sizes: Sequence[int]) -> None:
    """Twice the text should cost twice the time: the exponent of a line through the logarithms, 1 is linear."""
    text = (SAMPLE * 60)[: max(sizes)]
    spent = [_micros(lambda size=size: model.score([text[:size]]), 1, 15) for size in sizes]  # type: ignore[misc]
    slope = np.polyfit(np.log(sizes), np.log(spent), 1)[0]
    told = ", ".join(f"{size}: {one / 1000:.1f} ms" for size, one in zip(sizes, spent, strict=True))
    print(f"scoring by length ({told}); exponent {slope:.2f}")


if __name__ == "__main__":
    main()
