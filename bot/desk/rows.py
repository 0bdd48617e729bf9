"""A ticket as one row of the queue: masked, in words, with its clock. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.desk import words
from bot.desk.alert_words import ALERTS
from bot.desk.clocks import Promise, next_promise
from bot.mask import mask_text
from bot.store.tickets import Ticket
from conversations.alerts import RED
from conversations.playbook import Playbook


@dataclass(frozen=True, slots=True)
class Row:
    """What a row shows. `key` sorts as the queue does; `place` is where it belongs: pinned, queue or gone; `code`: of
    the alert; `version`: two rows with the same one show the same, but for the time."""

    number: str
    key: str
    urgency: str
    urgency_word: str
    title: str
    summary: str
    flags: tuple[str, ...]
    alert: str
    code: str
    red: bool
    created_at: datetime
    age: str
    promise: Promise | None
    promise_words: str
    district: str
    desk: str
    reporter: str
    mine: bool
    waiting: bool
    status: str
    outcome: str
    place: str
    version: str


def row_of(
    ticket: Ticket,
    playbook: Playbook,
    names: Mapping[str, str],
    *,
    login: str,
    waiting: bool,
    now: datetime,
    place: str,
) -> Row:
    promise = next_promise(ticket, now)
    flags = [words.FLAGS.get(flag, flag) for flag in ticket.flags]
    if ticket.wants_human:
        flags.append("要找真人")
    return Row(
        number=ticket.number,
        key=f"{ticket.queue_rank}~{ticket.created_at.isoformat(timespec='microseconds')}~{ticket.number}",
        urgency=ticket.urgency,
        urgency_word=words.URGENCY[ticket.urgency],
        title=words.intent_title(playbook, ticket.intent),
        summary=mask_text(ticket.body.summary),
        flags=tuple(flags),
        alert=ALERTS.get(ticket.alert, "请看一眼") if ticket.alert and ticket.outcome is None else "",
        code=ticket.alert,
        red=is_red(ticket.urgency, ticket.alert),
        created_at=ticket.created_at,
        age=words.ago(ticket.created_at, now),
        promise=promise,
        promise_words=promise.words(now) if promise else "",
        district=ticket.district,
        desk=playbook.desks.get(ticket.desk, ticket.desk),
        reporter=words.person(ticket.reporter, names) if ticket.reporter else "",
        mine=bool(ticket.reporter) and ticket.reporter == login,
        waiting=waiting,
        status=words.stage(ticket.status, ticket.reporter),
        outcome=words.OUTCOME[ticket.outcome] if ticket.outcome else "",
        place=place,
        version=f"{ticket.changed}{'w' if waiting else ''}",
    )


def is_red(urgency: str, alert: str) -> bool:
    """Whether an unacknowledged alert rings on: a life may depend on it."""
    return bool(alert) and (urgency == "critical" or alert in RED)
