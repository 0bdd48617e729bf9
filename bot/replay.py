"""Told again with other rows: what recorded conversations would have been answered, and where that differs.

Readings, times and ticket numbers stand with the events, so only the rows differ; nothing is written and nothing sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.mask import mask_text
from bot.scenario import short
from conversations.engine import step
from conversations.events import Event
from conversations.messages import ContactRef
from conversations.playbook import Playbook
from conversations.state import Conversation
from conversations.turn import OutOfNumbers
from conversations.values import evolve
from conversations.window import Limits

_SPARE = tuple(f"新增{n}" for n in range(1, 41))
"""Stand in for numbers where other rows open tickets that were not opened at the time."""


@dataclass(frozen=True, slots=True)
class Recorded:
    event: Event
    now: datetime
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One turn that came out otherwise; effects in short form, personal data hidden."""

    turn: int
    was: tuple[str, ...]
    now: tuple[str, ...]


def differences(
    contact: ContactRef,
    recorded: Sequence[Recorded],
    limits: Limits,
    old: Playbook,
    new: Playbook,
    heard: Sequence[Recorded] | None = None,
) -> Iterator[Difference]:
    """The turns of one conversation that the two sets of rows answer differently, in order.

    `heard`: the same turns as the new rows would have had them read, where they change which question is recognised.
    """
    told = zip(_told(contact, recorded, limits, old), _told(contact, heard or recorded, limits, new), strict=True)
    for turn, (was, now) in enumerate(told, 1):
        if was != now:
            yield Difference(turn, was, now)


def _told(
    contact: ContactRef, recorded: Iterable[Recorded], limits: Limits, playbook: Playbook
) -> Iterator[tuple[str, ...]]:
    state = Conversation(id="replay", contact=contact)
    for one in recorded:
        numbers = (*one.numbers, *_SPARE)
        try:
            turn = step(state, one.event, playbook=playbook, limits=limits, now=one.now, numbers=numbers)
        except OutOfNumbers:
            yield ("一轮里立了太多单",)
            continue
        # What is recorded counted as a turn, also a stale timer of the time when those were written down.
        state = turn.state if turn.state.turn > state.turn else evolve(turn.state, turn=state.turn + 1)
        yield tuple(mask_text(short(effect)) for effect in turn.effects)
