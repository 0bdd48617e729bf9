"""A token of the API is put down: under a name that no other token in use has, for a name is who did it in every history."""

from bot.store.database import Database
from bot.vault import token_hash

_MAKE = """
insert into tokens (token_hash, name, role, created_by, expires_at)
select $1, $2, $3, $4, now() + make_interval(days => $5::integer)
where not exists (select from tokens where name = $2 and revoked_at is null and coalesce(expires_at > now(), true))
returning true
"""


async def make_token(database: Database, token: str, name: str, role: str, by: str, days: int | None) -> bool:
    """False when a token of that name is in use; `days` None: until it is revoked."""
    async with database.connection() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext('make_token'))")
        return bool(await connection.fetchval(_MAKE, token_hash(token), name, role, by, days))
