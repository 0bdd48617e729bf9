"""Sheets: every fault has its place, what comes out goes in again, nothing that comes out is a formula."""

import csv
import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from bot.desk.directory import ROWS
from bot.directory.importing import Plan, plan_import, row_of_unit
from bot.directory.sheets import BadSheet, guarded, read_sheet, write_csv, write_xlsx
from bot.directory.units import COLUMNS, Unit, Words
from data.playbook import load_playbook
from tests.directory.conftest import NOW, given
from tests.directory.test_rules import unit

TITLES = list(COLUMNS.values())
GOOD = given()


def sheet(folder: Path, *rows: dict[str, str], name: str = "a.csv", encoding: str = "utf-8") -> Path:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(TITLES)
    writer.writerows([row.get(column, "") for column in COLUMNS] for row in rows)
    (folder / name).write_bytes(out.getvalue().encode(encoding))
    return folder / name


def planned(path: Path, words: Words, *units: Unit) -> Plan:
    rows, faults = read_sheet(path)
    plan = plan_import(rows, units, words, NOW)
    plan.faults = sorted([*faults, *plan.faults])
    return plan


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([given(numbers="门卫")], ["第 2 行 电话：“门卫”不像电话；几个号码用 | 隔开，分机写成 转8001"]),
        ([GOOD, given(kind=""), given(name="乙", source="")], ["第 3 行 种类：没有写", "第 4 行 来源：没有写"]),
        ([given(name="", numbers="")], ["第 2 行 名称：没有写", "第 2 行 电话：没有写"]),
        ([GOOD, GOOD], ["第 3 行 名称：和第 2 行是同一家"]),
        ([GOOD, given(street="")], ["第 3 行 名称：和第 2 行是同一家"]),
        ([GOOD, given(street="周浦镇")], []),
    ],
)
def test_faults_of_a_csv_are_named_by_line_and_column(
    tmp_path: Path, words: Words, rows: list[dict[str, str]], says: list[str]
) -> None:
    found = [str(one) for one in planned(sheet(tmp_path, *rows), words).faults]
    assert len(found) == len(says)
    for fault, said in zip(found, says, strict=True):
        assert fault.startswith(said)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "文件是空的"),
        ("名称,种类,电话\n", "来源：缺这一列"),
        ("名称,种类,电话,来源,手机\n", "手机：没有这一列"),
        ("名称,名称,种类,电话,来源\n", "名称：有两列"),
        ("名称,种类,电话,来源\n甲,居委村委,50000000,网站,多的\n", "第 2 行：比表头多出几格"),
    ],
)
def test_faults_of_the_header(tmp_path: Path, words: Words, text: str, says: str) -> None:
    (tmp_path / "a.csv").write_text(text, "utf-8")
    assert any(says in str(one) for one in planned(tmp_path / "a.csv", words).faults)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    for name, blob, says in (
        ("a.xls", b"x", "只认 .csv 和 .xlsx"),
        ("a.xlsx", b"not a zip", "打不开"),
        ("a.csv", b"\xff\xff\xff", "编码"),
        ("b.csv", '名称,种类\n"甲,乙\n'.encode(), "引号没有配对"),
    ):
        (tmp_path / name).write_bytes(blob)
        with pytest.raises(BadSheet, match=says):
            read_sheet(tmp_path / name)


def test_what_excel_in_chinese_writes_is_read(tmp_path: Path, words: Words) -> None:
    for encoding in ("gb18030", "utf-8-sig"):
        plan = planned(sheet(tmp_path, GOOD, encoding=encoding), words)
        assert [one.name for one in plan.added] == ["三林居委会"]
        assert plan.faults == []


