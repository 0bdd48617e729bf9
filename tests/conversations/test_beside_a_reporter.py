"""While a reporter has the matter, the bot only listens: what is asked of it belongs to it, what is new gets its own ticket."""

from conversations.codes import Outcome
from conversations.effects import OpenTicket
from conversations.events import ReporterClaimed, ReporterClosed, TimerFired
from tests.conversations.talking import Play, of, reading, said


def held() -> Play:
    """Somebody wrote a word about their medicine, fell silent, and li took it."""
    play = Play()
    play.say("缺药 左卡尼汀口服液", reading("medicine", urgency="soon"))
    play.do(TimerFired("silence", 1, play.case.timers["silence"]))
    play.do(ReporterClaimed(1, "li"))
    return play


def test_who_asks_for_news_opens_no_second_ticket() -> None:
    play = held()
    turn = play.say("请问有消息了吗", reading("consult", 0.98, acts=["status"]))
    assert not of(turn, OpenTicket)
    assert said(turn) == ""
    assert [case.intent for case in play.state.cases] == ["medicine"]


def test_another_need_gets_a_ticket_of_its_own_quietly() -> None:
    play = held()
    turn = play.say("另外家里的菜也吃完了", reading("supplies", 0.95))
    assert len(of(turn, OpenTicket)) == 1
    assert said(turn) == ""
    assert [case.intent for case in play.state.cases] == ["medicine", "supplies"]


def test_a_timer_that_has_nothing_to_say_any_more_is_no_turn() -> None:
    """Its ticket is there, or the reporter is through: most timers end so, and the record need not hear of them."""
    play = held()
    set_on = play.case.timers["claim"]
    play.do(ReporterClosed(1, "li", Outcome.SOLVED, "", tell=False))
    before = play.state
    turn = play.do(TimerFired("claim", 1, set_on))
    assert (turn.state, turn.effects) == (before, ())
