"""What waits for its turn, what comes of it, and the line in which it waits."""

import asyncio
from collections import deque
from dataclasses import dataclass
from uuid import UUID

from conversations.events import Event
from conversations.messages import Inbound
from conversations.reading import Reading
from conversations.state import Conversation


class TurnFailed(Exception):
    """This event could not be made into a turn (a fault of ours, or a newer state): it must be kept elsewhere."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a turn, with the id under which the outbox knows it."""

    effect_id: str
    text: str
    author: str = "bot"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A committed turn. `duplicate`: heard before, `replies` are the first answer. `refused`: a reporter's act not taken."""

    conversation: UUID
    turn: int
    replies: tuple[Said, ...] = ()
    duplicate: bool = False
    refused: str = ""
    state: Conversation | None = None


@dataclass(slots=True)
class Arrival:
    """An event waiting for its turn: a message of a contact, or something done to a known conversation."""

    done: asyncio.Future[Outcome]
    inbound: Inbound | None = None
    event: Event | None = None
    conversation: UUID | None = None
    slot: bool = False
    answered: str = ""
    told: str = ""
    more: bool = False
    """Another message follows it, or may: a beginning is not answered yet."""
    key: bytes = b""
    hash: bytes = b""
    reading: Reading | None = None

    @property
    def talk(self) -> bytes | UUID:
        """Whose conversation it is, as far as we know before loading it."""
        return self.conversation or self.hash

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)
            self.done.exception()  # a caller who has gone away must not leave a warning behind

    def settle(self, outcome: Outcome) -> None:
        if not self.done.done():
            self.done.set_result(outcome)


class WaitingLine:
    """Arrivals in order. What is taken keeps its conversation to itself until it is given back with `finish`.

    So two batches may be at work at once (one steps while the other is being committed), and the messages of one
    conversation are still stepped one after the other.
    """

    def __init__(self) -> None:
        self._waiting: deque[Arrival] = deque()
        self._working: set[bytes | UUID] = set()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, arrival: Arrival) -> None:
        self._waiting.append(arrival)
        self._idle.clear()
        self._wake.set()

    def wake(self) -> None:
        """Let a worker look, although nobody came."""
        self._wake.set()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def at_work(self) -> bool:
        """Whether something taken is not given back yet."""
        return bool(self._working)

    async def take(self, most: int) -> list[Arrival]:
        """Up to `most` arrivals whose conversations nobody works on; [] when only woken."""
        while True:
            taken, passed = self._take(most)
            self._waiting.extendleft(reversed(passed))
            if taken:
                return taken
            self._wake.clear()
            await self._wake.wait()
            if not self._waiting:
                return []

    def _take(self, most: int) -> tuple[list[Arrival], list[Arrival]]:
        taken: list[Arrival] = []
        passed: list[Arrival] = []
        ours: set[bytes | UUID] = set()
        while self._waiting and len(taken) < most:
            arrival = self._waiting.popleft()
            if arrival.talk in self._working and arrival.talk not in ours:
                passed.append(arrival)
                continue
            ours.add(arrival.talk)
            self._working.add(arrival.talk)
            taken.append(arrival)
        return taken, passed

    def finish(self, taken: list[Arrival]) -> None:
        """Their turns are done, one way or another. Wakes the others only if something was freed: nobody wakes for nothing."""
        self._working.difference_update(arrival.talk for arrival in taken)
        if taken and self._waiting:
            self._wake.set()
        if not self._waiting and not self._working:
            self._idle.set()

    async def empty(self) -> None:
        """Return when nobody waits and nothing is at work."""
        await self._idle.wait()
