"""The rows of one batch, column by column, as `commit_turns` takes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.codec import dump_body, dump_event, dump_state, encode
from bot.store.media import owed_rows, picture_row
from bot.vault import DataKey
from conversations.alerts import graver
from conversations.effects import (
    AlertDesk,
    EraseContact,
    KeepLabel,
    OpenTicket,
    SendPicture,
    SendText,
    SetTimer,
    UpdateTicket,
)
from conversations.events import Event, MessageReceived
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.slots import missing
from conversations.state import Case, Conversation
from conversations.tickets import due
from conversations.turn import Turn
from conversations.window import Limits

SLOT_GRACE = timedelta(seconds=20)
"""How long the answer slot (and the platform's three redeliveries of 5 s) may take before the outbox sends instead."""

_TOLD = 99
"""Position of what was said from the spool: after anything the turn itself says."""


Rows = list[tuple[Any, ...]]


def columns(rows: Rows, width: int) -> list[Sequence[Any]]:
    """The same values column by column, as `unnest` takes them."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


@dataclass(slots=True)
class Writes:
    """Grows turn by turn; `arguments()` in the order of commit_turns' parameters, which each comment repeats."""

    playbook: Playbook
    now: datetime
    contacts: Rows = field(default_factory=list)
    """id, hash, channel, account, openid, key"""
    conversations: Rows = field(default_factory=list)
    """id, expected, turn, phase, state"""
    inbox: Rows = field(default_factory=list)
    """key, conversation, turn, answered"""
    history: Rows = field(default_factory=list)
    """conversation, turn, kind, event"""
    messages: Rows = field(default_factory=list)
    """conversation, turn, position, direction, case, author, kind, body, at, delivery"""
    tickets: Rows = field(default_factory=list)
    """number, conversation, case, channel, account, intent, urgency, rank, status, outcome, verification, flags, desk,
    district, reporter, claim, human, confidence, model, missing, body, created, acted, ack, call, contact, revisit, alert"""
    events: Rows = field(default_factory=list)
    """number, conversation, actor, change, detail"""
    outbox: Rows = field(default_factory=list)
    """id, kind, conversation, case, purpose, due, status, payload"""
    labels: Rows = field(default_factory=list)
    """number, conversation, field, was, value, by"""
    done: list[str] = field(default_factory=list)
    _rows: dict[str, int] = field(default_factory=dict)
    """Ticket number or timer id → its row: a later turn of the same batch writes over the earlier one."""
    media: Rows = field(default_factory=list)
    """Not among `arguments`: batches without pictures are committed without a word about them."""

    def arguments(self) -> list[Any]:
        groups = (
            (self.contacts, 6), (self.conversations, 5), (self.inbox, 4), (self.history, 4), (self.messages, 10),
            (self.tickets, 28), (self.events, 5), (self.outbox, 8), (self.labels, 6),
        )  # fmt: skip
        return [column for rows, width in groups for column in columns(rows, width)] + [self.done, self.now]

    def owing(self) -> list[Sequence[Any]]:
        """Columns of `media`, in the order of `owed_rows`; [] for none."""
        return columns(self.media, 0)

    def contact(self, contact: UUID, hashed: bytes, state: Conversation, key: DataKey, sealed_key: bytes) -> None:
        ref = state.contact
        openid = key.seal(ref.openid.encode())
        self.contacts.append((contact, hashed, ref.channel, ref.account, openid, sealed_key))

    def state(self, contact: UUID, expected: int, state: Conversation, key: DataKey) -> None:
        sealed = key.seal(dump_state(state))
        self.conversations.append((contact, expected, state.turn, state.phase, sealed))

    def mark(self, inbox_key: bytes, contact: UUID, turn: int, answered: int) -> None:
        self.inbox.append((inbox_key, contact, turn, answered))

    def turn(
        self,
        contact: UUID,
        event: Event,
        turn: Turn,
        key: DataKey,
        limits: Limits,
        numbers: tuple[str, ...],
        *,
        slot: bool,
    ) -> list[tuple[str, SendText | SendPicture]]:
        """Everything one turn wrote; what it says and shows, with their effect ids."""
        state = turn.state
        kind = type(event).__name__
        recorded = key.seal(dump_event(event, self.now, numbers[: turn.numbers_used]))
        self.history.append((contact, state.turn, kind, recorded))
        if isinstance(event, MessageReceived):
            self._heard(contact, state.turn, turn.filed, event.message, key)
        said: list[tuple[str, SendText | SendPicture]] = []
        touched: dict[int, str] = {}
        for position, effect in enumerate(turn.effects, 1):
            match effect:
                case SendText() | SendPicture():
                    effect_id = f"{state.id}/{state.turn}/{position}"
                    said.append((effect_id, effect))
                    self._say(contact, state, position, effect_id, effect, key, limits, slot=slot)
                case OpenTicket(number, case):
                    touched.setdefault(case, "")
                    self._event(number, contact, "bot", "opened", "", key)
                case UpdateTicket(number, case, change, by, detail):
                    touched.setdefault(case, "")
                    self._event(number, contact, by, change, detail, key)
                case AlertDesk(number, reason):
                    case_key = next((case.key for case in state.cases if case.ticket == number), 0)
                    touched[case_key] = graver(touched.get(case_key, ""), reason)
                case SetTimer(name, case, due_at):
                    payload = encode({"name": name, "case": case, "set_on": state.turn})
                    timer_id = f"{state.id}/timer/{name}/{case}"
                    self._put(self.outbox, (timer_id, "timer", contact, case, name, due_at, "pending", payload))
                case KeepLabel(number, name, was, value, by):
                    self.labels.append((number, contact, name, was, value, by))
                case EraseContact():
                    pass
        for case_key, alert in touched.items():
            found = state.case(case_key)
            if found is not None and found.ticket:
                self.ticket(contact, state, found, key, alert)
        return said

    def _heard(self, contact: UUID, turn: int, case: int, message: Inbound, key: DataKey) -> None:
        body = {"text": message.text}
        if message.attachments:
            body["attachments"] = [{"kind": one.kind, "title": one.title} for one in message.attachments]  # type: ignore[assignment]
        if message.location:
            body["location"] = message.location  # type: ignore[assignment]
        sealed = key.seal(encode(body))
        at = min(message.sent_at, self.now)
        self.messages.append((contact, turn, 0, b"i", case, "contact", message.kind, sealed, at, "received"))
        if message.attachments:
            self.media += owed_rows(contact, turn, message.attachments, key, message.contact.channel, self.now)

    def _say(
        self,
        contact: UUID,
        state: Conversation,
        position: int,
        effect_id: str,
        effect: SendText | SendPicture,
        key: DataKey,
        limits: Limits,
        *,
        slot: bool,
    ) -> None:
        if limits.pull:
            delivery = "stored"
        else:
            delivery = "slot" if slot else "pending"
            due_at = self.now + SLOT_GRACE if slot else self.now
            self.outbox.append((effect_id, "send", contact, effect.case, effect.purpose, due_at, delivery, b""))
        if isinstance(effect, SendText):
            body = key.seal(encode({"text": effect.text}))
        else:
            shown = {"text": "", "attachments": [{"kind": "image", "title": ""}], "picture": effect.picture.name}
            body = key.seal(encode(shown))
            self.media.append(picture_row(contact, state.turn, position, effect.picture, key, self.now))
        self.messages.append(
            (contact, state.turn, position, b"o", effect.case, effect.author, effect.purpose, body, self.now, delivery)
        )

    def told(self, contact: UUID, turn: Turn, text: str, key: DataKey) -> None:
        """What was said before this turn could be taken belongs in the record too."""
        body = key.seal(encode({"text": text}))
        self.messages.append(
            (contact, turn.state.turn, _TOLD, b"o", turn.filed, "bot", "info", body, self.now, "told")
        )  # fmt: skip

    def _event(self, number: str, contact: UUID, actor: str, change: str, detail: str, key: DataKey) -> None:
        self.events.append((number, contact, actor, change, key.seal(detail.encode()) if detail else None))

    def ticket(self, contact: UUID, state: Conversation, case: Case, key: DataKey, alert: str) -> None:
        """The ticket's row as it follows from its case."""
        playbook, clocks = self.playbook, due(case, self.playbook)
        place = dict(case.slots["address"].parts) if "address" in case.slots else {}
        district = place.get("district", "")
        gaps = ",".join(slot.name for slot in missing(playbook.intents[case.intent], case))
        claim = self.now + playbook.manners.claim if case.reporter else None
        if (row := self._rows.get(case.ticket)) is not None:
            alert = graver(self.tickets[row][-1], alert)
        self._put(
            self.tickets,
            (
                case.ticket, contact, case.key, state.contact.channel, state.contact.account,
                case.intent, case.urgency, case.urgency.rank, case.status,
                case.outcome or "", case.verification, ",".join(case.flags),
                playbook.desk_for(case.intent, case.urgency, district), district, case.reporter, claim, case.wants_human,
                case.confidence, case.model, gaps, key.seal(dump_body(case)), case.started_at, case.acted_at,
                clocks.acknowledge_at, clocks.call_at, clocks.contact_unit_at, clocks.revisit_at, alert,
            ),
        )  # fmt: skip

    def _put(self, rows: Rows, row: tuple[Any, ...]) -> None:
        """By its first value, over an earlier row of that name."""
        place = self._rows.setdefault(row[0], len(rows))
        if place == len(rows):
            rows.append(row)
        else:
            rows[place] = row
