"""A committee promises and does not act; the desk sees it by itself, a person goes to the street, then an editor higher."""

import asyncio
import csv
import io
import re
from datetime import timedelta
from zipfile import ZipFile

import openpyxl
import pytest

from bot.store.contacts import erase_contact
from bot.store.database import Database
from bot.supervision.watching import due_steps
from tests.desk.conftest import PHONE, Desk, Person
from tests.directory.conftest import put, seated
from tests.directory.test_calls import ticket
from tests.service import Record, Service
from tests.supervision.conftest import earlier

STEP = {"way": "phone", "due": "0", "note": ""}


@pytest.fixture(scope="module")
async def editor(desk: Desk, database: Database) -> Person:
    return await seated(desk, database, "ladder-editor", "editor")


async def shown(person: Person, number: str) -> str:
    return re.sub(
        r"\s+",
        " ",
        re.sub(r"<[^>]+>", " ", (await person.get(f"/desk/tickets/{number}/parts")).json["parts"]["supervision"]),
    )


async def committee_missed(service: Service, record: Record, database: Database, lina: Person, sender: str) -> str:
    """A ticket whose committee promised and two hours went by since."""
    number = await ticket(service, record, sender)
    unit = await put(database, name=f"三林{sender}居委会", street="三林镇", numbers=("50009200",))
    await lina.do(f"/desk/tickets/{number}/claim")
    done = await lina.do(f"/desk/tickets/{number}/calls", unit=str(unit), result="agreed", promise="下午派车", due="0")
    assert done.status == 200
    await earlier(record, number, timedelta(hours=6))
    return number


async def test_from_the_missed_promise_to_the_district(
    service: Service, record: Record, database: Database, lina: Person, zhou: Person, editor: Person
) -> None:
    number = await committee_missed(service, record, database, lina, "climb")
    # Seen without opening the ticket: in the list, and as a mark in the queue.
    listed = (await zhou.get("/desk/supervision")).words
    assert re.search(rf"{number} 建议提级到街道镇：三林climb居委会答应 [\d月日 :]+ 前办，已过 2 小时", listed)
    row = (await zhou.get(f"/desk/rows?numbers={number}")).json["rows"]
    assert "该提级了" in row[0]["html"] or "该提级了" in row[-1]["html"]
    panel = await shown(lina, number)
    assert "下一步 建议提级到街道镇" in panel
    assert "浦东新区三林镇有一位" in panel  # ready to read out, and says nobody's number or door
    assert PHONE not in panel
    assert "牡丹路" not in panel
    assert "60弄" not in panel
    # A colleague may look, and does not act on somebody's ticket.
    assert (await zhou.do(f"/desk/tickets/{number}/supervise", level="street", who="值班", **STEP)).status == 409

    done = await lina.do(
        f"/desk/tickets/{number}/supervise", level="street", who="三林镇王主任", promise="一小时内派车", trigger="promise_missed",
        **STEP,
    )  # fmt: skip
    assert done.status == 200
    panel = await shown(lina, number)
    assert "建议提级" not in panel
    assert "街道镇 三林镇王主任" in panel
    assert "答应一小时内派车" in panel
    assert await record.value("select status from tickets where number = $1", number) == "escalated"
    kept = (await record.rows("select * from supervision where number = $1", number))[0]
    assert (kept["level"], kept["trigger"], kept["by"], kept["state"]) == ("street", "promise_missed", "lina", "open")
    for word in ("王主任", "派车"):
        assert word.encode() not in kept["body"]
    assert "提级督办：街道镇，三林镇王主任，电话" in done.json["parts"]["history"]
    assert "在等 过了时间 街道镇 三林镇王主任 1 0" in (await zhou.get("/desk/supervision")).words

    # The street misses it too: next is the district, and that is the editor's.
    await record.rows(
        "update supervision set due = now() - interval '30 minutes', at = at - interval '5 hours' where id = $1",
        kept["id"],
    )
    panel = await shown(lina, number)
    assert "建议提级到区：三林镇" in panel or "建议提级到区：街道镇" in panel
    assert "这一级由值班编辑来提" in panel
    refused = await lina.do(f"/desk/tickets/{number}/supervise", level="district", who="区里", **STEP)
    assert (refused.status, "值班编辑" in refused.text) == (400, True)
    first = (await zhou.get("/desk/supervision")).words
    assert first.index("过了时间没有回音") < first.index("等回音 ")
    settled = await zhou.form(
        f"/desk/tickets/{number}/supervise-result",
        step=str(kept["id"]),
        state="missed",
        result="电话没人接",
        back="list",
    )
    assert settled.headers["Location"] == "/desk/supervision"
    again = await lina.do(f"/desk/tickets/{number}/supervise-result", step=str(kept["id"]), state="kept")
    assert again.status == 409
    up = await editor.do(f"/desk/tickets/{number}/supervise", level="district", who="区城运中心", **STEP)
    assert up.status == 200
    panel = await shown(editor, number)
    assert "区 区城运中心" in panel
    assert "没有办" in panel
    logged = await record.rows(
        "select action, detail from audit where subject = $1 and action like 'desk.superv%'", number
    )
    assert [one["action"] for one in logged] == ["desk.supervised", "desk.supervision_settled", "desk.supervised"]
    assert "王主任" not in str(logged)


