"""A need in the same breath as thanks, an end or a wish is taken down; after an end and after help nothing is lost either."""

from dataclasses import replace

import pytest

from conversations.codes import Flag, Intent, Outcome, TicketStatus, Urgency
from conversations.effects import AlertDesk, EraseContact, SetTimer, UpdateTicket
from conversations.events import ReporterClaimed, ReporterClosed, RevisitAsked, TimerFired
from conversations.needs import RULED
from conversations.reading import Reason
from data.faults import rows_folder
from data.red import load_red
from tests.conversations.ruled import at_home, hear, ruled
from tests.conversations.talking import Play, of, opened, reading, said

HOME = "虹口区四平路1200弄5号301"
ELSEWHERE = "普陀区真光路30弄7号502"


def test_what_a_rule_names_is_named_alike_here() -> None:
    named: dict[str, set[Intent]] = {}
    for rule in load_red(rows_folder(), []).rules:
        if rule.code in RULED and rule.intent:
            named.setdefault(rule.code, set()).add(rule.intent)
    assert named == {code: {intent} for code, intent in RULED.items()}


@pytest.mark.parametrize(
    ("text", "intent", "need"),
    [
        ("谢谢你们辛苦了,我家断粮三天了", "feedback", "supplies"),
        ("多谢，我妈透析三天没做了", "chitchat", "dialysis"),
        ("谢谢,还有我爸的降压药也快没了", "medicine", "medicine"),
        ("谢谢你们。孩子的尿布还没有", "maternity", "maternity"),
    ],
)
def test_thanks_take_no_need_away(text: str, intent: str, need: str) -> None:
    play = Play()
    turn = hear(play, text, intent, 0.7)
    assert play.case.intent == need
    assert "不客气" in said(turn)
    assert "电话" in said(turn)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("谢谢你们帮我爸配到了药", "medicine"),
        ("谢谢，断药的事解决了", "feedback"),
        ("谢谢你们辛苦了", "feedback"),
        ("谢谢，菜够吃了", "supplies"),
    ],
)
def test_thanks_alone_begin_nothing(text: str, intent: str) -> None:
    play = at_home()
    turn = hear(play, text, intent, 0.9)
    assert len(play.state.cases) == 1
    assert "不客气" in said(turn) or play.case.status is TicketStatus.CLAIMED_DONE


def test_one_matter_is_solved_and_another_is_not() -> None:
    play = at_home()
    turn = hear(play, "菜送到了,解决了。我爸的透析还是没着落,三天没做了", "feedback", 0.9)
    food, dialysis = play.state.cases
    assert food.status is TicketStatus.CLAIMED_DONE
    assert dialysis.intent is Intent.DIALYSIS
    assert opened(turn) == [dialysis.ticket]


def test_a_part_of_one_matter_is_wanting() -> None:
    play = at_home()
    hear(play, "菜收到了谢谢,但是米还没有", "supplies", 0.9)
    assert len(play.state.cases) == 1
    assert play.case.status is TicketStatus.TRIAGED, "nobody says that it is done"


def test_not_solved_and_another_need() -> None:
    play = at_home()
    turn = hear(play, "没有解决,而且我妈胰岛素也没了", "feedback", 0.7)
    assert [alert.reason for alert in of(turn, AlertDesk)][:1] == ["not_solved"]
    assert play.case.intent is Intent.MEDICINE
    assert len(play.state.cases) == 2


def test_a_need_beside_the_wish_to_be_forgotten_is_held() -> None:
    play = Play()
    turn = hear(play, "删除我的信息。我妈没药了", "medicine", 0.6)
    assert play.case.open
    assert play.case.ticket
    assert "还在办" in said(turn)
    assert "请直接发" in said(turn)
    assert "erase" in [alert.reason for alert in of(turn, AlertDesk)]
    assert not [timer for timer in of(turn, SetTimer) if timer.name == "erase"]


def test_a_need_told_after_the_wish_outlives_it() -> None:
    play = Play()
    hear(play, "删除我的信息", "chitchat", 0.3)
    play.wait(seconds=30)
    hear(play, "我妈那边也缺菜 普陀区真光路30弄7号502 13612340001", "supplies", 0.9)
    play.wait(seconds=90)
    turn = play.do(TimerFired("erase", 0, 0))
    assert not of(turn, EraseContact)
    assert play.case.open
    assert "erase" in [alert.reason for alert in of(turn, AlertDesk)]


