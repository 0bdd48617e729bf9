"""Every told conversation of tests/scenarios, with the state's journey through storage at each turn."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from conversations.codes import Urgency
from tests.conversations.measure import costs, repeated
from tests.conversations.telling import ending, orders, tell
from tests.conversations.transcripts import with_talks

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


MOST = {Urgency.CRITICAL: 2.0, Urgency.URGENT: 3.5}
"""Messages a resident may need on average until people can act."""


def test_people_can_act_soon_and_nothing_is_asked_twice(capsys: pytest.CaptureFixture[str]) -> None:
    talks = [tell(tomllib.loads(path.read_text("utf-8"))) for path in FILES]
    found = [cost for told in talks for cost in costs(told)]
    assert len(FILES) >= 85
    with capsys.disabled():
        print(f"\n{len(FILES)} conversations, {sum(len(told.turns) for told in talks)} turns")
        for urgency in Urgency:
            needed = [cost.messages for cost in found if cost.urgency is urgency and cost.messages]
            open_ended = sum(1 for cost in found if cost.urgency is urgency and cost.messages is None)
            mean = sum(needed) / len(needed)
            print(
                f"  {urgency}: {mean:.2f} messages to the minimal form ({len(needed)} needs; {open_ended} never filled)"
            )
            assert mean <= MOST.get(urgency, 9.0)
    assert [text for told in talks for text in repeated(told)] == []


def test_the_manual_shows_what_is_said_today(request: pytest.FixtureRequest) -> None:
    page = Path(__file__).parent.parent / "docs" / "conversations.md"
    today = with_talks(page.read_text("utf-8"))
    if request.config.getoption("--update"):
        page.write_text(today, "utf-8")
    assert today.count("```text") == 10
    assert page.read_text("utf-8") == today, "pytest tests/test_scenarios.py --update"
