"""Words that answer "where?", and words that do not."""

import pytest

from conversations.effects import SendText
from conversations.turn import Turn
from conversations.whereabouts import beside, names_a_place, where_i_am
from tests.conversations.talking import Play, playbook, reading


@pytest.mark.parametrize(
    "said",
    [
        "武宁路桥下面",
        "方舱3号馆",
        "明珠小区",
        "虹桥火车站地下通道",
        "公司宿舍 3楼",
        "床位 A区 203",
        "绿地公寓",
        "后面那栋楼",
        "6号 2801",
        "过街天桥下面",
        "就在3号楼下面",
        "家里就两个老人 3号楼502",
    ],
)
def test_a_place(said: str) -> None:
    assert names_a_place(said, playbook().cues)


@pytest.mark.parametrize(
    "said",
    [
        "我就想问问哪里举报",
        "新华医院 医生说过了明天就来不及激光",
        "我们小区封了很久出不去",
        "4月1号出院的",
        "这里没有人管",
        "路上没有车",
        "里面什么都没有",
        "还有3天",
        "不知道几号楼",
        "不认识路",
        "没看到路牌",
        "找不到门牌号",
        "老公在隔离区",
        "奶奶84 不能自理",
        "村里说要接收证明",
        "体温38.5 还在发烧",
        "28号就没吃过药",
        "已经3号楼的医生看过",
        "3号到现在就发过一次菜",
        "从28号封到现在",
        "30号做的",
        "上次是3月30号",
        "是28号",
    ],
)
def test_no_place(said: str) -> None:
    assert not names_a_place(said, playbook().cues)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("不知道什么路 旁边有个全家便利店", "旁边有个全家便利店"),
        ("对面是家医院", "对面是家医院"),
        ("在莘庄地铁站旁边", "莘庄地铁站旁边"),
        ("旁边有个老人也晕倒了", ""),
        ("对面有人在喊", ""),
    ],
)
def test_what_somebody_is_beside(said: str, place: str) -> None:
    assert beside(said, playbook().cues) == place


def _said(turn: Turn) -> str:
    return "\n".join(one.text for one in turn.effects if isinstance(one, SendText))


def test_who_cannot_say_where_they_are_is_told_once_how_it_can_be_seen() -> None:
    play = Play()
    play.say("我爸晕倒了", reading("emergency", 0.9, "critical", reasons=("R03",)))
    lost = playbook().say("where_lost")
    assert lost in _said(play.say("不认识路"))
    assert lost not in _said(play.say("真的不知道是什么路"))
    play.say("旁边有个全家便利店")
    assert play.state.cases[0].slots["address"].value == "旁边有个全家便利店"


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("我在方舱 3号馆 B区 205床", "方舱 3号馆 B区 205床"),
        ("我们现在住在三林中学隔离点2号楼 什么时候能出去", "三林中学隔离点2号楼"),
        ("你好，我在新国际博览中心方舱W3馆12床", "新国际博览中心方舱W3馆12床"),
        ("我在方舱 3号进来的", ""),
        ("我在家里 3号楼的医生看过了", ""),
        ("我在小区3号楼做志愿者", ""),
        ("我妈在医院 12床", ""),
        ("我在医院等了3天", ""),
        ("我在网上看到方舱3号馆没有水", ""),
    ],
)
def test_a_place_told_before_it_is_asked(said: str, place: str) -> None:
    assert where_i_am(said, playbook().cues) == place


def test_a_place_told_before_there_was_a_need_is_known() -> None:
    play = Play()
    play.say("你好 我在方舱 3号馆 B区 205床", reading("chitchat", 0.9, acts=["greet"]))
    assert not play.state.cases
    play.say("羊水破了", reading("maternity", 0.9, "critical", reasons=("R07",)))
    assert play.state.cases[0].slots["address"].value == "方舱 3号馆 B区 205床"
