"""What a person does at a page acts on what the page was drawn from: new words of the contact's stand in its way."""

import pytest

from conversations.codes import Outcome, Urgency
from conversations.events import (
    ReporterClaimed,
    ReporterClosed,
    ReporterCorrected,
    ReporterReopened,
    TimerFired,
    WholeEnded,
)
from tests.conversations.talking import Play, of, reading, said

HARD = reading("medicine", urgency="urgent", phones=["13800005678"], addresses=["牡丹路60号"])


def a_ticket() -> Play:
    play = Play()
    play.say("药配不到，只够三天", HARD)
    play.say("13800005678 牡丹路60号", HARD)
    if not play.case.ticket:
        play.do(TimerFired("silence", play.case.key, play.case.timers["silence"]))
    assert play.case.ticket
    return play


def test_ending_waits_until_the_new_words_were_read() -> None:
    play = a_ticket()
    drawn = play.state.heard_on
    play.do(ReporterClaimed(1, "lina"))
    assert play.state.heard_on == drawn  # what we do is no word of theirs
    play.say("她昏过去了", reading("emergency", urgency="critical", reasons=["R1"]))
    refused = play.do(ReporterClosed(1, "lina", Outcome.SOLVED, heard=drawn))
    assert (refused.refused, play.state.cases[0].open) == ("heard", True)
    assert not play.do(ReporterClosed(1, "lina", Outcome.SOLVED, heard=play.state.heard_on)).refused


def test_a_program_that_looked_at_no_page_ends_it_as_before() -> None:
    play = a_ticket()
    assert not play.do(ReporterClosed(1, "api:x", Outcome.SOLVED)).refused


@pytest.mark.parametrize(("to", "refused"), [("soon", "heard"), ("critical", "")])
def test_lowering_waits_and_raising_never_does(to: str, refused: str) -> None:
    play = a_ticket()
    drawn = play.state.heard_on
    play.say("还有一件事", reading())
    turn = play.do(ReporterCorrected(1, "lina", "urgency", to, "还有三天的药", drawn))
    assert turn.refused == refused


def test_what_was_decided_of_a_calmer_case_is_not_done_to_a_graver_one() -> None:
    play = a_ticket()
    play.do(ReporterCorrected(1, "zhou", "urgency", "critical"))
    merged = ReporterClosed(1, "lina", Outcome.DUPLICATE, heard=play.state.heard_on, urgency=Urgency.URGENT)
    assert play.do(merged).refused == "more_urgent"


def test_what_has_ended_gets_no_progress() -> None:
    play = a_ticket()
    play.do(ReporterClosed(1, "lina", Outcome.SOLVED))
    assert play.do(ReporterCorrected(1, "lina", "status", "verifying")).refused == "closed"
    assert not play.do(ReporterCorrected(1, "lina", "verification", "confirmed")).refused
    play.do(ReporterReopened(1, "lina"))
    assert not play.do(ReporterCorrected(1, "lina", "status", "verifying")).refused


def test_whoever_was_merged_hears_how_it_ended() -> None:
    play = a_ticket()
    assert play.do(WholeEnded(1, "lina", Outcome.SOLVED)).refused == "unknown"
    play.do(ReporterClosed(1, "lina", Outcome.DUPLICATE))
    told = play.do(WholeEnded(1, "lina", Outcome.SOLVED))
    assert "已办结" in said(told)
    assert play.case.outcome is Outcome.DUPLICATE
    asked = play.say("办得怎么样了", reading(acts=["status"]))
    assert "已办结" in said(asked)
    assert "并到" not in said(asked)
    again = play.say("没有解决", reading(acts=["not_solved"]))
    assert play.case.open
    assert of(again, type(again.effects[-1]))
