"""Asked for a hospital or a medicine, people tell how the patient is: that is no name, and somebody looks."""

import pytest

from conversations.effects import AlertDesk
from tests.conversations.ruled import hear
from tests.conversations.talking import Play, of, playbook, reading, said

HERE = "13512340001 虹口区四平路1200弄5号301"


def asked_for_hospital() -> Play:
    play = Play()
    hear(play, f"我爸透析四天没做了 {HERE}，12345打过没单号", "dialysis", 0.95)
    assert play.state.asked == ("hospital",)
    play.wait(minutes=1)
    return play


def asked_for_medicine() -> Play:
    play = Play()
    hear(play, f"我妈没药了 {HERE}", "medicine", 0.8)
    assert play.state.asked == ("drug",)
    play.wait(minutes=1)
    return play


@pytest.mark.parametrize(
    "text", ["睡不醒", "有点迷糊", "吐了", "人很难受", "没有力气", "腿肿得厉害", "越来越没精神", "没胃口"]
)
def test_how_the_patient_is_is_no_hospital_and_is_looked_at(text: str) -> None:
    play = asked_for_hospital()
    turn = play.say(text, reading("chitchat", 0.8, flags=["check"]))
    assert "hospital" not in play.case.slots
    assert "请马上打120" in said(turn)
    assert "check" in [alert.reason for alert in of(turn, AlertDesk)]


@pytest.mark.parametrize(
    "text", ["睡不醒", "有点喘", "吐了", "人很难受", "什么时候来", "没有力气", "在家", "发烧了", "心里难受"]
)
def test_it_is_no_hospital_though_the_model_feels_nothing(text: str) -> None:
    play = asked_for_hospital()
    play.say(text, reading("chitchat", 0.3))
    assert "hospital" not in play.case.slots


@pytest.mark.parametrize(
    "text",
    [
        "仁济",
        "六院",
        "就是家门口那个医院",
        "肿瘤医院",
        "德达",
        "中山医院急诊",
        "社区卫生中心",
        "没有",
        "没有定点的",
        "还没建卡",
    ],
)
def test_a_hospital_by_its_name_is_taken_down(text: str) -> None:
    play = asked_for_hospital()
    turn = play.say(text, reading("chitchat", 0.3))
    assert play.case.slots["hospital"].value == text
    assert not of(turn, AlertDesk)


@pytest.mark.parametrize(
    "text",
    [
        "什么时候来",
        "来不及了",
        "她发烧了",
        "在家",
        "有点喘",
        "快点",
        "昨天就吃完了",
        "人难受",
        "怎么办",
        "今天晚上",
        "胸口痛",
    ],
)
def test_what_is_no_medicine_fills_none(text: str) -> None:
    play = asked_for_medicine()
    play.say(text, reading("chitchat", 0.3))
    assert "drug" not in play.case.slots


@pytest.mark.parametrize(
    "text",
    ["止痛片", "退烧药", "治哮喘的药", "咳必清", "头痛散", "激素，强的松", "药名叫优甲乐", "降压的", "速效救心丸"],
)
def test_a_medicine_by_its_name_is_taken_down(text: str) -> None:
    play = asked_for_medicine()
    play.say(text, reading("chitchat", 0.3))
    assert play.case.slots["drug"].value in text


def test_symptoms_that_were_asked_for_are_taken_down() -> None:
    play = Play()
    hear(play, f"我妈人不舒服 {HERE}", "other_medical", 0.8)
    play.wait(minutes=1)
    turn = play.say("有点喘", reading("other_medical", 0.5, flags=["check"]))
    assert "请马上打120" in said(turn)
    asked = {slot.name for slot in playbook().intents[play.case.intent].slots}
    assert "symptoms" not in asked or "symptoms" in play.case.slots


def test_of_groceries_nothing_of_it_holds() -> None:
    play = Play()
    hear(play, "家里没吃的了 " + HERE, "supplies", 0.9)
    play.wait(minutes=1)
    turn = play.say("太难了", reading("chitchat", 0.5, flags=["check"]))
    assert "120" not in said(turn)
