"""Tickets that may be one matter, on the real desk: who is proposed to whom, what is kept, what a person makes of it."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from bot.similar import SAME_TEXT
from bot.store.contacts import erase_contact
from bot.store.database import Database
from bot.store.indexing import Index, keep_index
from conversations.codes import Outcome
from tests.desk.conftest import RED, Desk, Person, Resident, number_of
from tests.desk.test_window import wechat_says
from tests.platforms.wechat import WeChatPlatform
from tests.service import ROOT, Record, Service

PLEA = (
    "求助！我父亲72岁，尿毒症透析八年，原来一三五在仁济南院做血透，因为小区封控已经五天没有做了，"
    "现在两条腿肿到膝盖，晚上躺不平，居委说车子排不到，请好心人帮忙想想办法。"
)


async def ticket(service: Service, record: Record, sender: str, *words: str) -> str:
    """The number of somebody's ticket once the indexer has seen it."""
    resident = Resident(service, sender)
    for text in words:
        await resident.say(text)
    number = await number_of(record, sender)
    await indexed(record, number)
    return number


async def indexed(record: Record, number: str) -> None:
    async with asyncio.timeout(20):
        while True:
            if await record.value("select indexed >= changed from tickets where number = $1", number):
                return
            await asyncio.sleep(0.1)


async def proposed(person: Person, number: str) -> str:
    return str((await person.get(f"/desk/tickets/{number}/parts")).json["parts"]["similar"])


async def test_one_telephone_on_two_channels(
    service: Service, record: Record, lina: Person, platform: WeChatPlatform
) -> None:
    phone, place = "13822223333", "浦东新区三林镇牡丹路71弄9号楼301室"
    app = await ticket(service, record, "two-channels", RED, f"电话{phone}，{place}")
    for text in (RED, f"{phone} 牡丹路71弄9号301"):
        await wechat_says(service, platform, "oTwoChannels", text)
    wechat = await number_of(record, "oTwoChannels", channel="wechat")
    await indexed(record, wechat)
    for mine, theirs in ((app, wechat), (wechat, app)):
        panel = await proposed(lina, mine)
        assert "可能是同一件事" in panel
        assert theirs in panel
        assert "同一个电话；同一户" in panel
        assert mine not in panel.replace(f"/desk/tickets/{mine}/", "")
        for secret in (phone, "71弄", "301"):
            assert secret not in panel


async def test_next_door_is_somebody_else(service: Service, record: Record, lina: Person) -> None:
    here = await ticket(service, record, "door-1", RED, "电话13822224441，浦东新区三林镇牡丹路72弄9号楼301室")
    door = await ticket(service, record, "door-2", RED, "电话13822224442，浦东新区三林镇牡丹路72弄9号楼302室")
    assert door not in await proposed(lina, here)
    assert here not in await proposed(lina, door)


async def test_a_repost_finds_the_first_poster(service: Service, record: Record, lina: Person) -> None:
    first = await ticket(service, record, "poster", PLEA)
    repost = await ticket(service, record, "reposter", "帮转，扩散！" + PLEA[:66])
    assert first in await proposed(lina, repost)
    assert SAME_TEXT in await proposed(lina, first)


async def test_nothing_is_kept_in_clear_and_erasing_takes_it_all(
    service: Service, record: Record, lina: Person
) -> None:
    phone = "13822225555"
    mine = await ticket(
        service, record, "kept-1", PLEA.replace("仁济", "瑞金"), f"电话{phone}，浦东新区牡丹路73弄9号301室"
    )
    other = await ticket(service, record, "kept-2", RED, f"电话{phone}")
    for table in ("ticket_marks", "ticket_sketches", "ticket_apart", "ticket_duplicates"):
        rows = await record.rows(f"select * from {table}")
        columns = set(rows[0].keys()) if rows else set()
        assert columns <= {"number", "kind", "mark", "pieces", "keys", "one", "other", "duplicate_of", "by", "at"}
        kept = repr([dict(row) for row in rows]) + repr([bytes(row["mark"]).hex() for row in rows if "mark" in columns])
        for secret in (phone, phone.encode().hex(), "牡丹路", "瑞金", "301室", "73弄"):
            assert secret not in kept, (table, secret)
    assert await record.value("select count(*) from ticket_marks where number = $1", mine) == 3
    assert await record.value("select count(*) from ticket_sketches where number = $1", mine) == 1
    contact = await record.value("select conversation from tickets where number = $1", mine)
    database = Database(record.dsn)
    await database.open()
    assert await erase_contact(database, contact)
    late = Index([1, 2], [("phone", b"late")], ((1,), (1,)))  # an indexer that was under way
    await keep_index(database, mine, contact, late, 1)
    await database.close()
    for table in ("ticket_marks", "ticket_sketches", "ticket_terms"):
        assert await record.value(f"select count(*) from {table} where number = $1", mine) == 0
    assert mine not in await proposed(lina, other)


