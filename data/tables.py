"""A TOML file of rules and tables of rows while it is read: every table in turn, each fault with its line."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from data.faults import BadRows, Fault, rows_folder
from data.rows import MOST, is_whole, is_words, line_of, read_toml, table_in

Rows = TypeVar("Rows")


def loaded(read: Callable[[Path, list[Fault]], Rows | None], folder: Path | None) -> Rows:
    """What `read` makes of `folder` (the shipped rows by default). Raises BadRows naming every fault."""
    faults: list[Fault] = []
    rows = read(folder or rows_folder(), faults)
    if faults or rows is None:
        raise BadRows(faults)
    return rows


class Tables:
    """`fields`: the tables a file has rows in, and what each row may have; `singles`: its tables that stand once."""

    fields: ClassVar[Mapping[str, set[str]]]
    singles: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, path: Path, faults: list[Fault], tables: Mapping[str, Any]) -> None:
        self.path, self.faults, self.tables = path, faults, tables
        for name in sorted(tables.keys() - self.fields.keys() - self.singles):
            self.fault(rf"^\[+{re.escape(name)}\b|^{re.escape(name)}\s*=", f"没有 {name} 这一项：名字写错了，或应删去")

    @classmethod
    def read(cls, path: Path, faults: list[Fault]) -> Self | None:
        """The file, ready to be asked; None when it is no TOML."""
        before = len(faults)
        tables = read_toml(path, faults)
        return cls(path, faults, tables) if len(faults) == before else None

    def fault(self, needle: str, message: str, nth: int = 1, *, table: str = "") -> None:
        """`needle`: a pattern for the line; `nth`: which of several; `table`: whose line is told where it is nowhere."""
        needles = (needle, rf"^\[+{table}\]") if table else (needle,)
        self.faults.append(Fault(self.path.name, line_of(self.path, *needles, nth=nth), message))

    def table(self, name: str) -> Mapping[str, Any]:
        """A table that stands once; empty when it does not stand at all."""
        return table_in(self.tables, name)

    def number(self, name: str) -> int:
        """A whole number above 0 of [rules]; MOST at most."""
        value = self.table("rules").get(name)
        if is_whole(value):
            return value
        self.fault(rf"^{name}\b", f"{name} 要是大于 0 的整数，最多 {MOST}", table="rules")
        return 1

    def rows(
        self, name: str, *needed: str, within: str = "", flags: tuple[str, ...] = ()
    ) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """(nth, row) of the rows with known fields and all of `needed` (a code and a title), the first of them their own.

        `within`: a field beside which the first must be their own only. `flags`: fields that are true or false.
        """
        found = self.tables.get(name)
        if not isinstance(found, list) or not found:
            self.fault(rf"^\[+{name}\b", f"缺 [[{name}]]")
            return
        needed = needed or ("code", "title")
        seen: set[tuple[str, str]] = set()
        for nth, row in enumerate(found, 1):
            if not isinstance(row, dict):
                self.fault(rf"^\[*{name}\b", f"写成 [[{name}]]")
                continue
            wrong = [f"没有 {one} 这一项：名字写错了，或应删去" for one in sorted(row.keys() - self.fields[name])]
            wrong += [f"缺 {one}" for one in needed if not is_words(row.get(one))]
            wrong += [f"{one} 写 true 或 false" for one in flags if not isinstance(row.get(one, False), bool)]
            wrong += self.wrong(name, row)
            key = (str(row.get(within, "")), str(row.get(needed[0], "")))
            if key in seen:
                wrong.append(f"{needed[0]} {key[1]!r} 前面已经有了")
            seen.add(key)
            for one in wrong:
                self.fault(rf"^\[\[{name}\]\]", one, nth)
            if not wrong:
                yield nth, row

    def wrong(self, name: str, row: Mapping[str, Any]) -> list[str]:
        """What more is wrong with a row of this file."""
        return []
