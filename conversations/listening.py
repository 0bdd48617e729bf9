"""What a message means for the conversation: which case it belongs to, what it fills, how it raises urgency. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from conversations.codes import Act, Flag, Intent, Urgency, most_urgent
from conversations.messages import Inbound
from conversations.playbook import IntentRow, Playbook
from conversations.reading import Reading
from conversations.slots import PARSERS, SHARED, SKIPPED, missing
from conversations.state import Case, Conversation, Filled
from conversations.values import evolve

_SUMMARY = 80
_HAN = re.compile("[\u3400-\u9fff]")
_FEW = 8


def believed(message: Inbound, reading: Reading, playbook: Playbook) -> Intent | None:
    """The intent, if the reading is sure enough or a danger rule names it; none for a bare number or address."""
    if reading.urgency is Urgency.CRITICAL:
        return reading.intent
    if reading.confidence < playbook.manners.floor or facts_only(message, reading):
        return None
    return reading.intent


def facts_only(message: Inbound, reading: Reading) -> bool:
    """Hardly a word beside a phone number or an address: it answers a question and is about nothing else."""
    facts = reading.entities
    if not facts.phones and not facts.addresses:
        return False
    rest = message.text
    for raw in (*(phone.raw for phone in facts.phones), *(address.raw for address in facts.addresses)):
        rest = rest.replace(raw, "")
    return len(_HAN.findall(rest)) <= _FEW


def is_red(reading: Reading) -> bool:
    """Possible threat to life now, plain or doubtful for a reason that can be named: answered at once, whatever goes on.

    A doubt of the model alone, which names no reason, is shown to people but not put to the resident as a question.
    """
    return reading.urgency is Urgency.CRITICAL or (Flag.CHECK in reading.flags and bool(reading.reasons))


def find_case(
    state: Conversation, message: Inbound, reading: Reading, playbook: Playbook
) -> tuple[Case | None, Intent | None]:
    """The open case a message belongs to and the intent it names. (None, intent): it starts a new case.

    Same family as an open case: that case, even if the words name a neighbouring intent, for one illness shows itself
    under several names. Another family, believed: a new case. Nothing believed: the case we are talking about.
    """
    intent = believed(message, reading, playbook)
    focus = state.focused
    grieving = next((case for case in reversed(state.cases) if case.open and case.quiet), None)
    if grieving is not None and reading.urgency is not Urgency.CRITICAL:
        return grieving, intent  # whatever else they say now, they are not handed a form
    if intent is None or not intent.opens_case:
        return focus, intent
    if focus is not None and vague(focus, playbook):
        return focus, intent
    family = playbook.intents[intent].family
    candidates = [focus] if focus else []
    candidates += [case for case in reversed(state.cases) if case.open and case is not focus]
    for case in candidates:
        if playbook.intents[case.intent].family == family:
            return case, intent
    if focus and reading.urgency is not Urgency.CRITICAL and _answers_question(state, focus, reading, playbook):
        return focus, intent
    return None, intent


def vague(case: Case, playbook: Playbook) -> bool:
    """A case begun without knowing what it is about: somebody who asked for a person first, or sent a picture."""
    return case.intent is Intent.CONSULT and case.confidence < playbook.manners.floor


def _answers_question(state: Conversation, focus: Case, reading: Reading, playbook: Playbook) -> bool:
    """A short answer to what we just asked is no new need, even if its words lean towards another intent."""
    if not state.asked or reading.confidence >= 0.75:
        return False
    facts = reading.entities
    filled = {"phone": bool(facts.phones), "address": bool(facts.addresses), "days_left": facts.days_left is not None}
    return any(filled.get(name, False) for name in state.asked) or Act.SKIP in reading.acts


def new_case(state: Conversation, message: Inbound, reading: Reading, intent: Intent, now: datetime) -> Case:
    """A case begun by this message; its words are kept whole in the record, the summary is their beginning."""
    words = " ".join(message.text.split())
    return Case(
        key=max((case.key for case in state.cases), default=0) + 1,
        intent=intent,
        urgency=reading.urgency,
        started_at=now,
        confidence=reading.confidence,
        flags=reading.flags,
        reasons=reading.reasons,
        further=tuple(other for other, _ in reading.intents if other is not intent),
        summary=words if len(words) <= _SUMMARY else words[: _SUMMARY - 1] + "…",
        slots={name: value for name, value in state.known.items() if name in SHARED},
        model=reading.model,
    )


def heard(case: Case, message: Inbound, reading: Reading, intent: Intent | None, playbook: Playbook) -> Case:
    """The case with what this message adds: flags and reasons join, urgency only rises, a vague intent gets a name."""
    urgency = most_urgent(case.urgency, reading.urgency)
    renamed = case.intent
    if (
        intent
        and intent.opens_case
        and case.confidence < reading.confidence
        and (not case.ticket or vague(case, playbook))
    ):
        renamed = intent
    codes = {(reason.code, reason.text) for reason in case.reasons}
    return evolve(
        case,
        urgency=urgency,
        intent=renamed,
        confidence=max(case.confidence, reading.confidence) if renamed is intent else case.confidence,
        flags=tuple(dict.fromkeys((*case.flags, *reading.flags))),
        reasons=(*case.reasons, *(reason for reason in reading.reasons if (reason.code, reason.text) not in codes)),
        summary=case.summary or message.text[:_SUMMARY],
    )


def fill(
    case: Case, row: IntentRow, message: Inbound, reading: Reading, asked: tuple[str, ...], now: datetime
) -> tuple[Case, Mapping[str, Filled]]:
    """The case with every slot this message fills, and just those. Phone and address are heard in any case.

    An answer to a question of words ("what do you need?") is taken only if nothing else was asked with it, so that an
    address is not written down as a medicine.
    """
    news: dict[str, Filled] = {}
    for slot in row.slots:
        wanted = slot.name in asked
        free = wanted and (slot.kind in ("phone", "place", "called_12345", "yesno") or len(asked) == 1)
        if Act.SKIP in reading.acts and wanted and slot.name not in case.slots:
            value: Filled | None = Filled(SKIPPED, sure=False)
        else:
            value = PARSERS[slot.kind](message, reading, free)
        had = case.slots.get(slot.name)
        if value is None or (had and not _better(value, had, Act.CORRECT in reading.acts)):
            continue
        news[slot.name] = evolve(value, source=message.message_id, at=now)
    return (evolve(case, slots={**case.slots, **news}) if news else case), news


def _better(value: Filled, had: Filled, correcting: bool) -> bool:
    """The latest wins when it says as much, adds parts, or corrects; a guess never replaces something sure."""
    if had.value == value.value:
        return False
    if had.by and not correcting:
        return False
    return correcting or value.sure or not had.sure


def complete(case: Case, row: IntentRow) -> bool:
    """The minimal form is filled: a person can act."""
    return not missing(row, case, ("open",))
