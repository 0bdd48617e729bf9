"""A page left open is nobody at the desk; a telephone is found as people write it; a change committed late is told."""

import asyncio

import asyncpg
import pytest

from bot.store.search import query_terms
from tests.desk.conftest import Desk, Person, Resident, number_of
from tests.service import Record, Service


async def test_what_a_page_asks_by_itself_keeps_nobody_there(desk: Desk, record: Record) -> None:
    person = await desk.hire("leftopen")
    hours = "select extract(epoch from expires_at - now()) / 3600 from sessions where login = 'leftopen'"
    seen = "select seen_at > now() - interval '1 minute' from sessions where login = 'leftopen'"

    async def away() -> None:
        await record.rows(
            "update sessions set seen_at = now() - interval '11 hours', expires_at = now() + interval '1 hour' "
            "where login = 'leftopen'"
        )

    fetched = {"X-Requested-With": "bangnong"}
    await away()
    for path in ("/desk/alarm", "/desk/rows?numbers=", "/desk/changes"):
        assert (await person.get(path, headers=fetched)).status == 200
    assert not await record.value(seen)
    assert await record.value(hours) < 2
    assert (await person.get("/desk/alarm", headers={**fetched, "X-Hand": "yes"})).status == 200
    assert await record.value(seen)
    await away()
    assert (await person.get("/desk")).status == 200  # opened by somebody
    assert await record.value(hours) > 11


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("13912345678", True), ("139 1234 5678", True), ("139-1234-5678", True), ("+8613912345678", True),
        ("139****5678", True), ("5678", True), ("13912345679", False), ("139****5679", False),
    ],
)  # fmt: skip
async def test_a_mobile_is_found_however_it_is_written(
    service: Service, record: Record, lina: Person, asked: str, found: bool
) -> None:
    number = await _indexed(service, record, "mobile", "电话13912345678，杨浦区五角场街道国定路600弄3号201室")
    page = await lina.get("/desk", params={"q": asked, "status": "all"})
    assert (f"row-{number}" in page.text) is found


@pytest.mark.parametrize("asked", ["021-65031234", "02165031234", "021 65031234", "65031234", "1234"])
async def test_a_landline_is_found_with_and_without_its_area(
    service: Service, record: Record, lina: Person, asked: str
) -> None:
    number = await _indexed(service, record, "landline", "电话021-65031234，杨浦区五角场街道国定路700弄3号201室")
    assert f"row-{number}" in (await lina.get("/desk", params={"q": asked, "status": "all"})).text


async def _indexed(service: Service, record: Record, sender: str, facts: str) -> str:
    """The number of somebody's ticket once the indexer has seen it; of one who has written already the one there is."""
    try:
        number = await number_of(record, sender)
    except IndexError:
        for text in ("家里胰岛素没有了，配不到药", facts, "我要找真人"):
            await Resident(service, sender).say(text)
        number = await number_of(record, sender)
    async with asyncio.timeout(20):
        while True:
            if await record.value("select indexed >= changed from tickets where number = $1", number):
                return number
            await asyncio.sleep(0.1)


def test_a_number_of_ours_and_words_stay_as_they_are(record: Record) -> None:
    assert query_terms(record.vault, "B20405-0831") == sorted(record.vault.term(one) for one in ("b20405", "0831"))
    assert query_terms(record.vault, "牡丹路 139****5678") == sorted(
        record.vault.term(one) for one in ("牡丹", "丹路", "5678")
    )


async def test_what_was_committed_late_is_told_to_whoever_comes_back(
    service: Service, record: Record, lina: Person
) -> None:
    numbers = []
    for sender in ("late-a", "late-b"):
        await Resident(service, sender).say("家里胰岛素没有了，配不到药，我要找真人")
        numbers.append(await number_of(record, sender))
    slow = await asyncpg.connect(record.dsn)
    try:
        turn = slow.transaction()
        await turn.start()
        await slow.execute("update tickets set changed = nextval('ticket_changes') where number = $1", numbers[0])
        await record.rows("update tickets set changed = nextval('ticket_changes') where number = $1", numbers[1])
        mark = (await lina.get("/desk/changes")).json["mark"]
        await turn.commit()
    finally:
        await slow.close()
    news = (await lina.get(f"/desk/changes?after={mark}")).json
    assert numbers[0] in {one["number"] for one in news["tickets"]}
    assert news["mark"] >= mark


async def test_two_tokens_in_use_never_have_one_name(desk: Desk, record: Record) -> None:
    admin = await desk.hire("tokens-admin", "admin")
    await admin.get("/admin/tokens")
    made = [await admin.form("/admin/tokens", name="外呼", role=role, days="30") for role in ("reporter", "editor")]
    assert [one.status for one in made] == [200, 409]
    assert "已经有令牌在用" in made[1].words
    count = "select count(*) from tokens where name = '外呼'"
    assert await record.value(count) == 1
    await record.rows("update tokens set revoked_at = now() where name = '外呼'")
    assert (await admin.form("/admin/tokens", name="外呼", role="editor", days="30")).status == 200
    assert await record.value(count) == 2
