"""Reading row files so that a fault can name its line: TOML with a line index, CSV with line numbers."""

import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.faults import Fault


def read_toml(path: Path, faults: list[Fault]) -> dict[str, Any]:
    """The file as a dictionary; {} with a fault when it cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        faults.append(Fault(path.name, 1, "文件不见了"))
    except UnicodeDecodeError:
        faults.append(Fault(path.name, 1, "不是 UTF-8 编码：请另存为 UTF-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        faults.append(Fault(path.name, int(line[1]) if line else 1, f"TOML 写法有误：{error}"))
    return {}


def line_of(path: Path, needle: str, *, nth: int = 1) -> int:
    """The line on which the `nth` occurrence of a pattern (a regular expression) stands; 1 when it does not."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 1
    found = [number for number, line in enumerate(lines, 1) if re.search(needle, line)]
    return found[nth - 1] if len(found) >= nth else 1


def read_csv(path: Path, columns: tuple[str, ...], faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of each data row; rows of the wrong width, or there twice, become faults. `#` begins a comment row."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        faults.append(Fault(path.name, 1, "文件不见了"))
        return
    except UnicodeDecodeError:
        faults.append(Fault(path.name, 1, "不是 UTF-8 编码：请另存为 UTF-8"))
        return
    reader = csv.reader(text.splitlines())
    header = next(reader, [])
    if tuple(name.strip() for name in header) != columns:
        faults.append(Fault(path.name, 1, f"表头应为 {','.join(columns)}"))
        return
    seen: dict[tuple[str, ...], int] = {}
    for cells in reader:
        if not cells or cells[0].startswith("#"):
            continue
        if (first := seen.setdefault(tuple(cells), reader.line_num)) != reader.line_num:
            faults.append(Fault(path.name, reader.line_num, f"和第 {first} 行一模一样，删去一行"))
            continue
        if len(cells) != len(columns):
            faults.append(Fault(path.name, reader.line_num, f"应有 {len(columns)} 列，实有 {len(cells)} 列"))
            continue
        yield reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=True))
