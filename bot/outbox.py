"""The outbox worker: whatever is due is claimed with a lease and performed; its outcome comes back as an event."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from bot.arrivals import Outcome, TurnFailed
from bot.codec import decode
from bot.lanes import TIMERS, Lane, Lanes
from bot.log import get_logger
from bot.sending import NO_ACCOUNT_PAUSE, TRIES, Sender
from bot.store.contacts import erase_contact
from bot.store.database import Connection, StoreAway
from bot.store.outbox import BOTH, Due
from conversations.events import TimerFired

log = get_logger("outbox")

LEASE = timedelta(seconds=75)
"""Longer than the slowest send of three parts; a row whose worker died waits this long before it is looked at again."""
_FAILED_PAUSE = timedelta(minutes=30)
"""A timer whose turn fails again and again (another program's state, another key) waits for whoever mends that."""
_LOOK = 1.0
"""Seconds between looks at most; sooner when the last one saw what falls due before. What this process says, it tells."""
_BLIND = 0.1
"""Seconds until the next look after a claim that did not ask first: it saw nothing of what falls due soon."""


class OutboxWorker:
    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.store = sender.store
        self.turns = sender.turns
        self.clock = sender.clock
        self.breath = sender.breath
        """Seconds a claim waits for its lane to have room again."""
        self.lanes = Lanes(sender.accounts)
        self.timers = 0
        self.wake = asyncio.Event()
        self._told, self._full = True, False
        self._rests = asyncio.Event()
        self._stopping = False
        self._busy: set[asyncio.Task[None]] = set()

    @property
    def counts(self) -> dict[str, int]:
        """What was sent, failed, is unsure, was tried again, and timers that ran out."""
        return {**self.sender.counts, "timers": self.timers}

    async def run(self) -> None:
        """Claim and perform until stopped: each account's window slides on as its sends end, whatever others do."""
        while not self._stopping:
            self.wake.clear()
            told, self._told = self._told, False
            now = self.clock()
            rooms = self.lanes.room(now)
            wait = _BLIND
            try:
                kinds = BOTH
                if rooms and not told:
                    kinds, soonest = await self.store.ahead(now)
                    wait = min(_LOOK, (soonest - now).total_seconds()) if soonest else _LOOK
                claimed = (
                    await self.store.claim(now, LEASE, rooms, self.lanes.accounts, kinds) if rooms and kinds else []
                )
            except Exception as error:
                if not isinstance(error, StoreAway):
                    log.exception("claim_failed")
                self._told = True
                await asyncio.sleep(0.5)
                continue
            for due in claimed:
                lane = self.lanes.of(due.kind, (due.channel, due.account))
                lane.busy += 1
                task = asyncio.create_task(self._perform(due, lane))
                self._busy.add(task)
                task.add_done_callback(self._over)
            self._full = len(claimed) >= rooms.get(TIMERS, 0) > 0
            if self._full or any(due.kind == "send" for due in claimed):
                self._told = True
                await asyncio.sleep(self.breath)
                continue
            if not self._busy:
                self._rests.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), wait)
                await asyncio.sleep(self.breath)

    def tell(self) -> None:
        """Something to be sent was committed just now: it is claimed without asking first."""
        self._told = True
        self.wake.set()

    def _over(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        if not self._busy:
            self._rests.set()

    async def rest(self) -> None:
        """Look at once, and return when all that was found is done."""
        self._rests.clear()
        self.wake.set()
        await self._rests.wait()

    async def stop(self) -> None:
        """Claim nothing more; let what is being sent end, so that no outcome is unknown."""
        self._stopping = True
        self.wake.set()
        if self._busy:
            await asyncio.wait(self._busy, timeout=LEASE.total_seconds())

    async def _perform(self, due: Due, lane: Lane) -> None:
        try:
            if due.kind == "timer":
                await self._fire(due)
            else:
                await self.sender.send(due, lane)
        except StoreAway:
            log.warning("outcome_not_written", effect=due.effect_id)  # the lease runs out and it is looked at again
        except Exception:
            log.exception("perform_failed", effect=due.effect_id)
        finally:
            lane.busy -= 1
            if due.kind == "send":
                self.tell()
            elif self._full and lane.busy <= lane.width // 2:
                self.wake.set()

    async def _fire(self, due: Due) -> None:
        if due.data_key is None:
            await self.store.fired(due)
            return
        if (due.channel, due.account) not in self.sender.accounts:  # no turn without it
            log.error("no_account", effect=due.effect_id, channel=due.channel, account=due.account)
            await self.store.untouched(due, self.clock() + NO_ACCOUNT_PAUSE)
            return
        payload = decode(due.payload)
        try:
            outcome = await self.turns.act(
                due.conversation, TimerFired(payload["name"], payload["case"], payload["set_on"])
            )
            if payload["name"] == "erase" and _forgotten(outcome) and not await self._erase(due, outcome.turn):
                return  # they wrote in this very moment: the lease runs out, and it is decided anew
        except TurnFailed as error:
            log.error("timer_failed", effect=due.effect_id, reason=str(error))
            if due.attempts >= TRIES:  # before that, its lease runs out and it fires again
                await self.store.later(due, self.clock() + _FAILED_PAUSE)
            return
        self.timers += 1
        await self.store.fired(due)

    async def _erase(self, due: Due, turn: int) -> bool:
        """False when the conversation has gone on since that turn: nobody has decided to destroy what was said then."""

        async def still(connection: Connection) -> bool:
            stands = await connection.fetchval("select turn from conversations where id = $1", due.conversation)
            return bool(stands == turn)

        erased = await erase_contact(self.store.database, due.conversation, still)
        if erased:
            self.sender.vault.forget(due.conversation)
        return erased


def _forgotten(outcome: Outcome) -> bool:
    """Whether the turn left nothing to keep. Something pressing stays, and then a person explains first."""
    return outcome.state is not None and not outcome.state.cases
