"""Nappies of the old are no matter of a birth: nobody is asked for weeks of pregnancy."""

import pytest

from conversations.codes import Intent
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, said

WHERE = " 13512340050 杨浦区国权路100弄5号301"


@pytest.mark.parametrize("text", ["爷爷没纸尿裤了", "八十岁的外婆瘫在床上，尿不湿用光了", "老人的尿布买不到"])
def test_of_the_old(text: str) -> None:
    turn = hear(Play(), text + WHERE, "maternity", 0.6, intents=["supplies"])
    assert "怀孕" not in said(turn)


def test_it_is_one_matter_of_things() -> None:
    play = Play()
    hear(play, "爷爷没纸尿裤了" + WHERE, "maternity", 0.6, intents=["supplies"])
    assert [case.intent for case in play.state.cases] == [Intent.SUPPLIES]


@pytest.mark.parametrize(
    "text",
    [
        "宝宝没纸尿裤了",
        "爷爷奶奶带着宝宝，奶粉没了",
        "外婆照顾我坐月子，孩子奶粉没了",
        "老人没纸尿裤，我怀孕38周出不去",
    ],
)
def test_of_a_child_or_a_birth_it_stays(text: str) -> None:
    play = Play()
    hear(play, text + WHERE, "maternity", 0.8)
    assert play.state.cases[0].intent is Intent.MATERNITY
