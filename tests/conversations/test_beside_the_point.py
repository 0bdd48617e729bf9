"""What is asked, written down or answered beside the point: a ticket's number, who does not come, oxygen, the line of a form."""

import pytest

from conversations.codes import Act
from conversations.effects import AlertDesk
from conversations.events import TimerFired
from tests.conversations.ruled import at_home, hear, ruled
from tests.conversations.talking import Play, of, opened, said

TICKET = "B60405-0001"


@pytest.mark.parametrize("text", ["还没人理我", "怎么没人管啊", "到现在都没人理我们", "怎么没人回复"])
def test_who_waits_in_vain_hears_how_it_stands(text: str) -> None:
    play = at_home()
    before = dict(play.case.slots)
    play.wait(hours=20)
    turn = hear(play, text, "feedback", 0.9)
    assert TICKET in said(turn)
    assert "让您久等，对不起" in said(turn) or "重新交给记者" in said(turn)
    assert of(turn, AlertDesk)
    assert dict(play.case.slots) == before


@pytest.mark.parametrize("text", ["居委没人理我", "家里没人管孩子", "没人管我妈吃饭"])
def test_whom_others_do_not_look_after_asks_for_no_news(text: str) -> None:
    assert Act.STATUS not in ruled(text).acts


@pytest.mark.parametrize(
    "text", ["单号 0001", "编号0001", "我的工单号是0001 怎么样了", "查一下单号0001", "单号是B60405-0001", "0001号单子"]
)
@pytest.mark.parametrize("asks_address", [False, True])
def test_who_quotes_their_number_hears_how_it_stands(text: str, asks_address: bool) -> None:
    play = Play() if asks_address else at_home()
    if asks_address:
        hear(play, "奶奶的降压药没了 氨氯地平 还有一天 13512340001", "medicine", 0.95)
        play.wait(minutes=6)
        play.do(TimerFired("silence", 1, play.case.timers["silence"]))
    before = dict(play.case.slots)
    turn = hear(play, text, "spam", 0.56)
    assert TICKET in said(turn)
    assert len(play.state.cases) == 1
    assert dict(play.case.slots) == before


@pytest.mark.parametrize("text", ["单号 0002", "四平路0001号", "12345的工单号是20220405001234", "单号 0001 我妈晕倒了"])
def test_what_is_no_number_of_theirs(text: str) -> None:
    play = at_home()
    turn = hear(play, text, "chitchat", 0.3)
    assert "已登记，等记者接手" not in said(turn)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("我爸在家吸氧 氧气今晚8点就用完了", "不到一天"),
        ("药今晚就没了", "不到一天"),
        ("胰岛素还有一针了，今朝夜里用完就没了", "不到一天"),
        ("氧气瓶只能撑到晚上8点", "不到一天"),
        ("氧气昨天晚上8点用完了", "已经没有了"),
        ("药吃完了", "已经没有了"),
        ("药还有三天", "还剩约3天"),
    ],
)
def test_what_ends_tonight_is_not_gone_yet(text: str, told: str) -> None:
    play = Play()
    hear(play, f"{text} 13512340001 虹口区四平路1200弄5号301", "medicine", 0.95)
    assert play.case.slots["days_left"].value == told


def test_nobody_asks_for_the_name_of_oxygen() -> None:
    play = Play()
    turn = hear(play, "我爸在家吸氧 氧气今晚8点就用完了 13512340001 虹口区四平路1200弄5号301", "medicine", 0.95)
    assert "请写药名" not in said(turn)
    assert "找氧气" in said(turn)
    assert opened(turn)
    play = Play()
    hear(play, "姓名：赵某某", "spam", 0.6)
    hear(play, "病情：慢阻肺，家用氧气，今晚8点用完", "medicine", 0.97)
    assert (play.case.slots["drug"].value, play.case.slots["days_left"].value) == ("氧气", "不到一天")
    play = Play()
    assert "药名" in said(hear(play, "我爸在吸氧 心脏药没了 13512340001 虹口区四平路1200弄5号301", "medicine", 0.95))
    play = Play()
    assert "药名" in said(hear(play, "我爸的心脏药今晚就没了 13512340001 虹口区四平路1200弄5号301", "medicine", 0.95))


@pytest.mark.parametrize("text", ["楼里好几家都吐了", "单号 0007", "没人来", "孩子发烧39度", "怎么没人送"])
def test_what_is_no_stock_is_not_written_down_as_one(text: str) -> None:
    play = Play()
    hear(play, "家里没菜了 13512340001 虹口区四平路1200弄5号301", "supplies", 0.95)
    assert "撑几天" in said(play.turns[-1])
    hear(play, text, "chitchat", 0.3)
    assert "days_left" not in play.state.cases[0].slots


@pytest.mark.parametrize(("text", "told"), [("两天", "还剩约2天"), ("省着吃到明天", "省着吃到明天"), ("两顿", "两顿")])
def test_what_is_one_is(text: str, told: str) -> None:
    play = Play()
    hear(play, "家里没菜了 13512340001 虹口区四平路1200弄5号301", "supplies", 0.95)
    hear(play, text, "chitchat", 0.3)
    assert play.case.slots["days_left"].value == told


def test_of_yellow_water_nobody_asks_how_long_the_food_lasts() -> None:
    play = Play()
    turn = hear(play, "自来水是黄的 13512340001 虹口区四平路1200弄5号301", "supplies", 0.8)
    assert "撑几天" not in said(turn)


@pytest.mark.parametrize("heard", ["spam", "chitchat", "feedback"])
@pytest.mark.parametrize("text", ["姓名：赵某某", "【姓名】赵桂珍", "患者姓名：王根宝", "年龄：78"])
def test_the_first_line_of_a_form_is_no_advert(text: str, heard: str) -> None:
    play = Play()
    assert said(hear(play, text, heard, 0.6)) == "收到，您接着发。"
    hear(play, "电话：13512340001", "feedback", 0.33)
    hear(play, "地址：虹口区四平路1200弄5号301", "chitchat", 0.4)
    hear(play, "需求：没药了 氨氯地平", "medicine", 0.76)
    assert len(play.state.cases) == 1
    assert play.case.slots["phone"].value == "13512340001"
    assert play.case.intent == "medicine"
    assert text in play.case.summary


@pytest.mark.parametrize("heard", ["spam", "chitchat"])
def test_a_number_in_it_is_taken_down(heard: str) -> None:
    play = Play()
    hear(play, "联系人：张三 13512340001", heard, 0.6)
    assert play.case.slots["phone"].value.startswith("13512340001")


@pytest.mark.parametrize(("text", "heard"), [("请问：什么时候解封", "consult"), ("专业贷款：额度高", "spam")])
def test_what_is_no_form(text: str, heard: str) -> None:
    assert "您接着发" not in said(hear(Play(), text, heard, 0.9))
