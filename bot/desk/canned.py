"""Texts reporters often write, filled for one ticket; they go into the reply box and are sent by nobody but the reporter."""

from dataclasses import dataclass

from bot.desk import words
from bot.desk.session import Staff
from bot.store.tickets import Ticket
from conversations.playbook import Playbook
from data.canned import Canned, load_canned

ROWS = load_canned()
"""Read at the start, as all rows are: a wrong one stops the start and names its line."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One text as the picker shows it."""

    title: str
    find: str
    text: str


def offers(ticket: Ticket, playbook: Playbook, staff: Staff, rows: tuple[Canned, ...] = ROWS) -> list[Offer]:
    """Those made for this kind of ticket first; those made for others last."""
    values = {
        "reporter": staff.name, "number": ticket.number, "title": words.intent_title(playbook, ticket.intent),
        "district": ticket.district,
    }  # fmt: skip
    ordered = sorted(rows, key=lambda row: 1 if not row.intents else 0 if ticket.intent in row.intents else 2)
    return [Offer(row.title, row.find, row.filled(values)) for row in ordered]
