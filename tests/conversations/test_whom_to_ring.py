"""Of what only the model feels to be an emergency it cannot say which: of things and places every number is named."""

import pytest

from conversations.turn import Turn
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, said


def felt(text: str) -> Turn:
    return hear(Play(), text, "emergency", 0.8, feels="critical")


@pytest.mark.parametrize(
    "text",
    [
        "站台那边一片漆黑 好多学生往外挤",
        "缆车停在半空 风很大",
        "吊桥的绳子松了 上面还有游客",
        "快艇没油了 漂在外海",
        "过山车停在最高的地方 轨道在晃",
        "玻璃栈道裂了 大家不敢走",
        "游船的发动机停了 一直往闸口漂",
        "摩天轮停住了 上面还有人",
    ],
)
def test_of_things_every_number_is_named(text: str) -> None:
    words = said(felt(text))
    assert "119" in words
    assert "110" in words
    assert "120" in words


@pytest.mark.parametrize(
    "text",
    [
        "孩子脸色很难看 一直往后仰",
        "我妈不对劲 眼神直了",
        "他手脚都凉了",
        "她整个人不认得我了",
        "外公身上一块一块的紫",
        "老伴喊她她只看着天花板",
        "肚皮绷得像鼓 汗直淌",
        "刚产完 一阵一阵发抖",
    ],
)
def test_of_somebody_who_is_ill_120_is(text: str) -> None:
    words = said(felt(text))
    assert words.startswith("【请马上打120】")
    assert "119" not in words


def test_a_rule_names_the_number_whatever_is_said() -> None:
    assert "【请马上打119】" in said(felt("电梯卡住了 出不来"))
    assert said(felt("断气了")).startswith("【请马上打120】")
