"""Nobody answers: of an old person who lives alone it is their silence, of 12345 that it is engaged."""

import pytest

from conversations.codes import Flag, Urgency
from conversations.effects import AlertDesk
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, said

ALONE = "我妈一个人住 胰岛素还有一针 13512340070 虹口区四平路1200弄5号301"
HERE = "家里没菜了 13512340070 虹口区四平路1200弄5号301"
ASKS = "现在还是联系不上吗"


def _told(begun: str, intent: str, *, hours: float = 6) -> Play:
    play = Play()
    hear(play, begun, intent, 0.95)
    hear(play, "还有一天", intent, 0.5)
    play.wait(hours=hours)
    return play


@pytest.mark.parametrize("text", ["打了六趟都没人接", "电话一直不接", "打不通", "到现在都没人应"])
@pytest.mark.parametrize("feels", ["", "critical"])
def test_the_silence_of_one_who_lives_alone(text: str, feels: str) -> None:
    play = _told(ALONE, "medicine")
    turn = hear(play, text, "care", 0.49, feels=feels)
    assert ASKS in said(turn)
    assert "110" in said(turn)
    assert "居委" in said(turn)
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["check"]
    assert all("called_12345" not in case.slots for case in play.state.cases)
    turn = hear(play, "是的", "chitchat", 0.9)
    assert "【请马上打110】" in said(turn)
    assert play.case.urgency is Urgency.CRITICAL


@pytest.mark.parametrize(
    ("begun", "intent", "text", "hours"),
    [
        (ALONE, "medicine", "12345打了六趟都没人接", 6),
        (ALONE, "medicine", "居委的电话没人接", 6),
        (ALONE, "medicine", "药房打了没人接", 6),
        (ALONE, "medicine", "打了三家药店都没人接", 6),
        (ALONE, "medicine", "打了六趟都没人接", 0.01),
        (HERE, "supplies", "打了六趟都没人接", 6),
        (HERE, "supplies", "一直打不通", 6),
    ],
)
def test_who_else_does_not_answer(begun: str, intent: str, text: str, hours: float) -> None:
    play = _told(begun, intent, hours=hours)
    turn = hear(play, text, "consult", 0.3)
    assert ASKS not in said(turn)
    assert Flag.CHECK not in play.case.flags


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("12345打了六趟都没人接", True),
        ("热线一直占线", True),
        ("打了六趟都没人接", True),
        ("药房打了没人接", False),
        ("居委的电话没人接", False),
        ("打了三家药店都没人接", False),
    ],
)
def test_whose_telephone_was_engaged(text: str, told: bool) -> None:
    play = _told(ALONE, "medicine", hours=0.01)
    assert "打过12345吗" in said(play.turns[-1])
    hear(play, text, "consult", 0.3)
    assert ("called_12345" in play.case.slots) is told


TOLD_LATER = ["她一个人住，我在加拿大", "她独居的 我在外地", "老人一个人在家"]


@pytest.mark.parametrize("later", TOLD_LATER)
def test_that_she_lives_alone_may_be_told_later(later: str) -> None:
    play = Play()
    hear(play, "我姆妈是糖尿病，胰岛素还有一针了 13512340070 虹口区四平路1200弄5号301", "medicine", 0.95)
    play.wait(seconds=30)
    hear(play, later, "care", 0.4)
    play.wait(hours=6)
    assert ASKS in said(hear(play, "打了六趟都没人接", "care", 0.49, feels="critical"))


def test_of_a_writer_who_lives_alone_nobody_else_is_silent() -> None:
    play = Play()
    hear(play, "我一个人住 胰岛素还有一针了 13512340070 虹口区四平路1200弄5号301", "medicine", 0.95)
    play.wait(hours=6)
    assert ASKS not in said(hear(play, "打了六趟都没人接", "care", 0.4))


def test_of_how_often_they_rang_nothing_lasts() -> None:
    play = Play()
    hear(play, HERE, "supplies", 0.95)
    play.wait(minutes=30)
    hear(play, "打了六趟都没人接", "care", 0.4)
    assert "days_left" not in play.case.slots


@pytest.mark.parametrize("text", ["独居的奶奶电话一天没人接", "楼上孤老敲门没人应"])
def test_whoever_is_silent_behind_a_door_is_looked_for(text: str) -> None:
    assert "【请马上打110】" in said(hear(Play(), text, "care"))


def test_who_lies_there_is_for_an_ambulance() -> None:
    assert "【请马上打120】" in said(hear(Play(), "独居的奶奶电话没人接，邻居说叫不醒了", "emergency"))


CUT_OFF = "我妈一个人住虹口区四平路1200弄5号301 跟我视频说头晕 然后就挂了"


@pytest.mark.parametrize("text", ["打过去没人接了", "还是打不通", "我打了十个她都不接", "敲门没人应"])
def test_who_does_not_answer_still_is_looked_for_now(text: str) -> None:
    play = Play()
    assert ASKS in said(hear(play, CUT_OFF, "care", 0.5))
    turn = hear(play, text, "feedback", 0.7)
    assert play.case.urgency is Urgency.CRITICAL
    assert "【请马上打110】" in said(turn)
    assert "raised" in [one.reason for one in of(turn, AlertDesk)]


@pytest.mark.parametrize("text", ["居委电话打不通", "12345打不通", "接了 她说没事", "没事了 她回我了"])
def test_an_office_that_does_not_answer_is_no_yes(text: str) -> None:
    play = Play()
    hear(play, CUT_OFF, "care", 0.5)
    hear(play, text, "feedback", 0.7)
    assert play.case.urgency is not Urgency.CRITICAL
