"""Sealed columns of large tables under the current service key, portion by portion while the service runs."""

from collections.abc import Callable
from typing import Any, Literal

from bot.store.database import Database
from bot.vault import Vault

PORTION = 1000
"""Rows of one transaction: nobody who writes meanwhile waits for them longer than some tenths of a second."""

Told = Callable[[int], None]


async def rewrap_column(
    database: Database, vault: Vault, table: str, kind: Literal["uuid", "bigint"], column: str,
    context: Callable[[Any], bytes], told: Told,
) -> int:  # fmt: skip
    """How many. `kind`: of the table's `id`; `context`: what a row is sealed with, from that. Raises Unsealable.

    What was done by then stays done and opens under either key: whoever is cut off begins again.
    """
    look = f"select id, {column} as sealed from {table} where {column} is not null"
    store = f"update {table} t set {column} = u.sealed from unnest($1::{kind}[], $2::bytea[]) u (id, sealed) where t.id = u.id"
    count, last = 0, None
    while True:
        async with database.connection() as connection, connection.transaction():
            rows = await connection.fetch(
                f"{look}{'' if last is None else ' and id > $1'} order by id limit {PORTION} for update",
                *(() if last is None else (last,)),
            )
            if not rows:
                return count
            last = rows[-1]["id"]
            fresh = [vault.rewrap(row["sealed"], context(row["id"])) for row in rows]
            await connection.execute(store, [row["id"] for row in rows], fresh)
        count += len(rows)
        told(count)
