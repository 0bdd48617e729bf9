"""Acts: short answers must be the whole message, requests may stand anywhere in a short one."""

import csv
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.acts import ActReader
from conversations.codes import Act
from data.acts import load_acts
from data.faults import Fault, rows_folder
from data.red import load_red

ROWS = Path(__file__).parent / "rows" / "acts.csv"
FAULTS: list[Fault] = []
READER = ActReader(load_acts(rows_folder(), FAULTS), load_red(rows_folder(), FAULTS).variants)


def rows() -> list[list[str]]:
    return list(csv.reader(ROWS.read_text("utf-8").splitlines()[1:]))


def test_the_rows_have_no_faults() -> None:
    assert not FAULTS


@pytest.mark.parametrize(("text", "acts"), rows())
def test_acts(text: str, acts: str) -> None:
    assert [act.value for act in READER.read(text)] == acts.split()


def _asked_for() -> list[str]:
    """The words that our own sentences tell residents to send (回“删除”)."""
    ours = "".join((rows_folder() / name).read_text("utf-8") for name in ("replies.toml", "knowledge.toml"))
    return sorted(
        {word for part in re.findall(r"回((?:“[^”]+”(?:或|、)?)+)", ours) for word in re.findall("“([^”]+)”", part)}
    )


def test_words_we_ask_for_are_found_in_our_sentences() -> None:
    assert {"删除", "人工", "同意", "不同意", "是", "没有解决"} <= set(_asked_for())


@pytest.mark.parametrize("word", _asked_for())
@pytest.mark.parametrize("written", ["{}", "{}。", "“{}”", "{}吧", "您好，{}，谢谢", " {} "])
def test_every_word_we_ask_for_is_heard(word: str, written: str) -> None:
    assert set(READER.read(written.format(word))) - {Act.THANKS, Act.GREET}


@pytest.mark.parametrize("act", list(Act))
def test_every_act_has_a_row(act: Act) -> None:
    assert any(act.value in row[1].split() for row in rows())


@pytest.mark.parametrize("answer", ["是", "没有", "不知道", "1", "同意", "谢谢", "解决了"])
def test_an_answer_inside_a_plea_is_none(answer: str) -> None:
    plea = f"我妈妈八十五岁一个人住在牡丹路，{answer}，药已经断了三天，居委电话打不进去，请你们想想办法"
    assert not {Act.YES, Act.NO, Act.SKIP, Act.MENU_CHOICE, Act.CONSENT, Act.THANKS} & set(READER.read(plea))


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(text: str) -> None:
    assert set(READER.read(text)) <= set(Act)


@pytest.mark.parametrize("piece", ["不是", "好的", "1", "谢谢你", "删除我的"])
def test_time_is_bounded(piece: str) -> None:
    began = time.perf_counter()
    READER.read(piece * (65536 // len(piece)))
    assert time.perf_counter() - began < 2


def test_faults_are_named(tmp_path: Path) -> None:
    (tmp_path / "acts.csv").write_text("act,where,longest,pattern\nyes,here,0,好\nyes,whole,0,~3\n", "utf-8")
    faults: list[Fault] = []
    load_acts(tmp_path, faults)
    assert {fault.line for fault in faults} == {2, 3}
