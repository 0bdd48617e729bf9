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


def test_nobody_without_a_number_is_told_to_keep_the_line_free() -> None:
    play = Play()
    hear(play, "我爸晕倒了", "emergency")
    told = said(hear(play, "普陀区真光路30弄7号502", "chitchat", 0.3))
    assert "还缺电话" in told
    assert "电话畅通" not in told
    assert "120没有接通前请一直重拨" in told
    play = Play()
    hear(play, "我爸晕倒了", "emergency")
    assert "电话畅通" in said(hear(play, "13661230006", "chitchat", 0.3))


def test_a_death_and_an_undertaker_who_does_not_come_is_mourned() -> None:
    turn = hear(Play(), "我爸走了三天了 殡仪馆不来", "livelihood", 0.5)
    assert "节哀" in said(turn)
    assert "请留" not in said(turn)
