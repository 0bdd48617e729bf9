"""A door told before its lane is joined to it, while nothing contradicts; and whoever is in danger is asked for it once."""

import pytest

from tests.conversations.ruled import hear
from tests.conversations.talking import Play, playbook, said

LANE = "闵行区莘松路300弄"
DOOR = playbook().say("ask_door")


def _told(*texts: str, intent: str = "emergency") -> Play:
    play = Play(numbers=8)
    for nth, text in enumerate(texts):
        play.wait(seconds=40)
        hear(play, text, *((intent, 0.9) if nth == 0 else ("travel", 0.2)))
    return play


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (["5号602老人晕倒了", LANE], f"{LANE}5号602"),
        (["5号602老人晕倒了", f"{LANE}，快来", "13812345678"], f"{LANE}5号602"),
        (["5号602 138 1234 5678 老人晕倒了", LANE], f"{LANE}5号602"),
        (["5号602室 我妈晕倒了", "闵行区莘松路", "300弄"], f"{LANE}5号602室"),
        (["12号楼1203胸口痛", LANE], f"{LANE}12号楼1203"),
        (["402 李伯伯 晕倒了", f"{LANE}2号"], f"{LANE}2号402"),
        (["隔壁402王阿姨晕倒了", f"{LANE}2号"], f"{LANE}2号402"),
        (["5号楼602老人晕倒了", f"{LANE}5号"], f"{LANE}5号602"),
        ([f"{LANE}5号楼着火了", "我在602 出不去"], f"{LANE}5号楼602"),
        ([f"5号楼着火了 {LANE}", "602 还有人"], f"{LANE}5号楼602"),
    ],
)
def test_a_door_waits_for_its_lane(told: list[str], place: str) -> None:
    assert _told(*told).case.slots["address"].value == place


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (["5号602老人晕倒了", f"{LANE}8号"], f"{LANE}8号"),
        (["5号602老人晕倒了", f"{LANE}5号301"], f"{LANE}5号301"),
        (["隔壁5号601阿婆晕倒了", f"{LANE}6号602"], f"{LANE}6号602"),
        (["隔壁阿婆晕倒了", f"{LANE}5号602"], f"{LANE}5号602"),
        (["5号602老人晕倒了", f"我妈住{LANE}"], LANE),
        (["5号602李伯伯晕倒了", f"王阿姨家在{LANE}"], LANE),
        (["我住5号602，隔壁老伯晕倒了", LANE], LANE),
        (["血压180 老人晕倒了", LANE], LANE),
        (["3号楼301 302都煤气中毒了", LANE], f"{LANE}3号楼"),
        ([f"{LANE}5号楼着火了", "我在120 车上"], f"{LANE}5号楼"),
        ([f"{LANE}5号楼着火了", "我在300 米外"], f"{LANE}5号楼"),
        ([f"{LANE}5号楼着火了", "602老人出不来"], f"{LANE}5号楼"),
        (["3号晚上老人晕倒过，今天又晕倒了", LANE], LANE),
        (["老人晕倒了，药房在5号楼602室", LANE], LANE),
        (["老人从5号楼602搬到3号楼301，晕倒了", LANE], LANE),
    ],
)
def test_what_contradicts_or_is_no_door_is_not_joined(told: list[str], place: str) -> None:
    assert _told(*told).case.slots["address"].value == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("楼上401漏水漏到我家了", f"{LANE}2号301"),
        ("隔壁302天天装修吵死了", f"{LANE}2号301"),
        ("3号楼402老伯昏倒了", f"{LANE}3号楼402"),
    ],
)
def test_the_known_house_and_a_door_that_is_told_with_another_need(text: str, place: str) -> None:
    play = Play()
    hear(play, f"家里没菜了 13812345678 {LANE}2号301", "supplies", 0.9)
    play.wait(minutes=20)
    hear(play, text, "emergency" if "昏倒" in text else "livelihood", 0.9)
    assert len(play.state.cases) == 2
    assert play.case.slots["address"].value == place


