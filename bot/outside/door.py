"""The way out to addresses people typed in: https to the public network, whatever a name points to and whenever it changes.

An operator may name receivers of the own network, for webhooks (`BANGNONG_WEBHOOKS_INSIDE`) and for reporters' telephones
(`BANGNONG_PUSH_INSIDE`) apart; nobody else can. An admin types in the first; any reporter the second, with whatever path.
"""

from urllib.parse import urlsplit

from bot.media.door import Door
from bot.settings import read_environment
from bot.urls import INSIDE, PUSH_INSIDE


class OutsideDoor(Door):
    """Any host over https; the connection itself is only made to a public address (`Door`), never to a redirect."""

    def knows(self, scheme: str, host: str, port: int) -> bool:
        return (host, port) in self.bases or (scheme == "https" and bool(host))

    def takes(self, url: str) -> bool:
        """Whether an address may be kept at all; where it leads is looked at when it is asked."""
        try:
            part = urlsplit(url)
            port = part.port or (443 if part.scheme == "https" else 80)
        except ValueError:
            return False
        if part.username or part.password or part.fragment or len(url) > 500 or not url.isascii():
            return False
        return part.scheme in ("http", "https") and self.knows(part.scheme, (part.hostname or "").lower(), port)


def open_door() -> OutsideDoor:
    """For webhooks."""
    return _with_inside(INSIDE)


def push_door() -> OutsideDoor:
    """For browsers' push services: what may be told webhooks inside is no business of theirs."""
    return _with_inside(PUSH_INSIDE)


def _with_inside(setting: str) -> OutsideDoor:
    return OutsideDoor([base.strip() for base in read_environment().get(setting, "").split(",") if base.strip()], [])
