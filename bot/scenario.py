"""A talk as a scenario file: what was said, how it was read, which effects followed. Told again by tests/scenarios."""

import json
from collections.abc import Iterable

from conversations.effects import AlertDesk, Effect, KeepLabel, OpenTicket, SendText, SetTimer, UpdateTicket
from conversations.reading import Reading
from conversations.turn import Turn


def write_scenario(told: Iterable[tuple[str, Reading, Turn]], name: str = "told in the terminal") -> str:
    """TOML with a [[turn]] a message; `expect` lists the effects in short form."""
    lines = [f"name = {json.dumps(name, ensure_ascii=False)}"]
    for words, reading, turn in told:
        read = [
            f'intent = "{reading.intent}"',
            f"confidence = {reading.confidence:.2f}",
            f'urgency = "{reading.urgency}"',
        ]
        for key, values in (("flags", reading.flags), ("acts", reading.acts)):
            if values:
                read.append(f"{key} = {json.dumps([str(value) for value in values])}")
        if reading.reasons:
            read.append(f"reasons = {json.dumps([reason.code for reason in reading.reasons])}")
        if reading.entities.phones:
            read.append(f"phones = {json.dumps([phone.number for phone in reading.entities.phones])}")
        if reading.entities.addresses:
            read.append(f"addresses = {json.dumps([a.raw for a in reading.entities.addresses], ensure_ascii=False)}")
        lines += ["", "[[turn]]", f"says = {json.dumps(words, ensure_ascii=False)}", f"read = {{ {', '.join(read)} }}"]
        lines.append(f"phase = {json.dumps(str(turn.state.phase))}")
        lines.append(f"expect = {json.dumps([short(effect) for effect in turn.effects], ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def short(effect: Effect) -> str:
    """An effect in one readable line."""
    match effect:
        case SendText(text, purpose):
            return f"SendText {purpose} {text}"
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
