"""A hospital, a school, a committee is built into nobody's address; who is there now is found there."""

import pytest

from tests.conversations.ruled import hear
from tests.conversations.talking import Play, playbook, said

HOME = "普陀区真光路30弄5号401"
SCHOOL = "打虎山路第一小学"


def _told(*texts: str, intent: str = "dialysis") -> Play:
    play = Play(numbers=8)
    for nth, text in enumerate(texts):
        play.wait(seconds=40)
        hear(play, text, *((intent, 0.9) if nth == 0 else ("chitchat", 0.2)))
    return play


@pytest.mark.parametrize(
    "text",
    ["普陀区中心医院", "在普陀区中心医院透析", "我们现在在普陀区中心医院急诊 不让进", "莘松居委会不接电话", "我们属于真光居委会",
     f"孩子在{SCHOOL}读书", "我在上海第一建筑公司上班"],
)  # fmt: skip
def test_no_institution_is_built_into_a_home(text: str) -> None:
    assert _told(f"我爸透析三天没做了 {HOME} 13512345678", text).state.cases[0].slots["address"].value == HOME


@pytest.mark.parametrize("text", [f"学校是{SCHOOL}", f"{SCHOOL}旁边", f"孩子在{SCHOOL}读书"])
def test_a_door_waits_for_its_lane_and_takes_no_schools(text: str) -> None:
    play = _told("妈妈晕倒了 13512345678", "我家在6号301", text, intent="emergency")
    assert play.case.slots["address"].value == "6号301"
    play.wait(seconds=40)
    hear(play, "闵行区莘松路300弄", "chitchat", 0.2)
    assert play.case.slots["address"].value == "闵行区莘松路300弄6号301"


@pytest.mark.parametrize("text", [f"孩子在{SCHOOL}读书，现在抽筋了", f"我是{SCHOOL}的老师，我妈晕倒了"])
def test_where_they_are_is_asked_though_a_school_was_named(text: str) -> None:
    play = _told(text, intent="emergency")
    assert "address" not in play.case.slots
    assert playbook().say("ask_phone_address") in said(play.turns[0])


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ((f"孩子抽筋了，在{SCHOOL}",), f"杨浦区{SCHOOL}"),
        (("妈妈晕倒了", f"我们住在{SCHOOL}里"), f"杨浦区{SCHOOL}里"),
        (("我妈没药了 13512345678", "莘松居委会"), "莘松居委会"),
        ((f"我爸透析三天没做了 {HOME} 13512345678", "我爸在普陀区中心医院门口晕倒了"), "普陀区中心医院"),
        (("家里没菜了 住在上海大学宝山校区", "6号楼302"), "宝山区上海大学宝山校区6号楼302"),
        ((f"家里没菜了 {HOME}", "地址写错了，是莘松路300弄2号301"), "闵行区莘松路300弄2号301"),
    ],
)
def test_who_is_there_is_found_there(texts: tuple[str, ...], place: str) -> None:
    assert _told(*texts, intent="emergency").case.slots["address"].value == place


def test_beside_a_hospital_is_not_the_hospital() -> None:
    play = _told("我爸胸口痛 我们在瑞金二路197号瑞金医院旁边的小区 想去瑞金医院", intent="emergency")
    assert play.case.slots["address"].value == "瑞金二路197号瑞金医院旁边的小区"
    assert not play.case.slots["address"].sure
