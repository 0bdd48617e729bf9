"""Ticket numbers and what is due when. A number is short enough to be read out on the phone: B20405-0831."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.codes import Outcome, TicketStatus, Urgency
from conversations.playbook import SHANGHAI, Clock, Playbook
from conversations.state import Case


def number_prefix(now: datetime) -> str:
    """`B`, last digit of the year, month and day in Shanghai: "B20405"."""
    here = now.astimezone(SHANGHAI)
    return f"B{here.year % 10}{here:%m%d}"


def ticket_number(now: datetime, sequence: int) -> str:
    return f"{number_prefix(now)}-{sequence:04d}"


@dataclass(frozen=True, slots=True)
class Due:
    """Moments by which a person should have acted."""

    acknowledge_at: datetime
    call_at: datetime
    contact_unit_at: datetime
    revisit_at: datetime


def due(case: Case, playbook: Playbook) -> Due:
    """The clocks of a case, counted from its first message."""
    clock: Clock = playbook.clocks[case.urgency]
    minutes = (clock.acknowledge, clock.call, clock.contact_unit, clock.revisit)
    return Due(*(case.started_at + timedelta(minutes=wait) for wait in minutes))


def may_close(urgency: Urgency, outcome: Outcome, by: str) -> bool:
    """No critical or urgent case is closed by the bot or by silence."""
    return by != "bot" or not urgency.at_least(Urgency.URGENT) or outcome is Outcome.DUPLICATE


CLOSED = frozenset({TicketStatus.CLOSED})
