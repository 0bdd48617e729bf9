"""Hardly a word beside a number or an address: what is wanting by its name is a need, anything else an answer."""

from dataclasses import replace

import pytest

from conversations.codes import Intent
from conversations.turn import Turn
from tests.conversations.ruled import ruled
from tests.conversations.talking import Play, said


def hear(play: Play, text: str, intent: str, confidence: float) -> Turn:
    """One need felt, and no further one."""
    return play.say(text, replace(ruled(text, intent, confidence, at=play.now), intents=()))


BESIDE = ("13512340007", "徐汇区天平路20弄5号302", "13512340007 徐汇区天平路20弄5号302")


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("没米了", "supplies"),
        ("没菜了", "supplies"),
        ("要配药", "medicine"),
        ("缺氧气", "medicine"),
        ("漏水了", "livelihood"),
    ],
)
@pytest.mark.parametrize("beside", BESIDE)
def test_a_need_by_its_name(words: str, intent: str, beside: str) -> None:
    play = Play()
    hear(play, f"{words} {beside}", intent, 0.7)
    assert play.case.intent is Intent(intent)
    split = Play()
    hear(split, words, intent, 0.7)
    split.wait(seconds=20)
    hear(split, beside, "chitchat", 0.2)
    assert split.case.intent is play.case.intent, "one message or two are the same"


@pytest.mark.parametrize("words", ["没有了", "没打", "打过了", "我的", "收到了", "本人", "没了"])
def test_an_answer(words: str) -> None:
    play = Play()
    hear(play, f"{words} 13512340007", "supplies", 0.7)
    assert play.case.intent is Intent.CONSULT


def test_in_a_talk_a_number_and_a_thing_the_model_is_not_sure_of_is_an_answer() -> None:
    play = Play()
    hear(play, "我妈降压药没了", "medicine", 0.9)
    play.wait(seconds=20)
    turn = hear(play, "菜场旁 13512340007", "supplies", 0.4)
    assert len(play.state.cases) == 1
    assert "电话 13512340007" in said(turn)
