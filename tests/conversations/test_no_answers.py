"""What is said after a question about an illness and answers nothing is not written down as the answer."""

import pytest

from conversations.values import evolve
from tests.conversations.talking import Play, playbook, reading

HOME = "控江路1200弄"


def _asked(intent: str, slot: str) -> Play:
    """A talk in which this is the one thing asked."""
    play = Play()
    play.say(
        "我爸的病拖不起了请你们帮忙看看 13661230006 控江路1200弄",
        reading(intent, phones=["13661230006"], addresses=[HOME]),
    )
    play.state = evolve(play.state, asked=(slot,), asked_on=play.state.turn, focus=play.case.key)
    assert slot not in play.case.slots
    return play


@pytest.mark.parametrize(
    "text", ["你们快点", "快点啊", "没打过", "打过没单号", "收到", "嗯嗯", "好的", "1366123", "502", "什么时候来"]
)
@pytest.mark.parametrize(("intent", "slot"), [("dialysis", "last_done"), ("medicine", "drug")])
def test_no_answer(intent: str, slot: str, text: str) -> None:
    play = _asked(intent, slot)
    play.say(text, reading("chitchat", 0.4))
    assert slot not in play.case.slots


@pytest.mark.parametrize(
    "text", ["上上个礼拜二", "好几天没做了", "刚做完", "有一个多月没透了", "大前天", "不记得了", "还没开始做"]
)
def test_when_it_was_done(text: str) -> None:
    play = _asked("dialysis", "last_done")
    play.say(text, reading("chitchat", 0.4))
    assert play.case.slots["last_done"].value == text


@pytest.mark.parametrize("text", ["优甲乐", "白色的小药片", "一种降压的", "进口的，名字说不清"])
def test_a_medicine(text: str) -> None:
    play = _asked("medicine", "drug")
    play.say(text, reading("chitchat", 0.4))
    assert play.case.slots["drug"].value == text


@pytest.mark.parametrize(
    ("cue", "yes", "no"),
    [
        ("weeks_told", ("38", "足月了", "下周预产期", "38周多"), ("什么人", "138", "你们快点")),
        ("age_told", ("大班", "八十几", "75", "七十多", "刚满月"), ("你们快点", "1366", "女的")),
        ("when_told", ("上周三", "半个月了", "周二"), ("你们快点", "没打过", "30")),
        (
            "says_nothing",
            ("收到", "知道了。", "快点呀", "还没打过"),
            ("不知道了", "好了伤疤又裂开", "胰岛素没打", "赶紧做的化疗", "左甲状腺素"),
        ),
    ],
)
def test_the_words(cue: str, yes: tuple[str, ...], no: tuple[str, ...]) -> None:
    words = getattr(playbook().cues, cue)
    assert [text for text in yes if not words.search(text)] == []
    assert [text for text in no if words.search(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "对不起 刚才骂人了 太急了", "不好意思 打错字了", "我去洗个澡 等下再说", "她今年78岁", "我刚在开车", "都等了一天了",
        "我真的没办法了", "手机快没电了", "你们辛苦了", "外面下大雨", "我不识字 儿子打的", "狗一直叫", "你们是不是要登报",
        "打我的电话", "我爸 不是我妈",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("intent", "slot"),
    [
        ("dialysis", "last_done"),
        ("medicine", "drug"),
        ("supplies", "days_left"),
        ("care", "alone"),
        ("travel", "route"),
    ],
)
def test_what_is_said_by_the_way_is_no_answer(intent: str, slot: str, text: str) -> None:
    play = _asked(intent, slot)
    play.say(text, reading("chitchat", 0.4))
    assert slot not in play.case.slots


@pytest.mark.parametrize(
    ("intent", "slot", "text"),
    [
        ("care", "alone", "邻居偶尔来看看"),
        ("care", "alone", "昨天还通过电话"),
        ("care", "alone", "没有人"),
        ("care", "alone", "护工走了，就她一个"),
        ("care", "alone", "不知道"),
        ("travel", "route", "浦东到合肥，明天走"),
        ("travel", "route", "越快越好"),
        ("supplies", "days_left", "省着吃"),
        ("supplies", "days_left", "就剩一点了"),
        ("medicine", "drug", "对不起，是优甲乐"),
        ("dialysis", "last_done", "天太热没去做，上礼拜三"),
    ],
)
def test_what_answers_it_is_taken_in_any_words(intent: str, slot: str, text: str) -> None:
    play = _asked(intent, slot)
    play.say(text, reading("chitchat", 0.4))
    assert slot in play.case.slots


@pytest.mark.parametrize("text", ["不是阿司匹林 是阿托伐他汀", "阿托伐他汀，不是阿司匹林"])
def test_a_medicine_put_right_is_one(text: str) -> None:
    play = _asked("medicine", "drug")
    play.say(text, reading("chitchat", 0.4, drugs=["阿司匹林", "阿托伐他汀"]))
    assert play.case.slots["drug"].value == "阿托伐他汀"
