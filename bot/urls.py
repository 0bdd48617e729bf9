"""Addresses among the settings: taken apart where a slip can still be told in one sentence."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

INSIDE, PUSH_INSIDE = "BANGNONG_WEBHOOKS_INSIDE", "BANGNONG_PUSH_INSIDE"
"""Settings that name receivers of the own network, parted by commas."""


def url_of(env: Mapping[str, str], name: str, schemes: tuple[str, ...], faults: list[str]) -> str:
    """The address that a setting holds; "" where it holds none or a wrong one."""
    value = env.get(name, "")
    if not value:
        return ""
    parts = parts_of(value, name, faults)
    if parts is not None and parts.scheme not in schemes:
        faults.append(
            f"{name} does not begin with {schemes[0]}:// : write {schemes[0]}://user:password@host/name, or unset it"
        )
        return ""
    return value if parts is not None else ""


def parts_of(value: str, name: str, faults: list[str]) -> SplitResult | None:
    """The address taken apart; None with a fault where it is none."""
    try:
        parts = urlsplit(value)
        if parts.port != 0:  # looked at here, where one that is no number can be told
            return parts
    except ValueError:
        pass
    cure = "write [ and ] in a password as %5B and %5D, and a port from 1 to 65535"
    faults.append(f"{name} is no address: {cure}")
    return None


def look_at_inside(env: Mapping[str, str], faults: list[str]) -> None:
    """Those settings are read where they are needed; what is wrong with them is told at the start."""
    for name in (INSIDE, PUSH_INSIDE):
        for one in filter(None, (part.strip() for part in env.get(name, "").split(","))):
            parts = parts_of(one, name, faults)
            if parts is not None and (parts.scheme not in ("http", "https") or not parts.hostname):
                faults.append(f"{name} has {one!r}: write whole addresses, http://host:port, with commas between them")
