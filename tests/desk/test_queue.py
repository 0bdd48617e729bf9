"""The queue over HTTP: what is on top, filters and pages of thousands, news that comes and is not lost."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.desk.conftest import RED, WHERE, Desk, Person, Resident, number_of
from tests.service import Record, Service


def numbers(text: str) -> list[str]:
    return re.findall(r'<li class="row[^>]*data-number="([^"]+)"', text)


def part(text: str, name: str) -> list[str]:
    """Numbers in one list of the page."""
    found = re.search(rf'(?s)<ol class="rows" id="{name}".*?</ol>', text)
    return numbers(found[0]) if found else []


async def test_what_nobody_has_seen_is_on_top_until_somebody_has(
    service: Service, record: Record, lina: Person, zhou: Person
) -> None:
    await Resident(service, "seen").say(RED)
    number = await number_of(record, "seen")
    page = await lina.get("/desk")
    assert number in part(page.text, "pinned")
    assert number not in part(page.text, "queue")
    assert "危急" in page.words
    assert "新的危急单" in page.words
    assert number in part((await lina.get("/desk?urgency=normal&who=mine")).text, "pinned")  # no filter hides it
    alarm = (await zhou.get("/desk/alarm")).json
    assert number in alarm["numbers"]
    assert alarm["red"] >= 1
    assert (await lina.do(f"/desk/tickets/{number}/acknowledge")).status == 200
    after = (await zhou.get("/desk/alarm")).json
    assert number not in after["numbers"]
    assert after["count"] == alarm["count"] - 1
    page = await zhou.get("/desk")
    assert number in part(page.text, "queue")
    assert number not in part(page.text, "pinned")
    kept = await record.rows("select acknowledged_by from tickets where number = $1", number)
    assert kept[0]["acknowledged_by"] == "lina"
    assert (await zhou.do(f"/desk/tickets/{number}/acknowledge")).status == 200  # twice is once
    logged = await record.rows("select actor from audit where action = 'desk.acknowledged' and subject = $1", number)
    assert [row["actor"] for row in logged] == ["lina"]


async def test_filters_and_search(service: Service, record: Record, lina: Person) -> None:
    food = Resident(service, "hungry")
    await food.say("家里断粮两天了，没有米也没有菜，小区不让团购")
    await food.say("电话13722224444，杨浦区控江路1200弄8号楼301")
    number = await number_of(record, "hungry")
    await lina.do(f"/desk/tickets/{number}/acknowledge")  # whatever rings is above every filter
    intent, urgency, desk = (await record.rows("select intent, urgency, desk from tickets where number = $1", number))[
        0
    ]
    assert intent == "supplies"
    for query, there in (
        ("who=free", True), (f"intent={intent}", True), (f"urgency={urgency}", True), (f"desk={desk}", True),
        ("who=mine", False), ("intent=travel", False), ("status=closed", False), ("status=all", True),
        ("intent=nonsense&urgency=x&desk=y&status=z&who=w", True),
    ):  # fmt: skip
        assert (number in numbers((await lina.get(f"/desk?{query}")).text)) is there, query
    await lina.do(f"/desk/tickets/{number}/claim")
    assert number in numbers((await lina.get("/desk?who=mine")).text)
    assert number not in part((await lina.get("/desk?who=free")).text, "queue")
    for _ in range(40):  # words are indexed beside the hot path
        if number in numbers((await lina.get("/desk?q=断粮")).text):
            break
        await asyncio.sleep(0.2)
    for q, there in (
        ("断粮", True),
        ("4444", True),
        ("控江路", True),
        (number, True),
        ("登月", False),
        ("', --", False),
    ):
        assert (number in part((await lina.get("/desk", params={"q": q})).text, "queue")) is there, q


async def test_thousands_are_paged_without_a_gap_and_quickly(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "many").say(RED)
    number = await number_of(record, "many")
    columns = [
        row["column_name"] for row in await record.rows(
            "select column_name from information_schema.columns where table_name = 'tickets' and is_generated = 'NEVER'"
        )
    ]  # fmt: skip
    other = ", ".join(
        {"number": "'B90101-' || lpad(n::text, 5, '0')", "case_key": "n", "alert": "''", "urgency": "'soon'",
         "urgency_rank": "2 + n % 2", "created_at": "created_at - make_interval(secs => n % 700)", "changed": "0",
         "indexed": "0"}.get(name, name) for name in columns
    )  # fmt: skip
    await record.rows(
        f"insert into tickets ({', '.join(columns)}) select {other} from tickets, generate_series(1000, 5999) n "
        "where number = $1",
        number,
    )
    try:
        found: list[str] = []
        path, slowest = "/desk?urgency=soon", 0.0
        for _ in range(12):
            began = time.perf_counter()
            page = await lina.get(path)
            slowest = max(slowest, time.perf_counter() - began)
            found += part(page.text, "queue")
            assert len(part(page.text, "queue")) == 50
            path = re.search(r'href="([^"]+)" rel="next"', page.text)[1].replace("&amp;", "&")  # type: ignore[index]
        assert len(set(found)) == 600
        rows = await record.rows(
            "select number from tickets where urgency = 'soon' and outcome is null and alert = '' "
            "order by queue_rank, created_at, number limit 600"
        )
        assert found == [row["number"] for row in rows]
        assert slowest < 1.0
        assert (await lina.get("/desk?cursor=0~nonsense~x")).status == 200
    finally:
        await record.rows("delete from tickets where number like 'B90101-%'")


async def test_only_what_changed_is_fetched(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "rows").say(RED)
    number = await number_of(record, "rows")
    answer = (await lina.get(f"/desk/rows?numbers={number},B00000-0000,nonsense")).json
    places = {row["number"]: row["place"] for row in answer["rows"]}
    assert places == {number: "pinned", "B00000-0000": "gone"}
    assert answer["tally"]["critical"] >= 1
    await lina.do(f"/desk/tickets/{number}/acknowledge")
    moved = (await lina.get(f"/desk/rows?numbers={number}&urgency=critical")).json["rows"][0]
    assert moved["place"] == "queue"
    assert moved["key"].startswith("0~")
    assert (await lina.get(f"/desk/rows?numbers={number}&urgency=soon")).json["rows"][0]["place"] == "gone"


async def test_what_may_be_red_stands_right_behind_the_critical_until_taken(service: Service, record: Record) -> None:
    await Resident(service, "doubt").say(RED)
    number = await number_of(record, "doubt")
    made = "update tickets set flags = '{elder,check}', urgency = 'normal', urgency_rank = 3, status = $2 where number = $1"
    for status, rank in (("triaged", 1), ("assigned", 4), ("reopened", 1)):
        await record.rows(made, number, status)
        assert await record.value("select queue_rank from tickets where number = $1", number) == rank
    await record.rows("update tickets set urgency = 'critical', urgency_rank = 0 where number = $1", number)
    assert await record.value("select queue_rank from tickets where number = $1", number) == 0, "no doubt any more"


async def test_a_contact_who_wrote_last_is_marked(service: Service, record: Record, lina: Person) -> None:
    resident = Resident(service, "waits")
    await resident.say(RED)
    number = await number_of(record, "waits")
    await lina.do(f"/desk/tickets/{number}/acknowledge")
    row = f"/desk/rows?numbers={number}"
    assert "待回复" not in (await lina.get(row)).text  # the bot has answered
    await lina.do(f"/desk/tickets/{number}/claim")
    await resident.say(WHERE)
    assert "待回复" in (await lina.get(row)).text
    await lina.do(f"/desk/tickets/{number}/reply", text="收到，马上联系", reply_id="reply-0001")
    assert "待回复" not in (await lina.get(row)).text


@asynccontextmanager
async def stream(person: Person, after: str = "") -> AsyncIterator["asyncio.Queue[dict[str, Any]]"]:
    """The events of /desk/events as they come."""
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def listen() -> None:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        async with person.http.get(person.base + "/desk/events", headers=headers) as response:
            assert response.headers["Content-Type"].startswith("text/event-stream")
            async for line in response.content:
                if line.startswith(b"data: {"):
                    events.put_nowait(json.loads(line[6:]))
        events.put_nowait({"ended": True})

    task = asyncio.create_task(listen())
    try:
        yield events
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(events: "asyncio.Queue[dict[str, Any]]", number: str) -> dict[str, Any]:
    """The first event that speaks of a ticket."""
    async with asyncio.timeout(6):
        while True:
            event = await events.get()
            for one in event.get("tickets", ()):
                if one["number"] == number:
                    return {**event, "one": one}


async def test_news_come_and_are_not_lost(service: Service, record: Record, lina: Person) -> None:
    async with stream(lina) as events:
        mark = str((await asyncio.wait_for(events.get(), 5))["mark"])
        began = time.perf_counter()
        await Resident(service, "news").say(RED)
        number = await number_of(record, "news")
        event = await until(events, number)
        assert time.perf_counter() - began < 2
        assert event["one"] == {"number": number, "alert": "critical", "urgency": "critical", "open": True}
        assert "透析" not in json.dumps(event, ensure_ascii=False)  # ids and codes only
        await lina.do(f"/desk/tickets/{number}/acknowledge")
        assert (await until(events, number))["one"]["alert"] == ""
    await Resident(service, "meanwhile").say(RED)
    missed = await number_of(record, "meanwhile")
    async with stream(lina, after=mark) as events:
        assert (await until(events, missed))["one"]["alert"] == "critical"
    polled = (await lina.get(f"/desk/changes?after={mark}")).json
    assert {number, missed} <= {one["number"] for one in polled["tickets"]}
    assert polled["mark"] >= int(mark)
    assert (await lina.get("/desk/changes?after=nonsense")).json["tickets"] == []


async def test_a_stream_ends_with_its_session(desk: Desk, service: Service, record: Record) -> None:
    person = await desk.hire("streamer")
    async with stream(person) as events:
        await asyncio.wait_for(events.get(), 5)
        await record.rows("delete from sessions where login = 'streamer'")
        await asyncio.sleep(1)
        while not events.empty():  # what somebody wrote just before
            events.get_nowait()
        await Resident(service, "too-late").say(RED)
        async with asyncio.timeout(4):
            assert await events.get() == {"ended": True}  # and not the news
