"""Whoever was switched off is on no duty: nothing is proposed, handed or left to them."""

from datetime import UTC, datetime

from bot.embedded import EmbeddedPostgres
from bot.store.database import Database
from bot.store.shifts import on_duty
from tests.assignment.conftest import waiting_ticket
from tests.desk.conftest import RED, Desk
from tests.service import Record, Service


async def test_nobody_hands_a_ticket_to_whoever_was_switched_off(desk: Desk, service: Service, record: Record) -> None:
    leaves, gone = await desk.hire("lizou"), await desk.hire("guanle")
    for one in (leaves, gone):
        await one.get("/desk/shifts")
        assert (await one.form("/desk/shifts/start")).status == 303
    number = await waiting_ticket(service, record, "switched-off", RED)
    assert (await leaves.do(f"/desk/tickets/{number}/claim")).status == 200
    shift = await record.value("select id from shifts where login = 'lizou' and ended_at is null")
    assert '<option value="guanle"' in (await leaves.get(f"/desk/shifts/{shift}/end")).text
    await record.rows("update users set active = false where login = 'guanle'")
    assert '<option value="guanle"' not in (await leaves.get(f"/desk/shifts/{shift}/end")).text
    handed = {f"to-{number}": "guanle", f"word-{number}": "接着联系医院"}
    refused = await leaves.form(f"/desk/shifts/{shift}/end", note="没有", **handed)
    assert refused.status == 400
    assert "交给的人不在班" in refused.words
    assert await record.value("select reporter from tickets where number = $1", number) == "lizou"
    database = Database(EmbeddedPostgres(service.home).dsn, size=1, limit=20)
    await database.open()
    assert "guanle" not in {one.login for one in await on_duty(database, record.vault, datetime.now(UTC))}
    await database.close()
    assert (await leaves.do(f"/desk/tickets/{number}/close", outcome="solved")).status == 200
    await record.rows("update shifts set ended_at = now() where login in ('lizou', 'guanle')")
