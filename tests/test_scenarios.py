"""Every told conversation of tests/scenarios, with the state's journey through storage at each turn."""

import json
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.scenario import short
from conversations.codes import Outcome
from conversations.events import ReporterClaimed, ReporterClosed, ReporterHandedBack, ReporterReplied, TimerFired
from conversations.turn import Turn
from tests.conversations.talking import Play, reading

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.toml"))
_SPAN = {"s": 1, "m": 60, "h": 3600}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_told_again(path: Path, request: pytest.FixtureRequest) -> None:
    told = tomllib.loads(path.read_text("utf-8"))
    play, got = Play(), []
    for row in told["turn"]:
        if span := row.get("after"):
            play.now += timedelta(seconds=int(span[:-1]) * _SPAN[span[-1]])
        got.append([short(effect) for effect in _play(play, row).effects])
    if request.config.getoption("--update"):
        path.write_text(_rewritten(path.read_text("utf-8"), got), "utf-8")
    for row, effects in zip(told["turn"], got, strict=True):
        assert effects == row.get("expect", []), row.get("says", row)


def _play(play: Play, row: dict[str, Any]) -> Turn:
    case = row.get("case", 1)
    match row.get("reporter"):
        case "claim":
            return play.do(ReporterClaimed(case, "li"))
        case "hand_back":
            return play.do(ReporterHandedBack(case, "li"))
        case "reply":
            return play.do(ReporterReplied(case, "li", row["words"], f"r{len(play.turns)}"))
        case "close":
            return play.do(ReporterClosed(case, "li", Outcome(row["outcome"])))
    if name := row.get("timer"):
        found = play.state.case(case)
        assert found is not None
        return play.do(TimerFired(name, case, found.timers[name]))
    return play.say(row["says"], reading(**row.get("read", {})))


def _rewritten(text: str, got: list[list[str]]) -> str:
    """The same file with the `expect` of each turn as it came out; a turn without one gets it at its end."""
    blocks = re.split(r"(?m)^(?=\[\[turn\]\])", text)
    out = [blocks[0]]
    for block, effects in zip(blocks[1:], got, strict=True):
        kept = re.sub(r"(?ms)^expect = \[(\]|.*?^\])\n?", "", block).rstrip("\n")
        lines = "".join(f"  {json.dumps(effect, ensure_ascii=False)},\n" for effect in effects)
        out.append(f"{kept}\nexpect = [{chr(10) + lines if lines else ''}]\n\n")
    return "".join(out).rstrip("\n") + "\n"
