"""Who stands still while a picture comes in holds nobody up, and no crowd of them fills the memory."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer

import bot.media.routes as routes
import bot.media.uploads as uploads
from adapters.app import CHANNEL as APP
from adapters.app import AppSecrets
from adapters.base import Secret
from bot.media.files import MediaFiles
from bot.media.kinds import Refused
from bot.media.uploads import NoRoom, Uploads
from bot.settings import Account
from bot.vault import Vault
from data.media import load_media
from tests.bot.test_resealing import PNG


class Part:
    """A part of a form: pieces as they come, then nothing, or nothing more for ever."""

    def __init__(self, *pieces: bytes, stalls: bool = False) -> None:
        self.headers: dict[str, str] = {}
        self.pieces, self.stalls = list(pieces), stalls

    async def read_chunk(self, size: int) -> bytes:
        if self.pieces:
            return self.pieces.pop(0)
        if self.stalls:
            await asyncio.Event().wait()
        return b""


@pytest.fixture
def taking(tmp_path: Path) -> Uploads:
    vault = Vault(Secret("a-service-key-of-the-upload-test"))
    vault.use_index_key(b"i" * 32)
    return Uploads(MediaFiles(tmp_path / "media"), vault, load_media())


async def take(taking: Uploads, part: Any, sender: str) -> Any:
    return await taking.take(part, "main", sender)


async def test_a_crowd_that_stands_still(taking: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    still = [asyncio.create_task(take(taking, Part(PNG[:20], stalls=True), f"s{nth}")) for nth in range(20)]
    await asyncio.sleep(0)
    done = await asyncio.wait_for(take(taking, Part(PNG), "u"), 5)
    assert done.size == len(PNG)
    monkeypatch.setattr(uploads, "_PIECE_WITHIN", 0.05)
    with pytest.raises(Refused):
        await asyncio.wait_for(take(taking, Part(PNG[:20], stalls=True), "v"), 5)
    for one in still:
        one.cancel()
    await asyncio.gather(*still, return_exceptions=True)
    assert taking._waiting == 0


async def test_no_more_waits_in_memory_than_a_few_whole_ones(taking: Uploads) -> None:
    most = max(taking.rows.most.values())
    full = [asyncio.create_task(take(taking, Part(b"x" * most, stalls=True), f"s{nth}")) for nth in range(8)]
    await asyncio.sleep(0.1)
    with pytest.raises(NoRoom):
        await take(taking, Part(PNG), "u")
    for one in full:
        one.cancel()
    await asyncio.gather(*full, return_exceptions=True)
    assert (await take(taking, Part(PNG), "u")).size == len(PNG)


async def test_an_unsigned_file_is_not_read(taking: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever cannot have signed it is told so at once; whoever only might waits within the same bounds as all."""
    account = Account(APP, "main", AppSecrets(Secret("a-key-of-the-app-of-the-test")), None)  # type: ignore[arg-type]
    services = SimpleNamespace(media=SimpleNamespace(uploads=taking))
    monkeypatch.setattr(routes, "app_account", lambda request: (services, account, APP))
    monkeypatch.setattr(uploads, "_PIECE_WITHIN", 0.2)
    app = web.Application()
    routes.add_media(app)
    path = "/api/app/main/media?sender=u"

    async def stalls() -> AsyncIterator[bytes]:
        yield PNG[:20]
        await asyncio.Event().wait()

    def signed(data: bytes, ago: float = 0) -> dict[str, str]:
        return APP.sign_headers(path.encode() + b"\n" + data, account.secrets, now=time.time() - ago)

    async with TestServer(app) as server, ClientSession(timeout=ClientTimeout(5)) as http:

        async def post(data: Any, headers: dict[str, str]) -> int:
            async with http.post(server.make_url(path), data=data, headers=headers) as answer:
                return answer.status

        assert await post(PNG, signed(PNG)) == 200
        assert await post(PNG, signed(PNG + b"more")) == 403
        for headers in ({}, signed(PNG, ago=400), {**signed(PNG), "x-bangnong-signature": "short"}):
            assert await post(stalls(), headers) == 403
        assert await post(stalls(), signed(PNG)) == 400  # read until it stands still, and no longer
        taking._waiting = 8 * max(taking.rows.most.values())
        assert await post(PNG, signed(PNG)) == 503
        taking._waiting = 0
        assert await post(PNG, signed(PNG)) == 200
    assert taking._waiting == 0
