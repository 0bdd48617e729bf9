"""The installed stand-in, under the name tests know it by."""

from bot.rehearsal.platforms.hotline import SECRET, HotlineGateway

__all__ = ["SECRET", "HotlineGateway"]
