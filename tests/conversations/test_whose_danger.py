"""One's danger is never written onto another's ticket: whoever closes her pills must not close his heart attack."""

import pytest

from conversations.codes import Urgency
from conversations.effects import AlertDesk
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of

AT = "普陀区曹杨路200弄3号101 13633334444"


@pytest.mark.parametrize(
    ("need", "intent", "danger"),
    [
        ("我妈降压药没了", "medicine", "我爸胸口痛 出冷汗"),
        ("我爸肺癌化疗停了", "oncology", "我妈脚肿 气急"),
        ("我妈降压药没了", "medicine", "我爸 喘不上气了"),
        ("奶奶要配药", "medicine", "老公晕倒了叫不醒"),
        ("我妈晕倒了", "emergency", "我爸也晕倒了"),
    ],
)
def test_another_of_the_family_in_danger_has_a_ticket_of_their_own(need: str, intent: str, danger: str) -> None:
    play = Play()
    hear(play, f"{need} {AT}", intent, 0.95)
    play.wait(seconds=40)
    turn = hear(play, danger, "emergency", 0.9)
    first, second = play.state.cases
    assert second.urgency is Urgency.CRITICAL
    assert {alert.number for alert in of(turn, AlertDesk) if alert.reason == "critical"} == {second.ticket}
    assert second.slots["address"].value == first.slots["address"].value, (
        "they are taken to live together, and it is read back"
    )


@pytest.mark.parametrize(
    "danger",
    [
        "她胸口痛",
        "胸口痛 出冷汗",
        "老太太喘不上气了",
        "我爸说她胸口痛",
        "我爸发现妈妈晕倒了",
        "我爸打电话来说 妈妈喘不上气",
        "儿子在外地，我妈胸口痛",
    ],
)
def test_the_same_patient_told_by_another_stays_on_one_ticket(danger: str) -> None:
    play = Play()
    hear(play, f"我妈降压药没了 {AT}", "medicine", 0.95)
    play.wait(seconds=40)
    turn = hear(play, danger, "emergency", 0.9)
    assert len(play.state.cases) == 1
    assert play.case.urgency is Urgency.CRITICAL
    assert {alert.reason for alert in of(turn, AlertDesk)} & {"raised", "critical", "danger"}


def test_a_need_that_names_nobody_may_be_his() -> None:
    play = Play()
    hear(play, f"降压药没了 {AT}", "medicine", 0.95)
    play.wait(seconds=40)
    hear(play, "我爸胸口痛", "emergency", 0.9)
    assert len(play.state.cases) == 1
