"""Which open case a message belongs to, if any. Pure."""

from dataclasses import replace

from conversations.belief import believed
from conversations.codes import Act, Flag, Intent, TicketStatus, Urgency
from conversations.confirming import unanswered
from conversations.context import in_scraps
from conversations.cues import Cues
from conversations.despair import beside_a_doubt, not_meant
from conversations.messages import Inbound
from conversations.of_a_list import of_a_household
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.slots import SHARED
from conversations.state import Case, Conversation
from conversations.values import evolve
from conversations.whereabouts import beside
from conversations.which_ended import without_theirs
from conversations.who_died import of_the_living, who_died
from conversations.whom import named, told_with

_ASIDE = 4
_SHORT, _SENTENCE = 14, 40
_FIRM = 0.7
_VERY_SHORT, _VERY_FIRM = 10, 0.9
"""A whole need in so few characters names its thing, and the model is sure of it (家里没菜了); 昨天就没了 names none."""

_SURE = 0.7
_ANSWERS = 0.75
_FEW, _HALF_SURE = 6, 0.6


def find_case(
    state: Conversation, message: Inbound, reading: Reading, playbook: Playbook
) -> tuple[Case | None, Intent | None]:
    """The open case a message belongs to and the intent it names. (None, intent): it starts a new case.

    Same family as an open case: that case, even if the words name a neighbouring intent, for one illness shows itself
    under several names. Another family, believed: a new case. Nothing believed: the case we are talking about.
    """
    intent = believed(message, reading, playbook, talking=any(case.open for case in state.cases))
    focus, cues = state.focused, playbook.cues
    if focus is not None and reading.urgency is Urgency.CRITICAL and Flag.DECEASED not in reading.flags:
        focus = None if Flag.DECEASED in focus.flags else focus
    if Flag.DECEASED in reading.flags and any(case.open and case.urgency is Urgency.CRITICAL for case in state.cases):
        return who_died(state, message, reading, cues), None  # nor is whoever is in danger taken for dead with another
    grieving = next((case for case in reversed(state.cases) if case.open and case.quiet), None)
    if grieving is not None and (
        of_the_living(grieving, message, reading, cues) or beside_a_doubt(grieving, reading, playbook)
    ):
        state = evolve(state, cases=tuple(case for case in state.cases if case is not grieving))
        grieving, focus = None, state.focused
    about_another = (
        focus is not None
        and focus is not grieving
        and (focus.urgency is Urgency.CRITICAL or (grieving is not None and focus.key > grieving.key))
    )
    if grieving is not None and reading.urgency is not Urgency.CRITICAL and not about_another:
        return grieving, None  # whatever else they say now, they are not handed a form, nor is it called another matter
    writer = next((case for case in reversed(state.cases) if case.open and (case.child or case.lost)), None)
    if writer is not None and reading.urgency is not Urgency.CRITICAL:
        # A child by itself says everything to the one person who comes; so does an old man who cannot find home (我女儿叫李红).
        return writer, intent if writer.child else None
    if (household := of_a_household(state, message, reading, intent, playbook)) is not None:
        return household
    if focus is not None and in_scraps(state, message, cues):
        return focus, intent if intent is not None and intent.opens_case else None
    if intent is None or not intent.opens_case:
        return focus, intent
    if focus is not None and not_meant(state, focus, message, reading, cues):
        return focus, None
    if focus is not None and vague(focus, playbook):
        return focus, None if Act.SKIP in reading.acts or _weak(message, reading) else intent
    if focus is not None and _aside(message, reading):
        return focus, None  # nor does a word or two rename it (降压药; 没了)
    if focus is not None and (_of_the_talk(message, reading, cues) or _to_be_rung(message, reading, cues)):
        return focus, None
    if state.cases and slight(message, reading, cues):
        waits = focus or next((case for case in reversed(state.cases) if case.open), None)
        if waits is not None or not cues.lacks.search(message.text):  # 又没菜了, when all has ended, is a new need
            return waits, None
    if intent is Intent.CONSULT and focus is not None and focus.intent is not Intent.CONSULT and len(state.recent) > 1:
        return focus, None  # a question in the middle of a talk is about what is being talked of
    if focus is not None and (
        _about_help_sought(focus, message, reading, playbook) or _beside_danger(focus, message, reading, playbook)
    ):
        return focus, None
    if focus is not None and _where_it_is_stuck(state, focus, message, reading, cues):
        return focus, None
    if focus is not None and _same_danger(state, focus, message, reading, cues):
        return focus, intent
    family = playbook.intents[intent].family
    candidates = [focus] if focus else []
    candidates += [case for case in reversed(state.cases) if case.open and case is not focus]
    if Flag.DECEASED not in reading.flags:  # danger now is about somebody else than the one they mourn
        candidates = [case for case in candidates if Flag.DECEASED not in case.flags]
    if Act.SOLVED in reading.acts:  # 隔壁的菜到了 我家没有: no need of the neighbour's
        message = replace(message, text=without_theirs(message.text, cues))
    whom = named(message.text, cues)
    if whom and len(candidates) > 1:
        # stable: who is meant, then what is talked of
        candidates.sort(key=lambda case: not whom & named(case.summary, cues))
    for case in candidates:
        if _done_and_more(case, reading):
            continue
        if playbook.intents[case.intent].family == family and not _for_another(case, whom, message, reading, playbook):
            return case, intent
    if focus and reading.urgency is not Urgency.CRITICAL and _answers_question(state, message, reading, cues):
        # Where they are is no name for what they need (在安置点，三林中学).
        firm = reading.confidence >= _SURE or any(reason.code != "model" for reason in reading.reasons)
        firm = firm and not _says_where(state, message, reading, cues)
        return focus, intent if firm else None
    return None, intent


