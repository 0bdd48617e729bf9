"""A platform that hangs holds up its own files and nobody else's."""

import asyncio
import io
from typing import Any

import pytest
from PIL import Image

from bot.media import room
from conversations.messages import Attachment
from tests.inside import Open


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, "JPEG")
    return out.getvalue()


async def test_our_own_disk_does_not_wait_for_a_platform(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, begun = asyncio.Event(), list[str]()

    async def hanging(channel: Any, world: Any, secrets: Any, attachment: Attachment) -> bytes:
        begun.append(attachment.media_id)
        await go_on.wait()
        return photo()

    async with inside("app:main,wechat:main") as here:
        channel = here.services.accounts["wechat", "main"].channel
        monkeypatch.setattr(type(channel), "fetch_media", hanging)
        for nth in range(6):
            message = here.message(f"o{nth}", "看看", "wechat", attachments=(Attachment("image", f"id{nth}"),))
            await here.services.turns.hear(message, slot=False)

        async def full() -> bool:
            return len(begun) == 4

        await here.until(full)
        upload = (await here.services.media.uploads.accept(photo(), "main", "u")).upload
        await here.hear("u", "", attachments=(Attachment("image", f"upload:{upload}"),))

        async def kept() -> int:
            count: int = await here.database.value("select count(*) from media where status = 'kept'")
            return count

        async def own() -> bool:
            return await kept() == 1

        async def all_kept() -> bool:
            return await kept() == 7

        await here.until(own)
        assert len(begun) == 4, "a lane has its limit"
        go_on.set()
        await here.until(all_kept)
        assert sorted(begun) == [f"id{nth}" for nth in range(6)]


async def test_what_hangs_when_the_service_stops_is_due_at_once(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def hanging(*_: Any) -> bytes:
        begun.set()
        await asyncio.sleep(600)
        return b""

    monkeypatch.setattr(room, "_PATIENCE", 0.1)
    async with inside("app:main,wechat:main") as here:
        monkeypatch.setattr(type(here.services.accounts["wechat", "main"].channel), "fetch_media", hanging)
        message = here.message("o", "看看", "wechat", attachments=(Attachment("image", "id"),))
        await here.services.turns.hear(message, slot=False)
        await asyncio.wait_for(begun.wait(), 10)
    async with inside("app:main", outbox=False) as here:
        assert await here.database.value("select count(*) from media where status = 'waiting' and lease_until is null")