def test_the_wish_alone_is_fulfilled() -> None:
    play = at_home()
    play.do(ReporterClosed(1, "li", Outcome.SOLVED))
    hear(play, "删除我的信息", "chitchat", 0.3)
    hear(play, "谢谢", "chitchat", 0.3)
    assert of(play.do(TimerFired("erase", 0, 0)), EraseContact)


@pytest.mark.parametrize("text", [f"没有解决,我搬到我妈家了 {ELSEWHERE}", f"到哪一步了，我现在在{ELSEWHERE}"])
def test_a_new_place_beside_a_wish_is_taken_down(text: str) -> None:
    play = at_home()
    play.wait(hours=1)
    turn = hear(play, text, "feedback", 0.4)
    assert play.case.slots["address"].value == ELSEWHERE
    assert f"已记下：地址 {ELSEWHERE}" in said(turn)


def test_not_solved_is_of_the_matter_and_not_of_an_article() -> None:
    play = at_home()
    play.do(ReporterClosed(1, "li", Outcome.REFERRED))
    play.wait(days=1)
    play.say("12345打不通怎么办", reading("consult", 0.6, answer="how_long"))
    assert play.case.outcome is Outcome.ANSWERED
    play.wait(days=1)
    hear(play, "没有解决", "feedback", 0.9)
    assert play.state.cases[0].outcome is None
    assert play.state.cases[1].outcome is Outcome.ANSWERED


def test_nobody_is_sent_an_article_who_says_that_nobody_rang() -> None:
    play = at_home()
    play.do(ReporterClosed(1, "li", Outcome.REFERRED))
    play.wait(days=1)
    turn = play.say("没人联系我", reading("feedback", 0.9, acts=["not_solved"], answer="how_long"))
    assert play.case.outcome is None
    assert "not_solved" in [alert.reason for alert in of(turn, AlertDesk)]


def test_an_article_just_read_is_not_solved() -> None:
    play = at_home()
    play.do(ReporterClosed(1, "li", Outcome.REFERRED))
    play.say("要等多久", reading("consult", 0.6, answer="how_long"))
    play.wait(minutes=2)
    hear(play, "没有解决", "feedback", 0.9)
    assert play.case.outcome is None


@pytest.mark.parametrize(("answer", "change"), [("3", "says_not_contacted"), ("1", "says_contacted")])
def test_the_answer_to_a_reporters_question_is_heard_beside_them(answer: str, change: str) -> None:
    play = at_home()
    play.do(ReporterClaimed(1, "li"))
    play.do(RevisitAsked(1, "li"))
    turn = play.say(answer, reading("chitchat", 0.2, acts=["menu_choice"]))
    assert change in [note.change for note in of(turn, UpdateTicket)]
    assert said(turn) == ""
    assert play.state.asked == ()


def in_danger() -> Play:
    play = Play()
    hear(play, f"着火了，烟很大 13512340001 {HOME}", "emergency")
    assert play.case.urgency is Urgency.CRITICAL
    play.wait(minutes=10)
    return play


@pytest.mark.parametrize("text", ["消防来了", "119来了", "火灭了", "警察来了", "消防员已经到了", "人救出来了"])
def test_once_help_is_there_nobody_is_told_to_go_on_ringing(text: str) -> None:
    play = in_danger()
    assert "重拨" not in said(hear(play, text, "feedback", 0.5))
    play.wait(minutes=2)
    assert "重拨" not in said(hear(play, "我们在楼下等", "feedback", 0.3))


@pytest.mark.parametrize("text", ["消防还没来", "人还在里面", "119打不通"])
def test_until_then_they_are(text: str) -> None:
    assert "重拨" in said(hear(in_danger(), text, "feedback", 0.3))


def test_help_that_came_and_a_worse_danger() -> None:
    play = in_danger()
    hear(play, "消防来了", "feedback", 0.5)
    turn = hear(play, "我妈喘不上气，叫不醒", "emergency")
    assert "请马上打120" in said(turn)


@pytest.mark.parametrize("text", ["救护车来了,人送走了", "救护车到了，谢谢", "120把人接走了"])
def test_the_model_alone_makes_no_danger_of_help_that_came(text: str) -> None:
    play = Play()
    hear(play, f"我爸叫不醒了 13512340001 {HOME}", "emergency")
    play.wait(minutes=20)
    turn = hear(play, text, "emergency", 0.5, feels="critical")
    assert "【请马上打120】" not in said(turn)
    assert play.case.status is TicketStatus.CLAIMED_DONE


