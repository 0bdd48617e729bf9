"""Words that answer "where?", and words that do not."""

import pytest

from conversations.whereabouts import names_a_place
from tests.conversations.talking import playbook


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
        "老公在隔离区",
        "奶奶84 不能自理",
        "村里说要接收证明",
        "体温38.5 还在发烧",
    ],
)
def test_no_place(said: str) -> None:
    assert not names_a_place(said, playbook().cues)
