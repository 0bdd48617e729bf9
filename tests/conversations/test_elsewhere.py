"""Where the one in need is: of several places theirs, and never another household's."""

import pytest

from conversations.lists import list_items
from conversations.reading import Reading
from tests.conversations.ruled import at_home, hear
from tests.conversations.talking import Play, said

HOME = "虹口区四平路1200弄5号301"


@pytest.mark.parametrize(
    "text",
    [
        "我家在闵行区莘松路100弄3号101。我妈在徐汇区田林路65弄8号202，喘不上气了 13512340001",
        "我妈喘不上气了，她在徐汇区田林路65弄8号202；我家在闵行区莘松路100弄3号101。电话13512340001",
        "我住闵行区莘松路100弄3号101，我爸妈住徐汇区田林路65弄8号202，我爸胸口痛，13512340001",
    ],
)
def test_the_place_beside_the_danger_is_the_patients(text: str) -> None:
    play = Play()
    turn = hear(play, text, "emergency")
    assert play.case.slots["address"].value == "徐汇区田林路65弄8号202"
    assert dict(play.case.slots["address"].parts)["also"] == "闵行区莘松路100弄3号101"
    assert "地址 徐汇区田林路65弄8号202。地址不对请马上说" in said(turn)


def test_one_place_is_read_back_though_a_number_is_missing() -> None:
    turn = hear(Play(), f"{HOME}，我妈晕倒了叫不醒", "emergency")
    assert f"已记下：地址 {HOME}。地址不对请马上说。" in said(turn)
    assert "请留一个能马上接通的电话" in said(turn)


@pytest.mark.parametrize(
    "text",
    [
        "我妈一个人住在普陀,刚打电话说喘不上气",
        "我外婆在闵行,胸口痛",
        "隔壁302王阿姨晕倒了叫不醒",
        "对门老伯叫不醒了",
        "我爸在养老院，刚才说胸口痛",
        "我妈那边打电话来说喘不上气",
        "我外公独居，电话里说胸口痛",
    ],
)
def test_another_household_is_asked_for(text: str) -> None:
    play = at_home()
    play.wait(hours=1)
    turn = hear(play, text, "emergency")
    assert "address" not in play.case.slots
    assert "详细地址" in said(turn)
    hear(play, "普陀区真光路30弄7号502", "chitchat", 0.2)
    assert play.case.slots["address"].value == "普陀区真光路30弄7号502"
    assert play.state.cases[0].slots["address"].value == HOME
    assert play.state.known["address"].value == HOME, "the next need at home is at home"


@pytest.mark.parametrize(
    "text",
    [
        "我妈晕倒了叫不醒",
        "我妈在发烧，喘不上气",
        "我妈在虹口家里，喘不上气",
        "我爸胸口痛，想去在浦东的仁济医院",
        "我一个人住，胸口痛",
        "邻居帮我打的字，我胸口痛",
        "我妈跟我住在一起，晕倒了叫不醒",
    ],
)
def test_whoever_is_at_home_is_not_asked_again(text: str) -> None:
    play = at_home()
    play.wait(hours=1)
    hear(play, text, "emergency")
    assert play.case.slots["address"].value == HOME


def test_what_another_home_lacks_is_a_case_of_its_own() -> None:
    play = at_home()
    hear(play, "我妈那边也缺菜 普陀区真光路30弄7号502", "chitchat", 0.4)
    assert [case.slots["address"].value for case in play.state.cases] == [HOME, "普陀区真光路30弄7号502"]
    assert play.case.intent == "supplies"


@pytest.mark.parametrize("text", ["我搬到普陀区真光路30弄7号502了", "写错了，是普陀区真光路30弄7号502"])
def test_a_move_is_no_other_home(text: str) -> None:
    play = at_home()
    hear(play, text, "chitchat", 0.4)
    assert len(play.state.cases) == 1
    assert play.case.slots["address"].value == "普陀区真光路30弄7号502"


def test_ones_own_home_beside_the_mothers() -> None:
    play = Play()
    hear(play, "我妈在普陀区真光路30弄7号502断药了 13512340001", "medicine")
    play.wait(minutes=5)
    hear(play, "我自己这边也没菜了", "supplies", 0.9)
    assert "address" not in play.case.slots
    hear(play, "我在浦东", "travel", 0.6)
    hear(play, "浦东新区牡丹路60弄5号502", "travel", 0.3)
    assert play.case.slots["address"].value == "浦东新区牡丹路60弄5号502"
    assert play.state.cases[0].slots["address"].value == "普陀区真光路30弄7号502"


def test_a_place_that_does_not_exist_is_not_made_of_two() -> None:
    play = at_home()
    hear(play, "我在浦东", "chitchat", 0.3)
    assert play.case.slots["address"].value == HOME
    hear(play, "写错了，是杨浦区", "chitchat", 0.3)
    assert play.case.slots["address"].value == HOME.replace("虹口", "杨浦")


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("5号楼:201室没菜;302室王阿姨晕倒了;404室没奶粉", 3),
        ("201室没菜；302 王阿姨晕倒了；404 没奶粉；", 3),
        ("四平路1200弄5号楼：201室没菜。302室没药。404室没奶粉。", 3),
        ("201室没菜；302室没药", 0),
        ("201室没菜；楼下王阿姨也没菜；404室没奶粉", 0),
        ("我们要求：1200弄封了；302室阳了；居委不管", 0),
    ],
)
def test_a_list_on_one_line(text: str, entries: int) -> None:
    assert len(list_items(text, Reading())) == entries
