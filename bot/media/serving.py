"""A kept file on its way to a browser: whole or a piece of it, unsealed chunk by chunk, kept by no cache, run by nobody."""

import asyncio
from collections.abc import Iterator

from aiohttp import web

from bot.log import get_logger
from bot.media.files import THUMB, VIEW, MediaFiles, Opened
from bot.media.kinds import EXTENSIONS, PLAYED
from bot.store.media import Place
from bot.vault import Unsealable, Vault

log = get_logger("media")

_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}


class Missing(Exception):
    """The row is there and the file is not (another machine's disk, a backup without it), or it does not open."""


async def serve(
    request: web.Request, files: MediaFiles, vault: Vault, place: Place, *, thumb: bool = False, name: str = "media"
) -> web.StreamResponse:
    """The picture as shown (thumbnail, or redrawn without the camera's words), any other file as it was sent.

    `Range` is honoured with 206, or 416 when there is no such piece. Raises Missing.
    """
    drawn = place.width > 0
    suffix = THUMB if thumb else VIEW if drawn else ""
    kind = "image/jpeg" if drawn or thumb else place.type
    key = vault.data_key(place.conversation, place.sealed_key)
    try:
        opened = await asyncio.to_thread(files.open, place.name + suffix, key.open)
    except (OSError, Unsealable) as error:
        log.error("media_missing", reason=type(error).__name__)
        raise Missing from error
    first, last = 0, opened.size - 1
    status = 200
    if (piece := _piece(request, opened.size)) is not None:
        first, last = piece
        status = 206
    if first > last and opened.size:
        return web.Response(status=416, headers={**_HEADERS, "Content-Range": f"bytes */{opened.size}"})
    inline = (drawn or thumb or place.type in PLAYED) and "download" not in request.query
    file = f"{name}.{'jpg' if drawn or thumb else EXTENSIONS.get(place.type, 'bin')}"
    headers = {
        **_HEADERS,
        "Content-Type": kind,
        "Content-Length": str(last - first + 1),
        "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{file}"',
    }
    if status == 206:
        headers["Content-Range"] = f"bytes {first}-{last}/{opened.size}"
    return await _stream(request, web.StreamResponse(status=status, headers=headers), opened, first, last)


async def _stream(
    request: web.Request, response: web.StreamResponse, opened: Opened, first: int, last: int
) -> web.StreamResponse:
    pieces = opened.read(first, last)
    try:
        chunk = await asyncio.to_thread(_next, pieces)  # before the headers: a damaged file is still an error then
    except (OSError, Unsealable) as error:
        raise Missing from error
    await response.prepare(request)
    while chunk:
        await response.write(chunk)
        chunk = await asyncio.to_thread(_next, pieces)
    await response.write_eof()
    return response


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")


def _piece(request: web.Request, size: int) -> tuple[int, int] | None:
    """The one range that was asked for; None for the whole. A range nobody can read is none, as the standard has it."""
    try:
        asked = request.http_range
    except ValueError:
        return None
    if asked.start is None and asked.stop is None:
        return None
    first, last, _ = asked.indices(size)
    return first, last - 1
