"""Everything of the media in one value: opened and closed by `bot.services`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from adapters.base import Grants, TokenCache, World
from bot.live import News
from bot.log import get_logger
from bot.media.door import Door, api_bases
from bot.media.fetcher import MediaFetcher
from bot.media.files import MediaFiles
from bot.media.uploads import Uploads
from bot.settings import Settings
from bot.store.database import Database
from bot.vault import Vault
from data.media import MediaRows, load_media

log = get_logger("media")

_PATIENCE = 5.0
"""Seconds a fetch under way may take to end when the service stops; then it is given back, and begins anew elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRoom:
    files: MediaFiles
    uploads: Uploads
    rows: MediaRows
    fetcher: MediaFetcher
    http: aiohttp.ClientSession

    async def close(self, fetching: "asyncio.Task[None] | None") -> None:
        """Finish or give back what is being fetched, then close the way out."""
        if fetching is not None:
            self.fetcher.stop()
            await asyncio.wait([fetching], timeout=_PATIENCE)
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
            await self.fetcher.give_back()
        await self.http.close()


def open_media(
    settings: Settings, database: Database, vault: Vault, tokens: TokenCache, grants: Grants,
    clock: Callable[[], datetime], publish: Callable[[list[News]], None],
) -> MediaRoom:  # fmt: skip
    rows = load_media()
    files = MediaFiles(settings.home / "media")
    uploads = Uploads(files, vault, rows)
    http = Door(api_bases(settings), rows.hosts).session()
    world = World(http, tokens, grants)
    fetcher = MediaFetcher(database, vault, files, uploads, world, settings.accounts, rows, clock, publish)
    return MediaRoom(files=files, uploads=uploads, rows=rows, fetcher=fetcher, http=http)
