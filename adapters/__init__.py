"""Channels: one module a platform. A platform's oddities end here."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from adapters.base import Channel


@cache
def _found() -> tuple[tuple[str, Channel], ...]:
    found: dict[str, Channel] = {}
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        channel = getattr(import_module(f"{__name__}.{module.name}"), "CHANNEL", None)
        if channel is None:
            continue
        if not isinstance(channel, Channel):
            raise TypeError(f"adapters.{module.name}.CHANNEL lacks part of adapters.base.Channel")
        if channel.name in found:
            raise TypeError(f"adapters.{module.name}.CHANNEL takes the name {channel.name!r}, which another module has")
        found[channel.name] = channel
    return tuple(found.items())


def discover() -> dict[str, Channel]:
    """Every channel by name: whatever module of this package defines CHANNEL. Nothing else needs to be registered."""
    return dict(_found())
