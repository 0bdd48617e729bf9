"""A reporter's picture as the conversation sees it: a message of the window, once, and only where pictures are carried."""

from dataclasses import replace

from conversations.effects import SendPicture, SendText
from conversations.events import ReporterReplied
from conversations.messages import Picture
from tests.conversations.talking import WECHAT, Play, of, reading

PICTURE = Picture("0f" * 16, 40_000, 360, 270)


def begun(picture_bytes: int) -> Play:
    play = Play(limits=replace(WECHAT, picture_bytes=picture_bytes))
    play.say("外婆喘不上气", reading("dialysis", urgency="critical"))
    play.wait(minutes=1)
    return play


def left(play: Play) -> int:
    return play.state.window.remaining(play.limits, play.now)


def test_it_costs_one_and_its_words_another() -> None:
    play = begun(2 << 20)
    before = left(play)
    turn = play.do(ReporterReplied(1, "li", "", "p-1", PICTURE))
    assert [effect.picture for effect in of(turn, SendPicture)] == [PICTURE]
    assert of(turn, SendText) == []
    assert left(play) == before - 1
    turn = play.do(ReporterReplied(1, "li", "照这样填", "p-2", PICTURE))
    assert (len(of(turn, SendPicture)), len(of(turn, SendText))) == (1, 1)
    assert left(play) == before - 3


def test_pressed_twice_it_goes_once() -> None:
    play = begun(2 << 20)
    play.do(ReporterReplied(1, "li", "", "p-1", PICTURE))
    assert of(play.do(ReporterReplied(1, "li", "", "p-1", PICTURE)), SendPicture) == []


def test_where_none_is_carried_or_no_room_is_left_it_is_refused() -> None:
    play = begun(0)
    assert play.do(ReporterReplied(1, "li", "", "p-1", PICTURE)).refused == "pictures"
    assert not play.case.reporter, "a refused act takes no case"
    play = begun(PICTURE.size - 1)
    assert play.do(ReporterReplied(1, "li", "", "p-1", PICTURE)).refused == "pictures"
    play = begun(2 << 20)
    play.wait(hours=49)
    assert play.do(ReporterReplied(1, "li", "", "p-1", PICTURE)).refused == "window"
    assert begun(2 << 20).do(ReporterReplied(1, "li", " ", "p-2")).refused == "empty"