async def test_told_apart_stays_apart(service: Service, record: Record, lina: Person, zhou: Person) -> None:
    phone = "13822226666"
    one, two, three = [
        await ticket(service, record, f"apart-{turn}", RED, f"电话{phone}") for turn in range(3)
    ]  # fmt: skip
    answer = await lina.do(f"/desk/tickets/{one}/apart", other=two)
    assert answer.status == 200
    assert two not in answer.json["parts"]["similar"]
    assert three in answer.json["parts"]["similar"]
    await lina.do(f"/desk/tickets/{two}/apart", other=one)  # again, from the other side: written once
    await Resident(service, "apart-1").say("还有，他今天没有吃东西")
    await indexed(record, two)
    assert one not in await proposed(zhou, two)
    for number, other in ((one, two), (two, one)):
        history = (await zhou.get(f"/desk/tickets/{number}/parts")).json["parts"]["history"]
        assert history.count(f"lina先生</b> 看过，不是同一件：{other}") == 1


async def test_merged_and_split_again(service: Service, record: Record, lina: Person, zhou: Person) -> None:
    phone = "13822227777"
    wife, husband = Resident(service, "wife"), Resident(service, "husband")
    one = await ticket(service, record, "wife", RED, f"电话{phone}")
    two = await ticket(service, record, "husband", RED, f"电话{phone}")
    await zhou.do(f"/desk/tickets/{two}/claim")
    refused = await lina.do(f"/desk/tickets/{two}/merge", other=one)
    assert refused.status == 409
    assert refused.json["error"]["message"] == "zhou先生已经接手，您可以看，不能处理。"
    assert await record.value("select count(*) from ticket_duplicates where number = $1", two) == 0
    assert "并到这一单" not in await proposed(lina, two)

    answer = await zhou.do(f"/desk/tickets/{two}/merge", other=one)
    assert answer.status == 200
    assert not answer.json["open"]
    assert "已并到另一张单" in answer.json["parts"]["similar"]
    row = (await record.rows("select * from ticket_duplicates where number = $1", two))[0]
    assert (row["duplicate_of"], row["by"]) == (one, "zhou")
    assert await record.value("select outcome from tickets where number = $1", two) == Outcome.DUPLICATE
    assert await record.value("select outcome from tickets where number = $1", one) is None
    heard = await husband.heard()
    assert "您的事已并到另一件里一起办，不用重复登记。" in heard
    assert not any("并到" in text for text in await wife.heard())
    assert f"并到另一张单：{one}" in answer.json["parts"]["history"]
    first = (await lina.get(f"/desk/tickets/{one}/parts")).json["parts"]
    assert f"zhou先生</b> 并进来一张单：{two}" in first["history"]
    assert two in first["similar"]
    assert "并到这一单" not in first["similar"]
    for path, other in ((two, one), (one, two)):  # neither can be merged once more
        assert (await zhou.do(f"/desk/tickets/{path}/merge", other=other)).status == 409

    refused = await lina.do(f"/desk/tickets/{two}/reopen")
    assert refused.status == 409
    assert "先把它拆开" in refused.json["error"]["message"]

    answer = await lina.do(f"/desk/tickets/{two}/split")
    assert answer.status == 200
    assert answer.json["open"]  # it was ended only because it was part of the other
    assert "lina先生</b> 重新打开" in answer.json["parts"]["history"]
    row = (await record.rows("select outcome, status, reporter, alert from tickets where number = $1", two))[0]
    assert tuple(row) == (None, "reopened", "", "reopened")
    assert f"lina先生</b> 从另一张单拆开：{one}" in answer.json["parts"]["history"]
    assert "并到另一张单" in answer.json["parts"]["history"]
    first = (await lina.get(f"/desk/tickets/{one}/parts")).json["parts"]
    assert f"拆出一张单：{two}" in first["history"]
    assert two not in first["similar"]
    assert (await lina.do(f"/desk/tickets/{two}/split")).status == 409


