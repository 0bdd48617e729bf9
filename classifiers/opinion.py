"""The model on a batch of texts: what each is about and how soon, with further needs looked for clause by clause."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from classifiers import intent as intents
from classifiers import urgency as urgencies
from classifiers.clauses import clauses, may_name_two, persons
from classifiers.scorer import Floats, Model
from classifiers.tokens import Cut
from conversations.codes import Intent, Urgency


@dataclass(frozen=True, slots=True)
class Opinion:
    """The model on one text."""

    intent: Intent
    confidence: float
    further: tuple[tuple[Intent, float], ...]
    level: urgencies.Level
    implied: Urgency
    model: str


def opinions_of(model: Model, texts: Sequence[str]) -> list[Opinion]:
    """One for each text, in order."""
    cut = model.cut(texts)
    scores = model.score_cut(cut)
    opinions = [
        _opinion(model, of_intent, of_urgency)
        for of_intent, of_urgency in zip(scores.intents, scores.urgencies, strict=True)
    ]
    return _with_clauses(model, cut, opinions, scores.intents)


def _with_clauses(model: Model, cut: Sequence[Cut], opinions: list[Opinion], whole: Floats) -> list[Opinion]:
    """Further needs, looked for clause by clause in the few texts that may hold one; all clauses are scored at once."""
    asked: list[tuple[int, tuple[Intent, ...], int]] = []
    pieces: list[Cut] = []
    for place, (text, opinion) in enumerate(zip(cut, opinions, strict=True)):
        wanted, found = _clauses_to_ask(model, text, opinion, whole[place])
        if found:
            asked.append((place, wanted, len(found)))
            pieces += found
    if not pieces:
        return opinions
    scores = model.score_cut(pieces).intents
    start = 0
    for place, wanted, count in asked:
        further = intents.with_clauses(opinions[place].further, wanted, scores[start : start + count], model.intents)
        opinions[place] = replace(opinions[place], further=further)
        start += count
    return opinions


def _clauses_to_ask(model: Model, cut: Cut, opinion: Opinion, whole: Floats) -> tuple[tuple[Intent, ...], list[Cut]]:
    """Which needs are looked for in which clauses of a text; nothing for most."""
    wanted = intents.possible(whole, model.intents, opinion.intent)
    if not wanted and not may_name_two(cut):
        return (), []
    found = clauses(cut)
    if persons(found) > 1:
        wanted = intents.others(model.intents, opinion.intent)
    return wanted, found if wanted else []


def _opinion(model: Model, of_intent: Floats, of_urgency: Floats) -> Opinion:
    primary, confidence, further = intents.decide(of_intent, model.intents, model.thresholds.further)
    level = urgencies.from_model(of_urgency, model.urgencies, model.thresholds)
    implied = urgencies.from_intent(primary, confidence)
    return Opinion(primary, confidence, further, level, implied, model.id)
