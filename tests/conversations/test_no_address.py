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
        ("睡在北站候车室外面", "travel", "睡在北站候车室外面"),
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
