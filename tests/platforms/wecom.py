"""The installed stand-in, under the name tests know it by."""

from bot.rehearsal.platforms.wecom import OPEN_KFID, WeComPlatform

__all__ = ["OPEN_KFID", "WeComPlatform"]
