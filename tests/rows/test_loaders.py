"""What a loader must refuse by itself, since it would only fail when it is said."""

import shutil
from pathlib import Path

import pytest

from data.faults import Fault, rows_folder
from data.knowledge import read_knowledge
from data.playbook import read_playbook

ENTRY = """[x]
asks = ["怎么办证", "证在哪里办"]
answer = "{answer}"
source = "街道"
since = {since}
approved_by = "编辑"
"""


@pytest.mark.parametrize(
    ("answer", "since", "fault"),
    [
        ("去街道{办", "2026-01-01", "花括号"),
        ("去街道办}", "2026-01-01", "花括号"),
        ("去街道办理", "2026-01-01T08:00:00", "只写日期"),
        ("去街道办理", "2026-01-01", ""),
    ],
)
def test_an_answer_that_could_not_be_said(tmp_path: Path, answer: str, since: str, fault: str) -> None:
    (tmp_path / "knowledge.toml").write_text(ENTRY.replace("{answer}", answer).replace("{since}", since), "utf-8")
    faults: list[Fault] = []
    read_knowledge(tmp_path, faults)
    assert [fault in str(one) for one in faults] == ([True] if fault else [])


@pytest.mark.parametrize("written", ["{number:d}", "{number!r}", "{number", "{nobody}"])
def test_a_placeholder_that_could_not_be_filled(tmp_path: Path, written: str) -> None:
    folder = tmp_path / "rows"
    shutil.copytree(rows_folder(), folder, ignore=shutil.ignore_patterns("corpus", "gazetteer", "*.py", "__pycache__"))
    replies = folder / "replies.toml"
    text = replies.read_text("utf-8")
    replies.write_text(text.replace('\nadded = "', f'\nadded = "{written}', 1), "utf-8")
    faults: list[Fault] = []
    read_playbook(folder, faults)
    assert [one for one in faults if "added" in str(one)]
