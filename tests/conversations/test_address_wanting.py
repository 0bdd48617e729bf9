"""Who is sent help is asked where before anything is passed on, and told what is still missing."""

from conversations.codes import Intent, Urgency
from tests.conversations.ruled import at_home, hear
from tests.conversations.talking import Play, said


def test_the_address_is_asked_for_before_consent() -> None:
    play = Play()
    hear(play, "家里没吃的了", "supplies", 0.9)
    hear(play, "两个老人", "care", 0.9, check=True)
    turn = hear(play, "13661230006", "chitchat", 0.3)
    assert "地址" in said(turn)
    assert "不同意" not in said(turn)
    assert not play.case.consent
    play.wait(hours=1)
    assert "还缺地址" in said(hear(play, "怎么还没人来", "chitchat", 0.3))


def test_a_refusal_with_a_courtesy_is_a_refusal() -> None:
    play = at_home()
    turn = hear(play, "不同意，谢谢", "feedback", 0.9)
    assert play.case.consent == "no"
    assert "不转给别人" in said(turn)


def test_what_follows_a_joke_is_taken_down() -> None:
    play = Play()
    hear(play, "转人工", "chitchat", 0.9)
    turn = hear(play, "不开玩笑了 我老公三天没做血透了", "dialysis", 0.9, feels="urgent")
    assert "先替您留着" not in said(turn)
    assert play.case.intent is Intent.DIALYSIS
    assert play.case.urgency is Urgency.URGENT


def test_who_takes_it_back_is_let_go() -> None:
    play = at_home()
    play.wait(hours=1)
    hear(play, "13512340001", "chitchat", 0.3)
    assert "留着" in said(hear(play, "不用了，真的不用帮我们联系了，算了", "chitchat", 0.3))
