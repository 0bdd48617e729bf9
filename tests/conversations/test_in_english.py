"""Dangers told by somebody who has no Chinese: the number that fits, and in English what would harm if it were not said."""

import pytest

from conversations.effects import AlertDesk
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import Play, of, playbook, said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I smell gas in my kitchen", "call 119 from outside"),
        ("We are stuck in the elevator", "CALL 119 NOW"),
        ("There is smoke in our building", "CALL 119 NOW"),
        ("The water is coming into the basement and my grandpa is there", "CALL 119 NOW"),
        ("Our roof collapsed, my kid is under it", "CALL 119 NOW"),
        ("My husband hit me", "CALL 110 NOW"),
        ("My dad can't breathe", "CALL 120 NOW"),
        ("wo ba hu xi kun nan", "CALL 120 NOW"),
    ],
)
def test_the_number_that_fits(text: str, words: str) -> None:
    turn = hear(Play(), text)
    assert words in said(turn)
    assert of(turn, AlertDesk)


@pytest.mark.parametrize(
    "text",
    [
        "Hit me up on WeChat", "No smoke in the kitchen, I only want to ask about the gas bill",
        "The lift service is closed, when does it open", "The water from upstairs is leaking into my room",
        "Water bill for the basement garage", "My gas stove is out of gas", "I need a smoke alarm in my kitchen",
        "Can you give me a lift to the hospital", "My phone is in the basement, nobody answers", "Nobody is reading my messages",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert not any(reason.code.startswith("R") for reason in ruled(text).reasons)


def test_whoever_is_watched_reads_a_courtesy_in_both_languages() -> None:
    play = Play()
    turn = hear(play, "My husband hit me and he is reading my phone")
    assert said(turn) == f"{playbook().say('danger_watched')}\n{playbook().say('danger_foreign_watched')}"
    assert play.case.overlooked
    play.wait(minutes=5)
    assert said(hear(play, "Changshou Road 100 room 301")) == ""
    assert len(play.state.cases) == 1


def test_insulin_presses() -> None:
    assert [reason.code for reason in ruled("I need insulin, only one day left").reasons] == ["O04"]


def test_the_receipt_names_all_three_numbers() -> None:
    receipt = playbook().say("foreign", number="B")
    assert all(number in receipt for number in ("110", "119", "120"))
