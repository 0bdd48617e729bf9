"""Slowing down guesses of passwords: every try is counted before it is checked, so that many at once gain nothing."""

import ipaddress

from aiohttp import web

from bot.store.database import Database
from bot.vault import Vault

FREE_LOGIN = 5
FREE_ADDRESS = 30
"""A newsroom sits behind one address: many people may mistype there before it counts."""
_LONGEST = 900

_TRY = """
insert into throttle as t (key, failures, until) values ($1, 1, now())
on conflict (key) do update set
    failures = case when t.until < now() - interval '1 hour' then 1 else t.failures + 1 end,
    until = case
        when t.until < now() - interval '1 hour' or t.failures + 1 < $2 then now()
        else now() + make_interval(secs => least($3, 5 * power(2, least(t.failures + 1 - $2, 12)))::double precision) end
where t.until <= now()
returning failures
"""


def address_of(request: web.Request) -> str:
    """The visitor's address; behind a proxy of our own network, the one it reports."""
    remote = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        if forwarded and not ipaddress.ip_address(remote).is_global:
            return str(ipaddress.ip_address(forwarded))
    except ValueError:
        pass
    return remote


class Throttle:
    """The counters of one attempt: its login's and its address's."""

    def __init__(self, database: Database, vault: Vault, login: str, address: str) -> None:
        self.database = database
        self.keys = (
            (vault.hash("throttle", "login", login), FREE_LOGIN),
            (vault.hash("throttle", "address", address), FREE_ADDRESS),
        )

    async def wait(self) -> int:
        """Count this try as failed until it proves right; seconds to wait when there were too many, else 0."""
        for key, free in self.keys:
            if await self.database.value(_TRY, key, free, _LONGEST) is None:
                left = await self.database.value(
                    "select ceil(extract(epoch from until - now()))::integer from throttle where key = $1", key
                )
                return max(1, int(left or 1))
        return 0

    async def right(self) -> None:
        """The password was right: the login's failures are forgotten, the address's lessened by this one."""
        (login, _), (address, _) = self.keys
        await self.database.execute("delete from throttle where key = $1", login)
        await self.database.execute(
            "update throttle set failures = greatest(0, failures - 1), until = least(until, now()) where key = $1",
            address,
        )


def wait_words(seconds: int) -> str:
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"
