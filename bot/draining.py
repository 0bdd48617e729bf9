"""What was kept while the record was away goes into it: many at once, each person's in order, danger first.

Whoever has something kept is *behind*: what they write next is kept too, or it would be heard before it. Nobody else waits.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence

from bot.arrivals import Outcome, TurnFailed
from bot.log import get_logger
from bot.spool import Batch, Held, NothingStored, Spool
from bot.spooled import ASIDE
from bot.turns import Turns
from conversations.messages import ContactRef

log = get_logger("intake")

DANGER = "danger"
"""`Held.answered` of a message that was answered with a danger line."""
ROOM = 64
"""Messages under way at once, as many as a batch takes: who writes now waits for no more than these."""
ASIDE_EVERY = 300.0
"""Seconds between tries of what was set aside: a restart with the fault mended tries at once."""

_Waiting = Counter[ContactRef]


class Drain:
    """From the spool into the record. `heard()` is called whenever a message is: the record is there."""

    def __init__(self, turns: Turns, spool: Spool, heard: Callable[[], None]) -> None:
        self.turns = turns
        self.spool = spool
        self.aside = Spool(spool.folder / ASIDE, spool.vault)
        self._aside_at = -ASIDE_EVERY
        self._heard = heard
        self._kept: set[ContactRef] = set()  # since files were last taken
        self._taken: _Waiting = Counter()  # in the files being heard
        self._done = 0  # of those files

    async def begin(self) -> None:
        """Look whom dead processes left something of, before anybody writes."""
        self._kept |= await asyncio.to_thread(lambda: set(_contacts(list(self.spool.batches()), back=True)[0]))

    def keep(self, held: Held, *, under_way: bool) -> None:
        """Into the spool; what the contact writes next goes there too, unless a turn of it is `under_way`. Raises
        NothingStored."""
        self.spool.append(held)
        if not under_way:
            self._kept.add(held.inbound.contact)

    def behind(self, contact: ContactRef) -> bool:
        """Whether something of theirs is not heard yet."""
        return contact in self._kept or contact in self._taken

    def left(self, waiting: int) -> int:
        """Of `waiting` messages in the spool's files, those that are not heard yet."""
        return max(0, waiting - self._done)

    @property
    def idle(self) -> bool:
        """Whether nobody is behind."""
        return not self._kept and not self._taken

    async def run(self) -> None:
        """Every file at hand, whose process lives no more or is ours. Raises StoreAway; then all is there still."""
        batches = list(self.spool.batches())
        self._taken, self._kept = Counter(self._kept), set()  # from here on what is kept goes into another file
        try:
            await self._hear_all(batches)
        except BaseException:
            for batch in batches:
                batch.back()
            self._kept |= set(self._taken)
            raise
        finally:
            self._taken, self._done = Counter(), 0

    async def try_aside(self) -> None:
        """What was set aside, once more now and then; a file of which all is heard goes."""
        if time.monotonic() - self._aside_at < ASIDE_EVERY:
            return
        for batch in self.aside.batches():
            kept: list[Held] = []
            try:
                count = await self._hear(batch, lambda _: True, kept)
            except BaseException:
                batch.back()
                raise
            if kept:
                batch.back()
                log.error("still_set_aside", count=len(kept))
            else:
                batch.done()
                log.info("aside_heard", count=count)
        self._aside_at = time.monotonic()

    async def _hear_all(self, batches: list[Batch]) -> None:
        """Those who told of danger first, with all they wrote. What is finished is taken out of `batches`."""
        if not batches:
            return
        self._taken, pressing = await asyncio.to_thread(_contacts, batches)
        told: list[tuple[Batch, list[int], list[Held]]] = [(batch, [], []) for batch in batches]
        for first in (True, False):
            for batch, counts, kept in told:
                counts.append(await self._hear(batch, _those(pressing, first), kept))
        for batch, counts, kept in told:
            batches.remove(batch)
            self._finish(batch, sum(counts), kept)

    def _finish(self, batch: Batch, count: int, kept: Sequence[Held]) -> None:
        """All of it is in the record, but for what no turn could be made of: ours to mend; it must not stop the others, nor
        be lost."""
        if batch.damaged:
            log.error("spool_damaged", count=batch.damaged)
        try:
            self._set_aside(kept)
        except NothingStored:  # a full disk takes no copy: the whole file goes, and what is heard twice is heard once
            log.error("set_aside", count=count)
            batch.move(self.aside.folder)
        else:
            batch.done()
            log.info("spool_drained", count=count, pid=os.getpid())

    async def _hear(self, batch: Batch, wanted: Callable[[ContactRef], bool], kept: list[Held]) -> int:
        """How many of the wanted ones there are; those no turn could be made of are added to `kept`. Raises StoreAway."""
        under_way: dict[asyncio.Future[Outcome], list[Held]] = {}
        count = 0
        for held in batch:
            if not wanted(held.inbound.contact):
                continue
            count += 1
            turn = self.turns.submit(held.inbound, slot=False, answered=held.answered, told=held.said)
            under_way.setdefault(turn, []).append(held)  # kept twice, it is one turn
            await self._ended(under_way, ROOM - 1, kept)
        await self._ended(under_way, 0, kept)
        return count

    async def _ended(self, under_way: "dict[asyncio.Future[Outcome], list[Held]]", room: int, kept: list[Held]) -> None:
        """Wait until no more than `room` are under way."""
        while len(under_way) > room:
            done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for turn in done:
                helds = under_way.pop(turn)
                try:
                    turn.result()
                except TurnFailed:
                    kept += helds
                else:
                    self._heard()
                self._done += len(helds)
                self._count_off(helds)

    def _count_off(self, helds: Sequence[Held]) -> None:
        for held in helds:
            contact = held.inbound.contact
            self._taken[contact] -= 1
            if self._taken[contact] <= 0:
                del self._taken[contact]

    def _set_aside(self, kept: Sequence[Held]) -> None:
        """Raises NothingStored."""
        if not kept:
            return
        try:
            for held in kept:
                self.aside.append(held)
        finally:
            self.aside.close()
        log.error("set_aside", count=len(kept))


def _those(pressing: set[ContactRef], first: bool) -> Callable[[ContactRef], bool]:
    return lambda contact: (contact in pressing) is first


def _contacts(batches: Sequence[Batch], *, back: bool = False) -> tuple[_Waiting, set[ContactRef]]:
    """(messages of each contact, those who told of danger). `back`: let go of the files at once."""
    waiting: _Waiting = Counter()
    pressing: set[ContactRef] = set()
    for batch in batches:
        for held in batch:
            waiting[held.inbound.contact] += 1
            if held.answered == DANGER:
                pressing.add(held.inbound.contact)
        if back:
            batch.back()
    return waiting, pressing
