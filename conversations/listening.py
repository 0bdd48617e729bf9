"""What a message means for the conversation: which case it belongs to, what it fills, how it raises urgency. Pure."""

from collections.abc import Mapping
from datetime import datetime

from conversations.belief import believed, facts_only
from conversations.codes import Act, Flag, Intent, Urgency, most_urgent
from conversations.messages import Inbound
from conversations.playbook import IntentRow, Playbook
from conversations.reading import Reading
from conversations.slots import PARSERS, SHARED, SKIPPED, missing, named_word, story
from conversations.state import Case, Conversation, Filled
from conversations.values import evolve
from conversations.whereabouts import patched
from conversations.writers import child_writes

_SUMMARY = 80
_FURTHER = 2
_ASIDE = 4
_SHORT = 14
_FIRM = 0.7
_VERY_SHORT, _VERY_FIRM = 10, 0.9
"""A whole need in so few characters names its thing, and the model is sure of it (家里没菜了); 昨天就没了 names none."""
_TWO_NEEDS = 12
"""Characters below which a text does not speak of two needs, whatever the model feels."""


def is_red(reading: Reading) -> bool:
    """Possible threat to life now, plain or doubtful for a reason that can be named: answered at once, whatever goes on.

    A doubt of the model alone, which names no reason, is shown to people but not put to the resident as a question.
    """
    named = any(reason.code != "model" for reason in reading.reasons)
    return reading.urgency is Urgency.CRITICAL or (Flag.CHECK in reading.flags and named)


def find_case(
    state: Conversation, message: Inbound, reading: Reading, playbook: Playbook
) -> tuple[Case | None, Intent | None]:
    """The open case a message belongs to and the intent it names. (None, intent): it starts a new case.

    Same family as an open case: that case, even if the words name a neighbouring intent, for one illness shows itself
    under several names. Another family, believed: a new case. Nothing believed: the case we are talking about.
    """
    intent = believed(message, reading, playbook)
    focus = state.focused
    if focus is not None and reading.urgency is Urgency.CRITICAL and Flag.DECEASED not in reading.flags:
        focus = None if Flag.DECEASED in focus.flags else focus
    grieving = next((case for case in reversed(state.cases) if case.open and case.quiet), None)
    about_another = focus is not None and focus is not grieving and focus.urgency is Urgency.CRITICAL
    if grieving is not None and reading.urgency is not Urgency.CRITICAL and not about_another:
        return grieving, intent  # whatever else they say now, they are not handed a form
    writer = next((case for case in reversed(state.cases) if case.open and case.child), None)
    if writer is not None and reading.urgency is not Urgency.CRITICAL:
        return writer, intent  # a child by itself says everything to the one person who comes
    if intent is None or not intent.opens_case:
        return focus, intent
    if focus is not None and (vague(focus, playbook) or _aside(message, reading)):
        return focus, intent
    if state.cases and slight(message, reading):
        return focus or next((case for case in reversed(state.cases) if case.open), None), None
    if intent is Intent.CONSULT and focus is not None and focus.intent is not Intent.CONSULT and len(state.recent) > 1:
        return focus, None  # a question in the middle of a talk is about what is being talked of
    if focus is not None and (_about_help_sought(focus, reading) or _beside_danger(focus, message, reading, playbook)):
        return focus, None
    family = playbook.intents[intent].family
    candidates = [focus] if focus else []
    candidates += [case for case in reversed(state.cases) if case.open and case is not focus]
    if Flag.DECEASED not in reading.flags:  # danger now is about somebody else than the one they mourn
        candidates = [case for case in candidates if Flag.DECEASED not in case.flags]
    for case in candidates:
        if playbook.intents[case.intent].family == family:
            return case, intent
    if focus and reading.urgency is not Urgency.CRITICAL and _answers_question(state, focus, reading, playbook):
        return focus, intent
    return None, intent


def _about_help_sought(focus: Case, reading: Reading) -> bool:
    """How 12345 answered is said of the matter one is in, whatever it sounds like ("12345 says the committee, and they say
    12345"); only what presses by itself is another."""
    told = reading.entities.called_12345 and "called_12345" not in focus.slots
    return bool(told) and reading.urgency is Urgency.NORMAL


