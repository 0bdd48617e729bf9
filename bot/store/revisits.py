"""Revisits: what was asked and answered, by whom and when, and the tickets that may be due for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.codec import decode, encode
from bot.directory.revisiting import Asked, Said
from bot.store.calls import key_of, tell_ticket
from bot.store.database import Database
from bot.store.tickets import Ticket
from bot.vault import Unsealable, Vault
from conversations.codes import TicketStatus, Urgency

REVISITED, ASKED = "revisited", "revisit_asked"
"""What a ticket's history calls it."""

CONTACTED = (
    TicketStatus.TICKET_12345, TicketStatus.LOCAL_COORD, TicketStatus.ANSWERED, TicketStatus.REFERRED,
    TicketStatus.ESCALATED, TicketStatus.REPORTED_UP, TicketStatus.REVISITED,
)  # fmt: skip
"""Open tickets somebody was already spoken to about: how it went is worth asking. `claimed_done` always is."""

OUTCOMES = ("solved", "partly", "answered", "referred")
"""Of those closed otherwise nothing is asked: nobody to reach, or nothing that was to be done."""

_HORIZON = timedelta(days=45)
_MOST = 500
_SAYS: dict[str, dict[str, str]] = {
    "says_solved": {"solved": "yes"}, "asks_solved": {"solved": "yes"},
    "says_not_solved": {"solved": "no"}, "asks_not_solved": {"solved": "no"},
    "says_contacted": {"contacted": "yes"}, "says_not_contacted": {"contacted": "no"},
    "says_good": {"satisfied": "good"}, "says_fair": {"satisfied": "fair"}, "says_bad": {"satisfied": "bad"},
}  # fmt: skip
_ASKED = "revisit_asked"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person asked and heard. All "" with `way` chat: the question was sent."""

    way: str
    contacted: str = ""
    solved: str = ""
    satisfied: str = ""
    again_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """All of a ticket that tells when to ask: `begins` as `next_revisit` takes it."""

    begins: datetime
    asked: tuple[Asked, ...]
    said: tuple[Said, ...]


async def keep_revisit(
    database: Database, vault: Vault, ticket: Ticket, answers: Answers, by: str, at: datetime, said: str,
    form: str | None = None,
) -> bool:  # fmt: skip
    """False when the contact's key is gone. `said`: the line of the ticket's history; of a form that was kept before nothing
    is written."""
    async with database.connection() as connection, connection.transaction():
        sealed = await key_of(connection, ticket.conversation)
        if sealed is None:
            return False
        change = ASKED if not (answers.contacted or answers.solved) else REVISITED
        key = vault.data_key(ticket.conversation, sealed)
        made = await connection.fetchval(
            "insert into revisits (number, conversation, at, by, way, contacted, solved, satisfied, again_at, body, form) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
            "on conflict (form) where form is not null do nothing returning id",
            ticket.number, ticket.conversation, at, by, answers.way, answers.contacted, answers.solved, answers.satisfied,
            answers.again_at, key.seal(encode({"note": answers.note})) if answers.note else None, form,
        )  # fmt: skip
        if made is not None:
            await tell_ticket(connection, vault, ticket.number, by, at, change, said)
    return True


async def revisit_kept(database: Database, form: str | None) -> bool:
    """Whether this form was kept before."""
    return form is not None and bool(await database.value("select true from revisits where form = $1", form))


async def candidates(
    database: Database, first: Mapping[Urgency, timedelta], more: Mapping[Urgency, int], until: datetime
) -> list[str]:
    """Numbers of tickets that may be due by `until`, the gravest first. A sieve: what it lets through is judged one by one.

    `first`: how long after the end; `more`: how many more revisits follow one that heard "solved".
    """
    rows = await database.fetch(
        """
        select t.number from tickets t join contacts c on c.id = t.conversation and c.data_key is not null
        join unnest($1::text[], $2::interval[], $3::integer[]) p (urgency, first, more) on p.urgency = t.urgency
        where (
            t.outcome is null and (t.status = 'claimed_done' or t.status = any ($4) and t.revisit_due <= $6)
            or t.outcome = any ($5) and t.closed_at > $7 and t.closed_at + p.first <= $6
        ) and (
            select count(*) from revisits r where r.number = t.number and r.solved = 'yes' and r.again_at is null
            and r.at >= coalesce(t.acted_at, t.closed_at, t.created_at)
        ) <= p.more
        order by t.urgency_rank, t.revisit_due limit $8
        """,
        [str(one) for one in first], list(first.values()), [more[one] for one in first], [str(one) for one in CONTACTED],
        list(OUTCOMES), until, until - _HORIZON, _MOST, limit=5,
    )  # fmt: skip
    return [row["number"] for row in rows]


async def pasts_of(database: Database, vault: Vault, tickets: Sequence[Ticket]) -> dict[str, Past]:
    """Number → everything that was asked and said about how it went."""
    numbers = [one.number for one in tickets]
    asked: dict[str, list[Asked]] = {number: [] for number in numbers}
    said: dict[str, list[Said]] = {number: [] for number in numbers}
    ended: dict[str, datetime] = {}
    for row in await database.fetch("select * from revisits where number = any ($1) order by id", numbers, limit=5):
        asked[row["number"]].append(
            Asked(row["at"], row["way"], row["by"], row["contacted"], row["solved"], row["satisfied"], row["again_at"])
        )
    done = {one.number for one in tickets if one.status == TicketStatus.CLAIMED_DONE}
    for row in await _events(database, numbers):
        number, change, at = row["number"], row["change"], row["at"]
        if change in _SAYS:
            said[number].append(Said(at, **_SAYS[change]))
        if change == _ASKED:
            asked[number].append(Asked(at, "chat", row["actor"]))
        if change == "revisit_due" and row["sent"]:
            asked[number].append(Asked(at, "chat", "bot"))
        ends = change == "closed" or (
            number in done and (change == "says_solved" or _detail(row, vault).startswith("status=claimed_done"))
        )
        if ends:
            ended[number] = at
    return {
        one.number: Past(
            ended.get(one.number, one.closed_at or one.created_at),
            tuple(sorted(asked[one.number], key=lambda each: each.at)),
            tuple(said[one.number]),
        )
        for one in tickets
    }


async def _events(database: Database, numbers: Sequence[str]) -> list[Any]:
    """`sent`: the bot's question left with that event; beside a reporter it asks nothing."""
    return await database.fetch(
        """
        select e.number, e.change, e.at, e.actor, e.detail, t.conversation, c.data_key,
            e.change = 'revisit_due' and exists (
                select from messages m where m.conversation = t.conversation and m.case_key = t.case_key
                and m.author = 'bot' and m.at = e.at and m.delivery <> 'failed'
            ) as sent
        from ticket_events e join tickets t using (number) join contacts c on c.id = t.conversation
        where e.number = any ($1) and e.change = any ($2) order by e.id
        """,
        list(numbers), ["closed", "corrected", "revisit_due", _ASKED, *_SAYS], limit=5,
    )  # fmt: skip


