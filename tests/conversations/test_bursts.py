"""Scraps of one breath: one answer for all of them, at once where something presses, later where nothing follows."""

import pytest

from conversations.bursts import unfinished
from conversations.effects import AlertDesk, SetTimer
from conversations.events import BurstEnded, MessageReceived, ReporterClaimed, TimerFired
from conversations.messages import Attachment, Inbound, Kind, Location
from conversations.reading import Reading
from conversations.turn import Turn
from tests.conversations.talking import CONTACT, NOW, Play, of, opened, playbook, reading, said

SCRAP = reading("chitchat", 0.2)


def begin(play: Play, text: str, read: Reading = SCRAP, *, kind: Kind = "text") -> Turn:
    """A message that another one follows, or may."""
    attachments = () if kind == "text" else (Attachment(kind, media_id="x"),)
    message = Inbound(CONTACT, f"m{len(play.turns)}", kind, text, play.now, attachments=attachments)
    return play.do(MessageReceived(message, read, more=True))


def ended(play: Play, read: Reading) -> Turn:
    return play.do(BurstEnded(read, play.state.burst_on))


@pytest.mark.parametrize(
    ("text", "read", "waits"),
    [
        ("小菜", SCRAP, True),
        ("我妈妈", reading("chitchat", 0.8, flags=["proxy", "check"], relation="parent"), True),
        ("小菜", reading("supplies", 0.8, "soon"), True),
        ("断粮了", reading("supplies", 0.8, "urgent", reasons=["O05"]), False),
        ("屋里小菜呒没了", reading("supplies", 0.8), False),
        ("在吗", reading("chitchat", 0.9, acts=["greet"]), False),
        ("人工", reading("consult", 0.2, acts=["human"]), False),
        ("2", reading("consult", 0.2, acts=["menu_choice"]), False),
        ("吃什么？", SCRAP, False),
        ("13512340000", reading("chitchat", 0.2, phones=["13512340000"]), False),
        ("氨氯地平", reading("medicine", 0.2, drugs=["氨氯地平"]), False),
        ("叫不醒", reading("emergency", 0.2, "critical", reasons=["R01"]), False),
        ("人没了", reading("chitchat", 0.2, flags=["deceased"]), False),
        ("今天楼下的超市到底开不开门呀", SCRAP, False),
    ],
)
def test_what_looks_like_a_beginning(text: str, read: Reading, waits: bool) -> None:
    assert unfinished(Inbound(CONTACT, "m", "text", text, NOW), read, playbook()) is waits


def test_two_scraps_get_one_answer_and_one_ticket() -> None:
    play = Play()
    first = begin(play, "小菜")
    assert said(first) == ""
    assert [timer.name for timer in of(first, SetTimer)] == ["burst"]
    assert play.state.cases == ()
    play.wait(seconds=3)
    second = play.say("呒没了，家里两个老人", reading("supplies", 0.8, "soon"))
    assert play.case.summary == "小菜 呒没了，家里两个老人"
    assert said(second).count("\n") <= 2
    assert play.state.burst == ()
    late = play.do(TimerFired("burst", 0, first.state.turn))
    assert (late.effects, late.refused) == ((), "")


def test_a_scrap_that_answers_what_was_asked_is_not_lost_beside_a_number() -> None:
    play = Play()
    play.say("妈妈的药只剩三天了", reading("medicine", 0.9, "soon", days_left=3.0))
    play.say("13512340000 四平路1号", reading("chitchat", 0.2, phones=["13512340000"], addresses=["四平路1号"]))
    assert play.state.asked == ("drug",)
    begin(play, "拜新同", reading("chitchat", 0.2))
    play.wait(seconds=2)
    play.say("打12345打不通", reading("consult", 0.2, called_12345="tried_not_through"))
    assert play.case.slots["drug"].value == "拜新同"
    assert play.case.slots["called_12345"].value


def test_nothing_follows_and_it_is_answered_by_itself() -> None:
    play = Play()
    turn = begin(play, "小菜")
    assert of(turn, SetTimer)[0].due_at == play.now + playbook().manners.quiet
    play.wait(seconds=8)
    answer = ended(play, SCRAP)
    assert said(answer)
    assert play.state.window.remaining(play.limits, play.now) == 4, "a push costs a message"
    assert ended(play, SCRAP).effects == ()


def test_a_slow_typist_is_given_longer() -> None:
    play = Play()
    begin(play, "阿拉")
    assert of(begin(play, "隔壁"), SetTimer)[0].due_at == play.now + playbook().manners.quiet_slow
    play.wait(seconds=20)
    ended(play, reading("care", 0.8, "soon"))
    assert play.case.summary == "阿拉 隔壁"


@pytest.mark.parametrize(("flags", "slow"), [(["elder"], True), (["elder", "proxy"], False), ([], False)])
def test_an_old_person_who_writes_is_given_longer(flags: list[str], slow: bool) -> None:
    play = Play()
    play.say("我今年八十七了，家里冰箱坏了", reading("livelihood", urgency="soon", flags=flags))
    play.wait(minutes=2)
    manners = playbook().manners
    assert of(begin(play, "还有"), SetTimer)[0].due_at == play.now + (manners.quiet_slow if slow else manners.quiet)


def test_danger_is_answered_at_once_with_all_that_was_said() -> None:
    play = Play()
    begin(play, "我爸爸")
    turn = begin(play, "叫不醒了", reading("emergency", 0.9, "critical", reasons=["R01"]))
    assert "120" in said(turn)
    assert of(turn, AlertDesk)
    assert opened(turn)
    assert play.case.summary == "我爸爸 叫不醒了"


def test_a_picture_and_its_words_belong_together() -> None:
    play = Play()
    assert said(begin(play, "", kind="image")) == ""
    turn = play.say("我妈的化验单，肾不好，透析要中断了", reading("dialysis", 0.9, "urgent"))
    assert "照片" not in said(turn)
    assert play.case.intent == "dialysis"


def test_a_place_comes_along() -> None:
    play = Play()
    begin(play, "我在")
    place = Inbound(CONTACT, "place", "location", "", play.now, location=Location(31.25, 121.5, "四川北路1号"))
    play.do(MessageReceived(place, reading("travel", 0.8, "soon")))
    assert "address" in play.case.slots


@pytest.mark.parametrize("read", [reading("consult", 0.2, acts=["human"]), reading("supplies", 0.9, "soon")])
def test_what_asks_for_something_is_never_kept_back(read: Reading) -> None:
    play = Play()
    assert said(begin(play, "屋里吃的没了", read))
    assert play.state.burst == ()


def test_beside_a_reporter_nothing_is_kept_back() -> None:
    play = Play()
    play.say("13512340000", reading("supplies", 0.9, "soon", phones=["13512340000"], addresses=["四平路1号"]))
    play.say("人工", reading("consult", 0.3, acts=["human"]))
    play.do(ReporterClaimed(1, "li"))
    turn = begin(play, "那个")
    assert said(turn) == ""
    assert play.state.burst == ()
    assert turn.filed == 1


@pytest.mark.parametrize("kind", ["menu", "notice"])
def test_a_press_on_the_menu_does_not_swallow_it(kind: Kind) -> None:
    play = Play()
    begin(play, "小菜")
    play.do(MessageReceived(Inbound(CONTACT, "x", kind, "", play.now, opens="menu"), reading()))
    assert len(play.state.burst) == 1
