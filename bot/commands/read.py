"""What `classify`, `extract` and `explain` share: JSON lines in, JSON lines out, in the same order."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.environment import home_of, read_environment
from classifiers.reader import Reader

BATCH = 256


def open_for_reading(*, model: bool = True) -> Reader:
    """The reader over the shipped rows and the serving model, trained first if there is none."""
    from bot.commands.train import ensure_model
    from bot.understanding import open_models, open_reader

    home = home_of(read_environment())
    if not model:
        return open_reader(None, lazy=True)
    ensure_model(home)
    return open_reader(open_models(home), lazy=True)


def over_lines(work: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> int:
    """Run `work` over batches of rows {"id","text"} from standard input; a bad line becomes {"error"} and exit 1."""
    faults = 0
    for batch in _batches(sys.stdin.buffer):
        good = [row for row in batch if "error" not in row]
        done = iter(work(good))
        for row in batch:
            out = row if "error" in row else next(done)
            faults += "error" in row
            print(json.dumps(out, ensure_ascii=False))
    return 1 if faults else 0


def _batches(lines: Iterable[bytes]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            batch.append(_row(line, number))
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _row(line: bytes, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.decode())
        json.dumps(
            row, ensure_ascii=False
        ).encode()  # half a character, written as an escape, could not be printed again
    except UnicodeError:
        return {"error": f"line {number}: not UTF-8; save the lines as UTF-8"}
    except (ValueError, RecursionError):
        return {"error": f"line {number}: not JSON"}
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        known = {"id": row["id"]} if isinstance(row, dict) and "id" in row else {}
        return {**known, "error": f'line {number}: needs {{"id", "text"}}, text a string'}
    return {"id": row.get("id"), "text": row["text"]}
