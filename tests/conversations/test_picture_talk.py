"""What is written on pictures: asked about, never taken silently; danger there is people's to judge."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from conversations.codes import Flag, Intent, Urgency
from conversations.effects import AlertDesk, SendText, SetTimer
from conversations.events import PictureRead, PictureTaken, ReporterClaimed, TimerFired
from conversations.pictured import still_proposed
from conversations.reading import Reading, Reason
from conversations.turn import Turn
from conversations.window import Limits, Window
from tests.conversations.talking import Play, of, playbook, reading, said

BOX = reading("medicine", 0.6, drugs=["碳酸钙片"], phones=["13512340431"])
RED = Reading(
    Intent.DIALYSIS, 0.9, urgency=Urgency.CRITICAL, reasons=(Reason("R08", "多日没有透析", "三天没透析"),), model="test"
)


def read(play: Play, what: Reading, name: str = "p1", *, case: int = 1, late: timedelta = timedelta()) -> Turn:
    return play.do(PictureRead(name, case, "照片上的字", play.now - late, what))


def asked(play: Play) -> Turn:
    play.wait(seconds=8)
    return play.do(TimerFired("picture", 1, play.case.timers.get("picture", 0)))


def begun(**more: Any) -> Play:
    play = Play(**more)
    play.say("妈妈的药只剩两天了", reading("medicine", 0.8, "soon", days_left=2.0))
    play.wait(seconds=30)
    return play


@pytest.mark.parametrize(
    ("words", "acts", "end"),
    [
        ("1", ["menu_choice"], "yes"),
        ("①", ["menu_choice"], "yes"),
        ("对的", ["yes"], "yes"),
        ("是的，是我妈妈的", [], "yes"),
        ("都对", [], "yes"),
        ("2", ["menu_choice"], "no"),
        ("不对", ["no"], "no"),
        ("不是，是邻居的", [], "no"),
        ("3", ["menu_choice"], ""),
        ("对不起发错了", [], ""),
        ("是的，不过电话换了", [], ""),
        ("好", ["yes"], ""),
        ("没有", ["no"], ""),
        ("收到请回复", [], ""),
    ],
)
def test_only_a_plain_yes_is_one(words: str, acts: Sequence[str], end: str) -> None:
    play = begun()
    read(play, BOX)
    assert "13512340431" in said(asked(play))
    play.wait(seconds=20)
    play.say(words, reading("chitchat", 0.3, acts=acts))
    assert play.case.pictured[0].answer == end
    filled = {name: play.case.slots[name].source for name in ("phone", "drug") if name in play.case.slots}
    assert filled == ({"phone": "picture", "drug": "picture"} if end == "yes" else {})


def test_a_number_after_a_later_question_by_numbers_answers_that_one() -> None:
    play = begun()
    read(play, BOX)
    asked(play)
    road = {"addresses": ()}
    play.state = play.state.__class__(
        **{**{name: getattr(play.state, name) for name in play.state.__dataclass_fields__},
           "asked": ("district",), "asked_on": play.state.turn + 1}
    )  # fmt: skip
    play.say("1", reading("chitchat", 0.3, acts=["menu_choice"], **road))
    assert "phone" not in play.case.slots


def test_danger_on_a_picture_rings_at_once_and_asks_on_condition() -> None:
    play = begun()
    turn = read(play, RED)
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["check"]
    assert said(turn) == playbook().say("danger_picture", words="三天没透析")
    assert play.case.urgency is Urgency.SOON, "nobody has said yet that it is them, or now"
    assert Flag.CHECK in play.case.flags
    assert play.case.reasons[-1].text == "照片上写着：多日没有透析"
    again = read(play, RED, "p2")
    assert not of(again, AlertDesk) and not said(again), "the same plea on another picture is no other alarm"
    turn = play.say("是", reading("chitchat", 0.4, acts=["yes"]))
    assert said(turn).startswith("【请马上打120】")
    assert play.case.urgency is Urgency.CRITICAL
    assert "R08" in {reason.code for reason in play.case.reasons}


def test_danger_told_already_is_not_told_again() -> None:
    play = Play()
    play.say("外婆三天没透析了喘不上气", reading("dialysis", 0.9, "critical", reasons=["R08"]))
    turn = read(play, RED)
    assert not of(turn, AlertDesk) and not of(turn, SendText)


def test_what_the_model_feels_about_a_form_is_no_danger() -> None:
    play = begun()
    turn = read(play, Reading(Intent.EMERGENCY, 0.9, urgency=Urgency.CRITICAL, reasons=(Reason("model", "读起来像"),)))
    assert not of(turn, AlertDesk) and not said(turn)


def test_despair_on_a_picture_is_for_people_and_makes_no_form_of_it() -> None:
    play = begun()
    turn = read(play, Reading(urgency=Urgency.CRITICAL, reasons=(Reason("R12", "不想活", "不想活了"),)))
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["check"]
    assert said(turn) == ""
    assert not play.case.quiet, "a poster of a helpline must not silence their own matter"


def test_beside_danger_only_whom_to_call_and_where_are_asked() -> None:
    play = Play()
    play.say("我妈喘不上气", reading("emergency", 0.9, "critical", reasons=["R01"]))
    play.wait(seconds=20)
    read(play, BOX)
    words = said(asked(play))
    assert "13512340431" in words
    assert "碳酸钙片" not in words


def test_a_fixed_number_is_the_hospitals() -> None:
    play = begun()
    read(play, reading("medicine", 0.6, phones=["02164369181"]))
    assert said(asked(play)) == ""
    assert [(name, value.value) for _, name, value in still_proposed(play.case)] == [("phone", "02164369181")]


def test_an_old_picture_is_for_the_desk() -> None:
    play = begun()
    turn = read(play, BOX, late=timedelta(minutes=11))
    assert not of(turn, SetTimer)
    assert {name for _, name, _ in still_proposed(play.case)} == {"phone", "drug"}


def test_nothing_is_said_where_the_last_messages_are_a_reporters() -> None:
    play = begun(limits=Limits(windows={"message": Window(timedelta(hours=48), 2)}))
    read(play, BOX)
    assert not of(asked(play), SendText)
    assert not play.case.pictured[0].asked, "never asked, so that a stray 1 is no yes"
    play.say("1", reading("chitchat", 0.3, acts=["menu_choice"]))
    assert "phone" not in play.case.slots


def test_a_yes_after_a_claim_is_taken_without_a_word() -> None:
    play = begun()
    play.do(TimerFired("silence", 1, play.case.timers["silence"]))
    read(play, BOX)
    asked(play)
    play.do(ReporterClaimed(1, "li"))
    turn = play.say("1", reading("chitchat", 0.3, acts=["menu_choice"]))
    assert not of(turn, SendText)
    assert play.case.slots["phone"].source == "picture"


def test_a_reporter_takes_one_slot_with_its_parts_and_their_name() -> None:
    play = begun()
    play.do(TimerFired("silence", 1, play.case.timers["silence"]))
    read(play, reading("medicine", 0.6, addresses=["玉田路7号"], drugs=["碳酸钙片"]))
    play.do(PictureTaken(1, "li", "p1", "address"))
    taken = play.case.slots["address"]
    assert (taken.source, taken.by, dict(taken.parts)["district"]) == ("picture", "li", "虹口区")
    assert play.state.known["address"] == taken
    assert [name for _, name, _ in still_proposed(play.case)] == ["drug"]
    assert play.do(PictureTaken(1, "li", "p9", "drug")).refused == "value"
    assert play.do(PictureTaken(7, "li", "p1", "drug")).refused == "unknown"
