"""The record's part of learning: candidates for labels, looks at them, rows for training. Words only ever sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.codec import load_event
from bot.learning.deidentify import deidentify
from bot.learning.marks import VERSION
from bot.store.database import Database
from bot.vault import Unsealable, Vault
from conversations.codes import Flag, Intent, Urgency
from conversations.events import MessageReceived

HOLD_MINUTES = 10
"""So long a message is kept for the person who has it on the screen, and so long the last label can be taken back."""

SECOND_SHARE = 10
"""One in so many messages gets a second look by chance."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message worth a label. `looks`: how many people have said something of it."""

    conversation: UUID
    turn: int
    reason: str
    heard_at: datetime
    said_intent: str
    said_urgency: str
    status: str
    looks: int
    text: str

    @property
    def key(self) -> str:
        return f"{self.conversation}/{self.turn}"


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of a message."""

    intent: Intent
    urgency: Urgency
    further: tuple[Intent, ...] = ()
    flags: tuple[Flag, ...] = ()


class Gone(Exception):
    """The message is no longer to be labelled by this person: erased, settled, or somebody else was faster."""


_COLUMNS = "c.conversation, c.turn, c.reason, c.heard_at, c.said_intent, c.said_urgency, c.status"
_OPEN = f"""
select {_COLUMNS}, k.data_key, h.event, l.body, coalesce(l.place, 0) as looks
from label_candidates c
join contacts k on k.id = c.conversation and k.data_key is not null
join history h on h.conversation = c.conversation and h.turn = c.turn
left join lateral (
    select place, body from label_looks l where l.conversation = c.conversation and l.turn = c.turn order by place desc limit 1
) l on true
"""

_TAKE = """
update label_candidates set held_by = $1, held_until = now() + make_interval(mins => $3)
where (conversation, turn) = (
    select c.conversation, c.turn from label_candidates c
    where c.status in ('waiting', 'second') and not $1 = any (c.skipped_by)
    and (c.held_by = $1 or c.held_until < now())
    and not exists (select from label_looks l where l.conversation = c.conversation and l.turn = c.turn and l.by = $1)
    order by (c.held_by = $1 and c.held_until > now()) desc, (c.status = 'second') desc, (c.drawn and $2) desc,
        c.score desc, c.heard_at desc
    limit 1 for update skip locked
) returning conversation, turn
"""


async def take_candidate(database: Database, vault: Vault, login: str, *, drawn: bool) -> Candidate | None:
    """The message this person labels next, kept for them a while; None when nothing waits. `drawn`: one by chance first."""
    for _ in range(20):
        row = await database.row(_TAKE, login, drawn, HOLD_MINUTES)
        if row is None:
            return None
        if (found := await open_candidate(database, vault, row["conversation"], row["turn"])) is not None:
            return found
        await database.execute(  # its words are gone or do not open: nobody can label it
            "delete from label_candidates where conversation = $1 and turn = $2", row["conversation"], row["turn"]
        )
    return None


async def open_candidate(database: Database, vault: Vault, conversation: UUID, turn: int) -> Candidate | None:
    """One with its words, as the last person left them; None when there is none or its contact is erased."""
    rows = await database.fetch(f"{_OPEN} where c.conversation = $1 and c.turn = $2", conversation, turn)
    return _opened(vault, rows[0]) if rows else None


async def first_candidates(database: Database, vault: Vault, most: int) -> list[Candidate]:
    """What would be labelled next, best first."""
    rows = await database.fetch(
        f"{_OPEN} where c.status in ('waiting', 'second') order by (c.status = 'second') desc, c.score desc, c.heard_at desc "
        "limit $1",
        most,
    )
    return [found for row in rows if (found := _opened(vault, row)) is not None]


async def to_settle(database: Database, vault: Vault) -> list[Candidate]:
    rows = await database.fetch(f"{_OPEN} where c.status = 'settle' order by c.heard_at limit 50")
    return [found for row in rows if (found := _opened(vault, row)) is not None]


def _opened(vault: Vault, row: Any) -> Candidate | None:
    try:
        key = vault.data_key(row["conversation"], row["data_key"])
        if row["body"] is not None:
            text = deidentify(key.open(row["body"]).decode())
        else:
            event = load_event(key.open(row["event"]))[0]
            if not isinstance(event, MessageReceived):
                return None
            text = without_places(event)
    except Unsealable:
        return None
    return Candidate(
        row["conversation"], row["turn"], row["reason"], row["heard_at"], row["said_intent"], row["said_urgency"],
        row["status"], row["looks"], text,
    )  # fmt: skip


def without_places(event: MessageReceived) -> str:
    """A message's words without whom and where; estates and doors as the reader found them are taken out as well."""
    parts = ("estate", "lane", "sublane", "number", "building", "unit", "room")
    places = {getattr(one, part) for one in event.reading.entities.addresses for part in parts}
    return deidentify(event.message.text, places=places)


