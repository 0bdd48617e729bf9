"""Turns: events queue up while a batch is at work, then are read, stepped and committed together (design 4).

An event is acknowledged only through its future, which is resolved after the commit. A conversation that loses its
compare-and-set is loaded and stepped again alone; the others of the batch stand.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from bot.codec import load_state
from bot.log import get_logger
from bot.settings import Account
from bot.store.database import StoreAway
from bot.store.turns import Loaded, Row, TurnStore
from bot.store.writes import Writes
from bot.vault import DataKey, Unsealable, Vault
from classifiers.reader import Reader
from conversations.codec import UnknownVersion
from conversations.effects import AlertDesk, OpenTicket, SendText, UpdateTicket
from conversations.engine import step, texts_to_read
from conversations.events import ContactFollowed, ContactUnfollowed, Event, MessageReceived
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.state import Conversation
from conversations.turn import OutOfNumbers, Turn

log = get_logger("turns")

BATCH = 64
_TRIES = 8
_NUMBERS = 4

Publish = Callable[[list[dict[str, Any]]], None]


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
    key: bytes = b""
    hash: bytes = b""
    reading: Reading | None = None


@dataclass(slots=True)
class _Talk:
    """One conversation within a batch: where it started, where it has got to, what it said."""

    contact: UUID
    key: DataKey
    state: Conversation
    expected: int
    account: Account
    turns: list[tuple[Arrival, Turn, list[Said]]] = field(default_factory=list)
    news: list[dict[str, Any]] = field(default_factory=list)


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
    ) -> None:
        self.store = store
        self.vault = vault
        self.reader = reader
        self.playbook = playbook
        self.account = accounts
        self.clock = clock
        self.publish = publish
        self._queue: asyncio.Queue[Arrival | None] = asyncio.Queue()
        self._inflight: dict[bytes, asyncio.Future[Outcome]] = {}
        self._delivered: list[str] = []
        self._closing = False
        self.spent: dict[str, float] = {"read": 0.0, "step": 0.0, "commit": 0.0}
        self.count = 0
        self.batches = 0

    async def hear(self, inbound: Inbound, *, slot: bool, answered: str = "", told: str = "") -> Outcome:
        """A contact's message. The same delivery while the first is under way waits for the first one's outcome.

        `answered`, `told`: what kind of thing was said already while nothing could be stored, and its words.
        """
        return await asyncio.shield(self.submit(inbound, slot=slot, answered=answered, told=told))

    def submit(self, inbound: Inbound, *, slot: bool, answered: str = "", told: str = "") -> "asyncio.Future[Outcome]":
        """As `hear`, without waiting. The future goes on whoever stops waiting for it. Raises StoreAway when stopping."""
        contact = inbound.contact
        key = self.vault.hash("inbox", contact.channel, contact.account, contact.openid, inbound.message_id)
        waiting = self._inflight.get(key)
        if waiting is not None:
            return waiting
        arrival = Arrival(
            asyncio.get_running_loop().create_future(), inbound, slot=slot, answered=answered, told=told, key=key
        )
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
        """The answer slot carried this text; written down with the next batch, or by `flush`."""
        self._delivered.append(effect_id)
        if self._queue.empty():
            asyncio.get_running_loop().call_later(0.05, self._nudge)

    def _nudge(self) -> None:
        if self._delivered and self._queue.empty() and not self._closing:
            self._queue.put_nowait(None)

    @property
    def busy(self) -> bool:
        """Whether messages are waiting for their turn."""
        return bool(self._inflight)

    def _put(self, arrival: Arrival) -> None:
        if self._closing:
            raise StoreAway("stopping")
        self._queue.put_nowait(arrival)

    async def run(self) -> None:
        """Drain the queue for ever, at most BATCH at a time, never lingering."""
        while True:
            arrivals = [await self._queue.get()]
            while len(arrivals) < BATCH and not self._queue.empty():
                arrivals.append(self._queue.get_nowait())
            batch = [arrival for arrival in arrivals if arrival is not None]
            try:
                await self._take(batch)
            except StoreAway as error:
                for arrival in batch:
                    _fail(arrival, error)
            except Exception as error:
                log.exception("batch_failed", count=len(batch))
                for arrival in batch:
                    _fail(arrival, TurnFailed(type(error).__name__))
            finally:
                for _ in arrivals:
                    self._queue.task_done()

    async def stop(self) -> None:
        """Take nothing more and finish what was taken."""
        self._closing = True
        await self._queue.join()
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
            _fail(arrival, StoreAway("contended"))

    async def _attempt(self, arrivals: list[Arrival]) -> list[Arrival]:
        """One load–read–step–commit; the arrivals to be tried again."""
        now, playbook = self.clock(), self.playbook()
        loaded = await self.store.load(
            list({one.hash for one in arrivals if one.hash}),
            list({one.conversation for one in arrivals if one.conversation}),
            [one.key for one in arrivals if one.key],
        )
        fresh = [one for one in arrivals if not self._answered_before(one, loaded)]
        began = time.perf_counter()
        self._read([one for one in fresh if one.inbound is not None and one.reading is None], now)
        self.spent["read"] += time.perf_counter() - began
        numbers = await self.store.numbers(now, _NUMBERS + len(fresh)) if fresh else []
        began = time.perf_counter()
        writes = Writes(playbook, now)
        writes.done, self._delivered = self._delivered, []
        talks = self._step_all(fresh, loaded, writes, numbers, playbook, now)
        self.spent["step"] += time.perf_counter() - began
        if not talks and not writes.done:
            return []
        began = time.perf_counter()
        try:
            lost = await self.store.commit(writes)
        except StoreAway:
            self._delivered += writes.done
            raise
        self.spent["commit"] += time.perf_counter() - began
        if lost is None:
            self._delivered += writes.done
            return [one for one in fresh if not one.done.done()]
        return self._settle(talks, lost)

    def _settle(self, talks: list[_Talk], lost: set[UUID]) -> list[Arrival]:
        again: list[Arrival] = []
        news: list[dict[str, Any]] = []
        self.batches += 1
        for talk in talks:
            if talk.contact in lost:
                again += [arrival for arrival, _, _ in talk.turns]
                continue
            news += talk.news
            for arrival, turn, said in talk.turns:
                self.count += 1
                outcome = Outcome(talk.contact, turn.state.turn, tuple(said), refused=turn.refused, state=turn.state)
                if not arrival.done.done():
                    arrival.done.set_result(outcome)
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
                text = self.vault.data_key(mark.conversation, mark.data_key).open(mark.answer).decode()
            except Unsealable:
                log.error("answer_unsealable", conversation=str(mark.conversation))
            else:
                effect_id, _, words = text.partition("\n")
                replies = (Said(effect_id, words),)
        if not arrival.done.done():
            arrival.done.set_result(Outcome(mark.conversation, mark.turn, replies, duplicate=True))
        return True

    def _read(self, arrivals: list[Arrival], now: datetime) -> None:
        if not arrivals:
            return
        messages = [one.inbound for one in arrivals if one.inbound is not None]
        texts = [texts_to_read(message) for message in messages]
        readings = self.reader().read(texts, [min(message.sent_at, now) for message in messages])
        for arrival, reading in zip(arrivals, readings, strict=True):
            arrival.reading = reading

    def _step_all(
        self,
        arrivals: list[Arrival],
        loaded: Loaded,
        writes: Writes,
        numbers: list[str],
        playbook: Playbook,
        now: datetime,
    ) -> list[_Talk]:
        talks: dict[bytes | UUID, _Talk] = {}
        for arrival in arrivals:
            name: bytes | UUID = arrival.conversation or arrival.hash
            try:
                talk = talks.get(name)
                if talk is None:
                    talk = self._begin(arrival, loaded, writes)
                    talk = talks.setdefault(talk.contact, talk)  # the same contact may come by hash and by id
                    talks[name] = talk
                self._step(talk, arrival, writes, numbers, playbook, now)
            except (Unsealable, UnknownVersion, TurnFailed) as error:
                log.error("turn_failed", reason=type(error).__name__)
                _fail(arrival, TurnFailed(str(error)))
            except Exception as error:
                log.exception("step_failed")
                _fail(arrival, TurnFailed(type(error).__name__))
        unique = {id(talk): talk for talk in talks.values() if talk.turns}
        for talk in unique.values():
            writes.state(talk.contact, talk.expected, talk.state, talk.key)
        return list(unique.values())

    def _begin(self, arrival: Arrival, loaded: Loaded, writes: Writes) -> _Talk:
        row: Row | None = (
            loaded.by_id.get(arrival.conversation) if arrival.conversation else loaded.by_hash.get(arrival.hash)
        )
        if row is None:
            if arrival.inbound is None:
                raise TurnFailed("no such conversation")
            return self._welcome(arrival, arrival.inbound, writes)
        if row.data_key is None:
            raise TurnFailed("erased")
        key = self.vault.data_key(row.contact, row.data_key)
        if row.state is not None:
            state = load_state(key.open(row.state))
        elif arrival.inbound is not None:
            state = Conversation(id=str(row.contact), contact=arrival.inbound.contact)
        else:
            raise TurnFailed("no such conversation")
        return _Talk(row.contact, key, state, row.turn, self._account(state.contact.channel, state.contact.account))

    def _welcome(self, arrival: Arrival, inbound: Inbound, writes: Writes) -> _Talk:
        contact = uuid4()
        key, sealed = self.vault.new_data_key(contact)
        state = Conversation(id=str(contact), contact=inbound.contact)
        account = self._account(inbound.contact.channel, inbound.contact.account)
        writes.contact(contact, arrival.hash, state, key, sealed)
        return _Talk(contact, key, state, 0, account)

    def _account(self, channel: str, name: str) -> Account:
        account = self.account((channel, name))
        if account is None:
            raise TurnFailed(f"{channel}:{name} is not among BANGNONG_CHANNELS of this process")
        return account

    def _step(
        self, talk: _Talk, arrival: Arrival, writes: Writes, numbers: list[str], playbook: Playbook, now: datetime
    ) -> None:
        event = arrival.event or _fact(arrival)
        given = tuple(numbers[:_NUMBERS])
        limits = talk.account.limits
        try:
            turn = step(talk.state, event, playbook=playbook, limits=limits, now=now, numbers=given)
        except OutOfNumbers as error:
            raise TurnFailed("out of ticket numbers") from error
        self.store.used(turn.numbers_used)
        if turn.state.turn == talk.state.turn:  # heard before within the state's own memory
            if not arrival.done.done():
                arrival.done.set_result(Outcome(talk.contact, turn.state.turn, duplicate=True, state=turn.state))
            return
        said = writes.turn(talk.contact, event, turn, talk.key, limits, given, slot=arrival.slot)
        replies = [Said(effect_id, text.text, text.author) for effect_id, text in said]
        if arrival.told:
            writes.told(talk.contact, turn, arrival.told, talk.key)
        if arrival.key:
            first = next(iter(replies), None)
            answer = f"{first.effect_id}\n{first.text}" if first else ""
            writes.mark(arrival.key, talk.contact, turn.state.turn, answer, talk.key)
        talk.turns.append((arrival, turn, replies))
        talk.news += _news(talk, turn, said, pushed=not arrival.slot)
        talk.state = turn.state


def _fact(arrival: Arrival) -> Event:
    inbound, reading = arrival.inbound, arrival.reading
    assert inbound is not None
    if inbound.kind == "follow":
        return ContactFollowed(inbound)
    if inbound.kind == "unfollow":
        return ContactUnfollowed(inbound)
    return MessageReceived(inbound, reading or Reading(), arrival.answered)


def _news(talk: _Talk, turn: Turn, said: list[tuple[str, SendText]], *, pushed: bool) -> list[dict[str, Any]]:
    """What open desks and chats should know after the commit: ids and codes only."""
    news: dict[str, dict[str, Any]] = {}
    for effect in turn.effects:
        if isinstance(effect, OpenTicket | UpdateTicket | AlertDesk):
            entry = news.setdefault(
                effect.number, {"what": "ticket", "number": effect.number, "change": "", "alert": ""}
            )
            if isinstance(effect, AlertDesk):
                entry["alert"] = effect.reason
            else:
                entry["change"] = "opened" if isinstance(effect, OpenTicket) else entry["change"] or effect.change
    for case in turn.state.cases:
        if case.ticket in news:
            news[case.ticket] |= {"urgency": case.urgency.value, "status": case.status.value, "reporter": case.reporter}
    out = list(news.values())
    if said:
        out.append({"what": "said", "conversation": str(talk.contact), "pull": talk.account.limits.pull})
    if said and pushed and not talk.account.limits.pull:
        out.append({"what": "outbox"})
    return out


def _fail(arrival: Arrival, error: Exception) -> None:
    if not arrival.done.done():
        arrival.done.set_exception(error)
        arrival.done.exception()  # a caller who has gone away must not leave a warning behind
