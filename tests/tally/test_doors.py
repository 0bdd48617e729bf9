"""Who sees the board and the tally, what they see of a real resident's ticket, and what the commands write."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from bot.cli import main
from bot.store.database import Database
from conversations.playbook import SHANGHAI
from tests.desk.conftest import PHONE, RED, WHERE, Desk, Person, Resident, number_of
from tests.directory.conftest import seated
from tests.service import Record, Service
from tests.tally.conftest import Put, at, put
from tests.warm import ran

PAGES = ("/desk/board", "/desk/board/parts", "/desk/board/day", "/desk/board/day.xlsx", "/desk/board/digest")
FETCHED = {"X-Requested-With": "bangnong"}


@pytest.fixture(scope="module")
async def database(service: Service) -> AsyncIterator[Database]:
    async with Record(service.home) as record:
        opened = Database(record.dsn, limit=10)
        await opened.open()
        yield opened
        await opened.close()


@pytest.fixture(scope="module")
async def editor(desk: Desk, database: Database) -> Person:
    return await seated(desk, database, "board-editor", "editor")


@pytest.mark.parametrize(
    ("role", "sees", "fills"),
    [("reporter", 403, 403), ("liaison", 403, 403), ("editor", 200, 303), ("admin", 200, 303), ("auditor", 200, 403)],
)
async def test_who_may_look_and_who_may_fill_in(
    desk: Desk, database: Database, role: str, sees: int, fills: int
) -> None:
    person = await seated(desk, database, f"board-{role}1", role)
    for path in PAGES:
        async with person.http.get(person.base + path) as answer:
            assert answer.status == sees, path
    assert ('href="/desk/board"' in (await person.get("/desk")).text) is (sees == 200)
    page = await person.get("/desk/board/day")
    assert ('name="flash"' in page.text) is (fills == 303)
    assert (await person.form("/desk/board/day?date=2022-04-03", flash="2")).status == fills


async def test_a_stranger_is_sent_to_the_login_and_a_form_without_its_token_changes_nothing(
    desk: Desk, editor: Person, record: Record
) -> None:
    stranger = desk.stranger()
    for path in PAGES:
        assert (await stranger.get(path)).status == 303, path
    assert (await editor.ask("POST", "/desk/board/day?date=2022-04-02", data={"flash": "9"})).status == 403
    assert await record.value("select count(*) from tally_manual where day = '2022-04-02'") == 0


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("gestern", "日期看不懂"),
        ("2022-13-01", "日期看不懂"),
        ("2999-01-01", "还没有到"),
        ("0001-01-01", "太早"),
        ("%00", "看不懂"),
    ],
)
async def test_a_day_that_is_none_is_told_so(editor: Person, query: str, says: str) -> None:
    for path in ("/desk/board/day", "/desk/board/digest", "/desk/board/day.xlsx"):
        answer = await editor.get(f"{path}?date={query}")
        assert (answer.status, says in answer.words) == (400, True), path
    assert (await editor.form(f"/desk/board/day?date={query}", flash="1")).status == 400


async def test_what_is_filled_in_is_checked_kept_and_logged(editor: Person, record: Record) -> None:
    await editor.get("/desk/board/day?date=2022-04-01")
    wrong = await editor.form("/desk/board/day?date=2022-04-01", flash="三", exposure="12")
    assert wrong.status == 400
    assert "“速报”要填数" in wrong.words
    assert 'value="三"' in wrong.text
    long = await editor.form("/desk/board/day?date=2022-04-01", flash_topics="长" * 121)
    assert (long.status, "太长" in long.words) == (400, True)
    assert await record.value("select count(*) from tally_manual where day = '2022-04-01'") == 0
    assert (await editor.form("/desk/board/day?date=2022-04-01", flash="3", flash_topics=" <b>透析 ")).status == 303
    page = await editor.get("/desk/board/day?date=2022-04-01")
    assert "速报 3 篇" in page.words
    assert "<b>透析" not in page.text
    logged = await record.rows(
        "select actor, detail from audit where action = 'board.filled' and subject = '2022-04-01'"
    )
    assert [row["actor"] for row in logged] == ["board-editor"]
    assert "透析" not in str(logged)
    assert (await editor.form("/desk/board/day?date=all", flash="3")).status == 400


async def test_a_resident_is_counted_and_never_seen(service: Service, editor: Person, record: Record) -> None:
    before = (await editor.get("/desk/board/parts?range=24h", headers=FETCHED)).json
    resident = Resident(service, "counted-on-the-board")
    await resident.say(RED)
    await resident.say(WHERE)
    number = await number_of(record, "counted-on-the-board")
    after = (await editor.get("/desk/board/parts?range=24h", headers=FETCHED)).json
    assert "共 <b>" in after["html"]
    assert before["html"] != after["html"]
    seen = [after["html"]]
    for path in ("/desk/board?range=all", "/desk/board?range=7d", "/desk/board?range=nonsense", "/desk/board/day",
                 "/desk/board/day?date=all", "/desk/board/digest"):  # fmt: skip
        answer = await editor.get(path)
        assert answer.status == 200, path
        assert 'style="' not in answer.text
        seen.append(answer.text)
    for text in seen:
        for private in (PHONE, "5678", "牡丹路", "腿肿", number):
            assert private not in text, private
    assert "浦东" in seen[0]


async def test_the_sheet_opens_and_holds_no_formula(editor: Person) -> None:
    async with editor.http.get(f"{editor.base}/desk/board/day.xlsx?date=all") as answer:
        blob = await answer.read()
        assert "UTF-8''%E5%B8%AE" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(blob))
    titles = [row[0].value for row in book["日报"].iter_rows() if row and row[0].value]
    assert {"诉求总数", "紧急工单送出", "危急求助", "速报"} <= set(titles)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


async def cli(service: Service, *args: str) -> tuple[int, str, str]:
    done = await asyncio.to_thread(ran, args, service.env)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
async def test_the_report_command(service: Service, database: Database, tmp_path: Path) -> None:
    await put(
        database,
        Put("B20320-0001", at("03-20 21:10"), urgency="critical"), Put("B20321-0001", at("03-21 09:00"), outcome="solved"),
        Put("B20321-0002", at("03-21 09:05"), outcome="duplicate"), Put("B20321-0003", at("03-21 23:59"), intent="spam"),
    )  # fmt: skip
    code, out, _ = await cli(
        service, "report", "tally", "--from", "2022-03-20", "--to", "2022-03-21", "--format", "json"
    )
    found = json.loads(out)
    assert (code, found["total"], found["raw"], found["duplicates"], found["no_request"]) == (0, 2, 4, 1, 1)
    assert (found["from"], found["to"]) == ("2022-03-20T21:00:00+08:00", "2022-03-22T00:00:00+08:00")
    assert found["hours_open"] == 27
    assert found["rates"]["solved"] == {"n": 1, "of": 2, "rate": 0.5}
    book = tmp_path / "日报.xlsx"
    span = ("--from", "2022-03-20", "--to", "2022-03-21")
    code, out, _ = await cli(service, "report", "daily", *span, "--format", "xlsx", "--out", str(book))
    assert (code, out) == (0, "")
    assert openpyxl.load_workbook(book).sheetnames == ["3月20日21时至24时", "3月21日", "每天"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("report", "tally", "--format", "xlsx"), "xlsx 要写进文件"), (("report", "daily", "--from", "x"), "看不懂"),
        (("tickets", "export", "--format", "xlsx"), "xlsx 要写进文件"),
        (("tickets", "export", "--format", "csv", "--to", "??"), "看不懂"),
    ],
)  # fmt: skip
def test_arguments_that_cannot_be_taken_are_one_sentence(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], says: str
) -> None:
    assert main(list(args)) == 2
    out, said = capsys.readouterr()
    assert (out, len(said.strip().splitlines())) == ("", 1)
    assert says in said


async def test_what_only_the_record_can_tell_is_one_sentence_too(service: Service) -> None:
    code, out, said = await cli(service, "report", "tally", "--from", "2022-04-05", "--to", "2022-04-04")
    assert (code, out, said) == (2, "", "结束要在开始以后\n")


@pytest.mark.slow
async def test_tickets_leave_the_house_masked(
    service: Service, record: Record, database: Database, tmp_path: Path
) -> None:
    resident = Resident(service, "=exported")
    await resident.say(f"=1+1 我妈透析三天没做了 电话{PHONE}")
    await resident.say(WHERE)
    number = await number_of(record, "=exported")
    day = f"{datetime.now(SHANGHAI):%Y-%m-%d}"
    code, out, _ = await cli(service, "tickets", "export", "--format", "csv", "--from", day)
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))
    mine = next(one for one in rows if one["单号"] == number)
    assert code == 0
    assert mine["区"] == "浦东新区"
    assert PHONE not in out
    assert "502室" not in out
    assert not any(cell.startswith(("=", "+", "-", "@")) for one in rows for cell in one.values())
    assert all(one["时间"] >= day for one in rows)

    target = tmp_path / "单.xlsx"
    code, _, _ = await cli(service, "tickets", "export", "--format", "xlsx", "--out", str(target))
    assert code == 0
    assert PHONE.encode() not in b"".join(ZipFile(target).read(name) for name in ZipFile(target).namelist())
    sheet = openpyxl.load_workbook(target)["求助单"]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert number in [row[0].value for row in sheet.iter_rows()]

    code, out, _ = await cli(service, "tickets", "export", "--format", "geojson", "--from", day)
    features = json.loads(out)["features"]
    assert [121.64, 31.14] in [one["geometry"]["coordinates"] for one in features if one["geometry"]]
    assert {key for one in features for key in one["properties"]} == {
        "district", "intent", "title", "urgency", "outcome", "hour"
    }  # fmt: skip
    assert number not in out
    assert all(one["properties"]["hour"].endswith(":00+08:00") for one in features)
    logged = await record.rows("select detail from audit where action = 'tickets.export' order by id desc limit 1")
    assert "geojson" in str(logged[0]["detail"])


@pytest.mark.slow
async def test_more_tickets_than_one_portion_are_all_exported_once(service: Service, database: Database) -> None:
    wanted = [
        Put(f"B20310-{n:05}", at("03-10 08:00")) for n in range(1203)
    ]  # all of one moment: the cursor must not skip
    await put(database, *wanted, Put("B20310-99999", at("03-11 00:00")))
    await database.execute(
        "insert into contacts (id, channel, account) "
        "select conversation, 'wechat', 'main' from tickets where number like 'B20310%'"
    )
    code, out, _ = await cli(
        service, "tickets", "export", "--format", "csv", "--from", "2022-03-10", "--to", "2022-03-10"
    )
    numbers = [one["单号"] for one in csv.DictReader(io.StringIO(out.removeprefix("\ufeff")))]
    assert code == 0
    assert sorted(numbers) == [one.number for one in wanted]
