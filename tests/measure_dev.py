"""Trains on the corpus and measures on the residents' texts beside the repository. Run by hand, never by pytest.

    OPENBLAS_NUM_THREADS=1 python tests/measure_dev.py [--model FOLDER] [--misses] [--rules]

Prints the figures of acceptance: strict and lenient macro-F1 over the groups, urgency macro-F1, caught, false critical.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from classifiers.artefacts import ModelStore  # noqa: E402
from classifiers.reader import Reader  # noqa: E402
from classifiers.tokens import Tokenizer  # noqa: E402
from conversations.codes import Flag, Intent, Urgency  # noqa: E402
from conversations.reading import Reading  # noqa: E402
from data.corpus import read_corpus  # noqa: E402
from data.lexicon import load_lexicon  # noqa: E402

GROUPS = {
    "medical_emergency": "emergency other_medical", "chronic_treatment": "dialysis oncology transfusion",
    "maternity_child": "maternity child_illness", "medicine": "medicine", "food_supplies": "supplies",
    "quarantine": "quarantine", "testing_code": "testing_code", "transport_stranded": "travel",
    "community_management": "community", "livelihood_other": "livelihood care distress", "policy_consult": "consult",
    "volunteer_donation": "offer", "thanks_feedback": "feedback", "chitchat": "chitchat", "spam": "spam",
}  # fmt: skip
GROUP = {Intent(code): group for group, codes in GROUPS.items() for code in codes.split()}
LEVEL = {Urgency.CRITICAL: "critical", Urgency.URGENT: "urgent", Urgency.SOON: "urgent", Urgency.NORMAL: "normal"}


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    """Mean F1 over the true labels that have at least ten rows."""
    true, said, hit = Counter(a for a, _ in pairs), Counter(b for _, b in pairs), Counter(a for a, b in pairs if a == b)
    enough = [label for label, count in true.items() if count >= 10]
    return sum(2 * hit[label] / (true[label] + said[label]) for label in enough) / max(1, len(enough))


def figures(rows: list[dict], readings: list[Reading]) -> dict[str, float]:
    """The acceptance figures."""
    strict, lenient, urgency = [], [], []
    caught = critical = false = check = others = 0
    for row, reading in zip(rows, readings, strict=True):
        group, level = GROUP[reading.intent], LEVEL[reading.urgency]
        strict.append((row["intent"], group))
        right = group in (row["intent"], row.get("intent_alt"))
        lenient.append((row["intent"], row["intent"] if right else group))
        urgency.append((row["urgency"], level))
        red = level == "critical" or Flag.CHECK in reading.flags
        if row["urgency"] == "critical":
            critical += 1
            caught += red
        elif row.get("urgency_alt") != "critical":
            others += 1
            false += level == "critical"
            check += level != "critical" and red
    return {
        "strict": macro_f1(strict), "lenient": macro_f1(lenient), "urgency": macro_f1(urgency),
        "accuracy": sum(a == b for a, b in strict) / len(strict),
        "urgency_acc": sum(a == b for a, b in urgency) / len(urgency),
        "caught": caught / critical, "false_critical": false / others, "check_load": check / others,
    }  # fmt: skip


def show(rows: list[dict], readings: list[Reading], misses: bool) -> None:
    """Figures, recall per group, the confusions; with `misses` every wrong row."""
    print(" ".join(f"{name}={value:.3f}" for name, value in figures(rows, readings).items()))
    per: dict[str, Counter[str]] = defaultdict(Counter)
    levels: dict[str, Counter[str]] = defaultdict(Counter)
    for row, reading in zip(rows, readings, strict=True):
        per[row["intent"]][GROUP[reading.intent]] += 1
        levels[row["urgency"]][LEVEL[reading.urgency]] += 1
    for group, said in sorted(per.items()):
        print(f"  {group:22}{said[group] / said.total():.2f}  {dict(said.most_common(7))}")
    for level in ("critical", "urgent", "normal"):
        print(f"  {level:22}{dict(levels[level])}")
    for row, reading in zip(rows, readings, strict=True):
        wrong = GROUP[reading.intent] != row["intent"] or LEVEL[reading.urgency] != row["urgency"]
        if misses and wrong:
            told = f"{row['intent']}/{row['urgency']} read {reading.intent} {reading.confidence:.2f} {reading.urgency}"
            print(f"- {row['domain']} {told} | {row['text'][:110]}")


def rules() -> dict[str, object]:
    """The danger rules and the facts by the shipped rows."""
    from classifiers.entities import EntityReader
    from classifiers.redflags import RedFlags
    from data.faults import rows_folder
    from data.places import load_places
    from data.red import load_red

    red = load_red(rows_folder(), [])
    return {"danger": RedFlags(red), "extractor": EntityReader(load_places(rows_folder(), []), red)}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--model", type=Path, help="a folder of models to take the newest from, or to train into")
    options.add_argument("--train", action="store_true")
    options.add_argument("--misses", action="store_true")
    options.add_argument("--rules", action="store_true")
    options.add_argument("--dev", type=Path, default=ROOT.parent / "shared" / "eval" / "dev.jsonl")
    told = options.parse_args()
    lexicon = load_lexicon()
    folder = told.model or Path(tempfile.mkdtemp(prefix="bangnong-measure-"))
    store = ModelStore(folder, Tokenizer(lexicon.words, lexicon.variants, folder=folder / "jieba"))
    if told.train or not store.list():
        from classifiers.report import as_text
        from classifiers.train import train

        corpus, faults = read_corpus(ROOT / "data" / "corpus")
        print(*faults, sep="\n")
        start = time.perf_counter()
        report = train(corpus, store, kinds=lexicon.kinds)
        print(
            f"{len(corpus)} rows, trained in {time.perf_counter() - start:.1f} s, gate: {report.gate['reasons'] or 'open'}"
        )
        print(as_text(report.cross_validated))
    model = store.load(store.list()[-1])
    print(model.id, model.thresholds, model.temperatures, len(model.weights), "keys")
    rows = [json.loads(line) for line in told.dev.read_text("utf-8").splitlines()]
    reader = Reader(model=model, **(rules() if told.rules else {}))  # type: ignore[arg-type]
    texts, at = [row["text"] for row in rows], [datetime.now(UTC)] * len(rows)
    model.score(texts[:64])
    start = time.perf_counter()
    for n in range(0, len(texts), 64):
        model.score(texts[n : n + 64])
    spent = time.perf_counter() - start
    print(f"model alone {spent / len(texts) * 1e6:.0f} us a text of {sum(map(len, texts)) / len(texts):.0f} characters")
    show(rows, reader.read(texts, at), told.misses)


if __name__ == "__main__":
    main()
