"""Stepping a batch: each arrival's conversation is unsealed, stepped in order, and its rows are gathered. No waiting."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from bot.arrivals import Arrival, Outcome, Said, TurnFailed
from bot.codec import load_state
from bot.facts import fact_of, fact_of_picture, fact_of_timer
from bot.log import get_logger
from bot.pieces import Pieces, ReadPieces, pieces_of, read_pieces
from bot.rereading import Further, further_text, read_further
from bot.settings import Account
from bot.store.turns import Loaded, Row, TurnStore
from bot.store.writes import Writes
from bot.vault import DataKey, Unsealable, Vault
from classifiers.reader import Reader
from conversations.alerts import graver
from conversations.codec import UnknownVersion
from conversations.codes import Intent
from conversations.effects import AlertDesk, OpenTicket, SendPicture, SendText, UpdateTicket
from conversations.engine import step
from conversations.events import BurstEnded, MessageReceived, PictureRead, TimerFired
from conversations.knowledge import Tip
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.state import Conversation
from conversations.turn import OutOfNumbers, Turn

log = get_logger("turns")

TipsNear = Callable[[str, Collection[Intent]], tuple[Tip, ...]]
"""(district, intents) → numbers that may be passed on."""

_KEPT = 1000
"""Conversations whose state is kept in memory between turns."""

NUMBERS = 4
"""Ticket numbers handed to one step: more needs than that in one message are rarer than any message."""


@dataclass(slots=True)
class Talk:
    """One conversation within a batch: where it started, where it has got to, what it said."""

    contact: UUID
    key: DataKey
    state: Conversation
    expected: int
    account: Account
    turns: list[tuple[Arrival, Turn, list[Said]]] = field(default_factory=list)
    news: list[dict[str, Any]] = field(default_factory=list)


class Stepper:
    """Everything stepping needs that does not change from batch to batch."""

    def __init__(
        self,
        store: TurnStore,
        vault: Vault,
        accounts: Callable[[tuple[str, str]], Account | None],
        reader: Callable[[], Reader],
        surge: Callable[[], bool],
        tips: TipsNear,
        queue: Callable[[], int] = lambda: 0,
    ) -> None:
        self.store = store
        self.surge = surge
        self.tips = tips
        self.queue = queue
        self.reader = reader
        self.vault = vault
        self.account = accounts
        self._states: OrderedDict[UUID, Conversation] = OrderedDict()

    def committed(self, talk: "Talk") -> None:
        """Keep a committed state: whoever wrote just now will write again. A turn number is committed once, so a kept
        state with the record's turn is the record's state."""
        self._states[talk.contact] = talk.state
        self._states.move_to_end(talk.contact)
        if len(self._states) > _KEPT:
            self._states.popitem(last=False)

    def step_all(
        self,
        arrivals: list[Arrival],
        loaded: Loaded,
        writes: Writes,
        numbers: list[str],
        playbook: Playbook,
        now: datetime,
    ) -> list[Talk]:
        talks: dict[bytes | UUID, Talk] = {}
        begun: list[tuple[Talk, Arrival]] = []
        for arrival in arrivals:
            with _failing(arrival):
                name: bytes | UUID = arrival.conversation or arrival.hash
                talk = talks.get(name)
                if talk is None:
                    talk = self._begin(arrival, loaded, writes)
                    talk = talks.setdefault(talk.contact, talk)  # the same contact may come by hash and by id
                    talks[name] = talk
                begun.append((talk, arrival))
        further = self._read_further(begun, playbook)
        pieces = self._read_pieces(begun, further, playbook)
        for place, (talk, arrival) in enumerate(begun):
            with _failing(arrival):
                self._step(talk, arrival, writes, numbers, playbook, now, further.get(place), pieces.get(place))
        unique = {id(talk): talk for talk in talks.values() if talk.turns}
        for talk in unique.values():
            writes.state(talk.contact, talk.expected, talk.state, talk.key)
        return list(unique.values())

    def _read_further(self, begun: list[tuple[Talk, Arrival]], playbook: Playbook) -> dict[int, Reading]:
        """Readings beside the messages' own, by place, in one batch; only of each conversation's first, for what the
        others are read with is not known before it is stepped."""
        seen: set[UUID] = set()
        asked: dict[int, Further] = {}
        for place, (talk, arrival) in enumerate(begun):
            if talk.contact in seen:
                continue
            seen.add(talk.contact)
            if arrival.inbound is not None and arrival.event is None:
                with suppress(Exception):  # it comes up again where the message is stepped, and fails that one alone
                    own = arrival.reading or Reading()
                    if found := further_text(talk.state, arrival.inbound, own, playbook):
                        asked[place] = found
        return dict(zip(asked, read_further(self.reader(), list(asked.values())), strict=True))

    def _read_pieces(
        self, begun: list[tuple[Talk, Arrival]], further: Collection[int], playbook: Playbook
    ) -> dict[int, ReadPieces]:
        """The pieces of messages that are read alone, by place, in one batch."""
        asked: dict[int, tuple[Inbound, Pieces]] = {}
        for place, (_, arrival) in enumerate(begun):
            if place not in further and arrival.inbound is not None and arrival.event is None:
                with suppress(Exception):
                    own = arrival.reading or Reading()
                    asked[place] = (arrival.inbound, pieces_of(arrival.inbound, own, playbook))
        return dict(zip(asked, read_pieces(self.reader(), list(asked.values())), strict=True))

    def _begin(self, arrival: Arrival, loaded: Loaded, writes: Writes) -> Talk:
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
        kept = self._states.get(row.contact)
        if kept is not None and row.state is not None and kept.turn == row.turn:
            state = kept
        elif row.state is not None:
            state = load_state(key.open(row.state))
        elif arrival.inbound is not None:
            state = Conversation(id=str(row.contact), contact=arrival.inbound.contact)
        else:
            raise TurnFailed("no such conversation")
        return Talk(row.contact, key, state, row.turn, self._account(state.contact.channel, state.contact.account))

    def _welcome(self, arrival: Arrival, inbound: Inbound, writes: Writes) -> Talk:
        contact = uuid4()
        key, sealed = self.vault.new_data_key(contact)
        state = Conversation(id=str(contact), contact=inbound.contact)
        account = self._account(inbound.contact.channel, inbound.contact.account)
        writes.contact(contact, arrival.hash, state, key, sealed)
        return Talk(contact, key, state, 0, account)

    def _account(self, channel: str, name: str) -> Account:
        account = self.account((channel, name))
        if account is None:
            raise TurnFailed(f"{channel}:{name} is not among BANGNONG_CHANNELS of this process")
        return account

    def _step(
        self,
        talk: Talk,
        arrival: Arrival,
        writes: Writes,
        numbers: list[str],
        playbook: Playbook,
        now: datetime,
        further: Reading | None,
        pieces: ReadPieces | None,
    ) -> None:
        event = arrival.event
        if event is None:
            assert arrival.inbound is not None
            reading = arrival.reading or Reading()
            event = fact_of(
                self.reader(), talk.state, arrival.inbound, reading, playbook, arrival.answered,
                surge=self.surge(), queue=self.queue(), more=arrival.more, tips=self.tips, further=further,
                pieces=pieces,
            )  # fmt: skip
        elif isinstance(event, TimerFired):
            event = fact_of_timer(self.reader(), talk.state, event, playbook, surge=self.surge())
        elif isinstance(event, PictureRead):
            event = fact_of_picture(self.reader(), event)
        listed = len(event.parts) if isinstance(event, MessageReceived | BurstEnded) else 0
        given = tuple(numbers[: NUMBERS + listed])
        limits = talk.account.limits
        try:
            turn = step(talk.state, event, playbook=playbook, limits=limits, now=now, numbers=given)
        except OutOfNumbers as error:
            raise TurnFailed("out of ticket numbers") from error
        self.store.used(turn.numbers_used)
        if turn.state.turn == talk.state.turn:  # heard before within the state's own memory
            arrival.settle(Outcome(talk.contact, turn.state.turn, duplicate=True, state=turn.state))
            return
        said = writes.turn(talk.contact, event, turn, talk.key, limits, given, slot=arrival.slot)
        replies = [Said(name, one.text, one.author) for name, one in said if isinstance(one, SendText)]
        if arrival.told:
            writes.told(talk.contact, turn, arrival.told, talk.key)
        if arrival.key:
            answered = int(replies[0].effect_id.rsplit("/", 1)[1]) if replies else 0
            writes.mark(arrival.key, talk.contact, turn.state.turn, answered)
        talk.turns.append((arrival, turn, replies))
        talk.news += _news(talk, turn, said, pushed=not arrival.slot)
        talk.state = turn.state


@contextmanager
def _failing(arrival: Arrival) -> Iterator[None]:
    """Whatever is wrong with one arrival fails it alone; the rest of its batch goes on."""
    try:
        yield
    except (Unsealable, UnknownVersion, TurnFailed) as error:
        log.error("turn_failed", reason=type(error).__name__)
        arrival.fail(TurnFailed(str(error)))
    except Exception as error:
        log.exception("step_failed")
        arrival.fail(TurnFailed(type(error).__name__))


def _news(
    talk: Talk, turn: Turn, said: list[tuple[str, SendText | SendPicture]], *, pushed: bool
) -> list[dict[str, Any]]:
    """What open desks and chats should know after the commit: ids and codes only."""
    news: dict[str, dict[str, Any]] = {}
    for effect in turn.effects:
        if isinstance(effect, OpenTicket | UpdateTicket | AlertDesk):
            entry = news.setdefault(
                effect.number, {"what": "ticket", "number": effect.number, "change": "", "alert": ""}
            )
            if isinstance(effect, AlertDesk):
                entry["alert"] = graver(entry["alert"], effect.reason)
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
