"""Turns: events queue up while a batch is at work, then are read, stepped and committed together (design 4).

An event is acknowledged only through its future, which is resolved after the commit. A conversation that loses its
compare-and-set is loaded and stepped again alone; the others of the batch stand. Two batches may be under way: one is
read and stepped while the other's commit is with the database.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.arrivals import Arrival, Outcome, Said, TurnFailed, WaitingLine
from bot.codec import decode
from bot.log import get_logger
from bot.settings import Account
from bot.stepping import NUMBERS, Stepper, Talk, TipsNear
from bot.store.database import StoreAway
from bot.store.turns import Loaded, TurnStore
from bot.store.writes import Writes
from bot.vault import Unsealable, Vault
from classifiers.reader import Reader
from conversations.engine import texts_to_read
from conversations.events import Event
from conversations.lists import MOST as LONGEST_LIST
from conversations.lists import list_items
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading

log = get_logger("turns")

BATCH = 64
WORKERS = 2
_TRIES = 8
_MARKS_WAIT = 0.05
_MARKS_AGAIN, _MARKS_TRIES = 1.0, 5
"""Seconds for which the mark of a delivered answer waits for a batch; until the next try; tries if it is us who fail."""

Publish = Callable[[list[dict[str, Any]]], None]


class Turns:
    """The processor of one process. `hear` and `act` return when the turn is committed, or raise StoreAway/TurnFailed."""

    def __init__(
        self,
        store: TurnStore,
        vault: Vault,
        reader: Callable[[], Reader],
        playbook: Callable[[], Playbook],
        accounts: Callable[[tuple[str, str]], Account | None],
        clock: Callable[[], datetime],
        publish: Publish,
        surge: Callable[[], bool] = lambda: False,
        tips: TipsNear = lambda district, intents: (),
        queue: Callable[[], int] = lambda: 0,
    ) -> None:
        self.store = store
        self.vault = vault
        self.reader = reader
        self.playbook = playbook
        self.clock = clock
        self.publish = publish
        self._line = WaitingLine()
        self._stepper = Stepper(store, vault, accounts, reader, surge, tips, queue)
        self._inflight: dict[bytes, asyncio.Future[Outcome]] = {}
        self._delivered: list[str] = []
        self._marking = False
        self._missed = 0
        self._closing = False
        self.spent: dict[str, float] = {"read": 0.0, "step": 0.0, "commit": 0.0}
        self.count = 0
        self.batches = 0

    async def hear(self, inbound: Inbound, *, slot: bool, answered: str = "", told: str = "") -> Outcome:
        """A contact's message. The same delivery while the first is under way waits for the first one's outcome.

        `answered`, `told`: what kind of thing was said already while nothing could be stored, and its words.
        """
        return await asyncio.shield(self.submit(inbound, slot=slot, answered=answered, told=told))

    def submit(
        self,
        inbound: Inbound,
        *,
        slot: bool,
        answered: str = "",
        told: str = "",
        more: bool = False,
        reading: Reading | None = None,
    ) -> "asyncio.Future[Outcome]":
        """As `hear`, without waiting. The future goes on whoever stops waiting for it. Raises StoreAway when stopping.

        `more`: another message follows, or may. `reading`: the message's own, if somebody has read it already.
        """
        contact = inbound.contact
        key = self.vault.hash("inbox", contact.channel, contact.account, contact.openid, inbound.message_id)
        waiting = self._inflight.get(key)
        if waiting is not None:
            return waiting
        arrival = Arrival(
            asyncio.get_running_loop().create_future(), inbound, slot=slot, answered=answered, told=told, key=key,
            more=more, reading=reading,
        )  # fmt: skip
        arrival.hash = self.vault.hash("openid", contact.channel, contact.account, contact.openid)
        self._put(arrival)
        self._inflight[key] = arrival.done
        arrival.done.add_done_callback(lambda _: self._inflight.pop(key, None))
        return arrival.done

    async def act(self, conversation: UUID, event: Event) -> Outcome:
        """Something done to a known conversation: a reporter's act, a timer, a failed delivery."""
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._put(Arrival(done, event=event, conversation=conversation))
        return await asyncio.shield(done)

    def delivered(self, effect_id: str) -> None:
        """The answer slot carried this text; written down with the next batch, or alone when none comes."""
        self._owe([effect_id], _MARKS_WAIT)

    def _owe(self, marks: list[str], wait: float | None = None) -> None:
        """To be written down by itself, for nobody may write for hours and the outbox says the text again in seconds."""
        self._delivered += marks
        if self._delivered and not self._marking:
            self._marking = True
            asyncio.get_running_loop().call_later(wait or _MARKS_AGAIN, self._write_marks)

    def _write_marks(self) -> None:
        """Wake a worker for the marks alone, unless a batch that takes them along is near: a commit costs the same
        whether it carries one mark or a batch of turns."""
        self._marking = bool(self._delivered) and self._line.at_work
        if self._marking:
            asyncio.get_running_loop().call_later(_MARKS_WAIT, self._write_marks)
        elif self._delivered:
            self._line.wake()

    async def settle(self) -> None:
        """Return when everything taken is done and every mark of a delivered answer is written down."""
        while self._inflight or self._delivered:
            self._line.wake()
            await asyncio.sleep(0.001)
        await self._line.empty()

    @property
    def busy(self) -> bool:
        """Whether messages are waiting for their turn."""
        return bool(self._inflight)

    def _put(self, arrival: Arrival) -> None:
        if self._closing:
            raise StoreAway("stopping")
        self._line.put(arrival)

    async def run(self) -> None:
        """Work for ever, at most BATCH at a time, never lingering."""
        await asyncio.gather(*(self._work() for _ in range(WORKERS)))

    async def _work(self) -> None:
        while True:
            batch = await self._line.take(BATCH)
            try:
                if batch or self._delivered:
                    await self._take(batch)
            except StoreAway as error:
                for arrival in batch:
                    arrival.fail(error)
            except Exception as error:
                log.exception("batch_failed", count=len(batch))
                for arrival in batch:
                    arrival.fail(TurnFailed(type(error).__name__))
            finally:
                self._line.finish(batch)

    async def stop(self) -> None:
        """Take nothing more and finish what was taken."""
        self._closing = True
        await self._line.empty()
        if self._delivered:
            try:
                await self._take([])
            except StoreAway:
                log.warning("delivered_marks_lost", count=len(self._delivered))

    async def _take(self, batch: Sequence[Arrival]) -> None:
        pending = list(batch)
        for _ in range(_TRIES):
            pending = await self._attempt(pending)
            if not pending:
                return
        for arrival in pending:
            arrival.fail(StoreAway("contended"))

    async def _attempt(self, arrivals: list[Arrival]) -> list[Arrival]:
        """One load–read–step–commit; the arrivals to be tried again."""
        now, playbook = self.clock(), self.playbook()
        loaded = Loaded({}, {}, {})
        if arrivals:  # marks of delivered answers need nothing
            loaded = await self.store.load(
                list({one.hash for one in arrivals if one.hash}),
                list({one.conversation for one in arrivals if one.conversation}),
                [one.key for one in arrivals if one.key],
            )
        fresh = [one for one in arrivals if not self._answered_before(one, loaded)]
        began = time.perf_counter()
        self._read([one for one in fresh if one.inbound is not None and one.reading is None], now)
        self.spent["read"] += time.perf_counter() - began
        lists = sum(
            one.inbound is not None and one.reading is not None and bool(list_items(one.inbound.text, one.reading))
            for one in fresh
        )
        numbers = await self.store.numbers(now, NUMBERS + len(fresh) + LONGEST_LIST * lists) if fresh else []
        began = time.perf_counter()
        writes = Writes(playbook, now)
        writes.done, self._delivered = self._delivered, []
        try:
            talks = self._stepper.step_all(fresh, loaded, writes, numbers, playbook, now)
            self.spent["step"] += time.perf_counter() - began
            if not talks and not writes.done:
                return []
            began = time.perf_counter()
            lost = await self.store.commit(writes)
        except (StoreAway, asyncio.CancelledError):
            self._owe(writes.done)
            raise
        except Exception:
            if writes.done:
                await self._spare(writes.done, playbook, now, alone=not fresh)
            raise
        self.spent["commit"] += time.perf_counter() - began
        self._missed = 0 if writes.done else self._missed
        if lost is None:
            self._owe(writes.done)
            return [one for one in fresh if not one.done.done()]
        return self._settle(talks, lost)

    async def _spare(self, marks: list[str], playbook: Playbook, now: datetime, *, alone: bool) -> None:
        """Marks that were with a batch which failed by our own fault: theirs only if they fail alone as well."""
        if not alone:
            writes = Writes(playbook, now)
            writes.done = marks
            try:
                await self.store.commit(writes)
                return
            except StoreAway:
                self._missed = 0  # no fault of theirs
            except Exception:
                log.exception("marks_failed", count=len(marks))
        self._missed += 1
        if self._missed < _MARKS_TRIES:
            self._owe(marks)
        else:
            self._missed = 0
            log.error("delivered_marks_lost", count=len(marks))

    def _settle(self, talks: list[Talk], lost: set[UUID]) -> list[Arrival]:
        again: list[Arrival] = []
        news: list[dict[str, Any]] = []
        self.batches += 1
        for talk in talks:
            if talk.contact in lost:
                again += [arrival for arrival, _, _ in talk.turns]
                continue
            self._stepper.committed(talk)
            news += talk.news
            for arrival, turn, said in talk.turns:
                self.count += 1
                outcome = Outcome(talk.contact, turn.state.turn, tuple(said), refused=turn.refused, state=turn.state)
                arrival.settle(outcome)
        if news:
            self.publish(news)
        return again

    def _answered_before(self, arrival: Arrival, loaded: Loaded) -> bool:
        """A delivery heard before gets the first one's answer again."""
        mark = loaded.marks.get(arrival.key) if arrival.key else None
        if mark is None:
            return False
        replies: tuple[Said, ...] = ()
        if mark.answer is not None and mark.data_key is not None:
            try:
                body = self.vault.data_key(mark.conversation, mark.data_key).open(mark.answer)
            except Unsealable:
                log.error("answer_unsealable", conversation=str(mark.conversation))
            else:
                replies = (Said(f"{mark.conversation}/{mark.turn}/{mark.position}", str(decode(body)["text"])),)
        arrival.settle(Outcome(mark.conversation, mark.turn, replies, duplicate=True))
        return True

    def _read(self, arrivals: list[Arrival], now: datetime) -> None:
        if not arrivals:
            return
        messages = [one.inbound for one in arrivals if one.inbound is not None]
        texts = [texts_to_read(message) for message in messages]
        readings = self.reader().read(texts, [min(message.sent_at, now) for message in messages])
        for arrival, reading in zip(arrivals, readings, strict=True):
            arrival.reading = reading
