"""One text, understood: the model's intent and urgency, the rules' danger, facts and acts, merged into a `Reading`.

Detectors are arguments and work apart from each other: one that fails is reported and left out, and what the others saw
stands. Rules run on every text and need no model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable

from classifiers import intent as intents
from classifiers import urgency as urgencies
from classifiers.artefacts import ModelStore
from classifiers.beside_thanks import Left, graver, left_of
from classifiers.explain import explain_model
from classifiers.opinion import Opinion, opinions_of
from classifiers.scorer import Model
from classifiers.telling import telling
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.reading import VEILED, Entities, Reading, Reason

Found = TypeVar("Found")


class DangerReading(Protocol):
    """What the danger rules saw in one text. `intent` is None where the rules have no opinion."""

    @property
    def urgency(self) -> Urgency: ...
    @property
    def flags(self) -> tuple[Flag, ...]: ...
    @property
    def reasons(self) -> tuple[Reason, ...]: ...
    @property
    def intent(self) -> Intent | None: ...


class Danger(Protocol):
    def read(self, text: str) -> DangerReading: ...


@runtime_checkable
class Prepares(Protocol):
    """A detector that can do ahead of time what a text would otherwise wait for."""

    def prepare(self) -> None: ...


class Extractor(Protocol):
    def read(self, text: str, now: datetime) -> Entities: ...


class Acts(Protocol):
    def read(self, text: str) -> tuple[Act, ...]: ...


class Answering(Protocol):
    def read(self, text: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Odds:
    """Probabilities by code, each side summing to one."""

    intents: Mapping[str, float]
    urgencies: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class NoDanger:
    """Stands in for rules that are absent or failed."""

    urgency: Urgency = Urgency.NORMAL
    flags: tuple[Flag, ...] = ()
    reasons: tuple[Reason, ...] = ()
    intent: Intent | None = None


class Reader:
    """Understands texts in batches. `model` may be exchanged at any time by one assignment (`use`, `refresh`).

    `failed(detector, error)` is called for every failure; `failures` counts them by detector ("model", "danger",
    "extractor", "acts") for the metrics page.
    """

    def __init__(
        self,
        *,
        model: Model | None = None,
        danger: Danger | None = None,
        extractor: Extractor | None = None,
        acts: Acts | None = None,
        answers: Answering | None = None,
        failed: Callable[[str, Exception], None] | None = None,
    ) -> None:
        self._model, self._danger, self._extractor, self._acts = model, danger, extractor, acts
        self._answers = answers
        self._failed = failed
        self.failures: dict[str, int] = {}

    @property
    def model_id(self) -> str:
        """Id of the model in use, "" without one."""
        return self._model.id if self._model else ""

    def use(self, model: Model | None) -> None:
        """Reads with `model` from the next call on."""
        self._model = model

    def refresh(self, store: ModelStore) -> bool:
        """Takes over the store's serving model if it changed; whether it did. Raises `BadModel`, the old one stays."""
        wanted = store.current()
        if wanted is None or wanted == self.model_id:
            return False
        self.use(store.load(wanted))
        return True

    def prepare(self) -> None:
        """Everything that may be done before the first text. Reads are right without, and may go on meanwhile."""
        for detector in (self._danger, self._extractor, self._acts, self._answers):
            if isinstance(detector, Prepares):
                detector.prepare()

    def read(self, texts: Sequence[str], now: Sequence[datetime]) -> list[Reading]:
        """A reading for each text, in order. `now`: when each message was sent, aware. Never raises on any text."""
        facts = [self._facts_in(text, at) for text, at in zip(texts, now, strict=True)]
        told = [telling(text, one) for text, one in zip(texts, facts, strict=True)]
        opinions = self._opinions(told)
        every = [left_of(text) if opinion else None for text, opinion in zip(told, opinions, strict=True)]
        again = iter(self._opinions([left.text for left in every if left and left.readable]))
        return [
            self._one(text, one, opinion, left, next(again) if left and left.readable else None)
            for text, one, opinion, left in zip(texts, facts, opinions, every, strict=True)
        ]

    def read_meaning(self, texts: Sequence[str]) -> list[Reading]:
        """What each text is about and how soon, without its facts and acts: for fragments read together."""
        opinions = self._opinions(texts)
        return [merged(self._danger_in(text), one, Entities(), ()) for text, one in zip(texts, opinions, strict=True)]

    def explain(self, text: str, now: datetime) -> dict[str, Any]:
        """How `text` was read: the reading, the rules that fired, and the model's words, keys and probabilities."""
        reading = self.read([text], [now])[0]
        model = self._model
        said = telling(text, reading.entities)
        told: dict[str, Any] = self._apart("model", lambda: explain_model(model, said), {}) if model else {}
        told["reading"] = reading
        told["rules"] = [
            (reason.code, reason.text, reason.span) for reason in reading.reasons if reason.code != "model"
        ]
        return told

    def odds(self, texts: Sequence[str]) -> list[Odds]:
        """The model's own probabilities of each text, by code, without rules and facts; [] without a model or when it fails.

        A fraction of a whole reading: for whoever looks at messages once more.
        """
        model = self._model
        if model is None or not texts:
            return []
        scores = self._apart("model", lambda: model.score(texts), None)
        if scores is None:
            return []
        intents, levels = [str(one) for one in model.intents], [str(one) for one in model.urgencies]
        return [
            Odds(dict(zip(intents, of_intent, strict=True)), dict(zip(levels, of_level, strict=True)))
            for of_intent, of_level in zip(scores.intents.tolist(), scores.urgencies.tolist(), strict=True)
        ]

    def _opinions(self, texts: Sequence[str]) -> list[Opinion | None]:
        model = self._model
        if model is None or not texts:
            return [None] * len(texts)
        whole = self._apart("model", lambda: opinions_of(model, texts), None)
        if whole is not None:
            return list(whole)
        # One text must not take the model away from the rest of its batch.
        return [self._apart("model", lambda text=text: opinions_of(model, [text])[0], None) for text in texts]  # type: ignore[misc]

    def _facts_in(self, text: str, at: datetime) -> Entities:
        extractor, nothing = self._extractor, Entities()
        return nothing if extractor is None else self._apart("extractor", lambda: extractor.read(text, at), nothing)

    def _one(
        self, text: str, entities: Entities, opinion: Opinion | None, left: Left | None, again: Opinion | None
    ) -> Reading:
        """`again`: the model's opinion of what is left beside thanks and good news, where there are any."""
        danger = self._danger_in(text)
        acts: tuple[Act, ...] = ()
        if (act_reader := self._acts) is not None:
            acts = self._apart("acts", lambda: act_reader.read(text), acts)
        reading = merged(danger, opinion, entities, acts)
        if left is not None:
            reading = graver(reading, left, merged(danger, again, entities, acts) if again else None)
        answering = self._answers
        if answering is None or danger.urgency is not Urgency.NORMAL:
            return reading
        found = self._apart("answers", lambda: answering.read(text), "")
        return replace(reading, answer=found) if found else reading

    def _danger_in(self, text: str) -> DangerReading:
        danger: DangerReading = NoDanger()
        if (rules := self._danger) is not None:
            danger = self._apart("danger", lambda: rules.read(text), danger)
        return danger

    def _apart(self, name: str, work: Callable[[], Found], otherwise: Found) -> Found:
        try:
            return work()
        except Exception as error:  # life first: whatever broke, the other detectors' findings must get through
            self.failures[name] = self.failures.get(name, 0) + 1
            if self._failed is not None:
                self._failed(name, error)
            return otherwise


