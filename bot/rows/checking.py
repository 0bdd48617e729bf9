"""The check of rows: the very loaders of the program, then what only matters for rows that change while it runs."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.rows.files import LONGEST, Texts, own_texts, rows_with
from bot.rows.guards import brace_faults, guard_faults
from conversations.playbook import Playbook
from data.canned import Canned, read_canned
from data.directory import read_directory
from data.faults import BadRows, Fault, rows_folder
from data.hotline import read_hotline
from data.playbook import read_playbook

Read = Callable[[Path, list[Fault]], Any]
_TOUCHED: tuple[Read, ...] = (read_playbook, read_canned, read_hotline, read_directory)
"""The loaders that what an editor may change can upset."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What serves once it is released."""

    playbook: Playbook
    canned: tuple[Canned, ...]


def check_rows(overlay: Texts, beside: Path, before: Texts | None = None) -> list[Fault]:
    """Every fault the rows would have with `overlay` released over the program's own; `before`: the overlay that serves.

    Files are read: for a thread. Raises OSError.
    """
    faults = _misfits(overlay)
    if faults:
        return faults
    with _folder(overlay, beside) as folder:
        faults = _read_all(folder, overlay, beside)
    if not faults:
        faults = guard_faults(overlay, before or {})
    return sorted({_full_name(fault) for fault in faults})


def load_rows(overlay: Texts, beside: Path) -> Loaded:
    """The rows with `overlay`. Raises BadRows naming every fault, OSError. For a thread."""
    faults = _misfits(overlay)
    if faults:
        raise BadRows(faults)
    with _folder(overlay, beside) as folder:
        faults = _read_all(folder, overlay, beside)
        if not faults:
            playbook = read_playbook(folder, faults)
            canned = read_canned(folder, faults)
            if playbook is not None and not faults:
                if unsaid := guard_faults(overlay, overlay):
                    raise BadRows(unsaid)
                return Loaded(playbook, canned)
    raise BadRows([_full_name(fault) for fault in faults])


def _folder(overlay: Texts, beside: Path) -> AbstractContextManager[Path]:
    """The program's own folder where nothing is laid over it: a start must not need room on a disk."""
    return rows_with(overlay, beside) if overlay else nullcontext(rows_folder())


def _misfits(overlay: Texts) -> list[Fault]:
    """What no loader need look at."""
    faults = []
    for name, text in overlay.items():
        if name not in own_texts():
            faults.append(Fault(name, 1, "这一版程序没有这个文件"))
        elif len(text) > LONGEST:
            faults.append(Fault(name, 1, f"太长：一个文件最多 {LONGEST // 10_000} 万字"))
        else:
            faults += [
                Fault(name, line, "有看不见的控制字符：删掉这一行重新打一遍")
                for line, words in enumerate(text.split("\n"), 1)
                if any((c < " " and c != "\t") or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in words)
            ]
    return faults


def _read_all(folder: Path, overlay: Texts, beside: Path) -> list[Fault]:
    faults: list[Fault] = []
    for read in _TOUCHED:
        try:
            read(folder, faults)
        except OSError:
            raise
        except (
            Exception
        ) as error:  # a loader takes a shape for granted: the editor is told where, nobody sees a traceback
            names = _culprits(read, overlay, beside)
            braces = brace_faults(overlay["knowledge.toml"]) if "knowledge.toml" in names else []
            faults += braces or [Fault(name, 1, _misshapen(error)) for name in names]
    return faults


def _misshapen(error: Exception) -> str:
    return f"写法不对：有一项该是一句话的写成了表，或该是表的写成了一句话；括号要成对（{type(error).__name__}）"


def _culprits(read: Read, overlay: Texts, beside: Path) -> list[str]:
    """Which changed files upset this loader by themselves; all of them when it takes several together."""
    found = []
    for name, text in overlay.items():
        with rows_with({name: text}, beside) as folder:
            try:
                read(folder, [])
            except OSError:
                raise
            except Exception:
                found.append(name)
    return found or list(overlay)


def _full_name(fault: Fault) -> Fault:
    """A loader may name a file of intents/ without its folder."""
    inside = f"intents/{fault.file}"
    return Fault(inside, fault.line, fault.message) if inside in own_texts() else fault
