"""What works beside the outbox: tells programs outside what happened, and wakes reporters' telephones."""

from bot.lasting import Work
from bot.outside.door import open_door, push_door
from bot.outside.push_sender import PushSender, open_signer
from bot.outside.sender import HookSender
from bot.settings import Settings
from bot.store.database import Database
from bot.vault import Vault


def outside_work(settings: Settings, database: Database, vault: Vault) -> dict[str, Work]:
    """Name → what goes on for ever; begun and cancelled by whoever opens and closes the services."""
    return {
        "webhooks": HookSender(database, vault, open_door()).run,
        "push": PushSender(database, push_door(), open_signer(settings)).run,
    }
