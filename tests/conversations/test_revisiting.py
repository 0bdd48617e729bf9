"""How it went: one question answered by a number, whether they are content apart from it, of ended tickets as well."""

import pytest

from conversations.codes import Flag, Outcome, TicketStatus
from conversations.effects import AlertDesk, UpdateTicket
from conversations.events import ReporterClaimed, ReporterClosed, ReporterCorrected, RevisitAsked, TimerFired
from conversations.turn import Turn
from tests.conversations.talking import Play, of, reading, said

NUMBER = ("chitchat", 0.2)


def changes(turn: Turn) -> list[str]:
    return [note.change for note in of(turn, UpdateTicket)]


def done(urgency: str = "soon", *, ended: bool = False, flags: tuple[Flag, ...] = ()) -> Play:
    """A ticket that is said to be done (or ended), and the question that was asked about it."""
    play = Play()
    facts = {"phones": ["13512340000"], "addresses": ["四平路1号"], "drugs": ["氨氯地平"], "days_left": 3.0}
    reasons = ["R01"] if urgency == "critical" else []
    play.say("妈妈的药只剩三天", reading("medicine", 0.9, urgency, reasons=reasons, flags=flags, **facts))
    if ended:
        play.do(ReporterClosed(1, "li", Outcome.SOLVED, tell=False))
        play.wait(minutes=5)
        play.turns.append(play.do(RevisitAsked(1, "li")))
    else:
        play.do(ReporterCorrected(1, "li", "status", "claimed_done"))
        play.wait(hours=4)
        play.do(TimerFired("revisit", 1, play.case.timers["revisit"]))
    assert "1 " in said(play.turns[-1])
    assert play.state.asked == ("revisit",)
    play.wait(minutes=2)
    return play


def answer(play: Play, text: str, **more: object) -> Turn:
    acts = ["menu_choice"] if len(text) == 1 else []
    return play.say(text, reading(*NUMBER, **{"acts": acts, **more}))  # type: ignore[arg-type]


def test_called_and_solved_then_whether_they_are_content() -> None:
    play = done()
    turn = answer(play, "1")
    assert changes(turn) == ["says_contacted", "says_solved"]
    assert "满意" in said(turn)
    assert play.case.status is TicketStatus.REVISITED
    play.wait(minutes=2)
    turn = answer(play, "2")
    assert changes(turn) == ["says_fair"]
    assert play.state.asked == ()


@pytest.mark.parametrize(("text", "contacted"), [("2", "says_contacted"), ("第三个", "says_not_contacted")])
def test_not_solved_goes_back_to_people_whoever_called(text: str, contacted: str) -> None:
    play = done()
    turn = answer(play, text)
    assert changes(turn) == [contacted, "says_not_solved"]
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["not_solved"]
    assert play.case.status is TicketStatus.REOPENED
    assert "满意" not in said(turn)


def test_words_do_as_well() -> None:
    play = done()
    turn = answer(play, "解决了", acts=["solved"])
    assert changes(turn) == ["says_solved"]
    play.wait(minutes=2)
    assert changes(answer(play, "不满意")) == ["says_bad"]


def test_content_is_asked_once_and_what_they_say_instead_is_heard() -> None:
    play = done()
    answer(play, "1")
    play.wait(minutes=2)
    turn = play.say("家里又没有菜了，两个老人", reading("supplies", 0.9, "soon"))
    assert "满意" not in said(turn)
    assert play.case.intent == "supplies"


def test_after_danger_nobody_is_asked_to_judge() -> None:
    turn = answer(done("critical"), "1")
    assert "满意" not in said(turn)
    assert changes(turn) == ["says_contacted", "says_solved"]


def test_an_ended_ticket_is_asked_about_and_stays_ended_when_it_is_solved() -> None:
    play = done(ended=True)
    turn = answer(play, "1")
    assert changes(turn) == ["says_contacted", "says_solved"]
    assert play.case.status is TicketStatus.CLOSED
    assert said(turn).startswith("知道了")


def test_an_ended_ticket_opens_again_when_it_is_not() -> None:
    play = done(ended=True)
    answer(play, "3")
    assert play.case.status is TicketStatus.REOPENED
    assert play.case.outcome is None


def test_who_may_have_it_asked_and_when() -> None:
    play = done(ended=True)
    assert play.do(RevisitAsked(1, "li")).effects == (), "pressed twice"
    assert play.do(RevisitAsked(7, "li")).refused == "unknown"
    play.say("没有解决", reading("feedback", 0.9, acts=["not_solved"]))
    play.do(ReporterClaimed(1, "wang"))
    assert play.do(RevisitAsked(1, "li")).refused == "claimed"
    play.wait(days=3)
    assert play.do(RevisitAsked(1, "wang")).refused == "window"


def test_the_bereaved_are_not_asked() -> None:
    play = Play()
    play.say("我爸爸走了", reading("other_medical", 0.9, "soon", flags=["deceased"], phones=["13512340000"]))
    assert play.do(RevisitAsked(1, "li")).refused == "quiet"


def test_a_number_out_of_nowhere_is_no_answer() -> None:
    play = Play()
    turn = answer(play, "1")
    assert changes(turn) == []
