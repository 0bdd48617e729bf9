"""Every told conversation of tests/scenarios, with the state's journey through storage at each turn."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conversations.telling import ending, orders, tell

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_told_again(path: Path, request: pytest.FixtureRequest) -> None:
    told = tomllib.loads(path.read_text("utf-8"))
    first = tell(told)
    if request.config.getoption("--update"):
        path.write_text(_rewritten(path.read_text("utf-8"), first.effects), "utf-8")
    else:
        for row, effects in zip(told["turn"], first.effects, strict=True):
            assert effects == row.get("expect", []), row.get("says", row)
    for rows in orders(told):
        assert ending(tell(told, rows)) == ending(first), "another order of arrival ends elsewhere"


def _rewritten(text: str, got: list[list[str]]) -> str:
    """The same file with the `expect` of each turn as it came out; a turn without one gets it at its end."""
    blocks = re.split(r"(?m)^(?=\[\[turn\]\])", text)
    out = [blocks[0]]
    for block, effects in zip(blocks[1:], got, strict=True):
        kept = re.sub(r"(?ms)^expect = \[(\]|.*?^\])\n?", "", block).rstrip("\n")
        lines = "".join(f"  {json.dumps(effect, ensure_ascii=False)},\n" for effect in effects)
        out.append(f"{kept}\nexpect = [{chr(10) + lines if lines else ''}]\n\n")
    return "".join(out).rstrip("\n") + "\n"


def told_files() -> list[tuple[str, dict[str, Any]]]:
    """Name and content of every file."""
    return [(path.stem, tomllib.loads(path.read_text("utf-8"))) for path in FILES]