def merged(danger: DangerReading, opinion: Opinion | None, entities: Entities, acts: tuple[Act, ...]) -> Reading:
    """All detectors' findings as one reading; urgency is the highest of rules, model and intent."""
    if opinion is None:
        return Reading(
            intent=danger.intent or Intent.CONSULT, acts=acts, urgency=danger.urgency, reasons=danger.reasons,
            flags=danger.flags, entities=entities,
        )  # fmt: skip
    intent, confidence, further = opinion.intent, opinion.confidence, opinion.further
    if danger.urgency is Urgency.CRITICAL and danger.intent is not None and danger.intent is not intent:
        intent, further = _with_rule_intent(opinion, danger.intent)
    elif confidence < _PLAIN and any(reason.code == VEILED for reason in danger.reasons):
        intent, further = Intent.DISTRESS, ()  # 药我攒够了: no form for a medicine
    elif danger.intent is not None and not intent.opens_case and not _ANGRY.isdisjoint(acts):
        intent, confidence = danger.intent, max(confidence, urgencies.EMERGENCY_SURE)  # a need shouted among insults
    elif (
        danger.intent not in (None, Intent.OTHER_MEDICAL)  # "something medical" names nothing the model has not seen
        and danger.urgency is Urgency.URGENT
        and (confidence < _WEAK or (danger.intent is not intent and intents.akin(danger.intent, intent)))
    ):
        # 我女儿一岁，奶粉没了: a rule saw what it is, the model wavers between a child's illness and her milk.
        intent, confidence = danger.intent, max(confidence, urgencies.EMERGENCY_SURE)
        further = tuple(pair for pair in further if pair[0] is not intent)
    elif (
        danger.intent is not None
        and Flag.CHECK in danger.flags
        and Flag.RUMOUR not in danger.flags
        and intent in _NO_NEED
        and confidence < _DOUBTED
    ):
        intent = danger.intent  # 老人孩子失联，附近有人帮帮忙: asked about as a need, not thanked as an offer
    urgency = urgencies.merge(danger.urgency, opinion.level.urgency, opinion.implied)
    if urgency is Urgency.CRITICAL and Flag.CHECK in danger.flags and danger.urgency is not Urgency.CRITICAL:
        # A rule saw the red word and why it is doubtful (asked, feared, long ago); the model sees only the word.
        urgency = Urgency.URGENT
    reasons, flags = danger.reasons, danger.flags
    if urgency is not danger.urgency:
        reasons = (*reasons, _model_reason(opinion, urgency))
    if opinion.level.check and urgency is not Urgency.CRITICAL and Flag.CHECK not in flags:
        flags = (*flags, Flag.CHECK)
    return Reading(intent, confidence, further, acts, urgency, reasons, flags, entities, opinion.model)


