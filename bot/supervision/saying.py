"""The sentence to read out to a unit or to copy to it. Without the resident's consent nothing in it says who they are. Pure."""

from datetime import datetime

from bot.desk import words
from bot.reports.hiding import person_words, place_words, waited
from bot.store.tickets import Ticket
from conversations.playbook import Playbook
from data.supervision import Level, SupervisionRows

DOT = "。"


def plain_words(
    ticket: Ticket, level: Level, reason: str, playbook: Playbook, rows: SupervisionRows, now: datetime
) -> str:  # fmt: skip
    """For whoever has not been allowed to know the resident."""
    return rows.say["plain"].format(**_known(ticket, level, reason, playbook, now))


def full_words(
    ticket: Ticket, level: Level, reason: str, playbook: Playbook, rows: SupervisionRows, now: datetime
) -> str:  # fmt: skip
    """With address and telephone, for the unit that acts; only where the resident agreed."""
    return rows.say["full"].format(
        **_known(ticket, level, reason, playbook, now),
        need=ticket.body.summary.rstrip(DOT), address=ticket.slots.get("address", "") or "还没有问到",
        phone=ticket.slots.get("phone", "") or "还没有问到",
    )  # fmt: skip


def _known(ticket: Ticket, level: Level, reason: str, playbook: Playbook, now: datetime) -> dict[str, str]:
    return {
        "level": "市里" if level.report else level.title, "place": place_words(ticket), "who": person_words(ticket),
        "what": f"{words.intent_title(playbook, ticket.intent)}（{words.URGENCY[ticket.urgency]}）",
        "since": waited(ticket, now), "reason": reason.rstrip(DOT) or "下面一直没有办成", "number": ticket.number,
    }  # fmt: skip
