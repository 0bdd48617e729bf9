"""What nobody needs any more leaves the disk: files of erased people at once, those of a crash after a while."""

import asyncio
from datetime import timedelta

from bot.log import get_logger
from bot.media.files import MediaFiles
from bot.store.database import Database
from bot.store.media import forget_gone, gone, settled_uploads, unknown

log = get_logger("media")

_YOUNG = timedelta(hours=1)
"""A file may be this old before its row is there: fetching and writing take minutes."""
_UPLOADS = timedelta(days=8)
"""An upload whose message never came, or waits in a spool: longer than the record may be away."""


async def sweep_gone(database: Database, files: MediaFiles) -> int:
    """Delete what an erasure gave up; how many. The names go last, so that a crash forgets none."""
    names = await gone(database)
    if names:
        await asyncio.to_thread(files.remove_all, names)
        await forget_gone(database, names)
    return len(names)


async def sweep(database: Database, files: MediaFiles, now: float) -> int:
    """Delete files that no row names and that are older than any work on them; how many. `now`: epoch seconds."""
    removed = 0
    for names in await asyncio.to_thread(lambda: list(files.names(now - _YOUNG.total_seconds()))):
        uploads = [name.removeprefix("upload-") for name in names if name.startswith("upload-")]
        hashes = [bytes.fromhex(name[:32]) for name in names if not name.startswith("upload-")]
        doomed = [f"upload-{one}" for one in await settled_uploads(database, uploads)] if uploads else []
        doomed += sorted({one.hex() for one in await unknown(database, hashes)}) if hashes else []
        await asyncio.to_thread(files.remove_all, doomed)
        removed += len(doomed)
    for names in await asyncio.to_thread(lambda: list(files.names(now - _UPLOADS.total_seconds()))):
        old = [name for name in names if name.startswith("upload-")]
        await asyncio.to_thread(files.remove_all, old)
        removed += len(old)
    if removed:
        log.info("media_swept", count=removed)
    return removed
