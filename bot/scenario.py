"""A talk as a scenario file: what was said, how it was read, which effects followed. Told again by tests/scenarios."""

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from conversations.effects import (
    AlertDesk,
    Effect,
    KeepLabel,
    OpenTicket,
    SendPicture,
    SendText,
    SetTimer,
    UpdateTicket,
)
from conversations.reading import Address, Reading
from conversations.turn import Turn


def write_scenario(told: Iterable[tuple[str, Reading, Turn]], name: str = "told in the terminal") -> str:
    """TOML with a [[turn]] a message; `expect` lists the effects in short form, one a line."""
    lines = [f"name = {_toml(name)}"]
    for words, reading, turn in told:
        read = ", ".join(f"{key} = {_toml(value)}" for key, value in _read(reading).items())
        lines += ["", "[[turn]]", f"says = {_toml(words)}", f"read = {{ {read} }}"]
        effects = "".join(f"  {_toml(short(effect))},\n" for effect in turn.effects)
        lines.append(f"expect = [{chr(10) + effects if effects else ''}]")
    return "\n".join(lines) + "\n"


def _read(reading: Reading) -> dict[str, Any]:
    """The reading as a scenario's `read` row: only what says something."""
    facts = reading.entities
    row: dict[str, Any] = {
        "intent": str(reading.intent),
        "confidence": round(reading.confidence, 2),
        "urgency": str(reading.urgency),
        "flags": [str(flag) for flag in reading.flags],
        "acts": [str(act) for act in reading.acts],
        "reasons": [reason.code for reason in reading.reasons],
        "intents": [str(intent) for intent, _ in reading.intents if intent is not reading.intent],
        "phones": [phone.number for phone in facts.phones],
        "addresses": [_parts(address) for address in facts.addresses],
        "answer": reading.answer,
    }
    for field in fields(facts):
        if field.name not in row:
            value = getattr(facts, field.name)
            row[field.name] = list(value) if isinstance(value, tuple) else value
    return {key: value for key, value in row.items() if value not in (None, "", [])}


def _parts(address: Address) -> dict[str, Any]:
    parts = {field.name: getattr(address, field.name) for field in fields(address)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in parts.items() if value}


def _toml(value: Any) -> str:
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def short(effect: Effect) -> str:
    """An effect in one readable line."""
    match effect:
        case SendText(text, purpose):
            return f"SendText {purpose} {text}"
        case SendPicture(_, case):
            return f"SendPicture case {case}"
        case OpenTicket(number, case):
            return f"OpenTicket {number} case {case}"
        case UpdateTicket(number, case, change, by):
            return f"UpdateTicket {number} {change} by {by}"
        case KeepLabel(number, name, was, value):
            return f"KeepLabel {number} {name} {was} → {value}"
        case AlertDesk(number, reason):
            return f"AlertDesk {number} {reason}"
        case SetTimer(name, case):
            return f"SetTimer {name} case {case}"
        case _:
            return type(effect).__name__
