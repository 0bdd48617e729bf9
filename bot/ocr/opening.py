"""The reader of pictures as the service opens it."""

from collections.abc import Callable
from datetime import datetime

from bot.live import Live
from bot.media.room import MediaRoom
from bot.ocr.program import Program
from bot.ocr.reader import PictureReader
from bot.ocr.setting import command_of
from bot.settings import Settings
from bot.store.database import Database
from bot.turns import Turns
from bot.vault import Vault


def open_reader_of_pictures(
    settings: Settings, database: Database, vault: Vault, media: MediaRoom, turns: Turns,
    clock: Callable[[], datetime], live: Live,
) -> PictureReader | None:  # fmt: skip
    """None where nothing reads: the extra is not installed, or it is switched off."""
    command = command_of(settings.ocr)
    if not command:
        return None
    return PictureReader(database, vault, media.files, Program(command), turns.act, clock, live.publish)