_OF_THE_TALK = frozenset({Act.CONSENT, Act.REFUSE_CONSENT, Act.WITHDRAW, Act.SOLVED, Act.NOT_SOLVED, Act.CORRECT})
"""What is said of the matter in hand, whatever the words around it sound like (不同意转，怕居委上门闹)."""


def _of_the_talk(message: Inbound, reading: Reading, cues: Cues) -> bool:
    return (
        not _OF_THE_TALK.isdisjoint(reading.acts)
        and len(message.text.strip()) <= _SENTENCE
        and reading.urgency is not Urgency.CRITICAL
        and all(reason.code == "model" for reason in reading.reasons)
        and not cues.also.search(message.text)
    )


def _to_be_rung(message: Inbound, reading: Reading, cues: Cues) -> bool:
    """A number and on which they are to be rung (135… 打我的), in which the model feels blows: an answer."""
    felt = reading.intent is Intent.DISTRESS and reading.urgency is not Urgency.CRITICAL
    bare = felt and reading.entities.phones and all(reason.code == "model" for reason in reading.reasons)
    return bool(bare and Flag.CHECK not in reading.flags and cues.ring_me.search(message.text))


def _done_and_more(case: Case, reading: Reading) -> bool:
    """They said that it is over, and a rule sees a need that it was not about (生了，家里没奶粉了): one of its own."""
    ruled = {reason.code for reason in reading.reasons if reason.code.startswith("O")}
    done = case.status in (TicketStatus.CLAIMED_DONE, TicketStatus.REVISITED)
    return done and bool(ruled) and ruled.isdisjoint(case.codes) and reading.urgency is not Urgency.CRITICAL


