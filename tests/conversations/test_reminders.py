"""The day before the next treatment: the resident is asked whether it is arranged, the desk is told, once."""

from datetime import datetime, time

import pytest

from conversations.codes import Outcome, TicketStatus
from conversations.effects import AlertDesk, SetTimer
from conversations.events import ReporterClaimed, ReporterClosed, TimerFired
from conversations.playbook import SHANGHAI
from tests.conversations.talking import NOW, Play, of, reading, said

FRIDAY = datetime(2026, 4, 10, 7, 30, tzinfo=SHANGHAI)


def dialysis(due: datetime | None = FRIDAY) -> Play:
    """A patient with a ticket whose next dialysis is on Friday; today is Sunday evening."""
    play = Play()
    play.say("血透礼拜三没做，下次礼拜五", reading("dialysis", 0.9, "urgent", next_due_at=due, last_done_at=NOW))
    play.say("13512340000 四平路1号", reading("dialysis", 0.4, phones=["13512340000"], addresses=["四平路1号"]))
    assert play.case.ticket
    return play


def due_now(play: Play) -> TimerFired:
    return TimerFired("treatment", 1, play.case.timers.get("treatment", 0))


def test_set_for_the_morning_before() -> None:
    play = dialysis()
    timers = [timer for turn in play.turns for timer in of(turn, SetTimer) if timer.name == "treatment"]
    assert [timer.due_at for timer in timers] == [datetime.combine(FRIDAY.date(), time(9), SHANGHAI).replace(day=9)]


def test_asked_and_told_to_the_desk_once() -> None:
    play = dialysis()
    play.wait(days=3, hours=15)
    turn = play.do(due_now(play))
    assert "4月10日07:30" not in said(turn), "a window of 48 hours is long shut: people are told"
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["treatment_due"]
    assert play.do(due_now(play)).effects == ()


def test_with_room_in_the_window_the_resident_is_asked() -> None:
    play = dialysis()
    play.wait(days=3)
    play.say("谢谢", reading("chitchat", 0.9, acts=["thanks"]))
    play.wait(hours=15)
    turn = play.do(due_now(play))
    assert "4月10日07:30该做透析了" in said(turn)
    answer = play.say("没有解决", reading("feedback", 0.8, acts=["not_solved"]))
    assert of(answer, AlertDesk)[0].reason == "not_solved"


def test_another_day_sets_it_anew() -> None:
    play = dialysis()
    turn = play.say("改到礼拜六做了", reading("dialysis", 0.9, acts=["correct"], next_due_at=FRIDAY.replace(day=11)))
    assert [timer.due_at.astimezone(SHANGHAI).day for timer in of(turn, SetTimer)] == [10]
    stale = TimerFired("treatment", 1, 1)
    assert play.do(stale).effects == ()


@pytest.mark.parametrize("due", [None, datetime(2026, 4, 6, 7, 0, tzinfo=SHANGHAI)])
def test_not_for_tomorrow_or_an_unknown_day(due: datetime | None) -> None:
    """What is due by tomorrow morning is urgent already; its clocks run."""
    assert not any(timer.name == "treatment" for turn in dialysis(due).turns for timer in of(turn, SetTimer))


def test_a_reporter_who_has_it_is_reminded_and_nobody_else_speaks() -> None:
    play = dialysis()
    play.do(ReporterClaimed(1, "li"))
    play.wait(days=1)
    turn = play.do(due_now(play))
    assert said(turn) == ""
    assert of(turn, AlertDesk)


def test_an_ended_one_is_left_alone() -> None:
    play = dialysis()
    play.do(ReporterClosed(1, "li", Outcome.SOLVED))
    assert play.do(due_now(play)).effects == ()
    assert play.case.status is TicketStatus.CLOSED