def _beside_danger(focus: Case, message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    """A short word on how things stand around somebody in danger (家里就她和保姆, 居委不让出门) is about them."""
    return (
        focus.urgency is Urgency.CRITICAL
        and len(message.text.strip()) <= _SHORT
        and reading.intent in playbook.manners.circumstances
        and all(reason.code == "model" for reason in reading.reasons)
        and reading.urgency is not Urgency.CRITICAL
    )


def _aside(message: Inbound, reading: Reading) -> bool:
    """A word or two in the middle of a talk is about what is being talked of ("我一个人"), unless a rule sees more."""
    return len(message.text.strip()) <= _ASIDE and all(reason.code == "model" for reason in reading.reasons)


def slight(message: Inbound, reading: Reading) -> bool:
    """A short sentence that only the model, and not firmly, takes for another matter: who waits says such things
    ("居委那边还没有回"). Never danger: who lies on the floor now has a ticket of their own ("我爸躺着不动了")."""
    facts = reading.entities
    return (
        reading.urgency is not Urgency.CRITICAL
        and len(message.text.strip()) <= _SHORT
        and reading.confidence < (_VERY_FIRM if len(message.text.strip()) <= _VERY_SHORT else _FIRM)
        and not (facts.phones or facts.addresses)
        and all(reason.code == "model" for reason in reading.reasons)
    )


def vague(case: Case, playbook: Playbook) -> bool:
    """A case begun without knowing what it is about: a person asked for first, a picture, a number chosen."""
    return case.confidence < playbook.manners.floor and (case.intent is Intent.CONSULT or not case.summary)


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
    child = child_writes(message.text)
    return Case(
        key=max((case.key for case in state.cases), default=0) + 1,
        intent=intent,
        urgency=most_urgent(reading.urgency, Urgency.URGENT) if child else reading.urgency,
        child=child,
        started_at=now,
        confidence=reading.confidence if intent is reading.intent else 0.0,
        flags=reading.flags,
        reasons=reading.reasons,
        further=tuple(other for other, _ in reading.intents if other is not intent),
        summary=words if len(words) <= _SUMMARY else words[: _SUMMARY - 1] + "…",
        slots={name: value for name, value in state.known.items() if name in SHARED},
        model=reading.model,
    )


def further_needs(case: Case, message: Inbound, reading: Reading, playbook: Playbook) -> tuple[Intent, ...]:
    """Other needs spoken out in the message that began the case: two at most, each of a family of its own."""
    if len(message.text) < _TWO_NEEDS:
        return ()
    families = {playbook.intents[case.intent].family}
    found: list[Intent] = []
    for intent, _ in reading.intents:
        family = playbook.intents[intent].family
        if intent.opens_case and intent not in playbook.manners.circumstances and family not in families:
            families.add(family)
            found.append(intent)
    return tuple(found[:_FURTHER])


def heard(case: Case, message: Inbound, reading: Reading, intent: Intent | None, playbook: Playbook) -> Case:
    """The case with what this message adds: flags and reasons join, urgency only rises, a vague intent gets a name."""
    child = case.child or child_writes(message.text)
    urgency = most_urgent(case.urgency, reading.urgency, *((Urgency.URGENT,) if child else ()))
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
        child=child,
        intent=renamed,
        confidence=max(case.confidence, reading.confidence) if renamed is intent else case.confidence,
        flags=tuple(dict.fromkeys((*case.flags, *reading.flags))),
        reasons=(*case.reasons, *(reason for reason in reading.reasons if (reason.code, reason.text) not in codes)),
        summary=case.summary or message.text[:_SUMMARY],
    )


def fill(
    case: Case,
    row: IntentRow,
    message: Inbound,
    reading: Reading,
    asked: tuple[str, ...],
    now: datetime,
    *,
    opening: bool = False,
) -> tuple[Case, Mapping[str, Filled]]:
    """The case with every slot this message fills, and just those. Phone and address are heard in any case.

    First what can be recognised; words of their own are taken as the answer to a question only if nothing else was
    recognised and nothing else was asked with it, so that an address is not written down as a medicine. `opening`: the
    words that began the case tell what it is about.
    """
    news: dict[str, Filled] = {}
    correcting = Act.CORRECT in reading.acts
    for slot in row.slots:
        place_asked = slot.kind == "place" and slot.name in case.asked and bool(reading.entities.addresses)
        value = named_word(slot, message) or PARSERS[slot.kind](message, reading, place_asked)
        if value is None and opening and slot.kind == "story" and not facts_only(message, reading):
            value = story(message)
        had = case.slots.get(slot.name)
        if slot.kind == "place" and had and (value is None or not value.sure):
            value = patched(had, reading)
        if value is None or (had and not _better(value, had, correcting)):
            continue
        news[slot.name] = evolve(value, source=message.message_id, at=now)
    if not is_red(reading):
        news |= _answers(case, row, message, reading, asked, now, news)
    return (evolve(case, slots={**case.slots, **news}) if news else case), news


def _answers(
    case: Case,
    row: IntentRow,
    message: Inbound,
    reading: Reading,
    asked: tuple[str, ...],
    now: datetime,
    news: Mapping[str, Filled],
) -> dict[str, Filled]:
    """What was asked and not recognised, in the resident's own words; or waved away."""
    found: dict[str, Filled] = {}
    for slot in row.slots:
        if slot.name not in asked or slot.name in case.slots or slot.name in news:
            continue
        if Act.SKIP in reading.acts:
            found[slot.name] = Filled(SKIPPED, source=message.message_id, at=now, sure=False)
            continue
        alone = not news and len(asked) == 1 and not reading.entities.addresses and not reading.entities.phones
        if alone or slot.kind in ("phone", "place", "called_12345", "yesno"):
            value = PARSERS[slot.kind](message, reading, True)
            if value is not None:
                found[slot.name] = evolve(value, source=message.message_id, at=now)
    return found


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
