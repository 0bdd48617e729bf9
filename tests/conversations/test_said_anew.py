"""A sure address stays what it is until it is plain that theirs is meant; a room by itself finds its house."""

import pytest

from conversations.reading import Address
from tests.conversations.talking import Play, reading, said

HOME = Address(
    district="普陀区", road="真光路", lane="30弄", number="7号", room="502", raw="真光路30弄7号502", confidence=0.9
)
HOUSE = Address(district="普陀区", road="真光路", lane="30弄", number="7号", raw="真光路30弄7号", confidence=0.9)
AT_HOME = "普陀区真光路30弄7号502"


def _place(raw: str, confidence: float = 0.6, **parts: str) -> Address:
    return Address(raw=raw, confidence=confidence, **parts)


ROAD = _place("曹杨路", 0.5, district="普陀区", road="曹杨路")
DOOR = _place("曹杨路30弄5号201", district="普陀区", road="曹杨路", lane="30弄", number="5号", room="201")
HOSPITAL = _place("瑞金二路197号", district="黄浦区", road="瑞金二路", number="197号")


def _told(urgency: str, home: Address = HOME) -> Play:
    play = Play()
    intent, reasons = ("emergency", ["R03"]) if urgency == "critical" else ("supplies", [])
    first = reading(intent, 0.9, urgency, reasons=reasons, phones=["13661230006"], addresses=[home])
    play.say(f"帮帮我们 13661230006 {home.raw}", first)
    return play


@pytest.mark.parametrize("urgency", ["critical", "urgent"])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("救护车在曹杨路堵住了", ROAD),
        ("车从曹杨路过来要多久", ROAD),
        ("团购要去曹杨路", ROAD),
        ("在曹杨路", ROAD),
        ("送去瑞金医院了 在瑞金二路197号", HOSPITAL),
        ("隔壁曹杨新村的医生来了", _place("曹杨新村", 0.45, district="普陀区", estate="曹杨新村")),
        ("我朋友住在浦东锦绣小区 他们都发了", _place("浦东锦绣小区", district="浦东新区", estate="锦绣小区")),
        ("楼长住在3号201", _place("3号201", 0.5, number="3号", room="201")),
        ("有没有规定居委必须几天发一次菜", _place("有没有规定居委", 0.25, committee="有没有规定居委")),
        ("3月30号做的", _place("30号", 0.3, number="30号")),
        ("5号", _place("5号", 0.3, number="5号")),
    ],
)
def test_a_place_that_is_only_mentioned_changes_nothing(urgency: str, text: str, place: Address) -> None:
    play = _told(urgency)
    turn = play.say(text, reading("chitchat", 0.4, addresses=[place]))
    assert play.state.cases[0].slots["address"].value == AT_HOME
    assert play.state.known["address"].value == AT_HOME
    assert "已记下：地址" not in said(turn)


@pytest.mark.parametrize(
    ("text", "place", "acts", "becomes"),
    [
        ("我搬到曹杨路30弄5号201了", DOOR, [], "普陀区曹杨路30弄5号201"),
        ("我们现在住曹杨路30弄5号201", DOOR, [], "普陀区曹杨路30弄5号201"),
        ("地址是曹杨路30弄5号201，快点", DOOR, [], "普陀区曹杨路30弄5号201"),
        ("曹杨路30弄5号201", DOOR, [], "普陀区曹杨路30弄5号201"),
        ("路名写错了 是曹杨路", ROAD, ["correct"], "普陀区曹杨路30弄7号502"),
        ("不是7号是9号", _place("9号", 0.3, number="9号"), ["correct"], "普陀区真光路30弄9号502"),
        ("在3号楼301", _place("3号楼301", 0.5, building="3号楼", room="301"), [], "普陀区真光路30弄7号3号楼301"),
    ],
)
def test_a_place_that_is_theirs_is_taken(text: str, place: Address, acts: list[str], becomes: str) -> None:
    play = _told("urgent")
    play.say(text, reading("chitchat", 0.4, acts=acts, addresses=[place]))
    assert play.case.slots["address"].value == becomes


def test_help_goes_where_the_danger_is() -> None:
    play = _told("critical")
    again = reading("emergency", 0.9, "critical", reasons=["R06"], addresses=[HOSPITAL])
    play.say("又吐血了 在瑞金二路197号", again)
    assert play.state.cases[0].slots["address"].value == "黄浦区瑞金二路197号"


@pytest.mark.parametrize(
    ("text", "acts", "becomes"),
    [
        ("502", ["menu_choice"], "普陀区真光路30弄7号502"),
        ("502室", [], "普陀区真光路30弄7号502室"),
        ("房间号502", [], "普陀区真光路30弄7号502"),
        ("5021234", [], "普陀区真光路30弄7号"),
        ("还有502个人", [], "普陀区真光路30弄7号"),
    ],
)
@pytest.mark.parametrize("urgency", ["critical", "urgent"])
def test_a_room_by_itself_finds_its_house(urgency: str, text: str, acts: list[str], becomes: str) -> None:
    play = _told(urgency, HOUSE)
    place = [_place("502室", 0.3, room="502室")] if text == "502室" else []
    play.say(text, reading("chitchat", 0.7, acts=acts, addresses=place))
    assert play.state.cases[0].slots["address"].value == becomes


@pytest.mark.parametrize(
    ("text", "acts", "becomes"),
    [
        ("不是502是203", ["correct"], "普陀区真光路30弄7号203"),
        ("不是502，是203", [], "普陀区真光路30弄7号203"),
        ("门牌写错了 是203", ["correct"], "普陀区真光路30弄7号203"),
        ("不是100是200", ["correct"], AT_HOME),
        ("写错了 是203", ["correct"], AT_HOME),
        ("203", ["menu_choice"], AT_HOME),
    ],
)
def test_a_room_put_right(text: str, acts: list[str], becomes: str) -> None:
    play = _told("urgent")
    play.say(text, reading("chitchat", 0.6, acts=acts))
    assert play.case.slots["address"].value == becomes


def test_an_address_in_pieces_keeps_its_door() -> None:
    play = Play()
    play.say("家里没吃的了", reading("supplies"))
    door = _place("3号楼502", 0.5, building="3号楼", room="502")
    play.say("3号楼502", reading("chitchat", 0.4, addresses=[door]))
    lane = _place("真光路30弄", 0.7, district="普陀区", road="真光路", lane="30弄")
    play.say("真光路30弄", reading("chitchat", 0.4, addresses=[lane]))
    assert play.case.slots["address"].value == "普陀区真光路30弄3号楼502"


def test_a_date_is_no_door() -> None:
    play = Play()
    play.say("外婆晕倒了", reading("emergency", 0.9, "critical", reasons=["R03"]))
    for text, place in (("上次是3月30号", "30号"), ("28号", "28号")):
        play.say(text, reading("feedback", 0.4, addresses=[_place(place, 0.3, number=place)]))
    play.say("28号就没吃过药", reading("chitchat", 0.3))
    assert "address" not in play.state.cases[0].slots
