"""The way out for fetching files: the platforms' own hosts, public addresses, and nothing else, whatever a message says.

Two looks: at the name before anything is asked, and at the address of every connection at the moment it is made, so that
a name which points into our own network (or does so only the second time) leads nowhere.
"""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.log import get_logger
from bot.settings import Settings

log = get_logger("media")

REFUSED: ContextVar[list[str] | None] = ContextVar("refused", default=None)
"""A task that sets a list here finds in it what was refused on its behalf: the channels only say that it failed."""


class StrangeAddress(aiohttp.ClientConnectionError):
    """Not the platform's, or not in the public network."""


def api_bases(settings: Settings) -> list[str]:
    """Where the settings say the platforms' interfaces are; an operator may keep a proxy in the own network."""
    bases = (getattr(account.secrets, "api_base", "") for account in settings.accounts.values())
    return sorted({base for base in bases if base})


class Door:
    """`bases`: addresses from the settings, trusted as they stand; `hosts`: ends of the platforms' other host names."""

    def __init__(self, bases: Iterable[str], hosts: Iterable[str]) -> None:
        self.hosts = frozenset(hosts)
        self.bases = {(part.hostname or "", _port(part.scheme, part.port)) for part in map(urlsplit, bases)}
        self.trusted: set[tuple[str, int]] = {(host, port) for host, port in self.bases if _address(host) is not None}

    def session(self) -> aiohttp.ClientSession:
        """A session that goes nowhere else. Its caller closes it."""
        connector = aiohttp.TCPConnector(resolver=_Resolver(self), socket_factory=self._socket, ttl_dns_cache=10)
        limit = aiohttp.ClientTimeout(total=90, connect=6)
        return aiohttp.ClientSession(connector=connector, timeout=limit, middlewares=(self._look,))

    def knows(self, scheme: str, host: str, port: int) -> bool:
        if (host, port) in self.bases:
            return True
        if scheme not in ("https", "http") or port not in (443, 80) or _address(host) is not None:
            return False
        return any(host == end or host.endswith(f".{end}") for end in self.hosts)

    async def _look(
        self, request: aiohttp.ClientRequest, go: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]]
    ) -> aiohttp.ClientResponse:
        url = request.url
        if not self.knows(url.scheme, (url.host or "").lower(), url.port or 0):
            raise self.refuse("host")
        return await go(request)

    def _socket(self, info: Any) -> socket.socket:
        family, kind, protocol, _, target = info
        address = _address(target[0])
        if (target[0], target[1]) not in self.trusted and (address is None or not _public(address)):
            raise self.refuse("address")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    @staticmethod
    def refuse(why: str) -> StrangeAddress:
        log.warning("media_address_refused", why=why)
        if (found := REFUSED.get()) is not None:
            found.append(why)
        return StrangeAddress(why)


class _Resolver(AbstractResolver):
    """Remembers where the settings' own hosts point: those, and those alone, may be in the own network."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self.inner.resolve(host, port, family)
        if (host.lower(), port) in self.door.bases:
            self.door.trusted |= {(one["host"], one["port"]) for one in found}
        return found

    async def close(self) -> None:
        await self.inner.close()


def _public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Also looks through the ways an IPv6 address may carry an IPv4 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return _public(inner)
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return _public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _port(scheme: str, port: int | None) -> int:
    return port or (443 if scheme == "https" else 80)
