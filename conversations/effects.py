"""Wishes of a conversation, in the imperative. Committed with the state that wished them; fulfilled by the shell."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from conversations.messages import Picture

Purpose = Literal["danger", "question", "receipt", "reply", "info"]
"""Why we say something. `danger` and `question` may be said once more after a crash; the rest is marked unsure."""


@dataclass(frozen=True, slots=True)
class SendText:
    """Say this to the contact: in the answer slot if there is one, else pushed. `author` is "bot" or a reporter."""

    text: str
    purpose: Purpose
    case: int = 0
    author: str = "bot"


@dataclass(frozen=True, slots=True)
class SendPicture:
    """Show this to the contact; one message of the window, like a text. A reporter's: the bot shows nothing."""

    picture: Picture
    case: int
    author: str
    purpose: Purpose = "reply"


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Case `case` becomes a ticket under `number`."""

    number: str
    case: int


@dataclass(frozen=True, slots=True)
class UpdateTicket:
    """The ticket's case changed. `change` is a code for the ticket's history, `by` who, `detail` in words."""

    number: str
    case: int
    change: str
    by: str = "bot"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeepLabel:
    """A person corrected what the machine read: tomorrow's training row. `field`: intent or urgency."""

    number: str
    field: str
    was: str
    value: str
    by: str


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """Interrupt the desk: a red case, a plea for a person, danger said to a reporter's case."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Come back at `due_at`; setting the same (name, case) again moves it."""

    name: str
    case: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class EraseContact:
    """Destroy the contact's data key and words."""

    by: str


Effect = SendText | SendPicture | OpenTicket | UpdateTicket | KeepLabel | AlertDesk | SetTimer | EraseContact
