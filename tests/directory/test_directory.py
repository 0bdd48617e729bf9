"""The directory on the real desk and the real record: found while typing, changed with a history, retired, by whom."""

import asyncio
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli import main
from bot.desk.directory import ROWS
from bot.directory.sheets import read_sheet
from bot.store.calls import NewCall, keep_call
from bot.store.database import Database
from bot.store.tickets import get_ticket
from bot.store.units import find_units, get_unit
from tests.desk.conftest import RED, Desk, Person, Resident, number_of
from tests.directory.conftest import put, seated
from tests.service import Record, Service
from tests.warm import ran

FORM = {
    "name": "牡丹居委会", "kind": "居委村委", "district": "浦东新区", "street": "三林镇", "numbers": "021-50001111", "hours": "",
    "source": "楼组长给的", "note": "",
}  # fmt: skip


async def names(person: Person, **query: str) -> list[str]:
    answer = await person.get("/desk/directory", params=query, headers={"X-Requested-With": "bangnong"})
    assert answer.status == 200
    return re.findall(r'<a href="/desk/directory/\d+">([^<]+)</a>', answer.json["html"])


async def test_a_few_characters_find_it(desk: Desk, lina: Person, database: Database) -> None:
    await put(database, name="永泰第一居委会", district="浦东新区", street="三林镇", numbers=("021-5000 2221",))
    await put(database, name="永泰药房", kind="pharmacy", district="浦东新区", street="三林镇", numbers=("50002222",))
    await put(database, name="永泰居委会", district="徐汇区", street="", numbers=("50002223转801",), note="100%接")
    found = {
        "永泰": ["永泰居委会", "永泰第一居委会", "永泰药房"],
        "浦东永泰": ["永泰第一居委会", "永泰药房"],
        "浦东三林永泰居委": ["永泰第一居委会"],
        "浦东 永泰一居": ["永泰第一居委会"],
        "三林永泰药店": ["永泰药房"],  # the kind's title is looked at as well
        "50002221": ["永泰第一居委会"],
        "021-50002221": ["永泰第一居委会"],
        "永泰 100%": ["永泰居委会"],
        "永泰_": [],
        "居委永泰": [],
        "永泰\\": [],
    }
    for query, expected in found.items():
        got = [one for one in await names(lina, q=query) if "永泰" in one]
        assert sorted(got) == sorted(expected), query
    assert await names(lina, q="永泰", kind="pharmacy") == ["永泰药房"]
    assert await names(lina, q="永泰", district="徐汇区") == ["永泰居委会"]
    page = await lina.get("/desk/directory?q=永泰第一")
    assert 'href="tel:02150002221"' in page.text
    assert "没有找到" in (await lina.get("/desk/directory?q=没有这家")).words


async def test_added_changed_and_the_history_says_so(lina: Person, zhou: Person, record: Record) -> None:
    await lina.get("/desk/directory/new")
    wrong = await lina.form("/desk/directory/new", **FORM | {"numbers": "问门卫", "source": ""})
    assert wrong.status == 400
    assert "不像电话" in wrong.words
    assert 'value="问门卫"' in wrong.text  # what was written is still there
    made = await lina.form("/desk/directory/new", **FORM)
    assert made.status == 303
    path = made.headers["Location"]
    again = await lina.form("/desk/directory/new", **FORM)
    assert again.status == 409
    assert "已经有这个名字的单位" in again.words
    first = await zhou.get(path)
    version = re.search(r'name="version" value="(\d+)"', first.text)
    assert version
    change = FORM | {"numbers": "021-50001112", "note": "找书记"}
    done = await zhou.form(f"{path}/edit", version=version[1], verified="yes", **change)
    assert done.status == 303
    assert "zhou先生 刚刚核实" in (await zhou.get(path)).words
    late = await lina.form(f"{path}/edit", version=version[1], **FORM | {"note": "另一句"})
    assert late.status == 409
    assert "刚改过" in late.words
    page = await lina.get(path)
    assert "zhou先生 改了：电话 021-50001111 → 021-50001112；备注 空 → 找书记" in page.words
    assert "lina先生 加进来" in page.words
    await lina.form(f"{path}/verify")
    assert "lina先生 刚刚核实" in (await lina.get(path)).words
    actions = await record.rows("select action, detail from audit where subject = $1 order by id", path.split("/")[-1])
    assert [row["action"] for row in actions] == ["directory.added", "directory.changed", *["directory.verified"] * 2]
    assert "50001112" not in str([row["detail"] for row in actions])


async def test_retired_is_kept_and_comes_back(lina: Person, database: Database, record: Record) -> None:
    unit = await put(database, name="要停用的居委会", street="北蔡镇")
    await lina.get(f"/desk/directory/{unit}")
    await lina.form(f"/desk/directory/{unit}/retire")
    assert "要停用的居委会" not in await names(lina, q="要停用")
    assert await names(lina, q="要停用", show="retired") == ["要停用的居委会"]
    assert (await lina.form(f"/desk/directory/{unit}/verify")).status == 409
    await lina.form(f"/desk/directory/{unit}/restore")
    assert await names(lina, q="要停用") == ["要停用的居委会"]
    assert await record.value("select count(*) from unit_changes where unit = $1", unit) == 3


