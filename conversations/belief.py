"""Which reading to believe: a bare number is about nothing, and the model's feeling alone makes no alarm. Pure."""

import re
from collections.abc import Collection
from dataclasses import replace

from conversations.clauses import PAUSE
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.doors import begins_with_a_door
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.writers import without_chinese

WORD = re.compile("[\u3400-\u9fff]")
"""A character of a word: people write without blanks."""
_LEAST, _FEW = 3, 8
_AGE = 5
_SURE = 0.6
_PUT_RIGHT = 16
_OURS = re.compile(r"(?:【[^】]{2,16}】[^【】]*（我是自动助手）\s*)+")
"""What we said about a danger, sent back to us as it stands: nothing that anybody told."""


def believed(message: Inbound, reading: Reading, playbook: Playbook, *, talking: bool = True) -> Intent | None:
    """The intent, if the reading is sure enough or a danger rule names it; none for a bare number or address.

    `talking`: something is open that a few words beside a number may be about; whoever only comes says what they need.
    """
    if reading.urgency is Urgency.CRITICAL:
        return reading.intent
    if reading.confidence < playbook.manners.floor or facts_only(message, reading, playbook.cues, talking=talking):
        return None
    if not talking and _vague_start(message, reading):
        return None
    return reading.intent


def _vague_start(message: Inbound, reading: Reading) -> bool:
    """「怎么办」 begins nothing because a model leans a little to one side."""
    facts = reading.entities
    bare = not (facts.phones or facts.addresses) and all(one.code == "model" for one in reading.reasons)
    return bare and len(message.text.strip()) <= _BARE and reading.confidence < _LEANING


_BARE, _LEANING = 6, 0.5


def _asks_a_rule(reading: Reading) -> bool:
    """Whoever asks what holds (几天, 算不算, 能不能出门) and says of nothing that it presses gets an answer, not a form."""
    facts = reading.entities
    plain = not (facts.phones or facts.addresses or facts.days_left is not None or facts.drugs)
    if Act.ASK_RULE not in reading.acts or not plain or any(reason.code != "model" for reason in reading.reasons):
        return False
    # What the model alone feels to press in "14天没阳性能出门吗" is the word; of an illness it is believed.
    return reading.urgency is Urgency.NORMAL or (reading.intent in _RULED and reading.urgency is not Urgency.CRITICAL)


_RULED = frozenset({Intent.QUARANTINE, Intent.TESTING_CODE, Intent.COMMUNITY, Intent.TRAVEL, Intent.CONSULT})


def facts_only(message: Inbound, reading: Reading, cues: Cues | None = None, *, talking: bool = True) -> bool:
    """Hardly a word beside a phone number, an address, or how it went with 12345: an answer, about nothing else.

    A few words more may name a need of their own (「家里没吃的了 138…」), if the reading is sure of it; with `cues`, so does
    what is wanting by its name (「没米了 138…」).
    """
    facts = reading.entities
    if not facts.phones and not facts.addresses and not facts.called_12345:
        # 孩子4个月, after "the formula is gone": how old, and nothing of an illness.
        return facts.age_months is not None and not reading.reasons and _words(message.text) <= _AGE
    left = without_facts(message.text, reading)
    words = _words(left)
    named = reading.intent.opens_case and (reading.confidence >= _SURE or not talking)
    if words <= _LEAST:
        return not (named and cues is not None and cues.thing.search(left))
    return words <= _FEW and not named


def without_facts(text: str, reading: Reading) -> str:
    """What is left of a text beside its telephone numbers and addresses."""
    facts = reading.entities
    for raw in (*(phone.raw for phone in facts.phones), *(address.raw for address in facts.addresses)):
        text = text.replace(raw, "")
    return text


