"""An approved answer sent to those who asked. Which answer somebody got is nobody's to read: it stands as a keyed hash."""

from collections.abc import Sequence
from datetime import datetime

from bot.store.calls import key_of, tell_ticket
from bot.store.database import Database
from bot.store.tickets import Ticket
from bot.vault import Vault

ANSWERED = "answered"
"""What a ticket's history calls it, as when the bot answers by itself."""


def _marks(vault: Vault, code: str, text: str) -> tuple[str, bytes]:
    return vault.hash("knowledge", code).hex(), vault.hash("knowledge-text", code, text)


async def outcomes_of(database: Database, vault: Vault, code: str, text: str, numbers: Sequence[str]) -> dict[str, str]:
    """Number → what became of this very text there; only those it was tried for."""
    rows = await database.fetch(
        "select number, outcome from knowledge_told where code = $1 and text_hash = $2 and number = any ($3)",
        *_marks(vault, code, text), list(numbers),
    )  # fmt: skip
    return {row["number"]: row["outcome"] for row in rows}


async def sent_times(database: Database, vault: Vault, code: str) -> int:
    """How often this entry was sent from its page, whatever it said then."""
    query = "select count(*) from knowledge_told where code = $1 and outcome = 'sent'"
    return int(await database.value(query, vault.hash("knowledge", code).hex()))


async def keep_outcome(
    database: Database, vault: Vault, code: str, text: str, ticket: Ticket, outcome: str, by: str, at: datetime
) -> None:
    """Written down for this text and ticket; the ticket's history says so once, when it was sent."""
    async with database.connection() as connection, connection.transaction():
        sealed = await key_of(connection, ticket.conversation)
        was = await connection.fetchval(
            "with was as (select outcome from knowledge_told where code = $1 and text_hash = $2 and number = $3), "
            "kept as (insert into knowledge_told (code, text_hash, number, outcome, by, at) values ($1, $2, $3, $4, $5, $6) "
            "on conflict (code, text_hash, number) do update set outcome = excluded.outcome, by = excluded.by, at = excluded.at "
            "where knowledge_told.outcome <> 'sent') select outcome from was",
            *_marks(vault, code, text), ticket.number, outcome, by, at,
        )  # fmt: skip
        if outcome == "sent" and was != "sent" and sealed is not None:
            await tell_ticket(connection, vault, ticket.number, by, at, ANSWERED, code)
