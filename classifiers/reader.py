"""One text, understood: the model's intent and urgency, the rules' danger, facts and acts, merged into a `Reading`.

Detectors are arguments and work apart from each other: one that fails is reported and left out, and what the others saw
stands. Rules run on every text and need no model.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable

from classifiers.artefacts import ModelStore
from classifiers.beside_thanks import Left, graver, left_of
from classifiers.explain import explain_model
from classifiers.merging import DangerReading, merged, settled
from classifiers.opinion import Opinion, opinions_of
from classifiers.scorer import Model
from classifiers.telling import telling
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.reading import Entities, Reading, Reason

Found = TypeVar("Found")


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
    hushed: Intent | None = None


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
        dangers = [self._danger_in(text) for text in texts]
        every = [left_of(text) for text in told] if self._model else [None] * len(told)
        asked = [place for place, left in enumerate(every) if left and left.readable and not settled(dangers[place])]
        opinions = self._opinions([*told, *(left.text for place in asked if (left := every[place]))])
        again = dict(zip(asked, opinions[len(told) :], strict=True))
        return [
            self._one(texts[place], facts[place], dangers[place], opinions[place], every[place], again.get(place))
            for place in range(len(texts))
        ]

    def read_meaning(self, texts: Sequence[str], by_rules: Collection[int] = ()) -> list[Reading]:
        """What each text is about and how soon, without its facts and acts: for fragments read together. `by_rules`: places of
        those of which only matters what a rule sees; the model is asked about them where one does."""
        dangers = [self._danger_in(text) for text in texts]
        asked = [place for place, danger in enumerate(dangers) if danger.reasons or place not in by_rules]
        opinions = dict(zip(asked, self._opinions([texts[place] for place in asked]), strict=True))
        return [merged(danger, opinions.get(place), Entities(), ()) for place, danger in enumerate(dangers)]

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
        self,
        text: str,
        entities: Entities,
        danger: DangerReading,
        opinion: Opinion | None,
        left: Left | None,
        again: Opinion | None,
    ) -> Reading:
        """`again`: the model's opinion of what is left beside thanks and good news, where there are any and it matters."""
        acts: tuple[Act, ...] = ()
        if (act_reader := self._acts) is not None:
            acts = self._apart("acts", lambda: act_reader.read(text), acts)
        reading = merged(danger, opinion, entities, acts)
        if left is not None and opinion is not None:
            alone = merged(danger, again, entities, acts) if again else reading if settled(danger) else None
            reading = graver(reading, left, alone)
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