async def keep_look(
    database: Database,
    vault: Vault,
    candidate: Candidate,
    login: str,
    label: Label,
    text: str,
    *,
    settles: bool = False,
) -> str:
    """A person's word on a message; where it stands then. `text`: as they left it. Raises Gone."""
    async with database.connection() as connection, connection.transaction():
        row = await connection.fetchrow(
            "select c.*, k.data_key from label_candidates c join contacts k on k.id = c.conversation "
            "where c.conversation = $1 and c.turn = $2 and k.data_key is not null for update of c for share of k",
            candidate.conversation, candidate.turn,
        )  # fmt: skip
        wanted = ("settle",) if settles else ("waiting", "second")
        if row is None or row["status"] not in wanted or row["status"] != candidate.status:
            raise Gone
        looks = await connection.fetch(
            "select place, by, intent, urgency from label_looks where conversation = $1 and turn = $2 order by place",
            candidate.conversation, candidate.turn,
        )  # fmt: skip
        if not settles and any(one["by"] == login for one in looks):
            raise Gone
        key = vault.data_key(candidate.conversation, row["data_key"])
        await connection.execute(
            "insert into label_looks (conversation, turn, place, by, intent, further, urgency, flags, body, rules) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            candidate.conversation, candidate.turn, len(looks) + 1, login, label.intent, list(label.further),
            label.urgency, list(label.flags), key.seal(text.encode()), VERSION,
        )  # fmt: skip
        status = _after(vault, row, looks, label, settles)
        await connection.execute(
            "update label_candidates set status = $3, held_by = '', held_until = '-infinity' "
            "where conversation = $1 and turn = $2",
            candidate.conversation, candidate.turn, status,
        )  # fmt: skip
        return status


def _after(vault: Vault, row: Any, looks: Sequence[Any], label: Label, settles: bool) -> str:
    """done; or second, where the first look and the machine differ on danger, or by chance; or settle, where two differ."""
    if settles:
        return "done"
    if looks:
        first = looks[0]
        return "done" if (first["intent"], first["urgency"]) == (label.intent, label.urgency) else "settle"
    red = Urgency.CRITICAL
    if (label.urgency is red) != (row["said_urgency"] == red):
        return "second"
    return "second" if vault.term(f"second/{row['conversation']}/{row['turn']}") % SECOND_SHARE == 0 else "done"


async def skip_candidate(database: Database, conversation: UUID, turn: int, login: str) -> None:
    """This person does not get it again; after two it is left alone."""
    await database.execute(
        "update label_candidates set skipped_by = array_append(skipped_by, $3), held_by = '', held_until = '-infinity', "
        "status = case when status = 'waiting' and cardinality(skipped_by) > 0 then 'skipped' else status end "
        "where conversation = $1 and turn = $2 and not $3 = any (skipped_by)",
        conversation, turn, login,
    )  # fmt: skip


async def undo_look(database: Database, login: str) -> str | None:
    """Takes this person's last label back, unless somebody has built on it, never an older one instead; its key, held for
    them again."""
    async with database.connection() as connection, connection.transaction():
        row = await connection.fetchrow(
            "select * from (select l.conversation, l.turn, l.place, exists (select from label_looks o "
            "where o.conversation = l.conversation and o.turn = l.turn and o.place > l.place) as built_on "
            "from label_looks l where l.by = $1 and l.place < 3 and l.at > now() - make_interval(mins => $2) "
            "order by l.at desc limit 1) last where not built_on",
            login, HOLD_MINUTES,
        )  # fmt: skip
        if row is None:
            return None
        place = (row["conversation"], row["turn"])
        await connection.execute(
            "delete from label_looks where conversation = $1 and turn = $2 and place = $3", *place, row["place"]
        )
        await connection.execute(
            "update label_candidates set status = $4, held_by = $3, held_until = now() + make_interval(mins => $5) "
            "where conversation = $1 and turn = $2",
            *place, login, "waiting" if row["place"] == 1 else "second", HOLD_MINUTES,
        )  # fmt: skip
        return f"{place[0]}/{place[1]}"
