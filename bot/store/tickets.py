"""Tickets as people see them: lists by filter, one whole, its events. Changes go through the conversation, never here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.codec import TicketBody, load_body
from bot.store.cursors import cursor_after, read_cursor
from bot.store.database import Database
from bot.store.search import query_terms
from bot.vault import Unsealable, Vault
from conversations.codes import TicketStatus
from conversations.engine import HEARD

ERASED = TicketBody("（已删除）", {}, [], [])


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket's row with its sealed part opened. `erased`: the contact's words are gone."""

    number: str
    conversation: UUID
    case: int
    channel: str
    account: str
    sender: str
    intent: str
    urgency: str
    status: str
    outcome: str | None
    verification: str
    flags: tuple[str, ...]
    desk: str
    district: str
    reporter: str
    claim_until: datetime | None
    wants_human: bool
    confidence: float
    model: str
    missing: tuple[str, ...]
    body: TicketBody
    created_at: datetime
    updated_at: datetime
    acted_at: datetime | None
    closed_at: datetime | None
    acknowledge_due: datetime
    call_due: datetime
    contact_due: datetime
    revisit_due: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    alert: str
    changed: int
    queue_rank: int
    erased: bool
    heard: int = 0
    """The turn in which the contact was heard last; of one that was asked for alone."""

    @property
    def slots(self) -> dict[str, str]:
        return {name: str(slot["value"]) for name, slot in self.body.slots.items()}


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list. Empty means any; `status` "open" and "closed" stand for all open or closed ones.

    `alert`: "yes" for those nobody has acknowledged, "no" for the others; `numbers`: of these only.
    """

    channel: str = ""
    sender: str = ""
    urgency: str = ""
    status: str = ""
    intent: str = ""
    desk: str = ""
    reporter: str = ""
    unclaimed: bool = False
    alert: str = ""
    numbers: tuple[str, ...] = ()
    q: str = ""


@dataclass(frozen=True, slots=True)
class TicketEvent:
    id: int
    at: datetime
    actor: str
    change: str
    detail: str


_NUMBER = re.compile(r"B\d{5}-\d{4,9}", re.ASCII)
"""Anything else is no number of ours, whatever somebody typed into an address: the record is not asked for it."""

_SELECT = "select t.*, c.data_key, c.openid from tickets t join contacts c on c.id = t.conversation"
_ONE = """
select t.*, c.data_key, c.openid, coalesce((
    select max(h.turn) from history h where h.conversation = t.conversation and h.kind = any ($2)
), 0) as heard from tickets t join contacts c on c.id = t.conversation where t.number = $1
"""
_HEARD = [kind.__name__ for kind in HEARD]


async def list_tickets(
    database: Database,
    vault: Vault,
    wanted: Filter,
    *,
    accounts: Sequence[tuple[str, str]] = (),
    newest: bool = False,
    limit: int = 50,
    cursor: str = "",
) -> tuple[list[Ticket], str]:
    """(tickets, cursor of the next page or ""). Queue order: urgency (a doubtful danger nobody has taken counts as
    critical), then age; `newest`: latest first.

    `accounts`: where a `sender` (a platform's id) may belong. Raises ValueError for a broken cursor.
    """
    where, args = _conditions(vault, wanted, accounts)
    if wanted.q and not await _searched(database, vault, wanted.q, where, args):
        return [], ""
    order = "t.created_at desc, t.number desc" if newest else "t.queue_rank, t.created_at, t.number"
    if cursor:
        rank, created, number = read_cursor(cursor)
        if newest:
            where.append(f"(t.created_at, t.number) < (${len(args) + 1}, ${len(args) + 2})")
            args += [created, number]
        else:
            where.append(
                f"(t.queue_rank, t.created_at, t.number) > (${len(args) + 1}, ${len(args) + 2}, ${len(args) + 3})"
            )
            args += [rank, created, number]
    clause = f" where {' and '.join(where)}" if where else ""
    args.append(limit + 1)
    rows = await database.fetch(f"{_SELECT}{clause} order by {order} limit ${len(args)}", *args)
    after = cursor_after(rows[limit - 1]) if len(rows) > limit else ""
    return [_ticket(row, vault) for row in rows[:limit]], after


def _conditions(vault: Vault, wanted: Filter, accounts: Sequence[tuple[str, str]]) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    args: list[Any] = []

    def must(condition: str, value: Any) -> None:
        args.append(value)
        where.append(condition.format(f"${len(args)}"))

    for column in ("channel", "urgency", "intent", "desk", "reporter"):
        if value := getattr(wanted, column):
            must(f"t.{column} = {{}}", value)
    if wanted.status in ("open", "closed"):
        where.append(f"t.outcome is {'null' if wanted.status == 'open' else 'not null'}")
    elif wanted.status:
        must("t.status = {}", wanted.status)
        where.append(f"t.outcome is {'not null' if wanted.status == TicketStatus.CLOSED else 'null'}")
    if wanted.unclaimed:
        where.append("t.reporter = ''")
    if wanted.alert in ("yes", "no"):
        where.append(f"t.alert {'<>' if wanted.alert == 'yes' else '='} ''")
    if wanted.numbers:
        must("t.number = any ({})", list(wanted.numbers))
    if wanted.sender:
        hashes = [
            vault.hash("openid", channel, account, wanted.sender)
            for channel, account in accounts
            if wanted.channel in ("", channel)
        ]
        must("c.openid_hash = any ({})", hashes)
    return where, args


_FEW = 5000
"""Tickets found by their words that are looked up one by one; more common words are looked for along the list's order."""

_WITH_WORDS = """
with found as materialized (select number from ticket_terms where terms @> $1) select number from found limit $2
"""
"""Planned as if all were wanted: from the words' index, unless they are in every other ticket and met at once."""


async def _searched(database: Database, vault: Vault, q: str, where: list[str], args: list[Any]) -> bool:
    """Adds the condition of a search; False when nothing can match.

    The record cannot know how common a keyed hash is among the open tickets, so it is asked: rare words come from their own
    index, common ones are met soon enough by whoever walks the list.
    """
    terms = query_terms(vault, q)
    if not terms:
        return False
    rows = await database.fetch(_WITH_WORDS, terms, _FEW + 1)
    if len(rows) <= _FEW:
        args.append([row["number"] for row in rows])
        where.append(f"t.number in (select unnest(${len(args)}::text[]))")
    else:
        args.append(terms)
        # `offset 0` keeps it a question about one ticket at a time: as a join it would read every ticket with the word.
        where.append(
            f"exists (select from ticket_terms w where w.number = t.number and w.terms @> ${len(args)}::integer[] offset 0)"
        )
    return bool(rows)


async def get_ticket(database: Database, vault: Vault, number: str) -> Ticket | None:
    number = number.upper()
    row = await database.row(_ONE, number, _HEARD) if _NUMBER.fullmatch(number) else None
    return _ticket(row, vault) if row else None


async def tickets_of(database: Database, vault: Vault, conversation: UUID) -> list[Ticket]:
    """Every ticket of one contact, oldest first."""
    rows = await database.fetch(f"{_SELECT} where t.conversation = $1 order by t.case_key", conversation)
    return [_ticket(row, vault) for row in rows]


async def events_of(database: Database, vault: Vault, number: str) -> list[TicketEvent]:
    """A ticket's history, oldest first."""
    rows = await database.fetch(
        "select e.*, t.conversation, c.data_key from ticket_events e join tickets t using (number) "
        "join contacts c on c.id = t.conversation where e.number = $1 order by e.id",
        number,
    )
    out = []
    for row in rows:
        detail = ""
        if row["detail"] is not None and row["data_key"] is not None:
            detail = vault.data_key(row["conversation"], row["data_key"]).open(row["detail"]).decode()
        out.append(TicketEvent(row["id"], row["at"], row["actor"], row["change"], detail))
    return out


async def acknowledge(database: Database, number: str, login: str, now: datetime, alert: str = "") -> str:
    """A person has seen the alert: it falls silent everywhere. What it was; "" when there was none.

    `alert`: what they saw, if that is known; another one is not silenced by it.
    """
    was = await database.value(
        "with was as (select alert from tickets where number = $1 and alert <> '' and $4 in ('', alert) for update) "
        "update tickets set alert = '', acknowledged_at = coalesce(acknowledged_at, $3), "
        "acknowledged_by = case when acknowledged_by = '' then $2 else acknowledged_by end, changed = nextval('ticket_changes') "
        "from was where number = $1 returning was.alert",
        number, login, now, alert,
    )  # fmt: skip
    return was or ""


async def counts(database: Database) -> dict[str, int]:
    """Open tickets by urgency, and alerts nobody has acknowledged (`alerts`)."""
    rows = await database.fetch(
        "select urgency, count(*) as n, count(*) filter (where alert <> '') as alerts from tickets "
        "where outcome is null group by urgency"
    )
    out = {row["urgency"]: row["n"] for row in rows}
    out["alerts"] = sum(row["alerts"] for row in rows)
    return out


def _ticket(row: Any, vault: Vault) -> Ticket:
    body, sender, erased = ERASED, "", True
    if row["data_key"] is not None and row["body"]:
        try:
            key = vault.data_key(row["conversation"], row["data_key"])
            body, erased = load_body(key.open(row["body"])), False
            sender = key.open(row["openid"]).decode()
        except Unsealable:
            body = TicketBody("（解不开：密钥不对）", {}, [], [])
    plain = {name: row[name] for name in Ticket.__dataclass_fields__ if name not in _MADE}
    plain |= {
        "flags": tuple(flag for flag in row["flags"] if flag),
        "missing": tuple(gap for gap in row["missing"] if gap),
    }
    heard = row.get("heard", 0)
    return Ticket(case=row["case_key"], sender=sender, body=body, erased=erased, heard=heard, **plain)


_MADE = frozenset({"case", "sender", "body", "erased", "heard", "flags", "missing"})
