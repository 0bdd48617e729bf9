"""The slot held open: a message that looks like a beginning waits a moment for the next one of the same person.

When the next one comes, the earlier request is answered empty and the later one's answer covers both. Nothing is lost
meanwhile: whoever waits has not been acknowledged, so a process that dies gets the message again. Channels without a
slot do not wait here; what may be a beginning is committed at once, and its timer answers if nothing follows.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.arrivals import Outcome
from bot.store.database import StoreAway
from bot.turns import Turns
from classifiers.reader import Reader
from conversations.bursts import may_be_unfinished, unfinished
from conversations.engine import texts_to_read
from conversations.messages import ContactRef, Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading

Turn = asyncio.Future[Outcome]


@dataclass(slots=True, eq=False)
class _Held:
    """A message that waits. `taken` holds its turn once it has one, or why it can have none."""

    turns: Turns
    inbound: Inbound
    reading: Reading
    slot: bool
    taken: "asyncio.Future[Turn]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def go(self, *, more: bool) -> None:
        if self.taken.done():
            return
        try:
            self.taken.set_result(self.turns.submit(self.inbound, slot=self.slot, more=more, reading=self.reading))
        except StoreAway as error:
            self.taken.set_exception(error)
            self.taken.exception()  # its own request may be gone


class Bursts:
    """One a process. Two processes do not hear of each other's: then both messages are answered, as fragments are."""

    def __init__(
        self, turns: Turns, reader: Callable[[], Reader], playbook: Callable[[], Playbook], *, patient: bool = True
    ) -> None:
        """`patient` False: nothing is held, as in a rehearsal, where our seconds are not the residents'."""
        self.patient = patient
        self.turns = turns
        self.reader = reader
        self.playbook = playbook
        self._held: dict[ContactRef, _Held] = {}

    async def take(self, inbound: Inbound, *, slot: bool, waits: bool, answered: str) -> Turn:
        """The turn of a message, begun now or after the quiet moment. `waits`: a request waits for the answer.

        Raises StoreAway as `Turns.submit` does.
        """
        earlier = self._held.pop(inbound.contact, None)
        if earlier is not None:
            if earlier.inbound.message_id == inbound.message_id:  # delivered again while it waits
                self._held[inbound.contact] = earlier
                return await asyncio.shield(earlier.taken)
            earlier.go(more=True)
        if not self.patient or not may_be_unfinished(inbound):
            return self.turns.submit(inbound, slot=slot, answered=answered)
        reading = self.reader().read([texts_to_read(inbound)], [inbound.sent_at])[0]
        playbook = self.playbook()
        if not waits or not unfinished(inbound, reading, playbook):
            return self.turns.submit(inbound, slot=slot, answered=answered, more=not waits, reading=reading)
        held = self._held[inbound.contact] = _Held(self.turns, inbound, reading, slot)
        try:
            await asyncio.wait([held.taken], timeout=playbook.manners.quiet_slot.total_seconds())
        finally:
            if self._held.get(inbound.contact) is held:
                del self._held[inbound.contact]
            held.go(more=False)
        return held.taken.result()
