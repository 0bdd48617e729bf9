"""The audit log: who did what to which id. Append-only in the database itself; never a word of a resident."""

from typing import Any

from bot.codec import encode
from bot.store.database import Database


async def audit(database: Database, actor: str, action: str, subject: str, **detail: Any) -> None:
    """One line. `detail`: ids and codes only. Raises StoreAway: what cannot be logged is not shown."""
    await database.execute(
        "insert into audit (actor, action, subject, detail) values ($1, $2, $3, $4::jsonb)",
        actor, action, subject, encode(detail).decode(),
    )  # fmt: skip
