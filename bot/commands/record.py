"""What commands that touch the record share: engines joined, database open, vault ready."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.settings import Settings, load_settings, read_environment
from bot.store.database import Database
from bot.vault import Vault


def with_record(work: Callable[[Database, Vault, Settings], Awaitable[int]], *, replacing: bool = False) -> int:
    """Run `work` against the installation's record, starting embedded engines if nobody has.

    `replacing`: what is there is going to be replaced whole, so it may be a newer program's.
    """
    from bot.services import addresses, open_engines, open_index_key
    from bot.store.database import NewerSchema, migrate

    settings = load_settings(read_environment())
    engines = open_engines(settings)

    async def go() -> int:
        dsn = addresses(settings, engines)[0]
        try:
            await migrate(dsn)
        except NewerSchema:
            if not replacing:
                raise
        database = Database(dsn, limit=30)
        await database.open()
        try:
            vault = Vault(settings.secret_key, settings.secret_key_previous)
            await open_index_key(database, vault)
            return await work(database, vault, settings)
        finally:
            await database.close()

    try:
        return asyncio.run(go())
    finally:
        if engines is not None:
            engines.release()