def sober(asked: Collection[str], message: Inbound, reading: Reading, cues: Cues, *, talking: bool = False) -> Reading:
    """An answer to what was asked, or a few words of it is not sure what, are no new danger because the model alone feels so:
    people are shown a doubt instead. And a question of what holds is a question, whatever it is about.

    `asked`: what we asked for; `talking`: something is open, and nothing critical. What is told beside a number or an address
    is believed as if it were sent alone. Rules, which can name what they saw, are never overruled.
    """
    if _OURS.fullmatch(message.text.strip()):
        return replace(_unalarmed(replace(reading, intent=Intent.EMERGENCY)), acts=())
    if reading.intent is Intent.CHILD_ILLNESS and Flag.ELDER in reading.flags and Flag.MINOR not in reading.flags:
        reading = replace(reading, intent=Intent.OTHER_MEDICAL)  # 「有点热度」 of one of eighty-three is no child's
    if reading.intent is Intent.MATERNITY and _of_an_elder(reading):
        others = tuple(pair for pair in reading.intents if pair[0] not in (Intent.MATERNITY, Intent.SUPPLIES))
        reading = replace(reading, intent=Intent.SUPPLIES, intents=others)  # grandfather's nappies
    if _asks_a_rule(reading):
        return replace(reading, intent=Intent.CONSULT, urgency=Urgency.NORMAL, reasons=())
    left = without_facts(message.text, reading)
    harm = not _felt_alone(reading) or _LATIN.search(left) is not None or cues.of_harm.search(left) is not None
    if talking and not harm and _in_passing(left, reading, cues):
        return _unalarmed(reading)
    if Flag.CHECK in reading.flags and not (harm and left != message.text) and _idle_doubt(message, reading):
        reading = replace(reading, flags=_without_check(reading))
    if reading.urgency is not Urgency.CRITICAL:
        return reading
    if cues.better.fullmatch(message.text.strip()):
        # 他好点了, read together with the danger before it: that one was told, and this is no new one.
        own = tuple(one for one in reading.reasons if one.code == "model" or (one.span and one.span in message.text))
        if len(own) < len(reading.reasons) and not any(one.code.startswith("R") for one in own):
            return _doubted(replace(reading, reasons=own), Urgency.NORMAL)
    ruled = [reason.code for reason in reading.reasons if reason.code != "model"]
    if ruled:
        # 有高血压 药吃完了: what a rule saw presses and is no danger; of the rest a few words tell nothing.
        pressing = not any(code.startswith("R") for code in ruled) and reading.intent is not Intent.EMERGENCY
        told = pressing and cues.acute.search(left) is not None
        return _doubted(reading, Urgency.URGENT) if pressing and not told and _words(left) <= _FEW else reading
    facts = reading.entities
    answered = (facts.phones and "phone" in asked) or (facts.addresses and "address" in asked)
    beside = answered or facts_only(message, reading) or begins_with_a_door(message.text)
    words = _words(left)
    few = words <= _LEAST + 1 or (words <= _FEW and reading.confidence < _SURE)
    if Act.SOLVED in reading.acts:  # what is left beside good news was read by itself; what it doubts is for people
        return _doubted(reading, Urgency.NORMAL)
    came = words <= _PUT_RIGHT and cues.help_came.search(message.text) is not None
    rang = came or (words <= _FEW and cues.help_called.search(message.text) is not None)
    calm = words <= _FEW and reading.intent in _OF_THINGS
    sure = reading.intent is Intent.EMERGENCY and reading.confidence >= _LIKELY
    named = cues.illness.fullmatch(message.text.strip()) is not None
    missed = words <= _PUT_RIGHT and cues.missed_call.search(message.text) is not None
    hardly = missed or rang or calm or named or (few and not sure)
    despair = reading.intent is Intent.DISTRESS and reading.confidence >= _DESPAIR and not _impatient(left, cues)
    if not hardly and (harm or despair or not beside) and not without_chinese(message.text):
        return reading  # of another language the model knows nothing
    return _doubted(reading, Urgency.NORMAL)


def _felt_alone(reading: Reading) -> bool:
    """Only the model is alarmed, and no rule saw anything."""
    alarmed = reading.urgency.at_least(Urgency.URGENT) or Flag.CHECK in reading.flags
    return alarmed and all(reason.code == "model" for reason in reading.reasons)