def test_a_new_need_after_the_danger_is_over() -> None:
    play = Play()
    hear(play, f"我老婆见红了，羊水破了 13512340001 {HOME}", "maternity")
    assert play.case.urgency is Urgency.CRITICAL
    play.wait(hours=3)
    hear(play, "救护车来了，人送走了，解决了", "feedback", 0.5)
    play.wait(hours=20)
    turn = hear(play, "生了，家里没奶粉了", "maternity", 0.9)
    assert len(play.state.cases) == 2
    assert opened(turn) == [play.case.ticket]
    assert "重拨" not in said(turn)


@pytest.mark.parametrize(
    ("text", "intent"), [("又没菜了", "supplies"), ("药又没了", "medicine"), ("奶粉快没了", "maternity")]
)
def test_wanting_again_after_the_end_begins_anew(text: str, intent: str) -> None:
    play = at_home()
    play.do(ReporterClosed(1, "li", Outcome.SOLVED))
    play.wait(days=1)
    turn = hear(play, text, intent, 0.65, feels="soon")
    assert play.case.key == 2
    assert play.case.intent == intent
    assert play.case.ticket or [timer for timer in of(turn, SetTimer) if timer.name == "silence"]


@pytest.mark.parametrize("text", ["居委那边还没有回", "老人等得心焦"])
def test_whoever_still_waits_after_the_end_is_told_how_it_ended(text: str) -> None:
    play = at_home()
    play.do(ReporterClosed(1, "li", Outcome.SOLVED))
    play.wait(hours=1)
    assert "已办结" in said(hear(play, text, "care", 0.5))


@pytest.mark.parametrize(
    ("text", "intent", "feels"), [("快救救我", "emergency", "critical"), ("不太好了", "chitchat", "urgent")]
)
def test_a_short_cry_reaches_people(text: str, intent: str, feels: str) -> None:
    play = Play()
    turn = hear(play, text, intent, 0.36, feels=feels, check=True)
    assert play.case.ticket
    assert Flag.CHECK in play.case.flags
    assert "check" in [alert.reason for alert in of(turn, AlertDesk)]


@pytest.mark.parametrize("text", ["你好呀", "在吗", "哈哈哈"])
def test_a_greeting_opens_nothing(text: str) -> None:
    play = Play()
    turn = hear(play, text, "chitchat", 0.6)
    assert not opened(turn)


def test_a_hospitals_name_is_no_home() -> None:
    play = Play()
    hear(play, "我妈血透要去医院,下周一", "dialysis", 0.95)
    turn = hear(play, "仁济医院", "other_medical", 0.3)
    assert play.case.slots["hospital"].value == "仁济医院"
    assert "address" not in play.case.slots
    assert "地址" in said(hear(play, "13512340001", "chitchat", 0.2))
    assert "地址" not in said(turn).split("。")[0]


def test_whoever_is_at_the_hospital_says_so() -> None:
    play = Play()
    hear(play, "我妈血透要去医院,下周一", "dialysis", 0.95)
    hear(play, "我们在仁济医院门口", "other_medical", 0.3)
    assert "仁济医院" in play.case.slots["address"].value


@pytest.mark.parametrize(
    ("text", "tickets"),
    [
        ("我家被水淹了！老人下不来！徐汇区天平路20弄5号302 13512345678", 1),
        ("楼要塌了 墙裂了大缝 我们在里面 徐汇区天平路20弄5号302", 1),
        ("老公打我 家里水管也爆了 没人修 徐汇区天平路20弄5号302", 2),  # blows and a pipe are two matters
    ],
)
def test_what_the_house_suffers_is_the_danger_and_no_second_need(text: str, tickets: int) -> None:
    play = Play()
    hear(play, text, "emergency", 0.5, intents=("livelihood",))
    assert len(play.state.cases) == tickets


@pytest.mark.parametrize(
    ("first", "then", "span", "cases"),
    [
        ("我家被水淹了", "老人下不来", "水淹", 1),
        ("家里煤气味道", "头晕想吐", "煤气", 1),
        ("我妈透析停了", "我爸喘", "透析", 2),  # what the words before say is of another
        ("家里没米了", "老人晕倒了", "晕倒", 2),
    ],
)
def test_a_danger_that_the_words_before_show_is_of_those(first: str, then: str, span: str, cases: int) -> None:
    play = Play()
    hear(play, f"{first} 徐汇区天平路20弄5号302", "livelihood" if cases == 1 else "supplies", 0.9)
    play.wait(minutes=1)
    danger = replace(
        ruled(then, "care", 0.7), urgency=Urgency.CRITICAL, reasons=(Reason("R13W", "与前面的话连起来看", span),)
    )
    play.say(then, danger)
    assert len(play.state.cases) == cases
    assert any(case.urgency is Urgency.CRITICAL for case in play.state.cases)