def _with_rule_intent(opinion: Opinion, named: Intent) -> tuple[Intent, tuple[tuple[Intent, float], ...]]:
    """A critical text is about its danger: an intent that opens no case, or a weak one, gives way to the rule's."""
    if opinion.intent.opens_case and opinion.confidence >= urgencies.EMERGENCY_SURE:
        return opinion.intent, opinion.further
    # 我爸被冲走了 is weakly read as a matter of the house: the same matter, and no second need.
    kept = [(opinion.intent, opinion.confidence)] if opinion.confidence >= _SECOND else []
    further = tuple(pair for pair in (*kept, *opinion.further) if pair[0].opens_case and pair[0] is not named)
    return named, further[: intents.MOST_FURTHER]


_WEAK = 0.6
"""Confidence below which an urgent rule that names a need is believed before the model."""
_SECOND = 0.5
"""Confidence from which what the model took a critical text for is a need beside the danger that a rule named."""
_NO_NEED = frozenset({Intent.OFFER, Intent.CONSULT, Intent.TRAVEL, Intent.FEEDBACK, Intent.CHITCHAT, Intent.SPAM})
_PLAIN = 0.8
"""Confidence from which a text is about what the model says, for all its words of farewell."""
_DOUBTED = 0.7
"""Confidence below which what a rule doubts of is the matter, not the journey or the question the model sees."""
_ANGRY = frozenset({Act.ABUSE, Act.HUMAN})
_IN_WORDS = {Urgency.CRITICAL: "危急", Urgency.URGENT: "紧急", Urgency.SOON: "较急", Urgency.NORMAL: "一般"}


def _model_reason(opinion: Opinion, urgency: Urgency) -> Reason:
    """For the reporter, in words: what the model alone saw, and how sure it is."""
    if urgency is not opinion.level.urgency:
        what = "急危重" if opinion.intent is Intent.EMERGENCY else "到期要做的治疗"
        return Reason("model", f"读起来像{what}（把握{opinion.confidence:.0%}）")
    return Reason("model", f"读起来是{_IN_WORDS[urgency]}（把握{opinion.level.probability:.0%}）")
