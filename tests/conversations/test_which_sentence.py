"""Which advice a danger brings: what helps in one harms in another that is told in nearly the same words."""

import pytest

from conversations.effects import SendText
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, playbook


def advice(text: str) -> str:
    """The name of the danger's sentence that a first message brings; "" for none."""
    said = [one.text for one in of(hear(Play(), text), SendText) if one.purpose == "danger"]
    names = [name for name, words in playbook().replies.items() if name.startswith("danger") and words in "".join(said)]
    return names[0] if names else ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        # Gas at home: out and windows open, though the words hold 着火.
        ("煤气灶开着火灭了 满屋味道", "danger_gas"),
        ("燃气灶开着火被风吹灭了 一屋子味道", "danger_gas"),
        ("厨房软管漏煤气", "danger_gas"),
        ("家里煤气味很重 门外也闻得到", "danger_gas"),
        ("家里一股刺鼻的味道 三个孩子都吐了", "danger_gas"),
        # Gas from outside: windows shut, and away from the wind.
        ("储罐漏了 味道很呛 我们村的人都在跑", "danger_toxic"),
        ("隔壁化工厂冒黄烟 眼睛睁不开", "danger_toxic"),
        ("化工厂爆炸 空气里味道很呛 要不要关窗", "danger_toxic"),
        ("对面农药厂仓库着火了 烟往我们这边吹", "danger_toxic"),
        ("外面一股刺鼻的味道 好多人在咳嗽", "danger_toxic"),
        ("冷库液氨泄漏 我们几个在里面", "danger_toxic"),
        ("门口修路挖断了燃气管 一直在漏", "danger_toxic"),
        # On wheels there are no stairs.
        ("车在隧道里着火了", "danger_fire_vehicle"),
        ("公交车冒烟了 门打不开", "danger_fire_vehicle"),
        ("地铁车厢里着火了", "danger_fire_vehicle"),
        # A fire at home, whatever else burns or smells.
        ("煤气灶着火了", "danger_fire"),
        ("煤气灶一开着火了 油锅也烧起来", "danger_fire"),
        ("我家着火了 烟很刺鼻 孩子一直咳 外面都是烟", "danger_fire"),
        ("化工厂宿舍着火了 我们在三楼", "danger_fire"),
        ("楼下停的车着火了 烟到家里来了", "danger_fire"),
        ("高速旁边的厂房着火了", "danger_fire"),
        ("公交站旁边的店着火了", "danger_fire"),
        # Nothing burns or leaks.
        ("炉子开着火锅 家里没菜了", ""),
        ("化工厂天天冒黄烟 投诉没人管", ""),
        ("小区门口修路 燃气管什么时候接好", ""),
        ("地铁站关了 高速也上不去", ""),
    ],
)  # fmt: skip
def test_gas_and_fire(text: str, sentence: str) -> None:
    assert advice(text) == sentence
