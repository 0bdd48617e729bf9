"""The installed stand-in, under the name tests know it by."""

from bot.rehearsal.platforms.douyin import CLIENT_SECRET, FIRST_REFRESH, DouyinPlatform, conversation_of

__all__ = ["CLIENT_SECRET", "FIRST_REFRESH", "DouyinPlatform", "conversation_of"]
