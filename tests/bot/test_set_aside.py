"""Messages that could not be made into turns by a fault of ours: counted, tried again by themselves, never locked up."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.base import Secret
from bot import draining
from bot.arrivals import TurnFailed
from bot.commands.doctor import CHECKS
from bot.settings import load_settings
from bot.spool import Held, NothingStored, Spool
from bot.spooled import standing_of
from bot.vault import Vault
from conversations.messages import ContactRef, Inbound
from tests.bot.conftest import Running
from tests.inside import Inside, Open


def failing(here: Inside, monkeypatch: pytest.MonkeyPatch, text: str) -> Callable[[], None]:
    """A message no turn can be made of, until the returned is called."""
    turns: Any = here.services.turns
    submit, broken = turns.submit, [True]

    def faulty(inbound: Any, **more: Any) -> Any:
        if not broken or inbound.text != text:
            return submit(inbound, **more)
        failed = asyncio.get_running_loop().create_future()
        failed.set_exception(TurnFailed("ours"))
        return failed

    monkeypatch.setattr(turns, "submit", faulty)
    return broken.clear


async def written(here: Inside) -> list[str]:
    """Through the spool, while the record is away."""
    here.services.intake.away = True
    for text in ("一", "二"):
        await here.hear("u", text)
    return ["一", "二"]


def files(here: Inside) -> list[Path]:
    return [path for path in (here.services.settings.home / "spool").rglob("*") if path.is_file()]


async def heard(here: Inside, count: int) -> None:
    async def all_there() -> bool:
        there = await here.database.value("select count(*) from messages where direction = 'i'")
        return bool(there == count) and not files(here)

    await here.until(all_there)


async def test_what_was_set_aside_is_tried_again(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "ASIDE_EVERY", 0.5)
    async with inside(outbox=False) as here:
        mend = failing(here, monkeypatch, "一")
        await written(here)

        async def aside() -> bool:
            return not here.services.intake.away and standing_of(here.services.spool.folder).aside == 1

        await here.until(aside)
        assert not standing_of(here.services.spool.folder).good
        assert "spool/aside" in standing_of(here.services.spool.folder).words
        mend()
        await heard(here, 2)
        assert standing_of(here.services.spool.folder).good


async def test_a_restart_tries_at_once(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with inside(outbox=False) as here:
        failing(here, monkeypatch, "一")
        await written(here)

        async def aside() -> bool:
            return standing_of(here.services.spool.folder).aside == 1

        await here.until(aside)
    async with inside(outbox=False) as here:
        await heard(here, 2)


async def test_a_full_disk_does_not_lock_up_what_is_to_be_set_aside(
    inside: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "ASIDE_EVERY", 0.5)
    append = Spool.append

    def full(spool: Spool, held: Any) -> None:
        if spool.folder.name == "aside":
            raise NothingStored("No space left on device")
        append(spool, held)

    monkeypatch.setattr(Spool, "append", full)
    async with inside(outbox=False) as here:
        mend = failing(here, monkeypatch, "一")
        await written(here)

        async def back() -> bool:
            return not here.services.intake.away

        await here.until(back)  # others are not made to wait for it
        mend()
        await heard(here, 2)


async def test_a_folder_that_cannot_be_made_leaves_the_file_to_whoever_comes(
    inside: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with inside(outbox=False) as here:
        mend = failing(here, monkeypatch, "一")
        place = here.services.settings.home / "spool" / "aside"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"")
        await written(here)
        await asyncio.sleep(1)
        assert standing_of(here.services.spool.folder).waiting == 2
        place.unlink()
        mend()
        await heard(here, 2)


async def test_it_is_said_where_people_look(running: Running) -> None:
    spool = Spool(running.home / "spool" / "aside", Vault(Secret("another-key-than-the-service-has")))
    at = datetime(2026, 11, 28, tzinfo=UTC)
    spool.append(
        Held(Inbound(ContactRef("app", "main", "u"), "m", "text", "一", at), "held")
    )  # locked: not to be drained
    try:
        async with aiohttp.ClientSession() as http:
            async with http.get(running.base + "/readyz") as ready:
                assert ready.status == 200
                assert "spool/aside" in (await ready.json())["checks"]["set_aside"]
            async with http.get(running.base + "/metrics") as metrics:
                assert "bangnong_spool_aside 1\n" in await metrics.text()
        good, words = await CHECKS["spool"](load_settings(running.service.env))
        assert (good, "spool/aside" in words) == (False, True)
    finally:
        shutil.rmtree(spool.folder)
        spool.close()
