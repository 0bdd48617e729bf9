"""What is told beside a number or an address is believed as if it were sent alone; words by the way are no danger."""

import re

import pytest

from classifiers.redflags import RedFlags
from conversations.alerts import RED
from conversations.codes import Intent, Urgency
from conversations.effects import AlertDesk, SendText
from conversations.turn import Turn
from data.corpus import load_corpus
from data.faults import rows_folder
from data.playbook import load_playbook
from data.red import load_red
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, playbook

NUMBER, PLACE = "13661230006", "杨浦区控江路300弄5号401"
NEEDS = (("家里没菜了", "supplies"), ("我妈降压药没了", "medicine"), ("孕36周 产检没车", "maternity"))

DANGERS = [
    "我老公修空调从五楼掉下去了 躺在下面花坛里",
    "我婆婆手脚冰凉 说话含糊 暖气停了两天了",
    "脐带掉出来了",
    "孩子呼吸像狗叫",
    "他说头疼得像炸开 从来没这么疼过",
    "桥断了 车掉下去了",
    "她现在人冷冰冰的",
    "她好像不太认得我了",
    "他抬着眼睛不看人",
    "右手拿不住筷子 嘴角流口水",
    "他一直在抖",
    "宝宝软绵绵的 不哭也不闹",
    "爷爷睡到现在弄不醒",
    "奶奶坐着坐着滑到地上",
    "他满头大汗 心口像压了石头",
    "孩子把纽扣吞下去了",
    "外婆噎着了 脸都青了",
    "地下车库水漫进来了 我爸还在车里",
    "楼道里全是烟",
    "厨房味道很冲 头有点晕",
    "电梯卡在中间 里面两个人",
    "墙在晃 裂开来了",
    "我儿子到现在没回来 找不到人",
    "有人在撬门 拿着刀",
    "他掐我脖子",
    "我妈一个人 电话没人接 灯亮了一夜",
    "血从裤子里流出来",
    "刚生完 肚子越来越胀 人发冷",
    "她喝了半瓶农药",
    "我爸不喘了",
    "老太太咳不出痰 憋得慌",
    "他吃了药以后全身起疹 嘴肿了",
    "高压线断下来搭在铁门上 有人触电",
    "房顶塌了 我哥压在下面",
    "小孩掉进井里",
    "他从早上到现在没尿过 腿肿得发亮",
    "我家对门在喊救命",
    "她腰疼得直不起来 尿里全是血",
    "公公摔了一跤 后脑勺撞了",
    "我撑不下去了 不想活",
    "来人啊 快",
    "人快不行了",
    "缆车停在半空 风很大",
    "船一直往闸口漂",
]
ORDINARY = [
    "对不起 刚才骂人了 太急了",
    "不好意思 打错字了",
    "我等你们电话",
    "我去洗个澡 等下再说",
    "他睡着了",
    "她刚吃了饭 睡下了",
    "我妈在旁边看电视",
    "居委刚刚来过了",
    "志愿者说明天来",
    "我在上班 晚点回",
    "我刚在开车",
    "信号不好 刚看到",
    "为什么这么慢",
    "都等了一天了",
    "能不能快点",
    "急得团团转",
    "我真的没办法了",
    "求求你们了",
    "我们一家人都靠你们了",
    "车约好了",
    "药房说有货",
    "费用怎么算",
    "她今年78岁",
    "我是她女儿",
    "我不在上海",
    "家里就她一个人",
    "邻居帮忙看着",
    "刚刚量了血压 130/80",
    "血压120/80",
    "血糖6.8",
    "量了体温36度5",
    "天太热了",
    "外面下大雨",
    "隔壁装修好吵",
    "你们报社在哪里",
    "明天轮到我们小区做核酸",
    "她以前是老师",
    "我是他侄子",
    "我们住六楼",
    "孩子他爸在外地",
    "保姆回老家了",
    "我身份证不在身边",
    "我今天请假了",
    "快递放门口就行",
    "昨天也问过你们",
    "下午两点可以",
    "那我等着",
    "信息都对的",
    "我打字慢",
    "拼音打的 别见怪",
    "到底管不管",
    "每次都这样说",
    "老百姓太苦了",
    "女儿在家上网课",
    "他脾气不好",
    "他以前身体蛮好的",
    "吃了早饭",
    "今天精神蛮好",
    "在晒太阳",
    "出去散步了",
    "名字写错了 是陈不是程",
    "打之前先发个短信",
    "到了麻烦按门铃",
    "我老公的号码",
    "白天上班 晚上七点以后打",
]


def talk(need: str, intent: str) -> Play:
    play = Play()
    hear(play, need, intent, 0.9)
    play.wait(seconds=40)
    return play


def danger_said(turn: Turn) -> bool:
    return any(one.purpose == "danger" for one in of(turn, SendText))


def rings(turn: Turn) -> list[str]:
    return [one.reason for one in of(turn, AlertDesk) if one.reason in RED]


