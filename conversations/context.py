"""Fragments understood together: what was said just before lends its meaning to a short message. Pure.

People write 「小菜」, two minutes later 「呒没了」, then 「我一个人」: each alone says nothing. What is read together with
the words before is only what a message lacks; danger that was answered already is not raised a second time.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from conversations.belief import WORD, without_facts
from conversations.codes import Flag, Urgency, most_urgent
from conversations.cues import Cues
from conversations.doors import begins_with_a_door
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Entities, Reading
from conversations.state import Case, Conversation, Heard
from conversations.values import evolve
from conversations.whom import named

SHORT = 16
"""Characters up to which a message is read together with what came before, if it says nothing by itself."""
PRESSING = 40
"""The same where it or what came before presses, also if it speaks for itself: 透析约不上五天了, then 腿肿得穿不了鞋."""
GAP = timedelta(minutes=10)
"""A longer silence begins a new subject. Elders type for minutes, so it is not short."""
KEPT, MOST = 4, 120
_SPEAKS = 1.5
"""Times the floor from which a message's own intent needs no help."""

_OWN = frozenset({Flag.CHECK, Flag.DECEASED, Flag.MUTE})
"""Flags that must be said, not inferred from two fragments."""


_PIECE, _LINE = 8, 40
_LABELLED = re.compile(r"\s*[【\[(（]?[\u4e00-\u9fff]{2,6}[】\])）:：]")


def scrap(text: str) -> bool:
    """A word or two, or a line of a form sent line by line (【患者】父亲 80岁): no matter by itself."""
    if _LABELLED.match(text):
        return len(text) <= _LINE
    return len(WORD.findall(text)) <= _PIECE and len(text.strip()) <= SHORT


def begun_with_a_word(case: Case, cues: Cues) -> bool:
    """A case begun by no more than whom it is about (老人; 宝宝), or a line of a form: all that follows says together what it
    is. A word that names the thing (降压药) names the case."""
    words = case.summary
    if not words or any(one.code != "model" for one in case.reasons[:1]):
        return False
    if _LABELLED.match(words):
        return scrap(words)
    whom = cues.person.sub("", cues.kin.sub("", words))
    return whom != words and not _SAYS_MORE.search(whom)


_SAYS_MORE = re.compile("[^我的家里个一位人大小岁啊呀呢今年\\d\\W]")


def in_scraps(state: Conversation, message: Inbound, cues: Cues) -> bool:
    """Whether the talk is still a word a line: the first word is then no name for the case (老人 / 要透析 / 三天没做)."""
    if len(message.text) > _LINE or not scrap(message.text) or not message.text.strip():
        return False
    focus = state.focused
    if focus is None or not begun_with_a_word(focus, cues):
        return False
    soon = not state.recent or message.sent_at - state.recent[-1].at <= GAP
    return soon and all(scrap(one.text) for one in state.recent)


def text_with_context(state: Conversation, message: Inbound, reading: Reading, playbook: Playbook) -> str:
    """What to read besides the message itself; "" when it stands alone or speaks for itself."""
    said = message.text.strip()
    if not said or not state.recent or (reading.urgency is Urgency.CRITICAL and _names_danger(reading)):
        return ""
    if in_scraps(state, message, playbook.cues) and WORD.search(without_facts(said, reading)):
        return " ".join((*(heard.text for heard in state.recent), said))[-MOST:]
    pressing = any(
        one.at_least(Urgency.URGENT) for one in (reading.urgency, *(heard.urgency for heard in state.recent))
    )
    if len(said) > (PRESSING if pressing else SHORT):
        return ""
    if not pressing and reading.intent.opens_case and reading.confidence >= _SPEAKS * playbook.manners.floor:
        return ""
    if playbook.cues.help_came.search(said) and not playbook.cues.help_left.search(said):  # 120来了 人带走了
        return ""
    if begins_with_a_door(said):  # 503 小张 要产检: a line of a list is no more of the line before
        return ""
    if not WORD.search(without_facts(said, reading)):  # a bare number or door adds nothing to what was said before
        return ""
    if pressing and _of_two(said, [heard.text for heard in state.recent], playbook):
        return ""
    before = [heard.text for heard in state.recent if message.sent_at - heard.at <= GAP * KEPT]
    if not before or message.sent_at - state.recent[-1].at > GAP:
        return ""
    return " ".join((*before, said))[-MOST:]


def _names_danger(reading: Reading) -> bool:
    return any(reason.code.startswith("R") for reason in reading.reasons)


def _of_two(said: str, before: Sequence[str], playbook: Playbook) -> bool:
    """One's dialysis and another's swollen legs make no danger of either."""
    whom, others = named(said, playbook.cues), named(" ".join(before), playbook.cues)
    return bool(whom and others and not whom & others)


def known_by_now(state: Conversation, own: Reading, playbook: Playbook) -> bool:
    """Whether a message says what it is about, or what it is said beside: no words before it can change that. Beside an open
    matter they are that matter's, and make no new one of 「我在北京 139…」."""
    speaks = own.intent.opens_case and own.confidence >= playbook.manners.floor
    return speaks or (state.focused is not None and bool(state.focused.summary))


def read_together(
    state: Conversation, own: Reading, both: Reading, playbook: Playbook, *, scraps: bool = False
) -> Reading:
    """The message's own reading, completed by the reading of everything: intent where it had none, and danger that
    only the pieces together show. `scraps`: a word a line, which says only together what it is about, and since when."""
    if scraps:
        own = replace(own, entities=_with_facts_of(own.entities, both.entities))
    named = both.intent.opens_case and both.confidence >= playbook.manners.floor
    if named and (scraps or not known_by_now(state, own, playbook)):
        own = replace(own, intent=both.intent, confidence=both.confidence, intents=both.intents, model=both.model)
    before = most_urgent(own.urgency, *(heard.urgency for heard in state.recent))
    seen = tuple(reason for reason in both.reasons if reason.code != "model")
    if both.urgency is Urgency.CRITICAL:  # what the model feels of two texts in a row is no danger that anybody told
        seen = tuple(reason for reason in seen if reason.code.startswith("R"))
    # What the model only feels, the rules can name: which danger it is, and whom to ring.
    felt = own.urgency is Urgency.CRITICAL and not _names_danger(own)
    if seen and (both.urgency.rank < before.rank or (felt and both.urgency is Urgency.CRITICAL)):
        known = {reason.code for reason in own.reasons}
        more = tuple(reason for reason in seen if reason.code not in known)
        own = replace(own, urgency=both.urgency, reasons=(*own.reasons, *more))
    more_flags = tuple(flag for flag in both.flags if flag not in own.flags and flag not in _OWN)
    return replace(own, flags=(*own.flags, *more_flags)) if more_flags else own


_OF_ALL = ("last_done_at", "next_due_at", "days_left", "missed", "temperature", "pregnancy_weeks", "age_months")


def _with_facts_of(own: Entities, both: Entities) -> Entities:
    """What only the scraps together tell (透析 … 三天没做); a number or a place is one message's own."""
    lacking = {name: getattr(both, name) for name in _OF_ALL if getattr(own, name) is None}
    return replace(own, **lacking, drugs=own.drugs or both.drugs)


def remember(state: Conversation, message: Inbound, reading: Reading) -> Conversation:
    """Keep the last few texts, shortened; a long silence before this one drops them."""
    text = message.text.strip()[-MOST:]
    if not text:
        return state
    kept = state.recent if state.recent and message.sent_at - state.recent[-1].at <= GAP else ()
    return evolve(state, recent=(*kept, Heard(text, message.sent_at, reading.urgency))[-KEPT:])
