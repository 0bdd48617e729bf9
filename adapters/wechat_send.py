"""Pushing to WeChat: access token, customer-service messages, media."""

from adapters.base import Sent, World
from adapters.wechat_secrets import WeChatSecrets


async def send_text(world: World, secrets: WeChatSecrets, openid: str, text: str) -> Sent:
    raise NotImplementedError


async def fetch_media(world: World, secrets: WeChatSecrets, media_id: str) -> bytes:
    raise NotImplementedError
