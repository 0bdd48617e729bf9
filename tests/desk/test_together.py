"""Several people on one ticket: notes only colleagues read, and who else is looking or writing."""

import asyncio

from tests.desk.conftest import PHONE, RED, Desk, Person, Resident, number_of
from tests.desk.test_queue import stream
from tests.service import Record, Service


async def test_a_note_is_for_colleagues_and_never_for_the_resident(
    desk: Desk, service: Service, record: Record, lina: Person, zhou: Person
) -> None:
    resident = Resident(service, "noted")
    await resident.say(RED)
    number = await number_of(record, "noted")
    heard = await resident.heard()
    done = await lina.do(f"/desk/tickets/{number}/note", text=f"居委王书记 {PHONE}，答应十点派车")
    assert done.status == 200
    assert "居委王书记 138****5678，答应十点派车" in done.json["parts"]["notes"]
    assert "lina先生" in done.json["parts"]["notes"]
    assert "写了备注" in done.json["parts"]["history"]
    page = await zhou.get(f"/desk/tickets/{number}")
    assert "答应十点派车" in page.words
    assert PHONE not in page.text
    shown = (await zhou.do(f"/desk/tickets/{number}/reveal", field="words")).json["messages"]
    assert any(PHONE in text for text in shown.values())
    assert await resident.heard() == heard
    kept = await record.rows("select detail from ticket_events where number = $1 and change = 'noted'", number)
    assert len(kept) == 1
    assert "王书记".encode() not in kept[0]["detail"]  # sealed
    assert await record.value("select count(*) from audit where action = 'desk.noted' and subject = $1", number) == 1
    auditor = await desk.hire("notereader", "auditor")
    assert "答应十点派车" in (await auditor.get(f"/desk/tickets/{number}")).words
    assert (await auditor.do(f"/desk/tickets/{number}/note", text="x")).status == 403
    for text, status in ((" ", 400), ("长" * 2001, 400)):
        assert (await lina.do(f"/desk/tickets/{number}/note", text=text)).status == status
    assert (await lina.do("/desk/tickets/B00000-0000/note", text="x")).status == 404
    assert (await lina.form(f"/desk/tickets/{number}/note", text="不用脚本也行")).status == 303


async def test_a_note_reaches_open_pages(service: Service, record: Record, lina: Person, zhou: Person) -> None:
    await Resident(service, "note-news").say(RED)
    number = await number_of(record, "note-news")
    async with stream(zhou) as events:
        await asyncio.wait_for(events.get(), 5)
        await lina.do(f"/desk/tickets/{number}/note", text="看到请回")
        async with asyncio.timeout(5):
            while number not in {one["number"] for one in (await events.get()).get("tickets", ())}:
                pass


async def test_colleagues_on_one_ticket_see_each_other(
    service: Service, record: Record, lina: Person, zhou: Person
) -> None:
    await Resident(service, "together").say(RED)
    number = await number_of(record, "together")
    here = f"/desk/tickets/{number}/here"
    assert (await lina.do(here, state="reading")).json == {"others": []}
    async with stream(lina) as events:
        await asyncio.wait_for(events.get(), 5)
        assert (await zhou.do(here, state="writing")).json == {"others": [{"name": "lina先生", "writing": False}]}
        async with asyncio.timeout(5):
            while number not in (await events.get()).get("here", ()):
                pass
    assert (await lina.do(here, state="reading")).json == {"others": [{"name": "zhou先生", "writing": True}]}
    await zhou.do(here, state="nonsense")
    assert (await lina.do(here, state="reading")).json["others"][0]["writing"] is False
    await zhou.do(here, state="gone")
    assert (await lina.do(here, state="reading")).json == {"others": []}
    assert (await lina.do(here, csrf="", state="reading")).status == 403
    assert await record.value("select count(*) from audit where action like 'desk.here%'") == 0
