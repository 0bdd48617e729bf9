"""Whoever agrees, only not to one receiver, agrees; that one is kept beside it."""

import pytest

from conversations.effects import UpdateTicket
from tests.conversations.ruled import at_home, hear
from tests.conversations.talking import Play, of, said


def asked() -> Play:
    play = at_home()
    hear(play, "家里两个人", "chitchat", 0.3)
    assert "consent" in play.state.asked
    return play


@pytest.mark.parametrize(
    "text",
    ["我同意转 但是不要告诉我单位", "可以的 不过别告诉居委", "可以转给12345，别让居委知道", "好的，就是别让单位知道",
     "同意，只是不要跟邻居说", "算了 可以转 但别告诉房东"],
)  # fmt: skip
def test_one_receiver_less_is_no_refusal(text: str) -> None:
    play = asked()
    turn = hear(play, text, "feedback", 0.3)
    assert play.case.consent == "yes"
    assert "同意转" in said(turn)
    assert any(text in update.detail for update in of(turn, UpdateTicket)), "people read whom not to tell"


@pytest.mark.parametrize(
    ("text", "consent"),
    [
        ("我反悔了 不要告诉居委 只告诉医院", "yes"),
        ("别转给居委了，只转给12345", "yes"),
        ("不同意转 只能你们看", "no"),
        ("不要告诉居委 就告诉你们", "no"),
    ],
)
def test_to_one_alone_is_no_refusal(text: str, consent: str) -> None:
    play = asked()
    hear(play, "同意", "chitchat", 0.3)
    play.wait(minutes=2)
    turn = hear(play, text, "feedback", 0.5)
    assert play.case.consent == consent
    assert any(text in update.detail for update in of(turn, UpdateTicket)) is (consent == "yes")


@pytest.mark.parametrize("text", ["算了 可以转", "算了，你们转吧", "算了同意吧"])
def test_consent_is_no_withdrawal(text: str) -> None:
    play = asked()
    hear(play, text, "offer", 0.6)
    assert play.case.consent == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "不要告诉居委",
        "不同意转给居委",
        "不同意，别告诉我单位",
        "算了 别转了",
        "算了 不用了",
        "别告诉居委",
    ],
)
def test_a_refusal_stays_one(text: str) -> None:
    play = asked()
    hear(play, text, "feedback", 0.3)
    assert play.case.consent == "no"


def test_a_question_is_neither() -> None:
    play = asked()
    hear(play, "可以不告诉居委吗", "consult", 0.6)
    assert play.case.consent != "yes"


def test_fine_is_no_consent_where_it_was_not_asked() -> None:
    play = Play()
    hear(play, "家里没吃的了", "supplies", 0.9)
    assert "consent" not in play.state.asked
    hear(play, "好的 但别给邻居说", "chitchat", 0.3)
    assert play.case.consent != "yes"
