"""Whoever says that they will hurt others is neither a victim nor a matter of the compound: a person speaks with them."""

import pytest

from conversations.effects import AlertDesk
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, said


def alerts(text: str) -> list[str]:
    return [one.reason for one in of(hear(Play(), text, "community", 0.7), AlertDesk)]


@pytest.mark.parametrize(
    "text",
    ["我要拿刀砍人", "再不解决我就去居委放火", "我现在就去物业泼汽油", "惹急了我就放把火", "老子去把楼道点了 我要放火"],
)
def test_a_threat_is_for_people(text: str) -> None:
    play = Play()
    turn = hear(play, text, "community", 0.7)
    assert [one.reason for one in of(turn, AlertDesk)] == ["threat"]
    assert "别做伤人的事" in said(turn)


@pytest.mark.parametrize(
    "text",
    [
        "我要放火腿肠在冰箱里",
        "我去居委放东西",
        "我就去居委找他们",
        "我想去泼水节",
        "有人要放火 说了好几次",
        "我去点煤气灶",
    ],
)
def test_no_threat(text: str) -> None:
    assert "threat" not in alerts(text)