@pytest.mark.parametrize("told", DANGERS)
def test_a_danger_beside_what_we_asked_for_is_one(told: str) -> None:
    for need, intent in NEEDS[:2]:
        for facts in (NUMBER, PLACE, f"{NUMBER} {PLACE}"):
            turn = hear(talk(need, intent), f"{facts} {told}", "emergency", 0.8, feels="critical")
            assert danger_said(turn), facts
            assert rings(turn), facts


def test_a_need_the_model_is_sure_of_is_no_less() -> None:
    """The number was asked for: what the model reads beside it was shown as a doubt, and nobody rang."""
    turn = hear(talk("孕38周 没车", "maternity"), f"{NUMBER} 脐带掉出来了", "maternity", 0.94, feels="critical")
    assert danger_said(turn)
    assert rings(turn)


@pytest.mark.parametrize("told", ORDINARY)
def test_words_by_the_way_are_no_danger(told: str) -> None:
    for need, intent in NEEDS:
        for model in ({"feels": "critical"}, {"feels": "urgent", "check": True}, {"check": True}):
            for named in ("feedback", "emergency"):
                turn = hear(talk(need, intent), told, named, 0.7, **model)
                assert not danger_said(turn), (need, model, named)
                assert not rings(turn), (need, model, named)


@pytest.mark.parametrize("told", ORDINARY)
def test_nor_beside_a_number(told: str) -> None:
    need, intent = NEEDS[1]
    for model in ({"feels": "critical"}, {"check": True}):
        turn = hear(talk(need, intent), f"{NUMBER} {told}", "feedback", 0.7, **model)
        assert not danger_said(turn)
        assert not rings(turn)


@pytest.mark.parametrize("told", ["血压180/120 人不太清爽", "血糖28", "他不动", "她睡不醒", "有点没力气", "人更加软了"])
def test_how_somebody_is_stays_what_the_model_makes_of_it(told: str) -> None:
    turn = hear(talk("我妈降压药没了", "medicine"), told, "other_medical", 0.8, check=True)
    assert danger_said(turn)


def test_beside_what_is_critical_nothing_is_taken_lightly() -> None:
    play = Play()
    hear(play, "我爸叫不醒了", "emergency", 0.9)
    play.wait(seconds=40)
    turn = hear(play, "他翻了个身 没什么声音", "emergency", 0.8, feels="critical")
    assert danger_said(turn)


@pytest.mark.parametrize("told", ["快来人啊", "SOS 这里", "help me", "没人在乎我", "她走了"])
def test_few_words_may_be_a_cry(told: str) -> None:
    for beside in ("", f"{NUMBER} "):
        turn = hear(talk("我妈降压药没了", "medicine"), beside + told, "emergency", 0.8, feels="critical")
        assert danger_said(turn) or rings(turn)


@pytest.mark.parametrize("line", ["503 小夫妻 孕38周", "301 王芳 透析没车", "602 独居老人 没菜"])
def test_a_line_of_a_list_is_no_danger_because_the_model_feels_so(line: str) -> None:
    for intent in ("maternity", "dialysis", "emergency"):
        assert not danger_said(hear(Play(), line, intent, 0.9, feels="critical"))
    assert danger_said(hear(Play(), f"{line} 人叫她只哼哼 手脚冰冷", "emergency", 0.9, feels="critical"))


def test_no_short_danger_of_ours_that_no_rule_sees_is_words_by_the_way() -> None:
    """Despair is never taken for such words, English and a mere cry are weighed otherwise."""
    cues, rules = load_playbook().cues, RedFlags(load_red(rows_folder(), []))
    unseen = [
        row.text
        for row in load_corpus()
        if row.urgency is Urgency.CRITICAL and row.intent is not Intent.DISTRESS and len(row.text) <= 30
        and not rules.read(row.text).reasons and not re.search("[A-Za-z]{2}", row.text)
    ]  # fmt: skip
    assert len(unseen) > 50
    assert [text for text in unseen if not cues.of_harm.search(text)] == ["伯伯電話沒人接兩天"]


@pytest.mark.parametrize("told", ["最后吃了顿面 准备下去了", "我把门缝都塞好了", "东西都分给邻居了 没有牵挂"])
def test_despair_beside_a_number_is_despair(told: str) -> None:
    assert danger_said(hear(talk("家里没菜了", "supplies"), f"{NUMBER} {told}", "distress", 0.8, feels="critical"))


@pytest.mark.parametrize("told", ["急死我了", "谢谢你们 急死我了", "快点啊，拜托了"])
def test_impatience_is_no_despair(told: str) -> None:
    for beside in ("", f"{NUMBER} "):
        turn = hear(talk("家里没菜了", "supplies"), beside + told, "distress", 0.8, feels="critical")
        assert not danger_said(turn)
        assert not rings(turn)


@pytest.mark.parametrize("row", ["danger", "danger_fire", "danger_child", "danger_violence"])
def test_our_own_sentence_sent_back_tells_nothing(row: str) -> None:
    ours = playbook().say(row)
    assert not danger_said(hear(Play(), ours, "emergency", 0.9, feels="critical"))
    assert danger_said(hear(Play(), f"{ours} 打了没人接 我爸叫不醒", "emergency", 0.9, feels="critical"))
