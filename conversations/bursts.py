"""Several messages of one breath become one answer: a beginning is kept back until more comes, or nothing does. Pure.

People write 「小菜」 and five seconds later 「呒没了」. Five questions for five scraps are worse than none. Nothing is kept
back that may be danger, that asks for something, or that says enough to be answered.
"""

from collections.abc import Sequence
from dataclasses import replace

from conversations.belief import sober
from conversations.codes import Flag, most_urgent
from conversations.effects import SetTimer
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Entities, Reading, is_red
from conversations.state import Conversation, Piece
from conversations.turn import Draft, Turn
from conversations.values import evolve

LONGEST = 12
"""Characters above which a text says what it has to say."""
_TOPIC = 5
_WORDLESS = frozenset({"image", "voice", "video", "file"})
_ENDS = "。！？!?…~"
_NOTHING = Entities()
_SLOW = 2
"""Pieces from which on somebody types slowly."""

TIMER = "burst"


def may_be_unfinished(message: Inbound) -> bool:
    """Whether it is worth asking `unfinished`, seen without reading it."""
    text = message.text.strip()
    if message.kind in _WORDLESS:
        return not text
    return message.kind == "text" and 0 < len(text) <= LONGEST and text[-1] not in _ENDS


def unfinished(message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    """A scrap that tells no need, no fact and no wish by itself, after which people usually go on."""
    if not may_be_unfinished(message):
        return False
    reading = sober((), message, reading, playbook.cues)  # 「她」 is no danger because a model feels so
    if is_red(reading):
        return False
    if reading.acts or reading.answer or Flag.DECEASED in reading.flags:
        return False
    if replace(reading.entities, relation="") != _NOTHING:  # "my mother" is whom it is about, and nothing yet
        return False
    if any(reason.code != "model" for reason in reading.reasons):  # a rule saw a need; what the model feels is not one
        return False
    topic = len(message.text.strip()) <= _TOPIC  # a word names what it is about; what is the matter with it comes next
    return topic or not reading.intent.opens_case or reading.confidence < playbook.manners.floor


def keep_back(draft: Draft, message: Inbound, reading: Reading) -> Turn:
    """Heard and kept, not yet answered. The timer answers it, should nothing follow or its follower never reach us."""
    pieces = (*draft.state.burst, Piece(message, reading))
    manners = draft.playbook.manners
    slow = len(pieces) >= _SLOW or _old(draft.state)
    wait = manners.quiet_slow if slow else manners.quiet
    draft.state = evolve(draft.state, burst=pieces, burst_on=draft.state.turn)
    draft.effects.append(SetTimer(TIMER, 0, draft.now + wait))
    draft.filed = draft.state.focus
    return draft.finish()


def _old(state: Conversation) -> bool:
    """Whether an old person writes for themselves, by what was told so far."""
    focus = state.focused
    return focus is not None and Flag.ELDER in focus.flags and Flag.PROXY not in focus.flags


def together(pieces: Sequence[Piece], message: Inbound) -> Inbound:
    """The last message with everything of its burst: words line by line, pictures, the place."""
    if not pieces:
        return message
    every = [*(piece.message for piece in pieces), message]
    text = "\n".join(one.text.strip() for one in every if one.text.strip())
    places = [one.location for one in every if one.location is not None]
    return replace(
        message,
        kind="text" if text else message.kind,
        text=text,
        attachments=tuple(attachment for one in every for attachment in one.attachments),
        location=places[-1] if places else None,
    )


def read_as_one(own: Reading, whole: Reading) -> Reading:
    """The reading of everything, with whatever danger the last message showed by itself."""
    codes = {reason.code for reason in whole.reasons}
    return replace(
        whole,
        urgency=most_urgent(own.urgency, whole.urgency),
        reasons=(*whole.reasons, *(reason for reason in own.reasons if reason.code not in codes)),
        flags=tuple(dict.fromkeys((*whole.flags, *own.flags))),
        acts=tuple(dict.fromkeys((*whole.acts, *own.acts))),
    )
