"""Help for a danger goes to the door it is told of: of the house we know, and never to the writer's or another household's."""

import pytest

from conversations.effects import AlertDesk
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, said

HOUSE = "徐汇区天平路20弄5号"
HOME = f"{HOUSE}302"


def _at_home(about: str = "家里没菜了", intent: str = "supplies") -> Play:
    play = Play(numbers=8)
    hear(play, f"{about} {HOME} 13512345678", intent, 0.95)
    play.wait(minutes=5)
    return play


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("楼上402有人晕倒了", f"{HOUSE}402"),
        ("楼下102老伯叫不醒", f"{HOUSE}102"),
        ("隔壁303着火了", f"{HOUSE}303"),
        ("隔壁303漏煤气", f"{HOUSE}303"),
        ("我邻居晕倒了 他住5号401", f"{HOUSE}401"),
        ("我邻居晕倒了，在501室", f"{HOUSE}501室"),
        ("605有人晕倒了", f"{HOUSE}605"),
        ("快来人，1203的老太没呼吸了", f"{HOUSE}1203"),
        ("楼上402打老婆，喊救命", f"{HOUSE}402"),
        ("我刚听到楼上301老太喊救命", f"{HOUSE}301"),
        ("对面3号501老太叫救命", "徐汇区天平路20弄3号501"),
        ("6号楼冒烟了", "徐汇区天平路20弄6号楼"),
        ("楼上四零二有人晕倒了", f"{HOUSE}402"),
        ("5-402老人晕倒了", f"{HOUSE}402室"),
    ],
)
@pytest.mark.parametrize(("about", "intent"), [("家里没菜了", "supplies"), ("我爸发烧39度", "other_medical")])
def test_a_danger_behind_another_door_is_at_that_door(about: str, intent: str, text: str, place: str) -> None:
    play = _at_home(about, intent)
    turn = hear(play, text, "emergency", 0.9)
    assert [case.slots["address"].value for case in play.state.cases] == [HOME, place]
    assert f"地址 {place}。地址不对请马上说" in said(turn)
    play.wait(minutes=1)
    hear(play, "我家也没米了", "supplies", 0.9)
    assert play.state.known["address"].value == HOME, "what is needed at home next is needed at home"


@pytest.mark.parametrize(
    "text",
    [
        "我妈晕倒了",
        "302老人晕倒了",
        "5号302我妈晕倒了",
        "楼上402漏水，我妈滑倒了，昏过去了",
        "楼上402吵得我爸心脏病发作了，胸口痛",
        "隔壁303把我打伤了，头在流血",
        "隔壁303来我家砸门，要打死我",
        "我妈血压 220，晕倒了",
        "我妈吃了100片安眠药，叫不醒",
        "我爸晕倒了，打了120，等了150分钟",
        "我爸晕倒了，单号 1205",
        "我妈103岁，晕倒了叫不醒",
        "我爸晕倒了，411医院不收",
        "我妈一百零二岁了，晕倒了",
        "我妈晕倒了，医院电话400-820-1205",
    ],
)
def test_a_danger_at_home_stays_at_home(text: str) -> None:
    play = _at_home()
    hear(play, text, "emergency", 0.9)
    assert play.case.slots["address"].value == HOME
    assert play.case.urgency == "critical"


@pytest.mark.parametrize("text", ["楼上402漏水漏到我家了", "隔壁303天天装修吵死了", "我们楼有500户，菜都没发"])
def test_what_is_no_danger_is_the_writers_trouble(text: str) -> None:
    play = _at_home()
    hear(play, text, "livelihood", 0.9)
    assert play.case.slots["address"].value == HOME


@pytest.mark.parametrize(
    ("about", "text", "place"),
    [
        ("我奶奶一个人住 联系不上", "隔壁301说听到她摔倒了 起不来", HOME),
        ("我妈晕倒了", "301邻居是医生 他说没心跳了", HOME),
        ("我妈晕倒了", "我妈301的邻居打电话来说她没呼吸了", HOME),
        ("我妈血压高 头痛", "现在量了 205 头痛得厉害 吐了", HOME),
        ("孩子发烧", "体温405了 抽筋了", HOME),
        ("我妈血压高 头痛", "205 头痛得厉害 吐了", HOME),
        ("我妈血压高 头痛", "162高 头晕得厉害 吐了 晕倒了", HOME),
        ("我妈晕倒了", "301邻居说他老婆也晕倒了", f"{HOUSE}301"),
        ("我妈晕倒了", "我们把她抬到楼下102了 还是叫不醒", f"{HOUSE}102"),
        ("家里没菜了", "楼下102说他胸口痛 喘不上气", f"{HOUSE}102"),
    ],
)
def test_a_neighbour_who_only_tells_is_not_in_danger(about: str, text: str, place: str) -> None:
    play = _at_home(about, "supplies" if "菜" in about else "emergency")
    hear(play, text, "emergency", 0.9)
    focus = play.state.focused
    assert focus is not None
    assert focus.slots["address"].value == place