def _about_help_sought(focus: Case, message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    """How 12345 or a unit answered is said of the matter one is in, whatever it sounds like ("12345 says the committee, and
    they say 12345"); only what presses by itself is another."""
    if reading.urgency is not Urgency.NORMAL or playbook.cues.moreover.match(message.text):
        return False
    code, had = reading.entities.called_12345, focus.slots.get("called_12345")
    if code and (had is None or ("code", code) not in had.parts):
        return True
    return (
        reading.intent in playbook.manners.circumstances
        and len(message.text.strip()) <= _SENTENCE
        and playbook.cues.unit_says.search(message.text) is not None
        and all(reason.code == "model" for reason in reading.reasons)
    )


def _for_another(case: Case, whom: frozenset[str], message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    """Another of the family needs something too (我爸化疗 … 我妈也没药了): a ticket of their own, for another is to be helped.

    The words must be sure of a need. Of whom the case is, is told by the words that began it; where they name nobody, only
    "also" tells that it is somebody else. A danger that a rule sees needs neither: closing her pills must not close his
    heart attack.
    """
    known = named(case.summary, playbook.cues)
    spans = [one.span for one in reading.reasons if one.code.startswith("R")]
    if known and spans and reading.urgency is Urgency.CRITICAL:
        suffers = told_with(message.text, spans, playbook.cues)
        return bool(suffers) and suffers.isdisjoint(known)
    also = playbook.cues.also.search(message.text) is not None
    if not whom or whom & known or not case.summary or (not known and not also):
        return False
    ruled = any(reason.code != "model" for reason in reading.reasons)
    if reading.intent in playbook.manners.circumstances and not (also and ruled):
        return False
    return (reading.confidence >= _SURE or ruled) and (also or reading.intent is not case.intent)


def _beside_danger(focus: Case, message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    """A word on how things stand around somebody in danger (家里就她和保姆, 居委不让出门) is about them; a sentence of it
    too, while it is not known yet whom to call and where they are."""
    known, cues = focus.slots.keys() >= SHARED, playbook.cues
    length = len(message.text.strip())
    # Until they can be found, a few words name no other need (没空调，停电), whatever it sounds like.
    around = reading.intent in playbook.manners.circumstances or (not known and length <= _SHORT)
    return (
        focus.urgency is Urgency.CRITICAL
        and around
        and length <= (_SHORT if known else _SENTENCE)
        and not (length <= _SHORT and (cues.also.search(message.text) or cues.moreover.match(message.text)))
        and all(reason.code == "model" for reason in reading.reasons)
        and reading.urgency is not Urgency.CRITICAL
    )


_STUCK = frozenset({Intent.COMMUNITY, Intent.TESTING_CODE})


def _where_it_is_stuck(state: Conversation, focus: Case, message: Inbound, reading: Reading, cues: Cues) -> bool:
    """A few words on the compound or on tests in the middle of a talk say where its matter is stuck (小区没通知), not of
    another one; unless they begin as one does."""
    return (
        reading.intent in _STUCK
        and focus.intent is not reading.intent
        and len(state.recent) > 1
        and len(message.text.strip()) <= _SHORT
        and reading.urgency is not Urgency.CRITICAL
        and not (reading.entities.phones or reading.entities.addresses)
        and all(reason.code == "model" for reason in reading.reasons)
        and not cues.also.search(message.text)
    )


def _same_danger(state: Conversation, focus: Case, message: Inbound, reading: Reading, cues: Cues) -> bool:
    """More of the danger that is being talked of: the same rule sees it again (着火了; 烟进来了), or nobody else is named
    (外婆不应门; 开了，没力气), or what was only doubted is worse (有人打架; 好多血). Whoever is named beside the first has a
    ticket of their own. What only the words before show (家里被淹了; 老人下不来) is of those."""
    ruled = [reason for reason in reading.reasons if reason.code.startswith("R")]
    before = any(one.span and one.span in focus.summary and one.span not in message.text for one in ruled)
    if before and reading.urgency is Urgency.CRITICAL and named(message.text, cues) <= named(focus.summary, cues):
        return True
    known = focus.urgency is Urgency.CRITICAL or "check" in state.asked or unanswered(focus)
    if not known or reading.urgency is not Urgency.CRITICAL:
        return False
    if any(who not in focus.summary for who in cues.person.findall(message.text)):
        return False
    again = any(reason.code in focus.codes for reason in ruled)
    return again or not cues.also.search(message.text)


def _weak(message: Inbound, reading: Reading) -> bool:
    """Two words of which the model is not sure name nothing (又漏了)."""
    short = len(message.text.strip()) <= _FEW and reading.confidence < _HALF_SURE
    return short and all(reason.code == "model" for reason in reading.reasons)


def _aside(message: Inbound, reading: Reading) -> bool:
    """A word or two in the middle of a talk is about what is being talked of ("我一个人"), unless a rule sees more."""
    return len(message.text.strip()) <= _ASIDE and all(reason.code == "model" for reason in reading.reasons)


def slight(message: Inbound, reading: Reading, cues: Cues) -> bool:
    """A short sentence that only the model, and not firmly, takes for another matter: who waits says such things
    ("居委那边还没有回"). Never danger: who lies on the floor now has a ticket of their own ("我爸躺着不动了")."""
    facts = reading.entities
    return (
        reading.urgency is not Urgency.CRITICAL
        and len(message.text.strip()) <= _SHORT
        and not (cues.moreover.match(message.text) and reading.confidence >= _SURE)
        and reading.confidence < (_VERY_FIRM if len(message.text.strip()) <= _VERY_SHORT else _FIRM)
        and not (facts.phones or facts.addresses)
        and all(reason.code == "model" for reason in reading.reasons)
    )


def vague(case: Case, playbook: Playbook) -> bool:
    """A case begun without knowing what it is about: a person asked for first, a picture, a number chosen."""
    return case.confidence < playbook.manners.floor and (case.intent is Intent.CONSULT or not case.summary)


def _says_where(state: Conversation, message: Inbound, reading: Reading, cues: Cues) -> bool:
    """A few words of what they are beside, asked where they are: no journey, though it sounds like one (睡在北站候车室外面)."""
    place = "address" in state.asked and beside(message.text, cues) and len(message.text.strip()) <= _SHORT + _FEW
    return bool(place) and all(one.code == "model" for one in reading.reasons)


def _answers_question(state: Conversation, message: Inbound, reading: Reading, cues: Cues) -> bool:
    """A short answer to what we just asked is no new need, even if its words lean towards another intent."""
    if not state.asked or (reading.confidence > _ANSWERS and not _says_where(state, message, reading, cues)):
        return False
    if "check" in state.asked:
        return True  # asked whether it happens now, they tell more of it, and where (在乡下老家)
    facts = reading.entities
    if _says_where(state, message, reading, cues):
        return True
    filled = {"phone": bool(facts.phones), "address": bool(facts.addresses), "days_left": facts.days_left is not None}
    return any(filled.get(name, False) for name in state.asked) or Act.SKIP in reading.acts
