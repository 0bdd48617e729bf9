"""From a verified message to an answer: through the record if it is there, else the spool, else an honest refusal.

Whatever happens, danger is answered: the rules need no database.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.arrivals import Said, TurnFailed
from bot.bursts import Bursts
from bot.draining import DANGER, Drain
from bot.log import get_logger
from bot.settings import Account
from bot.spool import Held, NothingStored, Spool
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
    """The door behind every channel. It closes when the record fails and opens with the first turn that is committed again;
    whoever has something in the spool is heard after it."""

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
        self.database = database
        self.reader = reader
        self.playbook = playbook
        self.clock = clock
        self.away = False
        self.drain = Drain(turns, spool, self._back)
        self.bursts = Bursts(turns, reader, playbook, patient=patient)
        self._told: dict[tuple[ContactRef, str], Answer] = {}
        self._danger_at: dict[ContactRef, datetime] = {}

    async def hear(self, inbound: Inbound, account: Account) -> Answer:
        """Returns within the channel's answer limit; the message is on disk, or the answer says it is not."""
        now = self.clock()
        if inbound.sent_at > now + _AHEAD:
            inbound = _clamped(inbound, now)
        if self.away or self.drain.behind(inbound.contact):
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
                return self._hold(inbound, under_way=True)
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

    def _hold(self, inbound: Inbound, *, under_way: bool = False) -> Answer:
        """Spool it and answer from the rules alone. A redelivery gets the same words and is kept once. `under_way`: its turn
        is waited for all the same, so what they write next comes after it."""
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
            said = (danger_line(nobody, reading, playbook, self.clock(), inbound.text), ask_unknown(reading, playbook))
            words = "\n".join(filter(None, said))
        if inbound.kind in ("notice", "unfollow"):
            words = ""
        try:
            self.drain.keep(Held(inbound, DANGER if red else "held", words), under_way=under_way)
        except NothingStored as error:
            log.error("nothing_stored", reason=str(error))
            refusal = playbook.say("not_stored")
            return Answer((Said("", f"{words}\n{refusal}" if red else refusal),), stored=False)
        answer = Answer((Said("", words),) if words else ())
        self._told[key] = answer
        return answer

    async def begin(self) -> None:
        """Before anybody is heard: whom a process that is dead left something of is heard after it."""
        await self._drained(self.drain.begin)

    async def watch(self) -> None:
        """While the record is away, look for it; once it is back, bring it what was kept."""
        while True:
            await asyncio.sleep(0.5)
            await self._drained(self._look)

    async def _look(self) -> None:
        if self.away and not await self.database.answers():
            return
        await self.drain.run()
        self._back()
        if self.drain.idle:
            self._told.clear()
            self._danger_at.clear()
        await self.drain.try_aside()

    async def _drained(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except StoreAway:
            self.away = True
        except Exception:
            log.exception("drain_failed")

    def _back(self) -> None:
        """A turn was committed, or there is nothing that could be: whoever has nothing kept is heard again at once."""
        if self.away:
            log.info("record_back")
        self.away = False


def _clamped(inbound: Inbound, now: datetime) -> Inbound:
    """A platform clock far ahead would open windows that do not exist."""
    return replace(inbound, sent_at=now)
