"""Running conversations go on when other rows take their place: every told conversation, changed over at every turn."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.rows.checking import load_rows
from bot.rows.files import own_texts
from conversations.playbook import Playbook
from conversations.turn import OutOfNumbers
from tests.conversations import talking
from tests.conversations.talking import Play, said
from tests.conversations.telling import CHANNELS, _span, _start, event_of
from tests.test_scenarios import FILES


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Playbook:
    """As far as an editor can go: every question that is not the first taken out, one added, all knowledge gone."""
    texts = {}
    for name, text in own_texts().items():
        if name.startswith("intents/"):
            head, *slots = text.split("[[slot]]")
            kept = [slot for slot in slots if re.search(r'name = "(phone|address)"', slot)]
            texts[name] = "[[slot]]".join([head, *kept])
    first = own_texts()["knowledge.toml"].partition("\n[free]")[0] + "\n"
    texts |= {"knowledge.toml": first, "routing.csv": "intent,urgency,district,desk\n*,*,*,alarm\n"}
    return load_rows(texts, tmp_path_factory.mktemp("rows")).playbook


@pytest.mark.parametrize("path", FILES[::3], ids=lambda path: path.stem)
def test_a_change_between_any_two_turns_breaks_nobody(
    path: Path, other: Playbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tomllib.loads(path.read_text("utf-8"))
    own = talking.playbook()
    for change in range(len(told["turn"])):
        play = Play(limits=CHANNELS[told.get("channel", "wechat")], now=_start(told.get("starts", "")))
        play.numbers = told.get("numbers", play.numbers)
        warned = 0
        for nth, row in enumerate(told["turn"]):
            monkeypatch.setattr(talking, "_playbook", [other if nth >= change else own])
            play.now += _span(row.get("after", "0s"))
            try:
                turn = play.do(event_of(play, row))
            except (AssertionError, OutOfNumbers) as error:
                if "no timer" in str(error) or "no case" in str(error) or isinstance(error, OutOfNumbers):
                    break  # with other questions this row of the file can no longer happen
                raise
            warned += "120" in said(turn) or "110" in said(turn)
            begun_with = (own if change else other).version
            assert play.state.playbook in (begun_with, "")  # "" once erased
        else:
            reds = [row for row in told["turn"] if row.get("read", {}).get("urgency") == "critical" and "says" in row]
            assert warned or not reds, path.stem
