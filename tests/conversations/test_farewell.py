"""Thanks in which danger is felt are a farewell: never answered with a courtesy."""

import pytest

from conversations.effects import AlertDesk
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, opened, said


@pytest.mark.parametrize("text", ["别管我的死活了谢谢", "谢谢你们 我不行了", "你好，救命"])
@pytest.mark.parametrize("intent", ["feedback", "chitchat"])
def test_a_farewell_gets_a_ticket_and_a_person(text: str, intent: str) -> None:
    turn = hear(Play(), text, intent, 0.9, check=True)
    assert "不客气" not in said(turn)
    assert "您好" not in said(turn)
    assert opened(turn)
    assert of(turn, AlertDesk)


def test_beside_a_ticket_it_is_an_alert_too() -> None:
    play = Play()
    hear(play, "家里没吃的了 13512340001 虹口区四平路1200弄5号301", "supplies", 0.9)
    turn = hear(play, "谢谢你们 我不行了", "feedback", 0.9, check=True)
    assert "不客气" not in said(turn)
    assert "请马上打120" in said(turn)
    assert of(turn, AlertDesk)


@pytest.mark.parametrize(
    ("text", "check"),
    [("谢谢", False), ("谢谢医生救了我妈", True), ("太感谢了 终于透析上了", True), ("谢谢你们，我妈得救了", True)],
)
def test_thanks_stay_thanks(text: str, check: bool) -> None:
    turn = hear(Play(), text, "feedback", 0.9, check=check)
    assert "不客气" in said(turn)
    assert not opened(turn)