async def test_two_people_cannot_merge_two_tickets_into_each_other(
    service: Service, record: Record, lina: Person, zhou: Person
) -> None:
    for turn in range(3):
        phone = f"1382222888{turn}"
        one = await ticket(service, record, f"cross-a{turn}", RED, f"电话{phone}")
        two = await ticket(service, record, f"cross-b{turn}", RED, f"电话{phone}")
        answers = await asyncio.gather(
            lina.do(f"/desk/tickets/{one}/merge", other=two), zhou.do(f"/desk/tickets/{two}/merge", other=one)
        )
        assert sorted(one.status for one in answers) == [200, 409]
        closed = "select count(*) from tickets where number in ($1, $2) and outcome is not null"
        assert await record.value(closed, one, two) == 1


async def test_the_more_urgent_one_is_not_hidden_behind_the_other(
    service: Service, record: Record, lina: Person
) -> None:
    phone = "13822229999"
    calm = await ticket(
        service, record, "calm", "小区团购的菜还没有到，家里吃的快没了", f"电话{phone}，浦东新区牡丹路75弄1号101室"
    )
    red = await ticket(service, record, "red", RED, f"电话{phone}")
    refused = await lina.do(f"/desk/tickets/{red}/merge", other=calm)
    assert refused.status == 409
    assert "这一单更急" in refused.json["error"]["message"]
    assert (await lina.do(f"/desk/tickets/{calm}/merge", other=red)).status == 200


async def test_who_may(desk: Desk, service: Service, record: Record, lina: Person) -> None:
    one = await ticket(service, record, "may-1", RED, "电话13822221111")
    two = await ticket(service, record, "may-2", RED, "电话13822221111")
    auditor = await desk.hire("similar-auditor", "auditor")
    panel = await proposed(auditor, one)
    assert two in panel
    assert "<form" not in panel
    for act in ("merge", "apart", "split"):
        assert (await auditor.do(f"/desk/tickets/{one}/{act}", other=two)).status == 403
        assert (await lina.do(f"/desk/tickets/{one}/{act}", csrf="", other=two)).status == 403
    for wrong in ("", one, "B00000-0000"):
        assert (await lina.do(f"/desk/tickets/{one}/merge", other=wrong)).status == 404
    page = await lina.form(f"/desk/tickets/{one}/apart", other=two)  # without the page's script
    assert page.status == 303
    assert page.headers["Location"] == f"/desk/tickets/{one}"


async def test_long_closed_ones_are_left_alone(service: Service, record: Record, lina: Person) -> None:
    old = await ticket(service, record, "old", RED, "电话13822220001")
    new = await ticket(service, record, "new", RED, "电话13822220001")
    assert (await lina.do(f"/desk/tickets/{old}/close", outcome="solved", note="", tell="no")).status == 200
    assert "已结束（已解决）" in await proposed(lina, new)
    for days, there in ((13, True), (15, False)):
        at = datetime.now(UTC) - timedelta(days=days)
        await record.rows("update tickets set closed_at = $2 where number = $1", old, at)
        assert (old in await proposed(lina, new)) is there


async def test_other_programs_are_told(service: Service, record: Record, lina: Person) -> None:
    one = await ticket(service, record, "api-1", RED, "电话13822220002")
    two = await ticket(service, record, "api-2", RED, "电话13822220002")
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "bot", "tokens", "create", "--role", "editor"],
        env=service.env, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {done.stdout.strip()}"}
    for links, similar in ((None, [{"number": two, "reason": "同一个电话"}]), (two, [])):
        whole = (await lina.get(f"/api/v1/tickets/{one}", headers=headers)).json
        assert (whole["duplicate_of"], whole["similar"]) == (links, similar)
        await lina.do(f"/desk/tickets/{one}/merge", other=two)
