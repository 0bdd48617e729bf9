"""A fault of a row: file, line, what is wrong and what to do. Loaders collect every fault before complaining."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class BadRows(Exception):
    """Rows that cannot be used; `faults` names every one of them."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults)))


def rows_folder() -> Path:
    """The folder of the rows shipped with the program."""
    return Path(str(files("data")))
