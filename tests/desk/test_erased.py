"""Somebody was erased while their ticket was open: it is over, and whoever has its page open reads why nothing can be done."""

from bot.embedded import EmbeddedPostgres
from bot.store.contacts import erase_contact
from bot.store.database import Database, migrations
from tests.api.test_every_route import token_of
from tests.desk.conftest import RED, Person, Resident, number_of
from tests.service import Record, Service


async def _erase(service: Service, record: Record, number: str) -> None:
    database = Database(EmbeddedPostgres(service.home).dsn, size=1, limit=20)
    await database.open()
    assert await erase_contact(
        database, await record.value("select conversation from tickets where number = $1", number)
    )
    await database.close()


async def test_an_open_ticket_ends_with_its_resident(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "erased-open").say(RED)
    number = await number_of(record, "erased-open")
    assert (await lina.do(f"/desk/tickets/{number}/claim")).status == 200
    before = await record.value("select changed from tickets where number = $1", number)
    await _erase(service, record, number)
    (row,) = await record.rows("select * from tickets where number = $1", number)
    assert (row["outcome"], row["status"], row["alert"], row["reporter"]) == ("withdrawn", "closed", "", "")
    assert row["closed_at"] is not None and row["claim_until"] is None
    assert row["changed"] > before and row["indexed"] == row["changed"]
    (last,) = await record.rows(
        "select actor, change, detail from ticket_events where number = $1 order by id desc limit 1", number
    )
    assert (last["actor"], last["change"], last["detail"]) == ("bot", "erased", None)
    assert number not in (await lina.get("/desk")).text


async def test_every_act_says_that_nothing_is_left(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "erased-acts").say(RED)
    number = await number_of(record, "erased-acts")
    await _erase(service, record, number)
    headers = {"Authorization": f"Bearer {await token_of(record)}"}
    for act, fields in (
        ("claim", {}), ("reply", {"text": "药到了", "reply_id": "reply-to-nobody"}), ("hand-back", {}),
        ("close", {"outcome": "solved"}), ("reopen", {}), ("correct", {"field": "urgency", "value": "normal"}),
    ):  # fmt: skip
        answer = await lina.do(f"/desk/tickets/{number}/{act}", **fields)
        assert (answer.status, answer.json["error"]["message"]) == (404, "居民的资料已删除，这张单不能再办。"), act
        path = f"/api/v1/tickets/{number}/{act}"
        told = await lina.ask("POST", path, json={**fields, "id": "1"}, headers=headers)
        assert (told.status, told.json["error"]["code"]) == (404, "erased"), act


async def test_what_was_left_open_by_an_older_version_ends_with_the_upgrade(service: Service, record: Record) -> None:
    await Resident(service, "erased-before").say(RED)
    number = await number_of(record, "erased-before")
    await _erase(service, record, number)
    await record.rows("update tickets set outcome = null, status = 'triaged', alert = 'new' where number = $1", number)
    (sql,) = (text for place, _, text in migrations() if place == 24)
    await record.connection.execute(sql)
    (row,) = await record.rows("select outcome, status, alert from tickets where number = $1", number)
    assert tuple(row) == ("withdrawn", "closed", "")