def test_a_place_put_right_does_not_bring_an_old_door_back() -> None:
    play = _told("5号602老人晕倒了", LANE, "写错了 不是5号602 是6号301")
    assert play.case.slots["address"].value == f"{LANE}6号301"
    play = _told("5号602老人晕倒了", f"{LANE}6号301", "地址写错了，是莘松路400弄6号301")
    assert "602" not in play.case.slots["address"].value


@pytest.mark.parametrize("first", [f"老人晕倒了 {LANE}", f"老人晕倒了 {LANE} 13812345678"])
def test_behind_which_door_is_asked_once(first: str) -> None:
    play = _told(first)
    assert DOOR in said(play.turns[0])
    play.wait(seconds=40)
    assert DOOR not in said(hear(play, "还是叫不醒", "emergency"))
    play.wait(seconds=40)
    hear(play, "5号602", "chitchat", 0.3)
    assert play.case.slots["address"].value == f"{LANE}5号602"


def test_a_lane_that_comes_later_is_asked_about_too() -> None:
    play = _told("老人晕倒了 13812345678", LANE)
    assert DOOR in said(play.turns[1])
    assert DOOR not in said(_told("老人晕倒了 13812345678", f"{LANE}5号602").turns[1])


@pytest.mark.parametrize(
    "text",
    [
        f"老人晕倒在{LANE}弄堂口 13812345678",
        "有人晕倒了 在人民公园 13812345678",
        f"老人晕倒了 {LANE}5号602 13812345678",
        "有人晕倒在莘松路 13812345678",
    ],
)
def test_where_no_door_is_wanting_none_is_asked_for(text: str) -> None:
    assert DOOR not in said(_told(text).turns[0])


def test_nobody_is_asked_for_it_whose_need_is_no_danger() -> None:
    assert DOOR not in said(_told(f"家里没菜了 {LANE} 13812345678", intent="supplies").turns[0])


def test_each_household_of_a_list_gets_its_own_door_when_the_lane_comes() -> None:
    play = Play(numbers=8)
    for text, intent in (
        ("我是楼组长，帮我们楼报几户", "community"),
        ("302 孕妇要产检", "maternity"),
        ("401老伯化疗停了", "oncology"),
    ):
        play.wait(seconds=30)
        hear(play, text, intent, 0.95)
    play.wait(seconds=30)
    hear(play, f"{LANE}8号 13812345678", "spam", 0.3)
    _, first, second = play.state.cases
    assert [first.slots["address"].value, second.slots["address"].value] == [f"{LANE}8号302", f"{LANE}8号401"]
    play.wait(seconds=30)
    hear(play, "501王阿姨没菜了", "supplies", 0.95)
    assert play.case.slots["address"].value == f"{LANE}8号501"


def test_a_house_is_completed_at_every_door_of_it() -> None:
    play = Play(numbers=8)
    texts = (("我是3号楼志愿者", "community"), ("301张阿姨断药了", "medicine"), ("402李伯伯断胰岛素", "medicine"))
    for text, intent in texts:
        play.wait(seconds=30)
        hear(play, text, intent, 0.95)
    play.wait(seconds=30)
    hear(play, f"地址{LANE}3号楼 我电话13812345678", "spam", 0.3)
    assert [case.slots["address"].value for case in play.state.cases] == [
        f"{LANE}3号楼{room}" for room in ("", 301, 402)
    ]


@pytest.mark.parametrize(("place", "asked"), [(LANE, True), (f"{LANE}5号602", False), ("普陀区曹杨一村", True)])
def test_who_needs_somebody_soon_is_asked_for_the_door_once(place: str, asked: bool) -> None:
    of_it = playbook().say("ask_door_of")
    play = Play()
    assert (of_it in said(hear(play, f"我爸胰岛素断了两天 {place} 13812345678", "medicine", 0.95))) is asked
    for text in ("我不方便说", "没打过12345"):
        play.wait(seconds=40)
        assert of_it not in said(hear(play, text, "chitchat", 0.3))
    play.wait(seconds=40)
    hear(play, "5号602", "chitchat", 0.3)
    assert play.case.slots["address"].value.endswith("5号602")