def test_faults_of_an_xlsx_are_named_by_sheet(tmp_path: Path, words: Words) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "街镇"
    first.append(TITLES)
    first.append([GOOD.get(column, "") for column in COLUMNS])
    second = book.create_sheet("医院")
    second.append(["名称", "种类", "电话", "来源", "核实日期"])
    second.append(["甲医院", "医院", 50000000, "网站", datetime(2022, 4, 1)])
    second.append(["乙医院", "医院", "=1+1", "网站", None])
    second.append(["丙医院", "诊所", 50000001.0, "网站", None])
    book.create_sheet("空的")
    book.save(tmp_path / "a.xlsx")
    plan = planned(tmp_path / "a.xlsx", words)
    assert [str(one) for one in plan.faults] == [
        "医院 第 3 行 电话：这一格是公式或出错的值：请改成文字",
        f"医院 第 4 行 种类：没有“诊所”这一种（有：{'、'.join(kind.title for kind in ROWS.kinds.values())}）",
    ]
    assert [(one.name, one.numbers) for one in plan.added] == [
        ("三林居委会", ("021-50000000",)), ("甲医院", ("50000000",)),
    ]  # fmt: skip


def test_a_line_is_the_unit_of_that_name_in_that_district(tmp_path: Path, words: Words) -> None:
    there = unit("三林居委会", street="三林镇", numbers=("021-50000000",), source="镇政府网站", note="找书记")
    same = planned(sheet(tmp_path, given(street="")), words, there)
    assert (same.added, same.changed, same.same) == ([], [], 1)  # an empty cell leaves what is there
    (change,) = planned(sheet(tmp_path, given(numbers="50000001", verified_at="2022-04-05")), words, there).changed
    assert change.columns == ("numbers", "verified_at")
    assert (change.draft.note, change.draft.numbers) == ("找书记", ("50000001",))
    other = planned(sheet(tmp_path, given(street="周浦镇")), words, there)
    assert [one.street for one in other.added] == ["周浦镇"]
    twice = planned(sheet(tmp_path, given(street="")), words, there, unit("三林居委会", id=2, street="周浦镇"))
    assert [str(one) for one in twice.faults] == ["第 2 行 街镇：这个区有几家同名的，请写清街镇"]
    retired = planned(sheet(tmp_path, GOOD), words, unit("三林居委会", street="三林镇", retired_at=NOW))
    assert "已停用" in str(retired.faults[0])


EVIL = (
    '=HYPERLINK("http://x","y")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "－1",
    "＋1",
    "＠SUM(A1)",
)


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_that_comes_out_is_a_formula(evil: str) -> None:
    row = row_of_unit(unit(evil, note=evil, source=evil), ROWS, load_playbook())
    (line,) = list(csv.reader(io.StringIO(write_csv([row]).decode("utf-8-sig"), newline="")))[1:]
    assert not any(cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")) for cell in line)
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([row])))
    cells = [cell for cells in book["通讯录"].iter_rows(min_row=2) for cell in cells if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(str(cell.value).startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in cells)
    assert guarded("三林") == "三林"


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_comes_out_goes_in_again(tmp_path: Path, words: Words, suffix: str) -> None:
    units = [
        unit(
            "三林居委会",
            street="三林镇",
            numbers=("+86 13800005678", "021-50000000转8"),
            scope=("dialysis", "supplies"),
        ),
        unit("-怪名字-", id=2, kind="hotline", district="", note='他说"好",\n第二行', hours="=8:30"),
    ]
    rows = [row_of_unit(one, ROWS, load_playbook()) for one in units]
    path = tmp_path / f"out{suffix}"
    path.write_bytes(write_csv(rows) if suffix == ".csv" else write_xlsx(rows))
    plan = planned(path, words, *units)
    assert plan.faults == []
    assert [one.columns for one in plan.changed] == [("note",)]  # a note is one line
    assert plan.same == 1


def test_the_template_of_the_manual_is_right(words: Words) -> None:
    plan = planned(Path(__file__).parents[2] / "docs/directory-template.csv", words)
    assert plan.faults == []
    assert len(plan.added) == 2
