"""The question whether it is happening now stands until it is answered, whatever else is sent or asked first."""

import pytest

from conversations.codes import Flag, Intent, Urgency
from conversations.effects import AlertDesk, SendText
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, said

NUMBER, PLACE = "13661230006", "杨浦区控江路300弄5号401"
DOUBT = "以前晕过去一次，要是叫不醒怎么办"
JOKE = "不想活了 开玩笑的"


def doubted(text: str, *then: str) -> Play:
    play = Play()
    hear(play, text, "distress" if text == JOKE else "emergency")
    assert Flag.CHECK in play.case.flags
    assert play.case.urgency is not Urgency.CRITICAL
    for more in then:
        hear(play, more, "chitchat", 0.3)
    return play


@pytest.mark.parametrize("so", ["是的", "是", "正在发生", "对，还是那样", "嗯", "是的 一直没醒"])
@pytest.mark.parametrize("first", [(NUMBER,), (PLACE,), (NUMBER, "一个人")])
@pytest.mark.parametrize("text", [DOUBT, JOKE])
def test_yes_after_the_number_or_the_place(text: str, first: tuple[str, ...], so: str) -> None:
    play = doubted(text, *first)
    turn = hear(play, so, "chitchat", 0.3)
    assert play.case.urgency is Urgency.CRITICAL
    assert of(turn, SendText)[0].purpose == "danger"
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["raised"]


@pytest.mark.parametrize("words", ["好的", "收到", "是我爱人的号码", "还在家里", "可以", "没有"])
def test_what_answers_the_number_asked_for_since_is_no_yes(words: str) -> None:
    play = doubted(DOUBT, PLACE)
    hear(play, words, "chitchat", 0.3)
    assert play.case.urgency is not Urgency.CRITICAL


def test_a_joke_about_dying_is_answered_at_once() -> None:
    play = doubted(JOKE)
    hear(play, "是", "chitchat", 0.3)
    assert play.case.urgency is Urgency.CRITICAL


def test_nobody_is_asked_for_consent_before_it_is_known() -> None:
    play = doubted(DOUBT, NUMBER)
    turn = hear(play, PLACE, "chitchat", 0.3)
    assert "正在发生吗" in said(turn)
    assert "同意" not in said(turn)
    turn = hear(play, "居委也不来", "community", 0.4)
    assert "正在发生吗" not in said(turn), "twice is enough"
    assert "不同意" not in said(turn)


def test_no_is_heard_late_and_the_questions_go_on() -> None:
    play = doubted(DOUBT, NUMBER)
    assert "现在没有" in said(hear(play, "不是", "chitchat", 0.3))
    turn = hear(play, PLACE, "chitchat", 0.3)
    assert "正在发生吗" not in said(turn)
    hear(play, "是的", "chitchat", 0.3)
    assert play.case.urgency is not Urgency.CRITICAL


@pytest.mark.parametrize(
    ("text", "is_called"),
    [("老人叫不应", Intent.EMERGENCY), ("老人没什么 就是想配药", Intent.OTHER_MEDICAL)],
)
def test_something_medical_that_turns_critical_has_its_name(text: str, is_called: Intent) -> None:
    play = Play()
    hear(play, "喂120吗 派辆车来", "other_medical", confidence=0.4)
    assert play.case.intent is Intent.OTHER_MEDICAL
    play.wait(seconds=40)
    hear(play, text, "emergency", confidence=0.3)
    assert play.case.intent is is_called
