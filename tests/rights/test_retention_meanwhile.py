"""Whoever writes while others are being erased is not due any more; of files only those go that are old."""

from datetime import timedelta
from uuid import UUID

import pytest

import bot.store.retention
from bot.retaining import ROWS
from bot.store.contacts import Still, erase_contact
from bot.store.database import Database
from bot.store.retention import plan, retain
from conversations.messages import Attachment
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
