"""Values of the core to bytes and back. msgspec does the work; the version and its upgrades are the core's."""

from datetime import datetime
from typing import Any, get_args

import msgspec

from conversations.codec import VERSION, upgrade
from conversations.events import Event
from conversations.pictured import still_proposed
from conversations.state import Case, Conversation

EVENTS: dict[str, type] = {event.__name__: event for event in get_args(Event)}

_encode = msgspec.json.Encoder().encode


class _Stored(msgspec.Struct):
    v: int
    state: msgspec.Raw


class Recorded(msgspec.Struct):
    """One event as kept in the history: all that `step` was given, so that a replay gives the same turn."""

    kind: str
    event: msgspec.Raw
    now: datetime
    numbers: tuple[str, ...] = ()


class TicketBody(msgspec.Struct):
    """What of a ticket is sealed: words and personal data."""

    summary: str
    slots: dict[str, dict[str, Any]]
    reasons: list[dict[str, str]]
    further: list[str]
    pictured: list[dict[str, Any]] = []


_stored = msgspec.json.Decoder(_Stored)
_state = msgspec.json.Decoder(Conversation)
_recorded = msgspec.json.Decoder(Recorded)
_body = msgspec.json.Decoder(TicketBody)


def dump_state(state: Conversation) -> bytes:
    return b'{"v":%d,"state":%s}' % (VERSION, _encode(state))


def load_state(blob: bytes) -> Conversation:
    """Raises UnknownVersion for a state of a newer program, msgspec.DecodeError for damage."""
    stored = _stored.decode(blob)
    if stored.v == VERSION:
        return _state.decode(stored.state)
    return msgspec.convert(upgrade(stored.v, msgspec.json.decode(stored.state)), Conversation)


def dump_event(event: Event, now: datetime, numbers: tuple[str, ...]) -> bytes:
    return _encode(Recorded(type(event).__name__, msgspec.Raw(_encode(event)), now, numbers))


def load_event(blob: bytes) -> tuple[Event, datetime, tuple[str, ...]]:
    recorded = _recorded.decode(blob)
    event: Event = msgspec.json.decode(recorded.event, type=EVENTS[recorded.kind])
    return event, recorded.now, recorded.numbers


def dump_body(case: Case) -> bytes:
    body = {
        "summary": case.summary,
        "slots": dict(case.slots),
        "reasons": case.reasons,
        "further": case.further,
        "pictured": [
            {
                "picture": one.picture,
                "slot": name,
                "value": value.value,
                "asked": name in one.asked,
                "answer": one.answer,
            }
            for one, name, value in still_proposed(case)
        ],
    }
    return _encode(body)


def load_body(blob: bytes) -> TicketBody:
    return _body.decode(blob)


encode = _encode


def decode(blob: bytes) -> Any:
    return msgspec.json.decode(blob)
