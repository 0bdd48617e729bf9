"""What works beside the outbox: tells programs outside what happened, and wakes reporters' telephones."""

import asyncio
from typing import Any

from bot.outside.door import open_door
from bot.outside.push_sender import PushSender, open_signer
from bot.outside.sender import HookSender
from bot.settings import Settings
from bot.store.database import Database
from bot.vault import Vault


def outside_tasks(settings: Settings, database: Database, vault: Vault) -> list["asyncio.Task[Any]"]:
    """Begun here, cancelled by whoever closes the services."""
    return [
        asyncio.create_task(HookSender(database, vault, open_door()).run(), name="webhooks"),
        asyncio.create_task(PushSender(database, open_door(), open_signer(settings)).run(), name="push"),
    ]
