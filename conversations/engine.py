"""`step`: the one function that decides. Same state, event, now and rows give the same turn; it touches no world."""

from collections.abc import Callable, Sequence
from datetime import datetime

from conversations.coming import contact_erased, followed, unfollowed
from conversations.delivery import delivered_late, delivery_failed
from conversations.events import (
    BurstEnded,
    ColleagueSpoke,
    ContactErased,
    ContactFollowed,
    ContactUnfollowed,
    DeliveredLate,
    DeliveryFailed,
    Event,
    MessageReceived,
    PictureRead,
    PictureTaken,
    ReporterClaimed,
    ReporterClosed,
    ReporterCorrected,
    ReporterHandedBack,
    ReporterReopened,
    ReporterReplied,
    RevisitAsked,
    TimerFired,
    WholeEnded,
)
from conversations.handoff import (
    claimed,
    closed,
    colleague_spoke,
    corrected,
    handed_back,
    reopened,
    replied,
)
from conversations.hearing import burst_ended, message_received
from conversations.merged import whole_ended
from conversations.picture_talk import picture_read, picture_taken
from conversations.playbook import Playbook
from conversations.reminders import remind
from conversations.revisiting import revisit_asked
from conversations.silence import stale, timer_fired
from conversations.state import Conversation, Phase
from conversations.turn import Draft, Turn
from conversations.values import evolve
from conversations.window import Limits

Handler = Callable[[Draft, "Event"], Turn]

_EVERYWHERE: dict[type, Callable[..., Turn]] = {
    MessageReceived: message_received,
    BurstEnded: burst_ended,
    PictureRead: picture_read,
    PictureTaken: picture_taken,
    ContactFollowed: followed,
    ContactUnfollowed: unfollowed,
    ContactErased: contact_erased,
    ColleagueSpoke: colleague_spoke,
    ReporterClaimed: claimed,
    ReporterReplied: replied,
    ReporterHandedBack: handed_back,
    ReporterClosed: closed,
    WholeEnded: whole_ended,
    ReporterReopened: reopened,
    RevisitAsked: revisit_asked,
    ReporterCorrected: corrected,
    TimerFired: timer_fired,
    DeliveryFailed: delivery_failed,
    DeliveredLate: delivered_late,
}

HANDLERS: dict[tuple[Phase, type], Callable[..., Turn]] = {
    (phase, event): handler for phase in Phase for event, handler in _EVERYWHERE.items()
}
"""Every phase × event pair is decided. Handlers look at the case an event names, not only at the phase, because one
contact may have a case with a reporter and another still being asked about."""

_SEEN = 24
HEARD = (MessageReceived, BurstEnded, PictureRead)
"""What brings new words of the contact's."""


def step(
    state: Conversation,
    event: Event,
    *,
    playbook: Playbook,
    limits: Limits,
    now: datetime,
    numbers: Sequence[str] = (),
) -> Turn:
    """One event in, the next state and the effects out.

    `numbers` are ticket numbers reserved for this turn; `Turn.numbers_used` says how many were given.
    Raises OutOfNumbers when there are too few. A message already heard and a stale timer change nothing.
    """
    if isinstance(event, TimerFired) and stale(state, event):
        return Turn(state)
    if isinstance(event, MessageReceived | ContactFollowed | ContactUnfollowed):
        if event.message.message_id in state.seen:
            return Turn(state)
        state = evolve(state, seen=(*state.seen, event.message.message_id)[-_SEEN:])
    turn = state.turn + 1
    heard_on = turn if isinstance(event, HEARD) else state.heard_on
    state = evolve(state, turn=turn, heard_on=heard_on, playbook=state.playbook or playbook.version)
    draft = Draft(state, playbook, limits, now, numbers, before_finish=remind)
    return HANDLERS[state.phase, type(event)](draft, event)


def texts_to_read(event_message: object) -> str:
    """What is to be read for a message: its words, a shared article's title, a location's label."""
    from conversations.messages import Inbound

    if not isinstance(event_message, Inbound):
        return ""
    if event_message.text:
        return event_message.text
    titles = [attachment.title for attachment in event_message.attachments if attachment.title]
    return event_message.location.label if event_message.location else " ".join(titles)
