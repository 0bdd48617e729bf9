"""One ticket as the page shows it: every word masked until somebody asks for it, everything in people's words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk import words
from bot.desk.media_view import FileLine, file_of
from bot.mask import mask_phone, mask_text
from bot.store.said import Message
from bot.store.tickets import Ticket, TicketEvent
from conversations.codes import Flag, Intent
from conversations.pictured import SOURCE as PICTURE
from conversations.playbook import Playbook

NOTED = "noted"
"""What a ticket's event is called when a colleague wrote a note; its detail is the note."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the conversation. `hidden`: there is more in it than is shown; `files`: what came with it."""

    id: str
    at: datetime
    side: str
    who: str
    text: str
    hidden: bool
    delivery: str
    trouble: bool
    note: str
    elsewhere: bool
    files: tuple[FileLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """One fact. `value` "" is missing; `need` open, soon or desk; `source` in words."""

    name: str
    title: str
    value: str
    hidden: bool
    sure: bool
    source: str
    need: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history."""

    at: datetime
    who: str
    what: str
    detail: str


def message_words(message: Message) -> str:
    """What is to be read of a message, whatever kind it is."""
    text = message.text.strip()
    parts = [f"［点了］{text}" if message.kind == "menu" and text else text]
    location = message.extra.get("location")
    if isinstance(location, dict):
        parts.append(f"［位置］{location.get('label', '')}")
    for one in message.extra.get("attachments", ()):
        parts.append(f"{words.KINDS.get(one.get('kind', ''), '［附件］')}{one.get('title', '')}")
    return " ".join(filter(None, parts)) or words.KINDS.get(message.kind, "［空］")


def line_of(message: Message, case: int, names: Mapping[str, str]) -> Line:
    text = message_words(message)
    shown = mask_text(text)
    delivery = words.DELIVERY.get(message.delivery, message.delivery)
    if message.author == "bot" and message.delivery == "stored":
        delivery = ""  # a line beside every word of the bot's would hide the one that matters
    side = "contact" if message.direction == "i" else "bot" if message.author == "bot" else "reporter"
    return Line(
        id=message.id, at=message.at, side=side, who=words.person(message.author, names), text=shown, hidden=shown != text,
        delivery=delivery, trouble=message.delivery in ("unsure", "failed"),
        note=message.note, elsewhere=message.case not in (0, case),
        files=tuple(map(file_of, message.media)),
    )  # fmt: skip


def slot_value(ticket: Ticket, name: str) -> str:
    """The whole value of a fact; "" when there is none."""
    return ticket.slots.get(name, "")


def slots_of(ticket: Ticket, playbook: Playbook, names: Mapping[str, str]) -> list[Slot]:
    """Every fact the intent asks for, and whatever else is known, phone and address first."""
    row = playbook.intents[Intent(ticket.intent)]
    needs: dict[str, str] = {slot.name: slot.need for slot in row.slots}
    if Flag.MUTE in ticket.flags:
        needs["phone"] = "cannot"
    order = ["phone", "address", *(name for name in needs if name not in ("phone", "address"))]
    order += [name for name in ticket.body.slots if name not in order]
    out = []
    for name in order:
        filled: dict[str, Any] = ticket.body.slots.get(name, {})
        value = str(filled.get("value", ""))
        shown = mask_phone(value) if name == "phone" else mask_text(value)
        out.append(
            Slot(
                name=name, title=words.slot_title(playbook, name), value=shown, hidden=shown != value,
                sure=bool(filled.get("sure", True)), need=needs.get(name, "desk"),
                source=source_of(filled, names) if filled else "",
            )
        )  # fmt: skip
    return out


def source_of(filled: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Where a slot's value comes from: said, read on a picture and confirmed, or put there by one of us."""
    by, pictured = str(filled.get("by") or ""), filled.get("source") == PICTURE
    if by:
        return f"{words.person(by, names)}{'从照片上采用' if pictured else '填写'}"
    return "照片上读到，居民说对" if pictured else "居民说的"


def reasons_of(ticket: Ticket) -> list[tuple[str, str]]:
    """(why, the words it was read from), masked; codes in people's words."""
    return [(words.plain(str(one.get("text", ""))), mask_text(str(one.get("span", "")))) for one in ticket.body.reasons]


def history_of(
    ticket: Ticket, events: Sequence[TicketEvent], playbook: Playbook, names: Mapping[str, str]
) -> list[Happening]:
    """The ticket's events, newest first, in words; the first look at an alert among them."""
    out = []
    if ticket.acknowledged_at:
        out.append(Happening(ticket.acknowledged_at, words.person(ticket.acknowledged_by, names), "第一个看到", ""))
    for event in events:
        detail = event.detail
        if event.change in ("corrected", "picture_taken"):
            detail = words.correction(playbook, detail)
        elif event.change in ("added", "replied"):
            detail = words.KINDS.get(detail, detail)
        elif event.change == "raised":
            detail = words.plain(detail)
        elif event.change == NOTED:
            detail = ""  # it stands in full among the notes
        out.append(
            Happening(
                event.at,
                words.person(event.actor, names),
                words.CHANGES.get(event.change, event.change),
                mask_text(detail),
            )
        )
    out.sort(key=lambda one: one.at)
    return out[::-1]


@dataclass(frozen=True, slots=True)
class Note:
    """One note as the page shows it. `hidden`: there is more in it than is shown."""

    id: str
    at: datetime
    who: str
    text: str
    hidden: bool


def notes_of(events: Sequence[TicketEvent], names: Mapping[str, str]) -> list[Note]:
    """Newest first, masked."""
    out = []
    for event in reversed(events):
        if event.change == NOTED:
            shown = mask_text(event.detail)
            out.append(
                Note(f"note-{event.id}", event.at, words.person(event.actor, names), shown, shown != event.detail)
            )
    return out