async def test_a_person_may_decide_not_to_and_says_why(
    service: Service, record: Record, database: Database, lina: Person
) -> None:
    number = await committee_missed(service, record, database, lina, "waived")
    assert (await lina.do(f"/desk/tickets/{number}/supervise-not", why="")).status == 400
    assert (await lina.do(f"/desk/tickets/{number}/supervise-not", why="居委刚打来，车在路上")).status == 200
    panel = await shown(lina, number)
    assert "建议提级" not in panel
    assert "看过，先不提级：居委刚打来，车在路上" in panel
    assert number not in {one.number for one in await due_steps(database, await record.value("select now()"))}
    assert (await lina.do(f"/desk/tickets/{number}/supervise-not", why="再来")).status == 409


async def test_a_clock_that_runs_out_is_news_though_nobody_touched_the_ticket(
    service: Service, record: Record, database: Database, lina: Person
) -> None:
    number = await ticket(service, record, "clock")
    before = await record.value("select changed from tickets where number = $1", number)
    await record.rows("update tickets set contact_due = now() - interval '1 minute' where number = $1", number)
    async with asyncio.timeout(60):
        while True:
            if await record.value("select changed from tickets where number = $1", number) > before:
                break
            await asyncio.sleep(0.1)
    noted = await record.rows("select trigger from supervision_noted where number = $1", number)
    assert [one["trigger"] for one in noted] == ["clock_missed"]


async def test_consent_brings_the_address_and_leaves_a_line(
    service: Service, record: Record, database: Database, lina: Person
) -> None:
    number = await committee_missed(service, record, database, lina, "agreed")
    refused = await lina.do(f"/desk/tickets/{number}/supervise-words")
    assert (refused.status, refused.json["error"]["code"]) == (409, "consent")
    await ticket(service, record, "agreed", "同意")
    given = await lina.do(f"/desk/tickets/{number}/supervise-words")
    assert given.status == 200, given.text
    assert PHONE in given.json["text"]
    lines = await record.rows("select detail from audit where action = 'desk.reveal' and subject = $1", number)
    assert "supervision" in str(lines)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "提到哪一级"),
        ({"level": "moon", "who": "某人"}, "提到哪一级"),
        ({"level": "street"}, "写清告诉了谁"),
        ({"level": "street", "who": "某人", "way": "pigeon"}, "怎么告诉的"),
        ({"level": "street", "who": "某人", "due": "99"}, "到什么时候"),
        ({"level": "street", "who": "某人", "due": "x"}, "到什么时候"),
        ({"level": "street", "unit": "999999"}, "没有这一家"),
        ({"level": "street", "who": "长" * 301}, "太长了"),
    ],
)
async def test_what_cannot_be_taken_is_said(
    service: Service, record: Record, lina: Person, fields: dict[str, str], says: str
) -> None:
    hashed = record.vault.hash("openid", "app", "main", "unfit-step")
    rows = await record.rows(
        "select number from tickets t join contacts c on c.id = t.conversation where c.openid_hash = $1", hashed
    )
    number = rows[0]["number"] if rows else await ticket(service, record, "unfit-step")
    answer = await lina.do(f"/desk/tickets/{number}/supervise", **({"way": "phone", "due": "0"} | fields))
    assert (answer.status, says in answer.text) == (400, True), answer.text
    assert await record.value("select count(*) from supervision where number = $1", number) == 0


