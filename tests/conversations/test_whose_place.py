"""Whose door it is: who writes for another names two places, and help drives to the one who needs it."""

import pytest

from tests.conversations.ruled import hear
from tests.conversations.talking import Play, said

MINE, HERS = "浦东新区张杨路100弄5号301", "普陀区曹杨路500弄3号201"
NEEDS = {"critical": ("我妈晕倒了叫不醒", "emergency"), "urgent": ("我妈的降压药断了", "medicine")}


@pytest.mark.parametrize("urgency", NEEDS)
@pytest.mark.parametrize("hers", ["她住{}", "我妈住{}", "她家在{}", "我妈妈的地址是{}", "她一个人在{}", "老人在{}"])
@pytest.mark.parametrize("mine", ["我住{}", "我在{}赶过去要一小时", "我人在{}，出不来", "我自己住{}"])
@pytest.mark.parametrize("order", ["mine first", "hers first"])
@pytest.mark.parametrize("breath", ["one message", "the need first", "the need with the first place"])
def test_help_goes_to_the_one_who_needs_it(urgency: str, hers: str, mine: str, order: str, breath: str) -> None:
    need, intent = NEEDS[urgency]
    places = [mine.format(MINE), hers.format(HERS)]
    first, second = places if order == "mine first" else reversed(places)
    told = {
        "one message": [f"{need}，{first}，{second}"],
        "the need first": [need, first, second],
        "the need with the first place": [f"{first}，{need}", second],
    }
    play = Play()
    for nth, text in enumerate(told[breath]):
        play.wait(seconds=40)
        hear(play, text, *((intent, 0.9) if nth == 0 or breath == "one message" else ("travel", 0.2)))
    assert play.state.cases[0].slots["address"].value == HERS


@pytest.mark.parametrize(
    "told",
    [
        ["我妈降压药断了", f"【地址】{HERS}", f"【备注】我住{MINE}，出不来"],
        ["我妈降压药断了", f"我住{MINE}", f"药要送到{HERS}"],
        ["我妈降压药断了", f"我住{MINE}", f"她不住这里 她住{HERS}"],
        ["我妈降压药断了", f"我住{MINE}", f"这是我家 我妈在{HERS}"],
        ["我妈降压药断了", f"我住{MINE}", HERS],
        ["我妈降压药断了", HERS, f"我姐住{MINE} 她也过不去"],
        ["我妈降压药断了", HERS, f"我和老公住{MINE}"],
        ["隔壁老伯晕倒了", HERS, f"我女儿住{MINE}"],
        ["晕倒了，叫不醒", "是我妈", HERS, f"我住{MINE}"],
        ["晕倒了，叫不醒", f"我住{MINE}", f"我妈住{HERS}"],
        [f"我妈晕倒了，{HERS}，我姐住{MINE}，赶过去了"],
    ],
)
def test_the_door_of_another_is_never_taken_for_theirs(told: list[str]) -> None:
    play = Play()
    for nth, text in enumerate(told):
        play.wait(seconds=40)
        hear(play, text, *(("medicine", 0.9) if nth == 0 else ("travel", 0.2)))
    assert play.state.cases[0].slots["address"].value == HERS


@pytest.mark.parametrize(
    "told",
    [
        [f"我住{MINE}，我降压药断了，女儿住{HERS}，过不来"],
        [f"我胸口痛，我住{MINE}，女儿住{HERS}"],
        ["我降压药断了", f"我住{MINE}", f"我女儿住{HERS} 过不来"],
        ["我胸口痛", f"我住{MINE}", f"他住{HERS} 马上来"],
        [f"我和老公住{MINE}，老公胸口痛"],
        ["老公胸口痛", f"我和老公住{MINE}"],
        ["我妈降压药断了", f"我妈和我住{MINE}"],
        [f"我妈降压药断了，她和我一起住，{HERS}", f"写错了，我住{MINE}"],
        ["家里没菜了", HERS, f"我现在住{MINE}"],
        ["我和老公都发烧了没药", f"我住{HERS}", f"我现在住{MINE}"],
        [f"我妈晕倒了，{HERS}", f"我也胸口痛喘不上气了，我住{MINE}"],
    ],
)
def test_ones_own_door_stays_the_door_of_ones_own_need(told: list[str]) -> None:
    play = Play()
    for nth, text in enumerate(told):
        play.wait(seconds=40)
        hear(play, text, *(("medicine", 0.9) if nth == 0 else ("travel", 0.2)))
    assert play.case.slots["address"].value == MINE


def test_the_writers_own_door_is_to_be_confirmed_where_another_is_in_need() -> None:
    for text, sure in ((f"我住{MINE}，我妈晕倒了叫不醒", False), (f"我住{MINE}，我胸口痛", True)):
        play = Play()
        turn = hear(play, text, "emergency")
        assert play.case.slots["address"].sure is sure
        assert f"地址 {MINE}。地址不对请马上说" in said(turn)


@pytest.mark.parametrize("text", [f"团购只送到{HERS}门口", f"救护车送到{HERS}了", f"居委说送到{HERS}自己去拿"])
def test_where_something_was_brought_is_no_door_of_theirs(text: str) -> None:
    play = Play()
    hear(play, f"我妈降压药断了 {MINE}", "medicine")
    play.wait(seconds=40)
    hear(play, text, "chitchat", 0.3)
    assert play.case.slots["address"].value == MINE


def test_each_of_two_has_a_door() -> None:
    play = Play()
    hear(play, f"我妈透析断了 {MINE}", "dialysis", 0.9)
    play.wait(seconds=40)
    hear(play, "还有公公 也三天没透析了", "dialysis", 0.9)
    play.wait(seconds=40)
    hear(play, f"他住{HERS}", "travel", 0.2)
    assert [case.slots["address"].value for case in play.state.cases] == [MINE, HERS]


@pytest.mark.parametrize(
    ("told", "room"),
    [
        (["我是隔壁邻居，阿婆晕倒了叫不醒，我住普陀区曹杨路500弄3号202，她住301"], "301"),
        (["隔壁阿婆晕倒了叫不醒，我住普陀区曹杨路500弄3号202", "阿婆住301室"], "301"),
        (["阿婆晕倒了叫不醒 普陀区曹杨路500弄3号301", "我住202"], "301"),
        (["我晕倒了 普陀区曹杨路500弄3号301", "她住202"], "301"),
        (["阿婆晕倒了叫不醒 普陀区曹杨路500弄3号301", "她在120车上"], "301"),
        (["阿婆晕倒了叫不醒 普陀区曹杨路500弄3号301", "她有300块钱"], "301"),
    ],
)
def test_a_room_in_the_same_house(told: list[str], room: str) -> None:
    play = Play()
    for nth, text in enumerate(told):
        play.wait(seconds=40)
        hear(play, text, *(("emergency", 0.9) if nth == 0 else ("travel", 0.2)))
    assert play.state.cases[0].slots["address"].value.removesuffix("室") == f"普陀区曹杨路500弄3号{room}"
