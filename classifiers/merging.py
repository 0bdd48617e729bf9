"""All detectors' findings about one text as one `Reading`: what a rule says, what the model says, which holds."""

from typing import Protocol

from classifiers import intent as intents
from classifiers import urgency as urgencies
from classifiers.opinion import Opinion
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.reading import VEILED, VIOLENT, Entities, Reading, Reason


class DangerReading(Protocol):
    """What the danger rules saw in one text. `intent` is None where the rules have no opinion. `hushed`: what it is about
    where each sign is denied, over or trifling."""

    @property
    def urgency(self) -> Urgency: ...
    @property
    def flags(self) -> tuple[Flag, ...]: ...
    @property
    def reasons(self) -> tuple[Reason, ...]: ...
    @property
    def intent(self) -> Intent | None: ...
    @property
    def hushed(self) -> Intent | None: ...


def settled(danger: DangerReading) -> bool:
    """Whether a rule saw all that can be seen: a critical need stays one, whatever is read beside thanks."""
    return danger.urgency is Urgency.CRITICAL and danger.intent is not None and danger.intent.opens_case


def merged(danger: DangerReading, opinion: Opinion | None, entities: Entities, acts: tuple[Act, ...]) -> Reading:
    """All detectors' findings as one reading; urgency is the highest of rules, model and intent."""
    if Flag.DECEASED in danger.flags:  # 120来了 人没了: help came, and nothing is solved
        acts = tuple(act for act in acts if act is not Act.SOLVED)
    if opinion is None:
        return Reading(
            intent=danger.intent or Intent.CONSULT, acts=acts, urgency=danger.urgency, reasons=danger.reasons,
            flags=danger.flags, entities=entities,
        )  # fmt: skip
    intent, confidence, further = opinion.intent, opinion.confidence, opinion.further
    if danger.urgency is Urgency.CRITICAL and danger.intent is not None and danger.intent is not intent:
        intent, further = _with_rule_intent(opinion, danger.intent, things=_of_things(danger))
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
    if danger.hushed is Intent.CONSULT and intent in (Intent.DISTRESS, Intent.CARE):
        # 13512345678 随时打我: to be rung is no blow, and nothing is asked for. Nor is 他妈的 没人接 of anybody's mother.
        return Reading(danger.hushed, _RUNG, (), acts, danger.urgency, reasons, flags, entities, opinion.model)
    if urgency is Urgency.CRITICAL and danger.hushed is not None and intent is not Intent.DISTRESS:
        # 没有胸痛, 鼻出血 已经止住了: the model feels the word that the rules saw denied. Despair is never hushed.
        urgency = danger.urgency
        intent = danger.hushed if intent is Intent.EMERGENCY else intent
        flags = flags if Flag.DECEASED in flags else tuple(dict.fromkeys((*flags, Flag.CHECK)))
    if urgency is not danger.urgency:
        reasons = (*reasons, _model_reason(opinion, urgency))
    if opinion.level.check and urgency is not Urgency.CRITICAL and Flag.CHECK not in flags:
        flags = (*flags, Flag.CHECK)
    return Reading(intent, confidence, further, acts, urgency, reasons, flags, entities, opinion.model)


def _with_rule_intent(
    opinion: Opinion, named: Intent, *, things: bool
) -> tuple[Intent, tuple[tuple[Intent, float], ...]]:
    """A critical text is about its danger: an intent that opens no case, or a weak one, gives way to the rule's, and so does
    despair before what burns, drowns or falls (窗帘点着了)."""
    if opinion.intent is Intent.DISTRESS and things:
        return named, tuple(pair for pair in opinion.further if pair[0] is not named)
    if opinion.intent.opens_case and opinion.confidence >= urgencies.EMERGENCY_SURE:
        return opinion.intent, opinion.further
    # 我爸被冲走了 is weakly read as a matter of the house: the same matter, and no second need.
    kept = [(opinion.intent, opinion.confidence)] if opinion.confidence >= _SECOND else []
    further = tuple(pair for pair in (*kept, *opinion.further) if pair[0].opens_case and pair[0] is not named)
    return named, further[: intents.MOST_FURTHER]


def _of_things(danger: DangerReading) -> bool:
    """Whether fire, gas, water, a house or a place one cannot leave is the danger, and nobody's violence or despair."""
    codes = {reason.code for reason in danger.reasons}
    threatened = any(code.startswith(("R12", "O12")) or code in VIOLENT for code in codes)
    return not threatened and any(code.startswith("R13") for code in codes)


_RUNG = 0.3
"""Confidence of what somebody who only says how to be rung is about: nothing that opens a case."""
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
