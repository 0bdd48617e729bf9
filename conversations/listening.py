"""What a message adds to a case: a new one begun, slots filled, urgency raised, further needs named. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from conversations.behind_a_door import known_there
from conversations.belief import facts_only, without_facts
from conversations.codes import Act, Flag, Intent, Urgency, most_urgent
from conversations.context import begun_with_a_word, scrap
from conversations.cues import Cues
from conversations.destination import without_destinations
from conversations.elsewhere import ELSEWHERE, own_place_of, tells_elsewhere, told_before, unsettled
from conversations.institutions import without_institutions
from conversations.messages import Inbound
from conversations.playbook import IntentRow, Playbook, SlotRow
from conversations.reading import DOUBTED, Reading, is_red
from conversations.said_anew import said_anew, to_be_confirmed
from conversations.slots import OWN_WORDS, PARSERS, SKIPPED, missing, named_word, story
from conversations.state import Case, Conversation, Filled
from conversations.telephones import both_numbers, instead, last_digits, line_alone, not_to_ring
from conversations.unreached import ALONE
from conversations.values import evolve
from conversations.whereabouts import dateless, without_dates
from conversations.which_case import vague
from conversations.which_door import with_door_told, with_its_own_door
from conversations.whose_place import about_whom
from conversations.writers import child_writes, grown_writes

_SUMMARY = 80


def felt(reading: Reading) -> bool:
    """The model feels danger in what presses anyway, or beside reasons that are no danger by themselves (药断了)."""
    presses = reading.urgency is Urgency.URGENT or any(one.code != "model" for one in reading.reasons)
    return Flag.CHECK in reading.flags and presses and not is_red(reading)


def worse(case: Case, said: str, reading: Reading, playbook: Playbook) -> bool:
    """A few words of somebody ill in which the model feels danger (睡不醒, 有点喘): how they are, and no name that we asked
    for. No rule may know them, so a person looks and they read once more what to ring for."""
    if Flag.CHECK not in reading.flags or reading.acts or is_red(reading):
        return False
    cues, said = playbook.cues, without_facts(said, reading).strip()
    if len(said) > _NEWS or cues.of_harm.search(said) is None:
        return False
    if cues.illness.fullmatch(said) or cues.help_called.search(said):
        return False
    of_things = reading.intent.opens_case and playbook.intents[reading.intent].family not in _OF_PEOPLE
    return playbook.intents[case.intent].family == "medical" and not of_things


_NEWS = 12
_OF_PEOPLE = frozenset({"medical", "distress"})


def new_case(
    state: Conversation, message: Inbound, reading: Reading, intent: Intent, now: datetime, playbook: Playbook
) -> Case:
    """A case begun by this message; its words are kept whole in the record, the summary is their beginning."""
    words = " ".join(message.text.split())
    child = child_writes(message.text, playbook.cues)
    elsewhere = tells_elsewhere(state, message.text, reading, playbook.cues)
    before = told_before(state, playbook.cues)
    known = {**before, **with_its_own_door(state.known, words, playbook.cues)}
    slots = known if not elsewhere else own_place_of(known, before, message.text, playbook.cues)
    if (there := known_there(state, message.text, reading, playbook.cues)) is not None:
        elsewhere, slots = elsewhere or "address" in there, there
    return Case(
        key=max((case.key for case in state.cases), default=0) + 1,
        intent=intent,
        urgency=most_urgent(reading.urgency, Urgency.URGENT) if child else reading.urgency,
        child=child,
        started_at=now,
        confidence=reading.confidence if intent is reading.intent else 0.0,
        flags=tuple(dict.fromkeys((*reading.flags, *((Flag.MUTE,) if state.mute else ())))),
        reasons=reading.reasons,
        further=tuple(other for other, _ in reading.intents if other is not intent),
        summary=words if len(words) <= _SUMMARY else words[: _SUMMARY - 1] + "…",
        slots=slots,
        asked={ELSEWHERE: 1} if elsewhere else {},
        model=reading.model,
    )


def unnamed(playbook: Playbook, reading: Reading) -> Intent:
    """What a need is called that nobody could name: what presses is asked where and whom to call, the rest is a question."""
    if reading.urgency is Urgency.CRITICAL:
        return Intent.EMERGENCY
    if reading.urgency is not Urgency.URGENT:
        cries = Flag.CHECK in reading.flags and reading.intent is Intent.EMERGENCY  # 快点救救我
        return Intent.OTHER_MEDICAL if cries else Intent.CONSULT
    ill = Flag.CHECK in reading.flags or playbook.intents[reading.intent].family == "medical"
    return Intent.OTHER_MEDICAL if ill else Intent.LIVELIHOOD


def heard(case: Case, message: Inbound, reading: Reading, intent: Intent | None, playbook: Playbook) -> Case:
    """The case with what this message adds: flags and reasons join, urgency only rises, a vague intent gets a name."""
    child = (case.child and not grown_writes(message.text, playbook.cues)) or child_writes(message.text, playbook.cues)
    urgency = most_urgent(case.urgency, reading.urgency, *((Urgency.URGENT,) if child else ()))
    renamed = case.intent
    firmer = case.confidence < reading.confidence and (not case.ticket or vague(case, playbook))
    # Line by line the first word is no name for the case: its intent follows what all say together.
    in_pieces = scrap(message.text) and begun_with_a_word(case, playbook.cues)
    # 派辆车来; 老人叫不应: "something medical" that turns critical has its name now.
    rises = urgency is Urgency.CRITICAL and case.urgency is not Urgency.CRITICAL
    risen = rises and case.intent is Intent.OTHER_MEDICAL
    if intent and intent.opens_case and (firmer or in_pieces or (risen and intent is Intent.EMERGENCY)):
        renamed = intent
    codes = {(reason.code, reason.text) for reason in case.reasons}
    reasons = reading.reasons
    if case.urgency is Urgency.CRITICAL and reading.urgency is not Urgency.CRITICAL:
        # 有煤气味吗: what is doubtful does not say of a case that is critical already which number is to be rung.
        reasons = tuple(replace(one, code=DOUBTED + one.code) if one.code.startswith("R") else one for one in reasons)
    flags = dict.fromkeys((*case.flags, *reading.flags))
    if urgency is Urgency.CRITICAL:  # what is critical is not suspected of it as well
        flags.pop(Flag.CHECK, None)
    return evolve(
        case,
        urgency=urgency,
        child=child,
        intent=renamed,
        confidence=max(case.confidence, reading.confidence) if renamed is intent else case.confidence,
        flags=tuple(flags),
        reasons=(*case.reasons, *(reason for reason in reasons if (reason.code, reason.text) not in codes)),
        summary=case.summary or message.text[:_SUMMARY],
        asked={**case.asked, ALONE: 1} if playbook.cues.lives_alone.search(message.text) else case.asked,
    )


def fill(
    case: Case,
    message: Inbound,
    reading: Reading,
    asked: tuple[str, ...],
    now: datetime,
    playbook: Playbook,
    *,
    opening: bool = False,
) -> tuple[Case, Mapping[str, Filled]]:
    """The case with every slot this message fills, and just those. Phone and address are heard in any case.

    First what can be recognised; words of their own are taken as the answer to a question only if nothing else was
    recognised and nothing else was asked with it, so that an address is not written down as a medicine. `opening`: the
    words that began the case tell what it is about.
    """
    row, cues, news = playbook.intents[case.intent], playbook.cues, dict[str, Filled]()
    reading = without_destinations(message.text, without_dates(message.text, reading, cues), cues)
    reading = without_institutions(message.text, reading, case.slots.get("address"), cues)
    correcting = Act.CORRECT in reading.acts
    case = case if correcting else unsettled(case, reading)
    if is_red(reading) and "address" in case.slots and case.slots["address"].value == SKIPPED:
        case = evolve(case, slots={name: value for name, value in case.slots.items() if name != "address"})
    for slot in row.slots:
        value = named_word(slot, message) or PARSERS[slot.kind](
            message, reading, _asked_before(slot, case, message, reading, cues), cues
        )
        if value is None and opening and slot.kind == "story" and not facts_only(message, reading, cues):
            value = story(message)
        had = case.slots.get(slot.name)
        if slot.kind == "phone" and had:
            if value is None:
                value = last_digits(had, message.text) or not_to_ring(had, message.text, reading, cues)
            elif not (correcting or instead(message.text, cues)):
                value = both_numbers(had, value)
        if slot.kind == "place" and had:
            fresh = case.started_at >= now and not case.ticket
            asks = slot.name in asked
            value = said_anew(
                had, value, message.text, reading, cues,
                about=about_whom(case, cues), asked=asks, fresh=fresh, danger=is_red(reading),
            )  # fmt: skip
        elif slot.kind == "place" and value is not None:
            value = to_be_confirmed(value, message.text, about_whom(case, cues), reading, cues)
        if slot.kind == "place" and value is not None:
            value = with_door_told(had, value, message.text, case.summary, reading, cues)
        if slot.kind == "place" and value is None and not had and _keeps_place(case, message, reading, cues):
            value = Filled(SKIPPED, sure=False)
        if value is None or (had and not _better(value, had, correcting)):
            continue
        news[slot.name] = evolve(value, source=message.message_id, at=now)
    if not is_red(reading):
        news |= _answers(case, row, message, reading, asked, now, playbook, news)
    return (evolve(case, slots={**case.slots, **news}) if news else case), news


def _keeps_place(case: Case, message: Inbound, reading: Reading, cues: Cues) -> bool:
    """Whoever says that they would rather not tell where they are is not asked again, unless somebody must drive there."""
    calm = case.urgency is not Urgency.CRITICAL and not is_red(reading)
    return calm and cues.keeps_address.search(message.text) is not None


def _asked_before(slot: SlotRow, case: Case, message: Inbound, reading: Reading, cues: Cues) -> bool:
    """Whether it answers an older question of ours by its very form: a place, a fixed line, or that they rang."""
    if slot.kind == "place":
        return bool(reading.entities.addresses) and (slot.name in case.asked or facts_only(message, reading))
    if slot.kind == "phone":
        return slot.name not in case.slots and line_alone(message.text)
    rang = slot.kind == "called_12345" and slot.name in case.asked and not is_red(reading)
    return rang and cues.ringing.search(message.text) is not None


def _answers(
    case: Case,
    row: IntentRow,
    message: Inbound,
    reading: Reading,
    asked: tuple[str, ...],
    now: datetime,
    playbook: Playbook,
    news: Mapping[str, Filled],
) -> dict[str, Filled]:
    """What was asked and not recognised, in the resident's own words; or waved away."""
    found: dict[str, Filled] = {}
    worsens = worse(case, message.text, reading, playbook)
    for slot in row.slots:
        if slot.name not in asked or slot.name in case.slots or slot.name in news:
            continue
        if (worsens and slot.kind not in OWN_WORDS) or (
            slot.kind == "place" and _hospital_alone(row, message, reading, playbook)
        ):
            continue
        if Act.SKIP in reading.acts:
            found[slot.name] = Filled(SKIPPED, source=message.message_id, at=now, sure=False)
            continue
        alone = not news and len(asked) == 1 and not reading.entities.addresses and not reading.entities.phones
        if alone or slot.kind in ("phone", "place", "called_12345", "yesno"):
            value = PARSERS[slot.kind](message, reading, True, playbook.cues)
            if value is not None:
                found[slot.name] = evolve(value, source=message.message_id, at=now)
    return found


def _hospital_alone(row: IntentRow, message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    """A hospital's name and no word of being there says where they are treated, not where they live; at its door it does."""
    asks = any(slot.kind == "hospital" for slot in row.slots) and Flag.AT_DOOR not in reading.flags
    return asks and playbook.cues.hospital_name.fullmatch(dateless(message.text)) is not None


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