def test_a_neighbours_door_is_remembered() -> None:
    play = _at_home()
    hear(play, "隔壁王阿姨也没菜了 她住303", "supplies", 0.6)
    play.wait(minutes=1)
    hear(play, "王阿姨胸口痛", "emergency", 0.9)
    assert play.case.slots["address"].value == f"{HOUSE}303"
    play.wait(minutes=1)
    hear(play, "我妈也胸口痛", "emergency", 0.9)
    assert play.case.slots["address"].value == HOME


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (("楼上402", "有人晕倒了"), f"{HOUSE}402"),
        (("楼上402", "我妈晕倒了"), HOME),
        (("402", "我妈晕倒了"), HOME),
    ],
)
def test_a_door_told_right_before_the_danger(lines: tuple[str, ...], place: str) -> None:
    play = _at_home()
    for text in lines:
        play.wait(seconds=20)
        hear(play, text, *(("emergency", 0.9) if text is lines[-1] else ("chitchat", 0.3)))
    assert play.case.slots["address"].value == place
    assert play.state.cases[0].slots["address"].value == HOME


def test_of_two_houses_nobody_can_tell_whose_door_it_is() -> None:
    play = _at_home("我妈没药了", "medicine")
    hear(play, "我自己家也没菜了 普陀区真光路30弄7号502", "supplies", 0.9)
    play.wait(minutes=1)
    turn = hear(play, "隔壁303着火了", "emergency", 0.9)
    assert "address" not in play.case.slots
    assert "详细地址" in said(turn)


def test_a_household_of_a_list_in_danger_is_found_by_its_door() -> None:
    play = Play(numbers=9)
    for text, intent in (
        ("我是楼长 闵行区报春路50弄12号 13512345678", "community"),
        ("402 李阿毛 透析明天要去没车", "dialysis"),
        ("503 小夫妻 要产检", "maternity"),
    ):
        play.wait(seconds=30)
        hear(play, text, intent, 0.95)
    for text, place, cases in (
        ("605有人晕倒了", "12号605", 4),
        ("快点，605门开着，人没呼吸了", "12号605", 4),
        ("503刚刚打电话说破水了", "12号503", 4),
        ("402突然喘不上气", "12号402", 4),
        ("701的小毛头抽筋了", "12号701", 5),
    ):
        play.wait(seconds=40)
        turn = hear(play, text, "emergency", 0.9)
        assert len(play.state.cases) == cases
        focus = play.state.focused
        assert focus is not None
        assert focus.slots["address"].value.endswith(place)
        assert {alert.number for alert in of(turn, AlertDesk)} == {focus.ticket}


def test_the_room_of_a_list_is_the_door_before_the_house_is_known() -> None:
    play = Play(numbers=9)
    lines = [("301 王桂英 降压药没了", "medicine"), ("503 小张 要产检", "maternity"), ("503刚刚破水了", "maternity")]
    for text, intent in lines:
        play.wait(seconds=30)
        hear(play, text, intent, 0.95)
    assert [case.urgency == "critical" for case in play.state.cases] == [False, True]


@pytest.mark.parametrize("text", ["402的电话13612345678", "402电话是13612345678", "李伯伯的手机号码 13612345678"])
def test_one_households_number_is_not_everybodys(text: str) -> None:
    play = Play(numbers=9)
    for line, intent in (("301张阿姨 断药了", "medicine"), ("402李伯伯 透析停了", "dialysis"), (text, "chitchat")):
        play.wait(seconds=30)
        hear(play, line, intent, 0.95 if intent != "chitchat" else 0.2)
    first, second = play.state.cases
    assert second.slots["phone"].value == "13612345678"
    assert "phone" not in first.slots
    assert "phone" not in play.state.known


@pytest.mark.parametrize("text", ["现在送到楼下了 120还没来", "我们把他抬到楼下了 车还没来 人没呼吸了"])
def test_carried_down_is_no_neighbour(text: str) -> None:
    play = _at_home("我爸胸口痛", "emergency")
    hear(play, text, "emergency", 0.55, feels="urgent")
    assert len(play.state.cases) == 1
    assert play.case.slots["address"].value == HOME
