"""Closed because nobody could be reached, and they write: it is open again, whatever they say."""

from datetime import timedelta

import pytest

from conversations.codes import Act, Flag, Outcome, TicketStatus, Urgency
from conversations.effects import AlertDesk, EraseContact
from conversations.events import ReporterClaimed, ReporterClosed, TimerFired
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, opened, reading, said

BEGUN = "我妈的降压药没了 氨氯地平 还有一天 13512340070 虹口区四平路1200弄5号301"
TICKET = "B60405-0001"
AGAIN = f"{TICKET}已重新交给记者"


def _ended(begun: str = BEGUN, intent: str = "medicine", outcome: Outcome = Outcome.UNREACHABLE) -> Play:
    play = Play()
    hear(play, begun, intent, 0.95)
    play.do(ReporterClosed(1, "li", outcome))
    play.wait(hours=1)
    return play


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("我手机刚才没电了 药还是没有", "livelihood", 0.31),
        ("不好意思刚才没听到电话", "feedback", 0.7),
        ("在吗", "chitchat", 0.9),
        ("你好", "chitchat", 0.9),
        ("药还是没有", "medicine", 0.8),
        ("换个号打 13612340079", "chitchat", 0.3),
    ],
)
def test_any_word_of_theirs_opens_it_again(text: str, intent: str, confidence: float) -> None:
    play = _ended()
    turn = hear(play, text, intent, confidence)
    assert len(play.state.cases) == 1
    assert (play.case.outcome, play.case.status) == (None, TicketStatus.REOPENED)
    assert said(turn).count(AGAIN) == 1
    assert "reopened" in [alert.reason for alert in of(turn, AlertDesk)]
    assert not opened(turn)


def test_a_new_number_is_written_on_it() -> None:
    play = _ended()
    hear(play, "刚才没听到电话，换个号打 13612340079", "emergency", 0.23, feels="critical")
    assert play.case.slots["phone"].value == "13612340079"
    assert play.case.urgency is not Urgency.CRITICAL, "a call that was missed is no danger, whatever the model feels"


def test_another_need_is_another_ticket_beside_it() -> None:
    play = _ended()
    turn = hear(play, "家里菜也没了", "supplies", 0.95)
    assert [case.open for case in play.state.cases] == [True, True]
    assert AGAIN in said(turn)
    assert opened(turn)


def test_done_meanwhile_is_done() -> None:
    play = _ended()
    turn = hear(play, "药已经配到了 谢谢", "feedback", 0.9)
    assert play.case.status is TicketStatus.CLAIMED_DONE
    assert AGAIN not in said(turn)
    assert "太好了" in said(turn)


def test_not_solved_is_said_once() -> None:
    assert said(hear(_ended(), "没有解决", "feedback", 0.9)).count(AGAIN) == 1


def test_in_danger_it_is_the_danger_that_is_answered() -> None:
    turn = hear(_ended(), "我妈晕倒了叫不醒", "emergency")
    assert said(turn).startswith("【请马上打120】")
    assert AGAIN not in said(turn)


def test_of_a_critical_one_they_are_told_to_ring() -> None:
    play = _ended("我妈胸口痛得厉害 13512340070 虹口区四平路1200弄5号301", "emergency")
    turn = hear(play, "刚才没听到电话", "chitchat", 0.4)
    assert "已再次提醒值班记者" in said(turn)
    assert "120" in said(turn)


@pytest.mark.parametrize("outcome", [Outcome.SOLVED, Outcome.REFERRED, Outcome.WITHDRAWN])
def test_what_ended_otherwise_stays_ended(outcome: Outcome) -> None:
    play = _ended(outcome=outcome)
    hear(play, "在吗", "chitchat", 0.9)
    assert play.case.outcome is outcome


def test_weeks_later_it_is_for_people_to_see() -> None:
    play = _ended()
    play.now += timedelta(days=20)
    hear(play, "家里没菜了", "supplies", 0.95)
    assert play.state.cases[0].outcome is Outcome.UNREACHABLE


def test_what_is_no_word_of_theirs_opens_nothing() -> None:
    play = _ended()
    play.say("", reading("chitchat", 0.3), kind="notice")
    assert play.case.outcome is Outcome.UNREACHABLE


def test_beside_a_reporter_it_opens_quietly() -> None:
    play = Play()
    hear(play, BEGUN, "medicine", 0.95)
    hear(play, "家里菜也没了", "supplies", 0.95)
    play.do(ReporterClaimed(2, "wang"))
    play.do(ReporterClosed(1, "li", Outcome.UNREACHABLE))
    turn = hear(play, "刚才没听到电话", "chitchat", 0.4)
    assert play.state.cases[0].outcome is None
    assert said(turn) == ""


def test_who_mourns_is_told_nothing_of_numbers() -> None:
    play = Play()
    hear(play, "我爷爷昨天过世了 13512340070", "feedback", 0.4)
    assert Flag.DECEASED in play.case.flags
    play.do(ReporterClosed(1, "li", Outcome.UNREACHABLE))
    turn = play.say("谢谢你们", reading("feedback", 0.9, acts=[Act.THANKS]))
    assert play.case.outcome is None
    assert TICKET not in said(turn)


NEED = "爷爷没菜了 13512340070 虹口区四平路1200弄5号301"


def _forgotten() -> Play:
    play = Play()
    hear(play, NEED, "supplies", 0.9)
    assert "删除" in said(hear(play, "删除我的信息", "chitchat", 0.4))
    assert play.case.outcome is Outcome.WITHDRAWN
    play.wait(seconds=30)
    return play


@pytest.mark.parametrize("text", ["我后悔了 别删", "不要删 还是要帮忙的", "先别删", "不删了", "留着吧"])
def test_who_wants_to_be_kept_after_all_is_kept(text: str) -> None:
    play = _forgotten()
    turn = hear(play, text, "distress", 0.66)
    assert f"不删了，{TICKET}接着办" in said(turn)
    assert len(play.state.cases) == 1
    assert (play.case.outcome, play.case.status) == (None, TicketStatus.REOPENED)
    play.wait(minutes=2)
    turn = play.do(TimerFired("erase", 0, 0))
    assert turn.effects == (), "nothing is erased, and nobody is told that they wished it"


@pytest.mark.parametrize("text", ["怎么还不删", "为什么不删", "删了没有", "还不删啊"])
def test_who_asks_why_it_is_not_done_wishes_it(text: str) -> None:
    play = _forgotten()
    assert "不删了" not in said(hear(play, text, "chitchat", 0.4))
    assert play.state.cases[0].outcome is Outcome.WITHDRAWN


def test_and_may_wish_it_again() -> None:
    play = _forgotten()
    hear(play, "别删", "chitchat", 0.4)
    play.wait(minutes=5)
    hear(play, "还是删除我的信息吧", "chitchat", 0.4)
    play.wait(minutes=3)
    assert of(play.do(TimerFired("erase", 0, 0)), EraseContact)


def test_who_says_nothing_more_is_forgotten() -> None:
    play = _forgotten()
    hear(play, "谢谢", "feedback", 0.9)
    play.wait(minutes=2)
    assert of(play.do(TimerFired("erase", 0, 0)), EraseContact)


def test_where_nothing_was_to_go_it_is_no_such_wish() -> None:
    play = Play()
    hear(play, NEED, "supplies", 0.9)
    assert "不删了" not in said(hear(play, "别删我的话", "chitchat", 0.4))
