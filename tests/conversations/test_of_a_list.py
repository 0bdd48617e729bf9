"""A volunteer's list, line by line: another door is another household, the same door is the same one."""

import pytest

from conversations.context import text_with_context
from conversations.effects import AlertDesk
from conversations.messages import Inbound
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import CONTACT, Play, of, playbook, said

LANE = "闵行区莘松路300弄3号"


def _play(*lines: tuple[str, str], sure: float = 0.9) -> Play:
    play = Play(numbers=9)
    for text, intent in lines:
        play.wait(seconds=30)
        hear(play, text, intent, sure if intent not in ("chitchat", "spam") else 0.2)
    return play


@pytest.mark.parametrize(
    "lines",
    [
        [("301张阿姨 降压药", "medicine"), ("402李伯伯 胰岛素 断了两天", "medicine")],
        [("402 李伯伯 透析停了三天", "dialysis"), ("503 小张 孕36周 要产检", "maternity")],
        [("3号楼301王家没菜", "supplies"), ("3号楼402李家没菜", "supplies")],
        [("302 没菜了", "supplies"), ("303 也没菜了", "supplies")],
        [("402 李伯伯 透析停了三天", "dialysis"), ("503 老人晕倒了", "emergency")],
    ],
)
def test_another_door_is_another_household(lines: list[tuple[str, str]]) -> None:
    play = _play(*lines, (f"{LANE} 13812345678", "spam"))
    assert len(play.state.cases) == len(lines)
    for (text, intent), case in zip(lines, play.state.cases, strict=True):
        room = text.removeprefix("3号楼")[:3]
        assert case.slots["address"].value.endswith(room), case.slots["address"].value
        assert case.intent == intent


@pytest.mark.parametrize(
    "lines",
    [
        [("402 李伯伯 透析停了三天", "dialysis"), ("402 腿肿了 气急", "emergency")],
        [("5号602老人晕倒了", "emergency"), ("602室老人没呼吸了", "emergency")],
        [("302 没菜了", "supplies"), ("家里也没米了", "supplies")],
        [("302 没菜了", "supplies"), ("120 打不通 没菜了", "supplies")],
        [("302 没菜了", "supplies"), ("2022 年就说了 没菜了", "supplies")],
        [("家里没菜了", "supplies"), ("302 也没菜了", "supplies")],
        [("402 李伯伯 透析停了三天", "dialysis"), ("503", "chitchat")],
        [("402 李伯伯 透析停了三天", "dialysis"), ("503 邻居说的", "chitchat")],
    ],
)
def test_the_same_door_and_no_door_are_the_same_household(lines: list[tuple[str, str]]) -> None:
    assert len(_play(*lines).state.cases) == 1


def test_what_is_said_of_one_household_is_on_its_ticket() -> None:
    play = _play(
        ("402 李伯伯 透析停了三天", "dialysis"),
        ("503 小张 孕36周 要产检", "maternity"),
        (f"{LANE} 13812345678", "spam"),
        ("李伯伯的电话是13612340000", "chitchat"),
    )
    first, second = play.state.cases
    assert [case.slots["phone"].value for case in (first, second)] == ["13812345678、13612340000", "13812345678"]
    play.wait(seconds=30)
    turn = hear(play, "503 见红了", "maternity", 0.9)
    assert {alert.number for alert in of(turn, AlertDesk)} == {play.state.cases[1].ticket}
    play.wait(seconds=30)
    hear(play, "402 也没菜了", "supplies", 0.9)
    assert (play.case.intent, play.case.slots["address"].value) == ("supplies", f"{LANE}402")


@pytest.mark.parametrize(
    ("text", "intent", "whose"),
    [
        ("402说腿肿了 气急", "emergency", 0),
        ("503今天见红了", "maternity", 1),
        ("李伯伯今天气急", "emergency", 0),
        ("李伯伯的明天就没了", "supplies", 0),
        ("气急", "emergency", 1),
    ],
)
def test_a_household_is_known_by_its_room_and_by_its_name(text: str, intent: str, whose: int) -> None:
    play = _play(("402 李伯伯 透析停了", "dialysis"), ("503 小张 要产检", "maternity"), (f"{LANE} 13812345678", "spam"))
    play.wait(seconds=30)
    turn = hear(play, text, intent, 0.8)
    assert len(play.state.cases) == 2
    assert play.state.focus == play.state.cases[whose].key
    assert {alert.number for alert in of(turn, AlertDesk)} <= {play.state.cases[whose].ticket}


def test_one_households_door_is_no_other_ones() -> None:
    play = _play(
        ("我是楼长，帮我们楼报几户", "community"), ("401老伯化疗停了", "oncology"), (f"{LANE} 13812345678", "spam")
    )
    parent, home = play.state.cases
    assert (parent.slots["address"].value, home.slots["address"].value) == (LANE, f"{LANE}401")


def test_a_line_of_a_list_is_read_by_itself() -> None:
    play = _play(("402 李伯伯 透析停了三天", "dialysis"))
    for text, alone in (("503 小张 尿布", True), ("腿也肿了", False)):
        read = text_with_context(play.state, Inbound(CONTACT, "m", "text", text, play.now), ruled(text), playbook())
        assert (read == "") is alone


def test_a_door_beside_other_words_answers_which_door() -> None:
    play = _play(("老人晕倒了 闵行区莘松路300弄 13812345678", "emergency"), ("5号602 老人叫不醒", "emergency"))
    assert play.case.slots["address"].value == "闵行区莘松路300弄5号602"


def test_a_door_alone_is_asked_for_its_lane_once() -> None:
    lane = playbook().say("ask_lane")
    play = _play(("老人晕倒了 13812345678", "emergency"), ("5号楼602 快点", "chitchat"))
    assert play.case.slots["address"].value == "5号楼602"
    assert lane in said(play.turns[1])
    play.wait(seconds=30)
    assert lane not in said(hear(play, "还是叫不醒", "emergency"))
    play.wait(seconds=30)
    hear(play, "闵行区莘松路300弄", "travel", 0.3)
    assert play.case.slots["address"].value == "闵行区莘松路300弄5号楼602"
