"""Who has no address, or would rather not tell it: asked no more, and where they are stands in their own words."""

import pytest

from conversations.slots import SKIPPED
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, said


@pytest.mark.parametrize(
    "text",
    [
        "家里断粮了 不方便说地址 怕邻居晓得",
        "没菜了，地址不方便说",
        "断粮三天了 不想留我家地址",
        "家里没吃的，不愿意告诉你们住哪里",
    ],
)
def test_who_keeps_the_address_is_not_asked_for_it(text: str) -> None:
    play = Play()
    assert "地址" not in said(hear(play, text, "supplies")).split("（我是")[0]
    play.wait(seconds=40)
    assert "地址" not in said(hear(play, "13612340079", "spam", 0.3)).split("得把")[0]
    assert play.case.slots["address"].value == SKIPPED
    play.wait(seconds=40)
    hear(play, "普陀区曹杨路500弄3号201", "travel", 0.3)
    assert play.case.slots["address"].value == "普陀区曹杨路500弄3号201"


def test_in_danger_it_is_asked_all_the_same() -> None:
    play = Play()
    assert "地址" in said(hear(play, "我妈晕倒了叫不醒 不方便说地址", "emergency"))
    other = Play()
    hear(other, "家里断粮了 不方便说地址 13612340079", "supplies")
    other.wait(hours=1)
    assert "地址" in said(hear(other, "我妈晕倒了叫不醒", "emergency"))


@pytest.mark.parametrize("text", ["家里没菜了，不方便出门", "居委不肯说地址，家里断粮", "没菜了 说话不方便"])
def test_other_inconveniences_keep_nothing(text: str) -> None:
    play = Play()
    hear(play, text, "supplies")
    assert "address" not in play.case.slots


@pytest.mark.parametrize(
    ("text", "intent", "place"),
    [
        ("没地址 就在苏州河边上 昌化路桥", "livelihood", "就在苏州河边上 昌化路桥"),
        ("住在桥洞下面 就在武宁路桥", "travel", "住在桥洞下面 就在武宁路桥"),
        ("睡在北站候车室外面", "travel", "北站候车室外面"),
        ("曹杨路的公园里面", "livelihood", "曹杨路的公园里面"),
        ("曹杨路", "travel", "普陀区曹杨路"),
        ("曹杨路500弄3号201 就在公园旁边", "travel", "普陀区曹杨路500弄3号201"),
    ],
)
def test_where_they_are_stands_in_their_own_words(text: str, intent: str, place: str) -> None:
    play = Play()
    hear(play, "我没吃的了 13612340079", "supplies", 0.9)
    play.wait(seconds=40)
    hear(play, text, intent, 0.95 if "候车室" in text else 0.4)
    assert len(play.state.cases) == 1
    assert play.case.intent == "supplies"
    assert play.case.slots["address"].value == place


def test_a_place_in_words_is_still_asked_for_its_district() -> None:
    play = Play()
    hear(play, "我没吃的了 13612340079", "supplies", 0.9)
    play.wait(seconds=40)
    assert "哪个区" in said(hear(play, "没地址 就在苏州河边上 昌化路桥", "livelihood", 0.4))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("我睡在外白渡桥下面 两天没吃了", "外白渡桥下面"),
        ("货车司机 困在沪渝高速青浦服务区 四天了 没吃的", "沪渝高速青浦服务区"),
        ("我在船上 吴淞口锚地 没吃的了", "吴淞口锚地"),
        ("我爸在世纪大道路口晕倒了", "世纪大道路口"),
        ("老人晕倒在四平路桥下", "四平路桥下"),
        ("我们车停在嘉浏高速朱桥收费站旁边 没吃的", "嘉浏高速朱桥收费站旁边"),
    ],
)
def test_a_named_spot_without_a_door_is_where_they_are(text: str, place: str) -> None:
    play = Play()
    hear(play, text, "supplies", 0.9)
    assert play.case.slots["address"].value == place
    assert not play.case.slots["address"].sure


@pytest.mark.parametrize(
    "text",
    [
        "我是骑手，睡桥洞三天了 没吃的",
        "睡在一个天桥下面 没吃的",
        "没吃的了 我在路口等核酸",
        "从沪渝高速青浦服务区过来就红码了 没吃的",
        "没吃的 能不能去沪渝高速青浦服务区拿",
        "家里没菜了 在家门口路口等团购",
        "没菜了 听说外白渡桥封了",
    ],
)
def test_a_spot_without_a_name_or_one_passed_by_is_no_place(text: str) -> None:
    play = Play()
    hear(play, text, "supplies", 0.9)
    assert "address" not in play.case.slots


@pytest.mark.parametrize("text", ["没有地址", "我没有固定住处", "没地方住，在流浪", "无家可归"])
def test_who_has_no_address_is_not_asked_again(text: str) -> None:
    play = Play()
    hear(play, "没吃的了", "supplies", 0.9)
    play.wait(seconds=40)
    hear(play, text, "livelihood", 0.2)
    assert play.case.slots["address"].value == SKIPPED
    play.wait(seconds=40)
    told = said(hear(play, "13512340079", "spam", 0.3))
    assert "还缺" not in told and "详细地址" not in told


def test_the_place_they_told_stays_when_they_have_no_address() -> None:
    play = Play()
    for text in ("我睡在外白渡桥下面 两天没吃了", "没有地址"):
        play.wait(seconds=40)
        hear(play, text, "supplies", 0.9 if "睡" in text else 0.2)
    assert play.case.slots["address"].value == "外白渡桥下面"


@pytest.mark.parametrize("text", ["居委没有地址", "没有地址簿"])
def test_somebody_elses_lack_of_an_address_is_none_of_theirs(text: str) -> None:
    play = Play()
    hear(play, f"没吃的了 {text}", "supplies", 0.9)
    assert "address" not in play.case.slots
