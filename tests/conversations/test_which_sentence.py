"""Which advice a danger brings: what helps in one harms in another that is told in nearly the same words."""

import pytest

from conversations.codes import Urgency
from conversations.effects import SendText
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, playbook, said


def advice(text: str) -> str:
    """The name of the danger's sentence that a first message brings; "" for none."""
    lines = [one.text for one in of(hear(Play(), text), SendText) if one.purpose == "danger"]
    names = [
        name
        for name, words in playbook().replies.items()
        if name.startswith("danger") and words.partition("{")[0] in "".join(lines)
    ]
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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("我八十八了 我不晓得我在哪里", "danger_lost_self"),
        ("我不认识路了 我今年83", "danger_lost_self"),
        ("我老太婆 找不到回家的路了", "danger_lost_self"),
        ("我9岁 我迷路了", "danger_lost_self"),
        ("我找不到家了 天黑了", "danger_check_lost_self"),
        ("奶奶找不到家了", "danger_check_call"),
        ("孩子走丢了 七岁男孩 穿红衣服", "danger_missing"),
        ("我爸老年痴呆 跑出去没回来 他认不得路", "danger_missing"),
        ("我迷路了 请问医院怎么走", ""),
        ("我今年70 不晓得在哪里打疫苗", ""),
        ("我七十了 家里的钥匙找不到了", ""),
        ("快递找不到我家 我82了走不动", ""),
        ("天黑了司机迷路了 找不到我们小区", ""),
        ("我82岁 忘了在哪里登记", ""),
    ],
)
def test_who_is_lost(text: str, sentence: str) -> None:
    """Whoever is lost themselves reads what they can do where they stand; of another one the family is told what to tell."""
    assert advice(text) == sentence


def test_who_is_lost_is_asked_what_they_see_and_everything_they_say_is_of_that() -> None:
    play = Play()
    assert "店名、路牌" in said(hear(play, "我八十八了 我不晓得我在哪里", "care", 0.5))
    play.wait(seconds=40)
    turn = hear(play, "我女儿叫李红 13512340007", "child_illness", 0.95, check=True)
    assert len(play.state.cases) == 1
    assert "电话 13512340007" in said(turn)
    play.wait(seconds=40)
    hear(play, "我饿了", "supplies", 0.6)
    assert len(play.state.cases) == 1
    assert "【请马上打120】" in said(hear(play, "我喘不上气", "emergency", 0.9))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("楼道里有个婴儿没人要 在哭", "danger_found_child"),
        ("捡到一个女婴 在垃圾桶旁边", "danger_found_child"),
        ("路边有个小女孩 找不到妈妈了", "danger_check_found_child"),
        ("小区里一个小孩一个人在哭", "danger_check_found_child"),
        ("我女儿一个人在楼道里哭 不肯进门", ""),
        ("我捡到一个孩子的书包", ""),
        ("宝宝放在床上睡觉", ""),
        ("接到电话说是你们记者 让我转五百块押金", "danger_fraud"),
        ("自称公安局的 要我把钱转到安全账户", "danger_fraud"),
        ("你们记者让我交500块 对吗", "danger_fraud"),
        ("居委让我交团购的钱", ""),
        ("医院让交押金五千块", ""),
        ("记者让我转告我妈", ""),
        ("说是疾控的 让我做核酸", ""),
    ],
)
def test_a_child_that_was_found_and_money_that_is_asked_for(text: str, sentence: str) -> None:
    assert advice(text) == sentence


def test_whoever_has_paid_is_raised() -> None:
    play = Play()
    hear(play, "接到电话说是你们记者 让我转五百块押金", "feedback", 0.9)
    play.wait(seconds=40)
    assert "请先别转钱" in said(hear(play, "我转了", "feedback", 0.4))
    assert play.case.urgency is Urgency.CRITICAL


@pytest.mark.parametrize(
    ("text", "mourned"),
    [
        ("我是记者 想采访 有没有老人没得到救治去世的案例", False),
        ("我妈今天去世一周年 想问公墓几点开门", False),
        ("外婆去世三周年 想去扫墓", False),
        ("我妈今天去世了 想问殡仪馆几点开门", True),
        ("昨天外婆去世 一周没吃饭", True),
    ],
)
def test_who_is_mourned(text: str, mourned: bool) -> None:
    assert ("节哀" in said(hear(Play(), text))) is mourned


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("妈的电话没人接 一天了", "danger_check_unreached"),
        ("老妈不接电话 两天了", "danger_check_unreached"),
        ("他妈妈一个人 电话没人接", "danger_check_unreached"),
        ("妈的 我妈电话打不通", "danger_check_unreached"),
        ("妈一个人在家 电话打不通", "danger_check_unreached"),
        ("奶奶一个人在家 敲门没人应", "danger_unreached"),
        ("他妈的 电话打不通", ""),
        ("妈呀 打电话没人接", ""),
        ("我奶奶个腿 打了一天没人接", ""),
    ],
)
def test_whose_silence_it_is(text: str, sentence: str) -> None:
    assert advice(text) == sentence


def test_another_danger_within_the_minute_has_its_own_advice_whole() -> None:
    play = Play()
    hear(play, "我爸晕倒了 叫不醒")
    assert "弯腰" in said(hear(play, "厨房着火了"))
    again = said(hear(play, "厨房的火着得更大了 着火了"))
    assert "再次收到提醒" in again and "弯腰" not in again
    assert "再次收到提醒" in said(hear(play, "我爸没有呼吸了"))
