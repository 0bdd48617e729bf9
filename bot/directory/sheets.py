"""Sheets of units, CSV and xlsx, as people keep them: read with every fault's place, written so that no cell is a formula."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from adapters.text import clean
from bot.directory.units import COLUMNS

_MOST_ROWS = 20_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a formula may begin; the wide ones count where a spreadsheet is set to Chinese or Japanese."""
_REQUIRED = ("name", "kind", "numbers", "source")


class BadSheet(Exception):
    """A file that cannot be read at all; the sentence says what to do."""


@dataclass(frozen=True, slots=True, order=True)
class SheetFault:
    """`sheet` "" in a CSV file; `column` "" when it is the whole line."""

    sheet: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"{self.sheet} " if self.sheet else ""
        column = f" {COLUMNS.get(self.column, self.column)}" if self.column else ""
        return f"{where}第 {self.line} 行{column}：{self.message}"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line: column → text as it stands there. `spoilt`: cells that lost something before they came here."""

    sheet: str
    line: int
    cells: dict[str, str]
    spoilt: dict[str, str]


def read_sheet(path: Path) -> tuple[list[SheetRow], list[SheetFault]]:
    """Every line of a CSV or xlsx file that is not empty. Raises BadSheet, OSError."""
    if path.suffix.lower() == ".xlsx":
        return _read_xlsx(path)
    if path.suffix.lower() != ".csv":
        raise BadSheet(f"{path.name}：只认 .csv 和 .xlsx；旧的 .xls 请另存为 .xlsx")
    text = _decoded(path)
    lines: list[tuple[int, list[Any]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            lines.append((reader.line_num, list(cells)))
            _not_too_many(len(lines), path)
    except csv.Error as error:
        raise BadSheet(f"{path.name} 第 {reader.line_num} 行：引号没有配对，请用表格软件另存为 CSV") from error
    return _table("", lines)


def _decoded(path: Path) -> str:
    """UTF-8, or what Excel in Chinese writes."""
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet(f"{path.name}：既不是 UTF-8 也不是 GBK 编码，请另存为 CSV UTF-8")


def _not_too_many(count: int, path: Path) -> None:
    if count > _MOST_ROWS + 1:
        raise BadSheet(f"{path.name}：超过 {_MOST_ROWS} 行，请分成几个文件")


def _read_xlsx(path: Path) -> tuple[list[SheetRow], list[SheetFault]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    rows: list[SheetRow] = []
    faults: list[SheetFault] = []
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        raise BadSheet(f"{path.name}：打不开，文件坏了或不是 .xlsx") from error
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file says of its own size may be wrong
            lines: list[tuple[int, list[Any]]] = []
            for line, cells in enumerate(sheet.iter_rows(), 1):
                lines.append((line, list(cells)))
                _not_too_many(line, path)
            found, wrong = _table(sheet.title, lines)
            rows += found
            faults += wrong
    finally:
        book.close()
    return rows, faults


def _table(sheet: str, lines: Sequence[tuple[int, list[Any]]]) -> tuple[list[SheetRow], list[SheetFault]]:
    """Header and lines → rows. A sheet with nothing in it is no fault."""
    filled = [(line, cells) for line, cells in lines if any(_cell(one)[0] for one in cells)]
    if not filled:
        return [], [] if sheet else [SheetFault("", 1, "", "文件是空的")]
    first, header = filled[0]
    titles = [_cell(one)[0].strip() for one in header]
    known = {title: name for name, title in COLUMNS.items()} | {name: name for name in COLUMNS}
    columns = [known.get(title, "") for title in titles]
    faults = [
        SheetFault(sheet, first, title, "没有这一列：名字写错了，或应删去")
        for title, name in zip(titles, columns, strict=True)
        if title and not name
    ]
    faults += [SheetFault(sheet, first, name, "缺这一列") for name in _REQUIRED if name not in columns]
    doubled = sorted({name for name in columns if name and columns.count(name) > 1})
    faults += [SheetFault(sheet, first, name, "有两列") for name in doubled]
    if faults:
        return [], faults
    rows = []
    for line, cells in filled[1:]:
        if any(_cell(one)[0] for one in cells[len(columns) :]):
            faults.append(SheetFault(sheet, line, "", f"比表头多出几格：应有 {len(columns)} 列"))
            continue
        read = {name: _cell(one) for name, one in zip(columns, cells, strict=False) if name}
        texts = {name: text for name, (text, _) in read.items()}
        rows.append(SheetRow(sheet, line, texts, {name: why for name, (_, why) in read.items() if why}))
    return rows, faults


def _cell(one: Any) -> tuple[str, str]:
    """(text, what is wrong with the cell itself)."""
    if isinstance(one, str):
        return _unguarded(one), ""
    value = getattr(one, "value", None)
    if value is None:
        return "", ""
    if getattr(one, "data_type", "") in ("f", "e"):
        return str(value), "这一格是公式或出错的值：请改成文字"
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}", ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value)), ""
    return _unguarded(str(value)), ""


def _unguarded(text: str) -> str:
    """Without the apostrophe our own export put in front."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def guarded(text: str) -> str:
    """A cell no spreadsheet takes for a formula, whoever wrote it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """With the mark Excel needs to see that it is UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS.values())
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """Every cell is text, so that a leading zero stays."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("通讯录")
    sheet.freeze_panes = "A2"

    def text(value: str) -> Any:
        cell = WriteOnlyCell(sheet, value=guarded(clean(value)))
        cell.data_type = "s"
        cell.number_format = "@"
        return cell

    sheet.append([text(title) for title in COLUMNS.values()])
    for row in rows:
        sheet.append([text(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
