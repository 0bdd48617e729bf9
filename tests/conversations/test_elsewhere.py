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
        "隔壁王阿姨晕倒了叫不醒",
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


HERS, MINE = "普陀区曹杨路200弄3号101", "宝山区牡丹江路200弄3号101"


@pytest.mark.parametrize(
    "mine", ["我自己家也没菜了", "我家也没菜", "我家里也断粮了", "我们家也不够吃了", "我们这里也没菜了"]
)
@pytest.mark.parametrize("place", [f"我住{MINE}", MINE])
@pytest.mark.parametrize("breath", ["one", "two"])
def test_what_is_wanting_at_the_writers_home_is_another_matter(mine: str, place: str, breath: str) -> None:
    play = Play()
    hear(play, f"我妈没菜了 {HERS} 13633334444", "supplies", 0.8)
    for text in [f"{mine} {place}"] if breath == "one" else [mine, place]:
        play.wait(seconds=40)
        hear(play, text, *(("travel", 0.2) if text == place else ("supplies", 0.8)))
    assert [case.slots["address"].value for case in play.state.cases] == [HERS, MINE]


def test_hers_is_still_asked_for_where_only_the_writers_is_known() -> None:
    play = Play()
    for text in ("我妈没菜了 13633334444", "我家也没菜", f"我住{MINE}"):
        play.wait(seconds=40)
        hear(play, text, *(("travel", 0.2) if MINE in text else ("supplies", 0.8)))
    assert "address" not in play.state.cases[0].slots


@pytest.mark.parametrize(
    "text", ["我家也没人能过去", "我家也没办法", "我这里也没有办法送", "她家也没米了", "我家也没事"]
)
def test_a_word_on_the_writers_home_is_no_need(text: str) -> None:
    play = Play()
    hear(play, f"我妈没菜了 {HERS} 13633334444", "supplies", 0.8)
    play.wait(seconds=40)
    hear(play, text, "supplies", 0.4)
    assert len(play.state.cases) == 1


@pytest.mark.parametrize("first", ["家里没菜了", "我妈跟我一起住，没菜了"])
def test_one_home_is_one_matter(first: str) -> None:
    play = Play()
    hear(play, f"{first} {HERS} 13633334444", "supplies", 0.8)
    play.wait(seconds=40)
    hear(play, "我家也没米了", "supplies", 0.8)
    assert len(play.state.cases) == 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("我在上班的路上 看到有人跳河 在外白渡桥", "外白渡桥"),
        ("我妈在买菜的路上晕倒了叫不醒", ""),
        ("地铁上有人晕倒了叫不醒", ""),
        ("马路上看到有个老人倒在地上没呼吸了", ""),
    ],
)
def test_what_happens_on_the_way_is_not_at_home(text: str, place: str) -> None:
    play = at_home()
    play.wait(hours=1)
    hear(play, text, "emergency")
    assert len(play.state.cases) == 2
    told = play.case.slots.get("address")
    assert (told.value if told else "") == place
    assert play.state.known["address"].value == HOME


@pytest.mark.parametrize(
    "text",
    [
        "救护车在路上了 我妈叫不醒",
        "我妈在小区公园里晕倒了叫不醒",
        "我妈从菜场回来晕倒了",
        "地铁站旁边我们家 我妈晕倒了",
    ],
)
def test_what_happens_at_home_is_there_whatever_is_on_its_way(text: str) -> None:
    play = at_home()
    play.wait(hours=1)
    hear(play, text, "emergency")
    assert play.case.slots["address"].value == HOME


def test_ones_own_home_told_beside_another_is_not_asked_again() -> None:
    play = Play(numbers=8)
    hear(
        play,
        "我妈住宝山区牡丹江路200弄3号101 没降压药了 我住静安区共和新路100弄3号201 隔离了 13512345678",
        "medicine",
        0.9,
    )
    play.wait(minutes=1)
    hear(play, "我自己也没菜了", "supplies", 0.95)
    hers, own = play.state.cases
    assert hers.slots["address"].value == "宝山区牡丹江路200弄3号101"
    assert own.slots["address"].value == "静安区共和新路100弄3号201"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("我们隔离在酒店 静安区共和新路100号 房间8203", "静安区共和新路100号8203室"),
        ("我们隔离在酒店 静安区共和新路100号，房号是8203", "静安区共和新路100号8203室"),
        (f"{HOME}，房间里有4个人", HOME),
        ("静安区共和新路100号 房间在3楼 2022年封的", "静安区共和新路100号"),
    ],
)
def test_a_room_by_its_name_is_part_of_the_house(text: str, place: str) -> None:
    play = Play()
    hear(play, f"没人送饭 {text} 13512345678", "quarantine", 0.9)
    assert play.case.slots["address"].value == place
