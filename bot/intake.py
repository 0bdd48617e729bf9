"""From a verified message to an answer: through the record if it is there, else the spool, else an honest refusal.

Whatever happens, danger is answered: the rules need no database.
"""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.arrivals import Said, TurnFailed
from bot.bursts import Bursts
from bot.log import get_logger
from bot.settings import Account
from bot.spool import Batch, Held, NothingStored, Spool
from bot.spooled import ASIDE
from bot.store.database import Database, StoreAway
from bot.turns import Turns
from classifiers.reader import Reader
from conversations.asking import ask_unknown
from conversations.engine import texts_to_read
from conversations.messages import ContactRef, Inbound
from conversations.playbook import Playbook
from conversations.reading import is_red
from conversations.speaking import danger_line
from conversations.state import Conversation

log = get_logger("intake")

PUSHED = "pushed"
"""Told to the turn of a message nobody waits at: whatever it says is pushed, and costs a message of the window."""

_PATIENCE = 3.5
_LEAST = 1.0
_AHEAD = timedelta(minutes=5)
ASIDE_EVERY = 300.0
"""Seconds between tries of what was set aside: a restart with the fault mended tries at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say now. `stored` False: nothing was kept, and the words say so. `late`: the turn goes on without the slot.

    `again`: these words were given for an earlier delivery of the same message.
    """

    said: tuple[Said, ...] = ()
    stored: bool = True
    late: bool = False
    again: bool = False

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.said)


class Intake:
    """The door behind every channel. `gate` closes when the record fails and opens again once the spool is drained."""

    def __init__(
        self,
        turns: Turns,
        spool: Spool,
        database: Database,
        reader: Callable[[], Reader],
        playbook: Callable[[], Playbook],
        clock: Callable[[], datetime],
        *,
        patient: bool = True,
    ) -> None:
        self.turns = turns
        self.spool = spool
        self.aside = Spool(spool.folder / ASIDE, spool.vault)
        self._aside_at = -ASIDE_EVERY
        self.database = database
        self.reader = reader
        self.playbook = playbook
        self.clock = clock
        self.away = False
        self.bursts = Bursts(turns, reader, playbook, patient=patient)
        self._told: dict[tuple[ContactRef, str], Answer] = {}
        self._danger_at: dict[ContactRef, datetime] = {}

    async def hear(self, inbound: Inbound, account: Account) -> Answer:
        """Returns within the channel's answer limit; the message is on disk, or the answer says it is not."""
        now = self.clock()
        if inbound.sent_at > now + _AHEAD:
            inbound = _clamped(inbound, now)
        if self.away:
            return self._hold(inbound)
        limits = account.limits
        slot = limits.answer_within > 0 and not limits.pull
        try:
            waits = slot or limits.pull
            began = time.monotonic()
            turn = await self.bursts.take(inbound, slot=slot, waits=waits, answered="" if waits else PUSHED)
            left = (limits.answer_within or _PATIENCE) - (time.monotonic() - began)
            done, _ = await asyncio.wait((turn,), timeout=max(left, _LEAST))  # it goes on, whoever stops waiting
            if not done:
                # Not committed yet as far as we know: keep it ourselves. The mark makes the second of the two a duplicate.
                return self._hold(inbound)
            outcome = turn.result()
        except StoreAway as error:
            if not self.away:
                log.error("record_away", reason=str(error))
            self.away = True
            return self._hold(inbound)
        except TurnFailed as error:
            log.error("turn_failed", reason=str(error))
            return self._hold(inbound)
        return Answer(outcome.replies)

    def _hold(self, inbound: Inbound) -> Answer:
        """Spool it and answer from the rules alone. A redelivery gets the same words and is kept once."""
        contact = inbound.contact
        key = (contact, inbound.message_id)  # an app may count the messages of each of its people apart
        if key in self._told:
            return replace(self._told[key], again=True)
        playbook = self.playbook()
        reading = self.reader().read([texts_to_read(inbound)], [self.clock()])[0]
        red = is_red(reading)
        words = playbook.say("held")
        if red:
            nobody = Conversation(id="", contact=contact, danger_at=self._danger_at.get(contact))
            self._danger_at[contact] = self.clock()
            said = (danger_line(nobody, reading, playbook, self.clock()), ask_unknown(reading, playbook))
            words = "\n".join(filter(None, said))
        if inbound.kind in ("notice", "unfollow"):
            words = ""
        try:
            self.spool.append(Held(inbound, "danger" if red else "held", words))
        except NothingStored as error:
            log.error("nothing_stored", reason=str(error))
            refusal = playbook.say("not_stored")
            return Answer((Said("", f"{words}\n{refusal}" if red else refusal),), stored=False)
        answer = Answer((Said("", words),) if words else ())
        self._told[key] = answer
        return answer

    async def watch(self) -> None:
        """While the record is away, look for it; once it is back, drain the spool in order, then open the gate."""
        while True:
            await asyncio.sleep(0.5)
            try:
                if self.away and not await self.database.answers():
                    continue
                if await self._drain():
                    if self.away:
                        log.info("record_back")
                    self.away = False
                    self._told.clear()
                    self._danger_at.clear()
                if time.monotonic() - self._aside_at >= ASIDE_EVERY:
                    await self._try_aside()
                    self._aside_at = time.monotonic()
            except StoreAway:
                continue
            except Exception:
                log.exception("drain_failed")

    async def _drain(self) -> bool:
        """Every spool file at hand into the record; True when none is left."""
        while (batch := await asyncio.to_thread(self.spool.take)) is not None:
            try:
                count, kept = await self._hear_again(batch)
                if kept:  # ours to mend; they must not stop the others, nor be lost
                    self._set_aside(kept)
            except (
                NothingStored
            ):  # a full disk takes no copy: the whole file goes, and what is heard twice is heard once
                batch.move(self.aside.folder)
                log.error("set_aside", count=count)
                continue
            except BaseException:
                batch.back()
                raise
            batch.done()
            log.info("spool_drained", count=count, pid=os.getpid())
        return True

    async def _try_aside(self) -> None:
        """What was set aside once more; a file of which all is heard goes."""
        for batch in self.aside.batches():
            try:
                count, kept = await self._hear_again(batch)
            except BaseException:
                batch.back()
                raise
            if kept:
                batch.back()
                log.error("still_set_aside", count=len(kept))
            else:
                batch.done()
                log.info("aside_heard", count=count)

    async def _hear_again(self, batch: Batch) -> tuple[int, list[Held]]:
        """(how many messages it has, those of which no turn could be made)."""
        kept: list[Held] = []
        count = 0
        for held in batch:
            count += 1
            try:
                await self.turns.hear(held.inbound, slot=False, answered=held.answered, told=held.said)
            except TurnFailed:
                kept.append(held)
        if batch.damaged:
            log.error("spool_damaged", count=batch.damaged)
        return count, kept

    def _set_aside(self, kept: list[Held]) -> None:
        """Raises NothingStored."""
        try:
            for held in kept:
                self.aside.append(held)
        finally:
            self.aside.close()
        log.error("set_aside", count=len(kept))


def _clamped(inbound: Inbound, now: datetime) -> Inbound:
    """A platform clock far ahead would open windows that do not exist."""
    return replace(inbound, sent_at=now)
