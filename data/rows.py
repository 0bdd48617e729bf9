"""Reading row files so that a fault can name its line: TOML with a line index, CSV with line numbers."""

import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

from data.faults import Fault

MOST = 999_999
"""Of anything that rows count: as minutes or as days it fits a clock, and the record."""
_LONGEST_LINE = 100_000
_CELL = r'(?:[^",]*|"(?:[^"]|"")*")'
_QUOTED_WELL = re.compile(rf"{_CELL}(?:,{_CELL})*")


def is_whole(value: Any, least: int = 1, most: int = MOST) -> TypeGuard[int]:
    """Whether it is a whole number within bounds; true, 1.0 and "1" are none."""
    return type(value) is int and least <= value <= most


def whole_of(cell: str) -> int | None:
    """The whole number in a cell, in plain digits; None for anything else (`str.isdigit` is true for ²)."""
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) <= len(str(MOST)) else None


def is_words(value: Any) -> TypeGuard[str]:
    """Whether it is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


def one_of(value: Any, known: Any) -> bool:
    """Whether it is one of the known codes; a list where a code is expected is none, and no key of a table either."""
    return isinstance(value, str) and value in known


def table_in(tables: Any, name: str) -> dict[str, Any]:
    """The table of that name; {} where there is none, or something else ([[name]] makes a list)."""
    found = tables.get(name) if isinstance(tables, dict) else None
    return found if isinstance(found, dict) else {}


def list_in(tables: Any, name: str) -> list[Any]:
    """As table_in, of a list."""
    found = tables.get(name) if isinstance(tables, dict) else None
    return found if isinstance(found, list) else []


def read_toml(path: Path, faults: list[Fault]) -> dict[str, Any]:
    """The file as a dictionary; {} with a fault when it cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        faults.append(Fault(path.name, 1, "文件不见了"))
    except UnicodeDecodeError:
        faults.append(Fault(path.name, 1, "不是 UTF-8 编码：请另存为 UTF-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        faults.append(Fault(path.name, int(line[1]) if line else 1, f"TOML 写法有误：{error}"))
    except (ValueError, RecursionError) as error:  # a figure of thousands of digits, brackets without end
        faults.append(Fault(path.name, 1, f"TOML 写法有误：{type(error).__name__}"))
    return {}


def line_of(path: Path, *needles: str, nth: int = 1) -> int:
    """The line on which the `nth` occurrence of a pattern (a regular expression) stands, of the first that does; else 1."""
    try:
        lines = path.read_text("utf-8").splitlines()
        for needle in needles:
            found = [number for number, line in enumerate(lines, 1) if re.search(needle, line)]
            if len(found) >= nth:
                return found[nth - 1]
    except (OSError, UnicodeDecodeError, re.error):  # a key with brackets in it makes a needle that is none
        pass
    return 1


def read_csv(path: Path, columns: tuple[str, ...], faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of each data row; `#` begins a comment row.

    A row stands on one line: a quote left open would swallow all the lines behind it without a word. Rows of the wrong
    width or there twice, quotes and signs nobody sees become faults, and so does a table without any row.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        faults.append(Fault(path.name, 1, "文件不见了"))
        return
    except UnicodeDecodeError:
        faults.append(Fault(path.name, 1, "不是 UTF-8 编码：请另存为 UTF-8"))
        return
    if tuple(name.strip() for name in lines[0].split(",")) != columns:
        faults.append(Fault(path.name, 1, f"表头应为 {','.join(columns)}"))
        return
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line or line.startswith("#"):
            continue
        if wrong := _line_wrong(line):
            faults.append(Fault(path.name, number, wrong))
            continue
        cells = tuple(next(csv.reader([line])) if '"' in line else line.split(","))
        if (first := seen.setdefault(cells, number)) != number:
            faults.append(Fault(path.name, number, f"和第 {first} 行一模一样，删去一行"))
            continue
        if len(cells) != len(columns):
            faults.append(Fault(path.name, number, f"应有 {len(columns)} 列，实有 {len(cells)} 列"))
            continue
        yield number, dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    if not seen and not any(line and not line.startswith("#") for line in lines[1:]):
        faults.append(Fault(path.name, 1, "只有表头，一行也没有：内容丢了，请从备份或程序自带的文件恢复"))


def _line_wrong(line: str) -> str:
    """What keeps a line from being cut into cells; "" when nothing."""
    if len(line) > _LONGEST_LINE:
        return f"这一行太长：最多 {_LONGEST_LINE // 10_000} 万字"
    if '"' in line and not _QUOTED_WELL.fullmatch(line):
        return '英文引号 " 不成对，或不在一格的头尾：一格里有英文逗号才用引号，整格用一对括起来，不能换行'
    if not line.isprintable():  # U+3000 and NBSP are not either: a row with them reads well and matches nothing
        odd = next(char for char in line if not char.isprintable())
        return f"第 {line.index(odd) + 1} 个字是看不见的字符（U+{ord(odd):04X}）：删掉重打"
    return ""
