"""A child by itself, and somebody without Chinese: a person at once, and nothing they cannot answer."""

import pytest

from conversations.codes import Urgency
from conversations.effects import AlertDesk
from conversations.writers import child_writes, without_chinese
from tests.conversations.talking import Play, of, opened, playbook, reading, said


@pytest.mark.parametrize(
    ("text", "child"),
    [
        ("我今年十岁 爸爸妈妈都被拉去隔离了 我一个人在家", True),
        ("我8岁，奶奶摔倒了", True),
        ("我才13岁", True),
        ("我在读三年级，家里没有吃的", True),
        ("爸爸妈妈被带走了就剩我一个人", True),
        ("我是小学生", True),
        ("我今年68岁", False),
        ("我14岁了", False),
        ("我女儿8岁，一个人在家", False),
        ("我家小孩今年十岁", False),
        ("我儿子是小学生，我8岁的时候也这样", False),
        ("我十几岁就来上海了", False),
        ("我是小学老师", False),
        ("我三十岁，爸妈都被隔离了", False),
        ("就我一个人", False),
        ("我是三年级二班的", True),
        ("我读四年级 家里没人", True),
        ("我是五年级学生 妈妈晕倒了", True),
        ("我是小学三年级班主任 班上有三个孩子家里断粮了", False),
        ("我是五年级的班主任，有学生发烧了", False),
        ("我是三年级二班的数学老师", False),
        ("我是小学三年级老师 想问开学时间", False),
        ("我是小学门口的保安 有孩子晕倒了", False),
        ("我是三年级家长", False),
        ("我是二年级学生的奶奶", False),
    ],
)
def test_who_is_a_child(text: str, child: bool) -> None:
    assert child_writes(text, playbook().cues) is child


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("Please help, no food for three days", True),
        ("Hilfe, meine Mutter atmet nicht", True),
        ("help 救命 please hurry", False),
        ("OK thanks", False),
        ("13512340000", False),
        ("", False),
    ],
)
def test_who_has_no_chinese(text: str, foreign: bool) -> None:
    assert without_chinese(text) is foreign


def test_a_child_is_told_to_find_a_grown_up_and_a_person_is_called() -> None:
    play = Play()
    turn = play.say(
        "我今年十岁 爸爸妈妈都去隔离了 我一个人在家", reading("care", 0.9, "soon", flags=["minor"], age_months=120)
    )
    assert opened(turn)
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["child"]
    assert play.case.urgency is Urgency.URGENT
    assert "别怕" in said(turn)
    assert "邻居" in said(turn)
    assert "自动助手" not in said(turn), "no notice a child cannot judge"
    turn = play.say("妈妈电话13512340000 四平路1号", reading(phones=["13512340000"], addresses=["四平路1号"]))
    assert "13512340000" in said(turn)
    assert "同意" not in said(turn)
    assert play.state.asked == ()
    turn = play.say("我怕", reading("distress", 0.5))
    assert said(turn)


def test_danger_comes_first_for_a_child_too() -> None:
    play = Play()
    turn = play.say("我8岁 奶奶叫不醒了", reading("emergency", 0.9, "critical", reasons=["R03"]))
    assert said(turn).startswith("【请马上打120】")
    assert play.case.child


def test_an_open_case_becomes_a_childs() -> None:
    play = Play()
    play.say("家里没有吃的了", reading("supplies", 0.9, "soon"))
    turn = play.say("我9岁，大人都去隔离了", reading("care", 0.5, "soon"))
    assert "别怕" in said(turn)
    assert of(turn, AlertDesk)


def test_a_grown_up_who_takes_the_telephone_is_answered_as_one() -> None:
    play = Play()
    play.say("我9岁，爸妈都去隔离了 家里没有吃的", reading("supplies", 0.9, "soon"))
    assert play.case.child
    turn = play.say("我是他妈妈 13512340000 四平路1号", reading(phones=["13512340000"], addresses=["四平路1号"]))
    assert not play.case.child
    assert play.case.urgency is Urgency.URGENT
    assert "手机别关" not in said(turn)


def test_a_ticket_whose_writer_turns_out_to_be_a_child_rings() -> None:
    play = Play()
    play.say(
        "家里没有吃的了",
        reading("supplies", 0.9, "soon", phones=["13512340000"], addresses=["四平路1号"], days_left=1.0),
    )
    play.say("人工", reading("consult", 0.3, acts=["human"]))
    assert play.case.ticket
    play.wait(minutes=2)
    turn = play.say("我9岁，大人都去隔离了", reading("care", 0.5, "soon"))
    assert "child" in [alert.reason for alert in of(turn, AlertDesk)]
    assert "别怕" in said(turn)
    play.wait(minutes=2)
    again = play.say("我怕", reading("distress", 0.5))
    assert "child" not in [alert.reason for alert in of(again, AlertDesk)]


def test_somebody_without_chinese_gets_a_person_in_english() -> None:
    play = Play()
    turn = play.say("Please help, no food for three days", reading("supplies", 0.3, "soon"))
    assert "120 (ambulance)" in said(turn)
    assert play.case.ticket in said(turn)
    assert "human" in [alert.reason for alert in of(turn, AlertDesk)]
    again = play.say("Room 301 building 5 Longyang road", reading("consult", 0.2))
    assert "Added to no." in said(again)
    assert said(play.say("13512340000", reading("chitchat", 0.2, phones=["13512340000"]))).isascii()
    assert play.case.slots["phone"].value == "13512340000"
    assert play.state.cases == (play.case,)
    assert "Added" not in said(play.say("我会一点中文，在龙阳路", reading("supplies", 0.5)))


def test_what_the_model_feels_about_another_language_is_no_danger() -> None:
    play = Play()
    turn = play.say("My father needs his medicine", reading("emergency", 0.6, "critical", reasons=["model"]))
    assert "CALL 120 NOW" not in said(turn)
    assert "human" in [alert.reason for alert in of(turn, AlertDesk)]


def test_danger_without_chinese() -> None:
    play = Play()
    turn = play.say("my mother cannot breathe", reading("emergency", 0.9, "critical", reasons=["R03"]))
    assert "CALL 120 NOW" in said(turn)
    assert opened(turn)
