"""Authorisations platforms give our accounts: kept sealed in the record, renewed in time, alarmed about in time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from adapters.base import Authorised, Standing, World
from bot.log import get_logger
from bot.metrics import AUTHORISED_DAYS
from bot.settings import Account, Settings
from bot.store.database import Database, StoreAway
from bot.vault import Unsealable, Vault

log = get_logger("grants")

EVERY = 3600.0
_CALL_SECONDS = 15.0
"""How long one process may hold the row while it asks the platform."""


class GrantStore:
    """`Grants` over the table `installation`: a row a grant, sealed under the service key."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault

    async def read(self, name: str) -> bytes | None:
        try:
            sealed = await self.database.value("select value from installation where name = $1", name)
        except StoreAway as error:
            raise OSError(str(error)) from None
        return self._open(name, sealed)

    async def change(self, name: str, change: Callable[[bytes | None], Awaitable[bytes]]) -> bytes:
        """Under an advisory lock, so that even the first of several processes is alone. Raises OSError."""
        try:
            async with self.database.connection() as connection, connection.transaction():
                await connection.execute(
                    "select pg_advisory_xact_lock(hashtextextended($1, 0))", name, timeout=_CALL_SECONDS
                )
                sealed = await connection.fetchval("select value from installation where name = $1", name)
                made = await change(self._open(name, sealed))
                await connection.execute(
                    "insert into installation (name, value) values ($1, $2) "
                    "on conflict (name) do update set value = excluded.value",
                    name, self.vault.seal(made, name.encode()),
                )  # fmt: skip
        except StoreAway as error:
            raise OSError(str(error)) from None
        return made

    def _open(self, name: str, sealed: bytes | None) -> bytes | None:
        if sealed is None:
            return None
        try:
            return self.vault.open(sealed, name.encode())
        except Unsealable:
            log.error("grant_unsealable", grant=name)
            return None


async def watch_grants(settings: Settings, world: World, clock: Callable[[], datetime]) -> None:
    """Look after every account that needs a person now and then: renew what is due, raise the alarm early."""
    while True:
        for account in settings.accounts.values():
            if isinstance(account.channel, Authorised):
                try:
                    tell(account, await account.channel.keep(world, account.secrets, clock()))
                except Exception:
                    log.exception("keep_failed", channel=account.channel.name, account=account.name)
        await asyncio.sleep(EVERY)


def tell(account: Account, standing: Standing) -> None:
    """A line in the log when a person must do something."""
    if not standing.good:
        log.error("authorize_again", channel=account.channel.name, account=account.name)


def show_days(found: Mapping[str, Standing], now: datetime) -> None:
    """The metric, by "channel:account"."""
    for name, standing in found.items():
        if standing.ends_at is not None:
            days = (standing.ends_at - now).total_seconds() / 86_400
            AUTHORISED_DAYS.labels(*name.split(":", 1)).set(round(days, 2))


async def standings(settings: Settings, world: World, now: datetime) -> dict[str, Standing]:
    """How each account stands, by "channel:account"; only those that need authorising."""
    return {
        f"{account.channel.name}:{account.name}": await account.channel.standing(world, account.secrets, now)
        for account in settings.accounts.values()
        if isinstance(account.channel, Authorised)
    }
