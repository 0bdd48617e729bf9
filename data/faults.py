"""A fault of a row: file, line, what is wrong and what to do. Loaders collect every fault before complaining."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import ParamSpec, TypeVar

Rows = TypeVar("Rows")
Asked = ParamSpec("Asked")


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


def told(
    file: str,
    faults: list[Fault],
    otherwise: Rows,
    read: Callable[Asked, Rows],
    *args: Asked.args,
    **more: Asked.kwargs,
) -> Rows:
    """What `read` reads of `file`; where it takes a shape for granted that the rows do not have, a fault that names the file.

    Every loader looks for itself and says better what is wrong; this is for what none of them thought of. A disk that
    fails is no fault of the rows: OSError goes on.
    """
    try:
        return read(*args, **more)
    except OSError:
        raise
    except Exception as error:
        words = "写法不对：有一项该是一句话的写成了表或数，或该是表的写成了一句话；括号要成对"
        faults.append(Fault(file, 1, f"{words}（{type(error).__name__}）"))
        return otherwise


def rows_folder() -> Path:
    """The folder of the rows shipped with the program."""
    return Path(str(files("data")))
