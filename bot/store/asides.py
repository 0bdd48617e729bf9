"""Lines in the record that no turn wrote: what a colleague said elsewhere, that a message was taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.codec import encode
from bot.store.database import Database
from bot.vault import Unsealable, Vault
from conversations.messages import Inbound

_ELSEWHERE = 100
"""First position of such a line within its turn: after all the turn itself said."""


@dataclass(frozen=True, slots=True)
class Known:
    """A contact we have a conversation with. `spoke_at`: when they were heard last."""

    id: UUID
    data_key: bytes
    turn: int
    spoke_at: datetime | None


async def find_contact(database: Database, vault: Vault, hashed: bytes) -> Known | None:
    """By the keyed hash of channel, account and openid; None for a stranger or somebody erased."""
    row = await database.row(
        "select c.id, c.data_key, v.turn, (select max(at) from messages m where m.conversation = c.id and m.direction = 'i') "
        "as spoke_at from contacts c join conversations v on v.id = c.id "
        "where c.openid_hash = $1 and c.data_key is not null",
        hashed,
    )
    return Known(row["id"], row["data_key"], row["turn"], row["spoke_at"]) if row else None


async def open_cases(database: Database, contact: UUID) -> list[int]:
    """Cases with a ticket that nobody has closed, the latest first."""
    rows = await database.fetch(
        "select case_key from tickets where conversation = $1 and outcome is null order by case_key desc",
        contact,
    )
    return [row["case_key"] for row in rows]


async def keep_line(
    database: Database, vault: Vault, known: Known, message: Inbound, case: int, author: str, body: dict[str, Any]
) -> bool:
    """Write `body` as said by `author` beside the conversation's last turn, once; False when it was there already."""
    contact = message.contact
    key = vault.hash("inbox", contact.channel, contact.account, contact.openid, message.message_id)
    try:
        sealed = vault.data_key(known.id, known.data_key).seal(encode(body))
    except Unsealable:
        return False
    async with database.connection() as connection, connection.transaction():
        # The contact's row is locked: lines of two deliveries must not take the same place, nor outlive an erasure.
        if not await connection.fetchval(
            "select 1 from contacts where id = $1 and erased_at is null for update", known.id
        ):
            return False
        fresh = await connection.fetchval(
            "insert into inbox (key, conversation, turn, answered, received_at) values ($1, $2, $3, 0, now()) "
            "on conflict do nothing returning 1",
            key, known.id, known.turn,
        )  # fmt: skip
        if not fresh:
            return False
        await connection.execute(
            "insert into messages (conversation, turn, position, direction, case_key, author, kind, body, at, delivery) "
            "select $1, $2, greatest($3, coalesce(max(position) + 1, 0)), 'o', $4, $5, 'reply', $6, least($7, now()), "
            "'delivered' from messages where conversation = $1 and turn = $2",
            known.id, known.turn, _ELSEWHERE, case, author, sealed, message.sent_at,
        )  # fmt: skip
    return True


async def never_followed(database: Database, vault: Vault, message: Inbound, kind: str) -> bool:
    """Whether a line of `keep_line` is there and no turn of that kind has come after it."""
    contact = message.contact
    key = vault.hash("inbox", contact.channel, contact.account, contact.openid, message.message_id)
    return bool(
        await database.value(
            "select 1 from inbox i where i.key = $1 and not exists (select 1 from history h "
            "where h.conversation = i.conversation and h.turn > i.turn and h.kind = $2)",
            key, kind,
        )
    )  # fmt: skip


async def mark_recalled(database: Database, key: bytes) -> bool:
    """Mark the incoming message of an inbox key as taken back; False when there is none, or it is marked already."""
    done = await database.execute(
        "update messages m set delivery = 'recalled' from inbox i where i.key = $1 and m.conversation = i.conversation "
        "and m.turn = i.turn and m.position = 0 and m.direction = 'i' and m.delivery <> 'recalled'",
        key,
    )
    return done.endswith(" 1")


async def sent_since(database: Database, contact: UUID, since: datetime) -> list[tuple[str, int]]:
    """(effect id, case) of what went out and counts as delivered, the latest first."""
    rows = await database.fetch(
        "select turn, position, case_key from messages where conversation = $1 and direction = 'o' and at >= $2 "
        "and delivery = 'delivered' order by turn desc, position desc",
        contact, since,
    )  # fmt: skip
    return [(f"{contact}/{row['turn']}/{row['position']}", row["case_key"]) for row in rows]


async def mark_failed(database: Database, effect_id: str, note: str) -> None:
    contact, turn, position = effect_id.split("/")
    await database.execute(
        "update messages set delivery = 'failed', note = $4 where conversation = $1 and turn = $2 and position = $3",
        UUID(contact), int(turn), int(position), note,
    )  # fmt: skip
