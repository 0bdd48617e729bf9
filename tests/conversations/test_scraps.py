"""A word a line: the first word is no name for the case, its intent follows what all say together."""

import pytest

from bot.rereading import further_text
from conversations.context import in_scraps, read_together
from conversations.messages import Inbound
from tests.conversations.ruled import hear
from tests.conversations.talking import CONTACT, Play, playbook, reading


def _begun(text: str, intent: str = "care", confidence: float = 0.95) -> Play:
    play = Play()
    play.say(text, reading(intent, confidence))
    play.wait(seconds=40)
    return play


def _next(play: Play, text: str) -> Inbound:
    return Inbound(CONTACT, f"m{len(play.turns)}", "text", text, play.now)


@pytest.mark.parametrize(
    ("first", "next_one"),
    [
        (("老人", "care"), ("要透析", "dialysis", 0.6)),
        (("宝宝", "maternity"), ("40度", "child_illness", 0.7)),
        (("妈妈", "care"), ("药没了", "medicine", 0.5)),
        (("【求助人】女儿李某", "child_illness"), ("【情况】肺癌，靶向药还有2天", "oncology", 0.8)),
    ],
)
def test_the_case_takes_the_name_of_the_whole(first: tuple[str, str], next_one: tuple[str, str, float]) -> None:
    play = _begun(*first)
    text, intent, confidence = next_one
    asked = further_text(play.state, _next(play, text), reading(), playbook())
    assert asked is not None
    assert asked.scraps
    assert asked.text == f"{first[0]} {text}"
    play.say(text, reading(intent, confidence))
    assert [case.intent for case in play.state.cases] == [intent]


@pytest.mark.parametrize(
    ("first", "text"),
    [
        (("没菜了", "supplies"), "晚上睡不着"),
        (("家里断粮三天了没人管我们", "supplies"), "老人"),
        (("老人", "care"), "我妈透析三天没做了你们快点帮帮忙吧"),
        (("老人", "care"), "13612340079"),
    ],
)
def test_a_need_once_told_is_not_renamed_by_a_scrap(first: tuple[str, str], text: str) -> None:
    play = _begun(*first)
    message = _next(play, text)
    asked = further_text(play.state, message, reading(), playbook())
    assert asked is None or not asked.scraps
    if text != "13612340079":
        assert not in_scraps(play.state, message, playbook().cues)


def test_what_a_rule_named_keeps_its_name() -> None:
    play = Play()
    play.say("血透", reading("dialysis", 0.9, "urgent", reasons=["O01"]))
    play.wait(seconds=40)
    play.say("我一个人", reading("care", 0.95))
    assert play.case.intent == "dialysis"


def test_the_facts_of_all_scraps_are_heard() -> None:
    play = _begun("老人")
    both = reading("dialysis", 0.9, missed=2, temperature=38.5, phones=["13612340079"])
    told = read_together(play.state, reading(), both, playbook(), scraps=True)
    assert (told.intent, told.entities.missed, told.entities.temperature) == ("dialysis", 2, 38.5)
    assert told.entities.phones == ()
    assert read_together(play.state, reading(), both, playbook()).entities.missed is None


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("摸着很烫", True),
        ("没量", True),
        ("精神还好，能喝水", True),
        ("肺癌，靶向药还有2天", False),
        ("你们什么时候来人", False),
    ],
)
def test_a_temperature_is_a_figure_or_how_the_child_is(text: str, taken: bool) -> None:
    play = Play()
    hear(play, "孩子发烧 13612340079 普陀区曹杨路500弄3号201", "child_illness")
    play.wait(seconds=40)
    assert "temperature" in play.state.asked or "age" in play.state.asked
    if "age" in play.state.asked:
        hear(play, "3岁", "chitchat", 0.3)
        play.wait(seconds=40)
    assert "temperature" in play.state.asked
    hear(play, text, "chitchat", 0.3)
    assert ("temperature" in play.case.slots) is taken
