"""A reporter's telephone shows what is due, by number and kind; the address can be taken back; no word of anybody is in it."""

import re

import aiohttp
from icalendar import Calendar

from tests.desk.conftest import PHONE, WHERE, Person, Resident, number_of
from tests.service import Record, Service


async def fetch(path: str) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as http, http.get(path) as answer:
        return answer.status, await answer.read()


async def test_from_the_page_to_the_telephone(service: Service, record: Record, lina: Person) -> None:
    resident = Resident(service, "calendar")
    await resident.say("家里氨氯地平吃完了，配不到药")
    await resident.say(WHERE)
    number = await number_of(record, "calendar")
    await lina.do(f"/desk/tickets/{number}/claim")
    await lina.get("/desk/calendar")
    made = await lina.form("/desk/calendar/make")
    found = re.search(r"(http://[^<]+/calendar/[\w-]{43}\.ics)", made.text)
    assert made.status == 200 and found
    status, body = await fetch(found[1])
    assert status == 200
    read = Calendar.from_ical(body)
    titles = [str(one["SUMMARY"]) for one in read.walk("VEVENT")]
    assert f"回访 {number}" in titles
    event = next(one for one in read.walk("VEVENT") if number in str(one["SUMMARY"]))
    due = await record.value("select revisit_due from tickets where number = $1", number)
    assert event.decoded("DTSTART") == due.replace(microsecond=0)
    assert not any(word in body.decode() for word in (PHONE, "牡丹路", "降压药", "配药"))
    assert found[1].rpartition("/")[2] not in (await lina.get("/desk/calendar")).text
    again = re.search(r"(http://[^<]+\.ics)", (await lina.form("/desk/calendar/make")).text)
    assert again and (await fetch(found[1]))[0] == 404
    assert (await lina.form("/desk/calendar/drop")).status == 303
    assert (await fetch(again[1]))[0] == 404
    assert (await fetch(f"{service.base}/calendar/{'x' * 43}.ics"))[0] == 404
    assert (await fetch(f"{service.base}/calendar/short.ics"))[0] == 404
