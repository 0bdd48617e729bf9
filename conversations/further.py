"""Several needs told in one breath, each a case of its own (孩子没奶粉了，我爸的心脏药也没了). Pure."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.clauses import PAUSE
from conversations.codes import Intent, Urgency, most_urgent
from conversations.cues import Cues
from conversations.lists import need_items
from conversations.messages import Inbound
from conversations.needs import RULED
from conversations.playbook import Playbook
from conversations.reading import VIOLENT, Reading
from conversations.state import Case
from conversations.values import evolve
from conversations.whom import named

_FURTHER = 2
_TWO_NEEDS = 12
"""Characters below which a text does not speak of two needs, whatever the model feels."""
_SURE = 0.7
_MOST, _SHORTEST = 4, 4
_BREATH = 90


def needs_apart(text: str, cues: Cues) -> tuple[str, ...]:
    """The words of each need where a text passes on to another of the family (我爸透析停了，我妈化疗也停了), to another
    matter (另外…), or to one thing more that is gone (菜没了，药也没了); () when it does not."""
    if len(text) > _BREATH:  # in a long story the clauses tell of the past, of others, and of what is not so
        return ()
    if not (cues.moreover.search(text) or cues.lacks.search(text) or len(named(text, cues)) > 1):
        return ()
    found: list[str] = []
    for clause in filter(None, PAUSE.split(text)):
        if found and not _passes_on(found[-1], clause, cues):
            found[-1] = f"{found[-1]}，{clause}"
        else:
            found.append(clause)
    found = [one for one in found if len(one) > _SHORTEST]
    return tuple(found[:_MOST]) if len(found) > 1 else ()


def _passes_on(before: str, clause: str, cues: Cues) -> bool:
    if cues.moreover.match(clause) or (cues.lacks.search(before) and cues.lacks.search(clause)):
        return True
    who, known = named(clause, cues), named(before, cues)
    return bool(who and known and who.isdisjoint(known))


def with_needs_apart(reading: Reading, pieces: Sequence[tuple[str, Reading]], cues: Cues) -> Reading:
    """`reading` of a text with the needs its pieces tell by themselves; what the text as a whole is taken for gives way to
    them where it is none of them."""
    told = dict.fromkeys(need for words, read in pieces if (need := _named_by(words, read, cues)))
    if not told:
        return reading
    intent, rest = reading.intent, {one: sure for one, sure in reading.intents if one not in told}
    if len(told) > 1 and intent not in told and reading.urgency is not Urgency.CRITICAL:
        intent = next(iter(told))
    rest.pop(intent, None)
    needs = tuple((one, TOLD) for one in told if one is not intent)
    known = {one.code for one in reading.reasons}
    seen = [one for _, read in pieces for one in read.reasons if one.code in RULED and one.code not in known]
    urgency = most_urgent(reading.urgency, Urgency.URGENT) if _pressing(pieces) else reading.urgency
    reasons = (*reading.reasons, *seen)
    return replace(reading, intent=intent, intents=(*needs, *rest.items()), urgency=urgency, reasons=reasons)


def _pressing(pieces: Sequence[tuple[str, Reading]]) -> bool:
    return any(read.urgency is Urgency.URGENT and any(one.code in RULED for one in read.reasons) for _, read in pieces)


TOLD = 1.0
"""The confidence of a further intent that was read in words of its own; the model's leanings are less."""


def _named_by(text: str, reading: Reading, cues: Cues) -> Intent | None:
    """What a piece of a text needs, where it says so: by a rule, or plainly enough for the model alone. A danger is what the
    whole text is about."""
    codes = [one.code for one in reading.reasons]
    if any(code.startswith("R") for code in codes):
        return None
    ruled = next((RULED[code] for code in codes if code in RULED), None)
    if ruled is not None:
        return ruled
    told = reading.confidence >= _SURE and reading.intent in _NEEDS
    treated = reading.intent in _TREATMENTS or cues.lacks.search(text) is not None
    return reading.intent if told and treated else None


_NEEDS = frozenset(RULED.values()) - {Intent.OTHER_MEDICAL, Intent.DISTRESS}
_TREATMENTS = frozenset({Intent.DIALYSIS, Intent.ONCOLOGY, Intent.TRANSFUSION, Intent.MATERNITY})
"""Needs that lack nothing by name: 老人要透析."""


def further_needs(case: Case, message: Inbound, reading: Reading, playbook: Playbook) -> tuple[Intent, ...]:
    """Other needs spoken out in the message that began the case: two at most, each of a family of its own, unless who writes
    has told them apart, by numbers or by passing on to another."""
    if len(message.text) < _TWO_NEEDS:
        return ()
    numbered = bool(need_items(message.text))  # 1.氧气 2.奶粉: who numbers their needs has told them apart
    families = {str(case.intent), playbook.intents[case.intent].family}
    found: list[Intent] = []
    of_things = any(one.code.startswith("R13") and one.code not in VIOLENT for one in reading.reasons)
    for intent, sure in reading.intents:
        apart = numbered or sure >= TOLD
        if of_things and intent is Intent.LIVELIHOOD and not apart:
            continue  # the water in the house is what they are in danger of
        family = str(intent) if apart else playbook.intents[intent].family
        if intent.opens_case and (apart or intent not in playbook.manners.circumstances) and family not in families:
            families |= {str(intent), family}
            found.append(intent)
    return tuple(found[:_FURTHER])


def as_told(sibling: Case, reading: Reading) -> Case:
    """A further need as urgent as what a rule saw of it; of others nobody has read yet how soon, and they are no more than
    the day's business until a person looks."""
    seen = tuple(one for one in reading.reasons if RULED.get(one.code) is sibling.intent)
    pressing = bool(seen) and reading.urgency.at_least(Urgency.URGENT)
    return evolve(
        sibling, urgency=Urgency.URGENT if pressing else Urgency.SOON, reasons=seen, further=(), confidence=0.0
    )