@pytest.mark.parametrize("role", ["reporter", "editor", "liaison", "admin", "auditor"])
async def test_who_may_do_what(desk: Desk, database: Database, role: str) -> None:
    unit = await put(database, name=f"{role}看的居委会", street="北蔡镇")
    person = await seated(desk, database, f"dir-{role}", role)
    acts = role != "auditor"
    for path in ("/desk/directory", "/desk/calls", "/desk/revisits"):
        assert (await person.get(path)).status == 200, path
    page = await person.get(f"/desk/directory/{unit}")
    assert ("/verify" in page.text, "/edit" in page.text) == (acts, acts)
    writes = {
        "/desk/directory/new": FORM | {"name": f"{role}写的"},
        f"/desk/directory/{unit}/edit": FORM | {"version": "1", "name": f"{role}改的"},
        f"/desk/directory/{unit}/verify": {},
        f"/desk/directory/{unit}/retire": {},
        f"/desk/directory/{unit}/restore": {},
    }
    for path, fields in writes.items():
        assert (await person.form(path, **fields)).status == (303 if acts else 403), path
    assert (await person.get("/desk/directory/new")).status == (200 if acts else 403)


async def test_strangers_and_forgers_are_refused(desk: Desk, lina: Person, database: Database) -> None:
    unit = await put(database, name="没人能改的居委会", street="北蔡镇")
    stranger = desk.stranger()
    for path in ("/desk/directory", f"/desk/directory/{unit}", "/desk/calls", "/desk/revisits", "/desk/directory/new"):
        assert (await stranger.get(path)).headers["Location"].startswith("/login?next="), path
    for path in ("new", f"{unit}/edit", f"{unit}/verify", f"{unit}/retire", f"{unit}/restore"):
        answer = await lina.do(f"/desk/directory/{path}", csrf="forged", **FORM)
        assert (answer.status, answer.json["error"]["code"]) == (403, "csrf"), path
    for path in ("/desk/directory/999999999", "/desk/directory/99999999999999999999"):
        assert (await lina.get(path)).status == 404
        assert (await lina.form(f"{path}/verify")).status == 404


async def test_figures_are_counted_and_a_number_that_fails_is_to_be_verified(
    service: Service, record: Record, lina: Person, database: Database
) -> None:
    await Resident(service, "figures").say(RED)
    ticket = await get_ticket(database, record.vault, await number_of(record, "figures"))
    assert ticket is not None
    now = datetime.now(UTC)
    unit = await put(database, name="老是没人的居委会", street="北蔡镇", verified_at=now - timedelta(days=2))
    for nth, result in enumerate(["agreed", "no_answer", "busy", "machine"]):
        await keep_call(
            database, record.vault, ticket, NewCall(unit, "50000000", result), "lina", now - timedelta(hours=9 - nth), "打"
        )  # fmt: skip
    found = await get_unit(database, ROWS, unit)
    assert found is not None
    assert (found.figures.calls, found.figures.answered, found.figures.failures) == (4, 1, 3)
    assert found.figures.answered_at == now - timedelta(hours=9)
    page = await lina.get(f"/desk/directory/{unit}")
    assert "近 4 次接通 1 次，9 小时前有人接过" in page.words
    assert "连续 3 次没有真人接" in page.words
    assert "老是没人的居委会" in await names(lina, show="stale")
    await lina.form(f"/desk/directory/{unit}/verify")
    assert "老是没人的居委会" not in await names(lina, show="stale")
    await keep_call(database, record.vault, ticket, NewCall(unit, "50000000", "dead"), "lina", datetime.now(UTC), "打")
    assert "有人打到空号" in (await lina.get(f"/desk/directory/{unit}")).words


async def command(service: Service, *words: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(ran, ["directory", *words], service.env)


@pytest.mark.slow
async def test_a_sheet_in_and_out(service: Service, database: Database, record: Record, tmp_path: Path) -> None:
    sheet = tmp_path / "in.csv"
    good = "名称,种类,区,街镇,电话,来源,备注\n导入的医院,医院,徐汇区,,50003331,官网,=1+1\n"
    sheet.write_text(good + "坏的医院,诊所,徐汇区,,50003332,官网,\n", "utf-8")
    bad = await command(service, "import", str(sheet))
    assert bad.returncode == 1
    assert "第 3 行 种类：没有“诊所”这一种" in bad.stdout
    sheet.write_text(good, "utf-8")
    tried = await command(service, "import", str(sheet), "--dry-run")
    assert (tried.returncode, "加 1 家" in tried.stdout) == (0, True)
    assert await find_units(database, ROWS, q="导入的医院") == []  # neither fault nor trial wrote anything
    done = await command(service, "import", str(sheet))
    assert (done.returncode, "已写入" in done.stdout) == (0, True)
    (unit,) = await find_units(database, ROWS, q="导入的医院")
    assert (unit.numbers, unit.verified_at) == (("50003331",), None)
    out = tmp_path / "out.xlsx"
    assert (await command(service, "export", str(out))).returncode == 0
    rows, faults = read_sheet(out)
    (row,) = [one for one in rows if one.cells["name"] == "导入的医院"]
    assert (faults, row.cells["note"], row.cells["numbers"]) == ([], "=1+1", "50003331")
    assert await record.value("select count(*) from audit where action = 'directory.import'") == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["import", "none.csv"], "没有这个文件"),
        (["import", "."], "只认 .csv 和 .xlsx"),
        (["export", "--format", "xlsx"], "xlsx 要写进文件"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["directory", *words]) == 2
    assert says in capsys.readouterr().err
