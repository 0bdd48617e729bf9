"""Figures of a classifier: per-class scores, confusion, danger, reliability. Drawing is `report`'s work."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from conversations.codes import Intent, Urgency


class Labelled(Protocol):
    """A text with its labels: what training and evaluation read. `intents`: further needs."""

    @property
    def text(self) -> str: ...
    @property
    def intent(self) -> Intent: ...
    @property
    def intents(self) -> Sequence[Intent]: ...
    @property
    def urgency(self) -> Urgency: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said of one text. `check`: shown beside the critical ones with a question."""

    intent: Intent
    confidence: float
    urgency: Urgency
    check: bool = False
    further: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassScore:
    label: str
    rows: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts whose confidence fell into one tenth: how sure we said we were, and how often we were right."""

    low: float
    rows: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation. `confusion[i][j]`: rows labelled `labels[i]`, read as `labels[j]`; the same for urgency.

    `caught`: critical or check among critical rows; `critical_recall`: critical alone; `false_critical` and
    `check_load`: critical, or only check, among the others. `lenient`: accuracy with a further label counted as right.
    `ece`: mean gap between confidence and truth.
    """

    title: str
    rows: int
    accuracy: float
    lenient: float
    macro_f1: float
    classes: tuple[ClassScore, ...]
    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    urgency_accuracy: float
    urgency_macro_f1: float
    urgency_classes: tuple[ClassScore, ...]
    urgency_labels: tuple[str, ...]
    urgency_confusion: tuple[tuple[int, ...], ...]
    caught: float
    critical_recall: float
    critical_rows: int
    false_critical: float
    check_load: float
    reliability: tuple[Bin, ...]
    ece: float

    @property
    def worst(self) -> ClassScore | None:
        """The class of at least `ENOUGH` rows with the lowest F1."""
        return min((score for score in self.classes if score.rows >= ENOUGH), key=lambda score: score.f1, default=None)


ENOUGH = 8
"""Rows a class needs before its score says anything."""


def measure(title: str, rows: Sequence[Labelled], outcomes: Sequence[Outcome]) -> Report:
    """Compares outcomes with labels, position by position. Empty input gives a report of zeros."""
    pairs = list(zip(rows, outcomes, strict=True))
    labels = tuple(map(str, Intent))
    levels = tuple(map(str, Urgency))
    about = Counter((str(row.intent), str(said.intent)) for row, said in pairs)
    soon = Counter((str(row.urgency), str(said.urgency)) for row, said in pairs)
    classes, urgency_classes = _scores(labels, about), _scores(levels, soon)
    bins = _reliability([(said.confidence, said.intent == row.intent) for row, said in pairs])
    critical = [said for row, said in pairs if row.urgency is Urgency.CRITICAL]
    others = [said for row, said in pairs if row.urgency is not Urgency.CRITICAL]
    red = [said.urgency is Urgency.CRITICAL for said in critical]
    return Report(
        title=title,
        rows=len(pairs),
        accuracy=_share([row.intent == said.intent for row, said in pairs]),
        lenient=_share([said.intent in (row.intent, *row.intents) for row, said in pairs]),
        macro_f1=_mean([score.f1 for score in classes if score.rows]),
        classes=classes,
        labels=labels,
        confusion=tuple(tuple(about[a, b] for b in labels) for a in labels),
        urgency_accuracy=_share([row.urgency == said.urgency for row, said in pairs]),
        urgency_macro_f1=_mean([score.f1 for score in urgency_classes if score.rows]),
        urgency_classes=urgency_classes,
        urgency_labels=levels,
        urgency_confusion=tuple(tuple(soon[a, b] for b in levels) for a in levels),
        caught=_share([sure or said.check for sure, said in zip(red, critical, strict=True)]),
        critical_recall=_share(red),
        critical_rows=len(critical),
        false_critical=_share([said.urgency is Urgency.CRITICAL for said in others]),
        check_load=_share([said.urgency is not Urgency.CRITICAL and said.check for said in others]),
        reliability=bins,
        ece=sum(item.rows * abs(item.confidence - item.right) for item in bins) / max(1, len(pairs)),
    )


def _scores(labels: Sequence[str], table: Counter[tuple[str, str]]) -> tuple[ClassScore, ...]:
    found = []
    for label in labels:
        hit = table[label, label]
        said = sum(count for (_, b), count in table.items() if b == label)
        true = sum(count for (a, _), count in table.items() if a == label)
        f1 = 2 * hit / (said + true) if said + true else 0.0
        found.append(ClassScore(label, true, hit / said if said else 0.0, hit / true if true else 0.0, f1))
    return tuple(found)


def _reliability(said: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    tenths: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for confidence, right in said:
        tenths[min(9, int(confidence * 10))].append((confidence, right))
    return tuple(
        Bin(n / 10, len(inside), _mean([c for c, _ in inside]), _share([r for _, r in inside]))
        for n, inside in enumerate(tenths)
        if inside
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _share(truths: Sequence[bool]) -> float:
    return sum(truths) / len(truths) if truths else 0.0
