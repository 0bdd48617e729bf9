"""Whoever writes while others are being erased is not due any more; of files only those go that are old."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

import bot.retaining
import bot.store.retention
from bot.retaining import ROWS, Nights
from bot.store.contacts import Still, erase_contact
from bot.store.database import Database, StoreAway
from bot.store.retention import plan, retain, set_switch
from conversations.messages import Attachment
from conversations.playbook import SHANGHAI
from tests.inside import DYING, Inside, Open

_WHO = "select openid_hash from contacts where data_key is not null and id <> $1"


async def _old_ticket(here: Inside, who: str) -> None:
    """One that ended when nobody remembers, of somebody who was silent since."""
    await here.hear(who, DYING)
    await here.database.execute("update tickets set outcome = 'solved', status = 'closed', closed_at = created_at")


@pytest.mark.parametrize("ticket", [False, True], ids=["only talk", "an ended ticket"])
async def test_who_writes_meanwhile_is_kept(inside: Open, monkeypatch: pytest.MonkeyPatch, ticket: bool) -> None:
    async with inside(outbox=False) as here:
        erased: list[UUID] = []
        hashes = {}
        for who in ("one", "other"):
            await (_old_ticket(here, who) if ticket else here.hear(who, "你好"))
            hashes[here.services.vault.hash("openid", "app", "main", who)] = who

        async def slow(database: Database, contact: UUID, still: Still | None = None) -> bool:
            done = await erase_contact(database, contact, still)
            if not erased:
                erased.append(contact)
                await here.hear(hashes[await database.value(_WHO, contact)], DYING)
            return done

        monkeypatch.setattr(bot.store.retention, "erase_contact", slow)
        here.clock.by = timedelta(days=100)
        done = await retain(here.database, ROWS, here.clock(), "tester")
        assert (done["grave"], done["talk"]) == ((1, 0) if ticket else (0, 1))
        rows = await here.database.fetch("select outcome, body <> '' as worded from tickets where outcome is null")
        assert [tuple(row) for row in rows] == [(None, True)]
        assert await here.database.value("select count(*) from contacts where data_key is not null") == 1


async def test_todays_photo_stays_when_last_months_goes(inside: Open) -> None:
    async with inside(outbox=False) as here:
        await here.hear("u", "你好", attachments=(Attachment("image", "upload:" + "a" * 32),))
        await here.hear("u", "你好呀", attachments=(Attachment("image", "upload:" + "c" * 32),))
        here.clock.by = timedelta(days=31)
        await here.hear("u", "家里断药了", attachments=(Attachment("image", "upload:" + "b" * 32),))
        await here.database.execute(
            "update media set status = 'kept', sha256 = decode(case when upload like 'c%' then '0c' else '0a' end, 'hex')"
        )  # today's is the same picture as the first one
        due = {one.keep.kind: one.now for one in await plan(here.database, ROWS, here.clock())}
        done = await retain(here.database, ROWS, here.clock(), "tester")
        assert (due["media"], done["media"]) == (2, 2)
        left = await here.database.fetch("select upload from media")
        assert [row["upload"] for row in left] == ["b" * 32]
        assert [row["name"] for row in await here.database.fetch("select name from media_gone")] == ["0c"]


async def test_who_is_due_is_looked_for_once(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a large record that takes seconds: not again for each portion of those who are erased."""
    monkeypatch.setattr(bot.store.retention, "_BATCH", 1, raising=False)
    async with inside(outbox=False) as here:
        for who in "abc":
            await _old_ticket(here, who)
        for who in "de":
            await here.hear(who, "你好")
        here.clock.by = timedelta(days=100)
        asked: list[str] = []
        fetch = here.database.fetch

        async def counted(query: str, *args: Any, **more: Any) -> Any:
            asked.append(query)
            return await fetch(query, *args, **more)

        monkeypatch.setattr(here.database, "fetch", counted)
        done = await retain(here.database, ROWS, here.clock(), "tester")
        assert (done["grave"], done["talk"]) == (3, 2)
        assert len([one for one in asked if "data_key" in one and "limit" in one]) == 3  # contacts, talk, media


async def test_a_night_that_was_cut_off_is_begun_again(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with inside(outbox=False) as here:
        night = datetime(2027, 4, 5, 4, tzinfo=SHANGHAI)
        await set_switch(here.database, True, "admin", night)
        ran: list[datetime] = []

        async def cut(database: Database, rows: Any, now: datetime, by: str) -> dict[str, int]:
            ran.append(now)
            if len(ran) < 3:
                raise StoreAway("TimeoutError")
            return {}

        monkeypatch.setattr(bot.retaining, "retain", cut)
        nights, others = Nights(here.database), Nights(here.database)
        for _ in range(2):
            with pytest.raises(StoreAway):
                await nights.tonight(night)
            assert nights.cut_off
            assert not await others.tonight(night)
        assert await nights.tonight(night)
        assert not nights.cut_off
        assert not await nights.tonight(night)
        ran.clear()
        for later in (1, 2):
            with pytest.raises(StoreAway):
                await nights.tonight(night + timedelta(days=later))
        await set_switch(here.database, False, "admin", night)
        assert not await nights.tonight(night + timedelta(days=2, hours=1))
        assert len(ran) == 2


async def test_nobody_tries_all_day(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with inside(outbox=False) as here:
        night, ran = datetime(2027, 4, 5, 4, tzinfo=SHANGHAI), 0
        await set_switch(here.database, True, "admin", night)

        async def cut(database: Database, rows: Any, now: datetime, by: str) -> dict[str, int]:
            nonlocal ran
            ran += 1
            raise StoreAway("TimeoutError")

        monkeypatch.setattr(bot.retaining, "retain", cut)
        nights = Nights(here.database)
        for _ in range(9):
            with suppress(StoreAway):
                await nights.tonight(night)
        assert ran == 3
