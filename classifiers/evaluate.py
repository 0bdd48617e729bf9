"""Measures a model or a reader on labelled rows, compares two reports, and says whether a candidate may serve."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from classifiers import intent as intents
from classifiers import urgency as urgencies
from classifiers.metrics import Labelled, Outcome, Report, measure
from classifiers.reader import Reader
from classifiers.scorer import Floats, Model
from conversations.codes import Flag, Urgency


@dataclass(frozen=True, slots=True)
class Floors:
    """The least a model must reach on the held-out rows: F1 of its worst class, and caught (critical or check).

    The model is one of three detectors of danger; these floors keep out a broken one, the comparison keeps out a worse one.
    """

    worst_class: float = 0.25
    caught: float = 0.6


def evaluate(by: Model | Reader, rows: Sequence[Labelled], title: str = "评测") -> Report:
    """Reads every row's text by a model alone or by the whole reader (rules included) and compares with the labels."""
    texts = [row.text for row in rows]
    return measure(title, rows, outcomes(by, texts) if isinstance(by, Model) else _readings(by, texts))


def outcomes(model: Model, texts: Sequence[str]) -> list[Outcome]:
    """The model's own decisions, in batches of 256."""
    found = []
    for start in range(0, len(texts), 256):
        scores = model.score(texts[start : start + 256])
        found += [outcome(model, a, b) for a, b in zip(scores.intents, scores.urgencies, strict=True)]
    return found


def outcome(model: Model, of_intent: Floats, of_urgency: Floats) -> Outcome:
    """The decision for one text from its two rows of probabilities, as the reader would take it without rules."""
    primary, confidence, further = intents.decide(of_intent, model.intents, model.thresholds.further)
    level = urgencies.from_model(of_urgency, model.urgencies, model.thresholds)
    urgency = urgencies.merge(Urgency.NORMAL, level.urgency, urgencies.from_intent(primary, confidence))
    return Outcome(primary, confidence, urgency, level.check, tuple(intent for intent, _ in further))


def _readings(reader: Reader, texts: Sequence[str]) -> list[Outcome]:
    at = datetime.now(UTC)
    found = []
    for start in range(0, len(texts), 256):
        batch = texts[start : start + 256]
        for reading in reader.read(batch, [at] * len(batch)):
            further = tuple(intent for intent, _ in reading.intents)
            found.append(
                Outcome(reading.intent, reading.confidence, reading.urgency, Flag.CHECK in reading.flags, further)
            )
    return found


def gate(candidate: Report, serving: Report | None, against: str | None, floors: Floors) -> dict[str, Any]:
    """The verdict on a candidate: figures of both, and in `reasons` why it may not serve (empty: it may).

    Both reports are on the same held-out rows, each made by a twin that saw none of them.
    """
    reasons = []
    worst = candidate.worst
    if worst is not None and worst.f1 < floors.worst_class:
        reasons.append(f"最差一类 {worst.label} 的 F1 {worst.f1:.2f} 低于 {floors.worst_class:.2f}")
    if candidate.critical_rows and candidate.caught < floors.caught:
        reasons.append(f"危急召回 {candidate.caught:.3f} 低于 {floors.caught:.2f}")
    if serving is not None:
        if candidate.caught < serving.caught:
            reasons.append(f"危急召回（含待确认）从 {serving.caught:.3f} 降到 {candidate.caught:.3f}")
        if candidate.critical_recall < serving.critical_recall:
            reasons.append(f"危急召回从 {serving.critical_recall:.3f} 降到 {candidate.critical_recall:.3f}")
    figures = {"candidate": _short(candidate), "serving": _short(serving) if serving else None}
    return {"against": against, "reasons": reasons, **figures}


def _short(report: Report) -> dict[str, float]:
    return {name: round(getattr(report, name), 4) for name, _, _ in FIGURES}


FIGURES: tuple[tuple[str, str, bool], ...] = (
    ("macro_f1", "事由宏平均 F1", True),
    ("accuracy", "事由准确率", True),
    ("lenient", "事由准确率（次要事由也算对）", True),
    ("urgency_macro_f1", "紧急程度宏平均 F1", True),
    ("caught", "危急召回（含待确认）", True),
    ("critical_recall", "危急召回", True),
    ("false_critical", "误报危急", False),
    ("check_load", "待确认负担", False),
    ("ece", "置信度偏差", False),
)
"""Name in `Report`, title, whether more is better."""


def compare(a: Report, b: Report) -> str:
    """Two reports side by side, a line a figure, then the classes whose F1 moved by two points or more."""
    lines = [f"{'':24}{a.title:>12}{b.title:>12}"]
    for name, title, more_is_better in FIGURES:
        old, new = getattr(a, name), getattr(b, name)
        mark = " " if abs(new - old) < 5e-4 else "＋" if (new > old) == more_is_better else "－"
        lines.append(f"{title:24}{old:12.3f}{new:12.3f} {mark}")
    olds = {score.label: score for score in a.classes}
    for score in b.classes:
        old_f1 = olds[score.label].f1 if score.label in olds else 0.0
        if score.rows and abs(score.f1 - old_f1) >= 0.02:
            lines.append(f"  {score.label:22}{old_f1:12.3f}{score.f1:12.3f} {'＋' if score.f1 > old_f1 else '－'}")
    return "\n".join(lines)


def as_json(report: Report) -> Mapping[str, Any]:
    """The whole report as plain values for `json.dumps`."""
    return asdict(report)


Progress = Callable[[str, float], None]
