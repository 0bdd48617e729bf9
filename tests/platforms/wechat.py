"""The installed stand-in, under the name tests know it by."""

from bot.rehearsal.platforms.wechat import SECRET, WeChatPlatform

__all__ = ["SECRET", "WeChatPlatform"]