def _detail(row: Any, vault: Vault) -> str:
    return _opened(row, row["detail"], vault).decode()


def _opened(row: Any, blob: bytes | None, vault: Vault) -> bytes:
    """b"" when there is nothing, or no key that opens it."""
    if blob is None or row["data_key"] is None:
        return b""
    try:
        return vault.data_key(row["conversation"], row["data_key"]).open(blob)
    except Unsealable:
        return b""


@dataclass(frozen=True, slots=True)
class Done:
    """A revisit a person made; all answers "" when it was only asked in the chat. `note` "" once the contact is erased."""

    number: str
    at: datetime
    by: str
    way: str
    contacted: str
    solved: str
    satisfied: str
    again_at: datetime | None
    note: str


async def last_revisits(database: Database, vault: Vault, number: str = "", most: int = 40) -> list[Done]:
    """Newest first; of one ticket, or of all."""
    rows = await database.fetch(
        "select r.*, c.data_key from revisits r join contacts c on c.id = r.conversation "
        "where $1 = '' or r.number = $1 order by r.at desc, r.id desc limit $2",
        number, most,
    )  # fmt: skip
    return [
        Done(
            row["number"], row["at"], row["by"], row["way"], row["contacted"], row["solved"], row["satisfied"],
            row["again_at"], _note(row, vault),
        )
        for row in rows
    ]  # fmt: skip


def _note(row: Any, vault: Vault) -> str:
    opened = _opened(row, row["body"], vault)
    return str(decode(opened)["note"]) if opened else ""