def _in_passing(left: str, reading: Reading, cues: Cues) -> bool:
    """Words by the way beside an open matter (车约好了, 我是她女儿), of no body and of nothing that happens: the model knows
    neither what we asked nor what was told before. Despair has no such words, and a need that it is sure of is a new one."""
    if reading.intent is Intent.DISTRESS:
        return _impatient(left, cues)
    critical = reading.urgency is Urgency.CRITICAL
    if critical and _named(reading):
        return False
    return _words(left) <= (_PUT_RIGHT if critical else _BY_THE_WAY)


def _impatient(left: str, cues: Cues) -> bool:
    """Nothing but courtesies and wishes to be quick, which sound like despair (谢谢你们 急死我了)."""
    pieces = [one for one in PAUSE.split(left) if one]
    return all(cues.says_nothing.search(one) or (len(one) <= _COURTESY and cues.praise.search(one)) for one in pieces)


_DESPAIR, _COURTESY = 0.5, 6
_BY_THE_WAY = 24
_LATIN = re.compile("[A-Za-z]{2}")
"""Of another language, and of what stands for words (bb, sos), no cue knows anything."""


def _named(reading: Reading) -> bool:
    """A need that the model is sure of, and that can be told without a word of harm."""
    calls = reading.intent in (Intent.EMERGENCY, Intent.DISTRESS)
    return reading.intent.opens_case and reading.confidence >= _SURE and not calls


def _unalarmed(reading: Reading) -> Reading:
    """Without what the model felt; an emergency of which nothing is told is no matter of its own."""
    if _named(reading):
        return replace(reading, flags=_without_check(reading))
    calm = replace(reading, urgency=Urgency.NORMAL, reasons=(), flags=_without_check(reading))
    calls = reading.intent in (Intent.EMERGENCY, Intent.DISTRESS)
    return replace(calm, intent=Intent.CONSULT, confidence=0.0, intents=()) if calls else calm


def _without_check(reading: Reading) -> tuple[Flag, ...]:
    return tuple(flag for flag in reading.flags if flag is not Flag.CHECK)


def _of_an_elder(reading: Reading) -> bool:
    """Of somebody old, and neither of a child nor of a birth, as far as words and rules tell."""
    young = Flag.MINOR in reading.flags or Flag.PREGNANT in reading.flags
    return Flag.ELDER in reading.flags and not young and all(one.code == "model" for one in reading.reasons)


_OF_THINGS = frozenset(
    {Intent.CARE, Intent.SUPPLIES, Intent.TRAVEL, Intent.COMMUNITY, Intent.LIVELIHOOD, Intent.CONSULT, Intent.QUARANTINE,
     Intent.TESTING_CODE, Intent.OFFER, Intent.FEEDBACK, Intent.CHITCHAT, Intent.SPAM}
)  # fmt: skip
"""Needs in which a few words are hardly a danger that no rule can name (她一个人住在)."""
_LIKELY = 0.4


def _idle_doubt(message: Inbound, reading: Reading) -> bool:
    """The model feels a danger in a bare number, an address, a building put right: nothing anybody need look at."""
    plain = reading.urgency is not Urgency.CRITICAL and all(one.code == "model" for one in reading.reasons)
    put_right = Act.CORRECT in reading.acts and len(message.text.strip()) <= _PUT_RIGHT
    return plain and (put_right or facts_only(message, reading))


def sober_entry(reading: Reading) -> Reading:
    """An entry of somebody's list is a few words: without a rule that names the danger it is a doubt, and not less urgent
    than the rules say."""
    if reading.urgency is not Urgency.CRITICAL or any(reason.code.startswith("R") for reason in reading.reasons):
        return reading
    ruled = any(reason.code != "model" for reason in reading.reasons)
    return _doubted(reading, Urgency.URGENT if ruled else Urgency.NORMAL)


def _doubted(reading: Reading, urgency: Urgency) -> Reading:
    return replace(reading, urgency=urgency, flags=tuple(dict.fromkeys((*reading.flags, Flag.CHECK))))


def _words(text: str) -> int:
    return len(WORD.findall(text))
