"""A ticket that is part of another is opened again by nobody: not at the desk, not by a revisit, not by a program."""

import asyncio

import asyncpg

from tests.api.test_every_route import a_ticket, token_of
from tests.desk.conftest import Person, Resident, number_of
from tests.service import Record, Service

SPLIT_FIRST = "这张单并在别的单里：请先把它拆开。"


async def test_only_splitting_opens_what_was_merged(service: Service, record: Record, lina: Person) -> None:
    first, second = await a_ticket(service, record, "merged-1"), await a_ticket(service, record, "merged-2")
    await lina.get(f"/desk/tickets/{second}")
    assert (await lina.do(f"/desk/tickets/{second}/merge", other=first)).status == 200
    at_desk = await lina.do(f"/desk/tickets/{second}/reopen")
    assert (at_desk.status, at_desk.json["error"]["message"]) == (409, SPLIT_FIRST)
    headers = {"Authorization": f"Bearer {await token_of(record)}"}
    told = await lina.ask("POST", f"/api/v1/tickets/{second}/reopen", json={}, headers=headers)
    assert (told.status, told.json["error"]["code"]) == (409, "linked")
    asked = await lina.form(f"/desk/revisits/{second}", contacted="yes", solved="no", satisfied="bad", note="药还没到")
    assert asked.status == 409 and SPLIT_FIRST in asked.words
    assert await record.value("select outcome from tickets where number = $1", second) == "duplicate"
    assert await record.value("select count(*) from revisits where number = $1", second) == 0
    assert (await lina.do(f"/desk/tickets/{second}/split")).status == 200
    assert await record.value("select outcome from tickets where number = $1", second) is None


NEED = "家里胰岛素快没有了，还能打三天，配不到药"
DYING = "她昏过去了，叫不醒，喘不上气"


async def until_true(record: Record, query: str, *args: str) -> None:
    while True:
        if await record.value(query, *args):
            return
        await asyncio.sleep(0.02)


async def two_of_one_matter(service: Service, record: Record, tag: str) -> tuple[Resident, str, Resident, str]:
    """Two people who wrote of one insulin, and the numbers of their tickets."""
    where = "电话13355556666，浦东新区三林镇牡丹路71弄5号楼502室"
    people = [Resident(service, f"{tag}-{one}") for one in "xy"]
    numbers = []
    for one in people:
        await one.say(NEED)
        await one.say(where)
        numbers.append(await number_of(record, one.sender))
    return people[0], numbers[0], people[1], numbers[1]


async def test_an_open_matter_is_not_left_to_a_closed_one(service: Service, record: Record, lina: Person) -> None:
    _, open_one, _, ended = await two_of_one_matter(service, record, "to-closed")
    assert (await lina.do(f"/desk/tickets/{ended}/close", outcome="unreachable")).status == 200
    refused = await lina.do(f"/desk/tickets/{open_one}/merge", other=ended)
    assert (refused.status, refused.json["error"]["code"]) == (409, "ended")
    assert await record.value("select outcome from tickets where number = $1", open_one) is None
    assert (await lina.do(f"/desk/tickets/{ended}/reopen")).status == 200
    assert (await lina.do(f"/desk/tickets/{open_one}/merge", other=ended)).status == 200


async def test_danger_said_while_two_are_merged_stays_open(service: Service, record: Record, lina: Person) -> None:
    _, other, resident, one = await two_of_one_matter(service, record, "race")  # locks are taken in the numbers' order
    holding = await asyncpg.connect(record.dsn)
    try:
        turn = holding.transaction()
        await turn.start()
        await holding.execute("select 1 from tickets where number = $1 for update", other)
        merging = asyncio.create_task(lina.do(f"/desk/tickets/{one}/merge", other=other))
        waits = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%for no key update%'"
        )
        async with asyncio.timeout(10):
            await until_true(record, waits)
        speaking = asyncio.create_task(resident.say(DYING))
        async with asyncio.timeout(10):
            await until_true(record, "select urgency = 'critical' from tickets where number = $1", one)
        await turn.commit()
        answer = await merging
        await speaking
    finally:
        await holding.close()
    assert answer.status == 409
    row = (await record.rows("select urgency, outcome, alert from tickets where number = $1", one))[0]
    assert (row["urgency"], row["outcome"]) == ("critical", None)
    assert row["alert"]
    assert await record.value("select count(*) from ticket_duplicates where number = $1", one) == 0


async def test_what_is_said_after_the_merge_is_seen_where_it_goes_on(
    service: Service, record: Record, lina: Person
) -> None:
    resident, part, _, whole = await two_of_one_matter(service, record, "after")
    await lina.do(f"/desk/tickets/{whole}/claim")
    assert (await lina.do(f"/desk/tickets/{part}/merge", other=whole)).status == 200
    alert = "select alert from tickets where number = $1"
    assert await record.value(alert, whole) == ""
    await resident.say("药还没到，地址写错了，是72弄不是71弄")
    assert await record.value(alert, whole) == "further_need"
    parts = (await lina.get(f"/desk/tickets/{whole}/parts")).json["parts"]
    assert "居民</b> 在并进来的单里又写了话" in parts["history"]
    assert "居民又写了话" in parts["similar"]
    await lina.do(f"/desk/tickets/{whole}/acknowledge")
    await record.rows("update tickets set alert = 'check' where number = $1", whole)
    await resident.say("怎么还没有人来")
    assert await record.value(alert, whole) == "check"  # nothing lesser in its place
    await resident.say(DYING)  # a ticket of its own, which rings by itself
    assert await record.value(
        "select count(*) from tickets where conversation = (select conversation from tickets where number = $1) "
        "and urgency = 'critical' and outcome is null", part) == 1  # fmt: skip


async def test_how_it_ended_is_told_to_all_who_wrote(service: Service, record: Record, lina: Person) -> None:
    other, part, resident, whole = await two_of_one_matter(service, record, "ended")
    await lina.do(f"/desk/tickets/{part}/merge", other=whole)
    left = await lina.do(f"/desk/tickets/{whole}/close", outcome="unreachable")
    assert (left.status, left.json["error"]["code"]) == (409, "parts")
    before = len(await other.heard())
    assert (await lina.do(f"/desk/tickets/{whole}/close", outcome="solved", tell="yes")).status == 200
    assert f"{whole}已办结" in (await resident.heard())[-1]
    assert f"{part}已办结" in (await other.heard())[-1]
    assert len(await other.heard()) == before + 1
    assert any("已办结" in text for text in await other.say("办得怎么样了"))
    await other.say("没有解决")
    assert await record.value("select outcome from tickets where number = $1", part) is None
    assert await record.value("select count(*) from ticket_duplicates where number = $1", part) == 0
    assert "拆出一张单" in (await lina.get(f"/desk/tickets/{whole}/parts")).json["parts"]["history"]