async def test_files_are_masked_and_no_cell_is_a_formula(
    service: Service, record: Record, database: Database, lina: Person, editor: Person
) -> None:
    number = await committee_missed(service, record, database, lina, "exported")
    await lina.do(
        f"/desk/tickets/{number}/supervise",
        level="street",
        who="=cmd|' /C calc'!A0",
        promise=f"打给{PHONE}，5号楼502室",
        **STEP,
    )
    assert (await lina.get("/desk/supervision/export.csv")).status == 403
    text = (await editor.get("/desk/supervision/export.csv")).text
    mine = next(row for row in csv.reader(io.StringIO(text)) if row[0] == number)
    assert mine[5].startswith("'=")
    assert "138****5678" in mine[9]
    assert PHONE not in text
    assert "502室" not in text
    async with editor.http.get(f"{editor.base}/desk/supervision/export.xlsx") as answer:
        blob = io.BytesIO(await answer.read())
    assert "xl/workbook.xml" in ZipFile(blob).namelist()
    cells = [cell for row in openpyxl.load_workbook(blob).active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert await record.value("select count(*) from audit where action = 'supervision.exported'") == 2


async def test_erasing_takes_the_words_and_nobody_is_waited_for(
    service: Service, record: Record, database: Database, lina: Person
) -> None:
    number = await committee_missed(service, record, database, lina, "gone")
    await lina.do(f"/desk/tickets/{number}/supervise", level="street", who="三林镇李主任", promise="马上派车", **STEP)
    contact = await record.value("select conversation from tickets where number = $1", number)
    assert await erase_contact(database, contact)
    row = (await record.rows("select body, state from supervision where number = $1", number))[0]
    assert (row["body"], row["state"]) == (None, "erased")
    assert "李主任" not in (await lina.get("/desk/supervision")).text
    assert (await lina.get(f"/desk/tickets/{number}")).status == 200
    assert "李主任" not in (await lina.get(f"/desk/tickets/{number}")).text


@pytest.mark.parametrize(
    ("role", "looks", "acts", "exports"),
    [("reporter", 200, 404, 403), ("liaison", 200, 404, 403), ("editor", 200, 404, 200), ("admin", 200, 404, 200),
     ("auditor", 200, 403, 200)],
)  # fmt: skip
async def test_who_may_look_act_and_export(
    desk: Desk, database: Database, role: str, looks: int, acts: int, exports: int
) -> None:
    person = await seated(desk, database, f"ladder-{role}1", role)
    assert (await person.get("/desk/supervision")).status == looks
    assert (await person.get("/desk/supervision/rows")).status == looks
    assert (await person.get("/desk/supervision/export.csv")).status == exports
    for act in ("supervise", "supervise-not", "supervise-result", "supervise-words"):
        assert (await person.do(f"/desk/tickets/B00000-0000/{act}")).status == acts, act
        assert (await person.do(f"/desk/tickets/B00000-0000/{act}", csrf="forged")).status == 403
    stranger = desk.stranger()
    assert (await stranger.get("/desk/supervision")).status == 303
