"""Help that came and left without whoever needs it is no end: people hear of it, and 120 is named once more."""

import pytest

from conversations.codes import TicketStatus
from conversations.context import text_with_context
from conversations.effects import AlertDesk
from conversations.events import TimerFired
from conversations.messages import Inbound
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import CONTACT, Play, of, opened, playbook, said

IN_DANGER = "我妈胸口痛得厉害 13512340050 徐汇区漕宝路100弄5号301"


def helped(*more: str) -> Play:
    play = Play()
    hear(play, IN_DANGER, "emergency")
    for text in ("120来了", *more):
        hear(play, text, "feedback", 0.6)
    assert play.case.status is TicketStatus.CLAIMED_DONE
    return play


@pytest.mark.parametrize(
    "text",
    ["120又走了 没拉", "救护车开走了，没接人", "医生说要核酸报告才肯拉 走了", "车子回去了 他们不肯带她",
     "来了没拉，叫我们等", "医院不收 又回来了", "救护车来了没拉人，又走了"],
)  # fmt: skip
@pytest.mark.parametrize("intent", ["feedback", "testing_code", "other_medical"])
def test_help_that_left_takes_the_end_back(text: str, intent: str) -> None:
    play = helped()
    turn = hear(play, text, intent, 0.6)
    assert "请马上打120" in said(turn)
    assert of(turn, AlertDesk)
    assert not opened(turn)
    assert play.case.status is TicketStatus.REOPENED
    assert not play.case.helped
    assert "请一直重拨" in said(hear(play, "还是痛", "feedback", 0.4)), "it is not done with"


def test_it_takes_them_back_from_the_hospital() -> None:
    turn = hear(helped("人接走了"), "拉去医院，医院不收，又送回来了", "other_medical", 0.8, feels="urgent")
    assert "请马上打120" in said(turn)
    assert of(turn, AlertDesk)


@pytest.mark.parametrize("model", [{"feels": "urgent"}, {"feels": "urgent", "check": True}, {"check": True}])
def test_whatever_presses_after_the_end_is_heard_again(model: dict[str, object]) -> None:
    play = helped()
    turn = hear(play, "又开始不对劲了 人没力气", "other_medical", 0.5, **model)
    assert "请马上打120" in said(turn)
    assert of(turn, AlertDesk)


@pytest.mark.parametrize("first", ["人送走了 谢谢", "已经上救护车了", "人在医院了"])
def test_whoever_was_taken_along_is_left_in_peace(first: str) -> None:
    play = helped(first)
    turn = hear(play, "120走了", "feedback", 0.6, check=True)
    assert "120】" not in said(turn)
    assert play.case.status is TicketStatus.CLAIMED_DONE


@pytest.mark.parametrize("text", ["人接上车了", "谢谢你们 在医院了", "你们没接我电话", "好的", "医生把人拉走了"])
def test_news_of_help_is_no_alarm(text: str) -> None:
    play = helped()
    assert "120】" not in said(hear(play, text, "feedback", 0.6, check="医院" in text))


def test_a_lorry_that_left_is_no_danger() -> None:
    play = Play()
    hear(play, "家里没吃的了 13512340001 虹口区四平路1200弄5号301", "supplies", 0.9)
    assert "120】" not in said(hear(play, "送菜的车开走了", "feedback", 0.6))


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ("孩子走丢了", "找到了 谢谢"),
        ("我爸胸口痛", "120接走了 谢谢"),
        ("家里着火了", "没事了 消防来了 谢谢"),
        ("我爸胸口痛", "120来了 人带走了"),
    ],
)
def test_who_has_help_is_not_told_to_ring_on(first: str, text: str) -> None:
    play = Play()
    hear(play, first, "emergency")
    play.wait(seconds=25)
    hear(play, text, "feedback", 0.9)
    play.wait(seconds=90)
    turn = play.do(TimerFired("nudge", play.case.key, play.case.timers["nudge"]))
    assert said(turn) == ""
    assert of(turn, AlertDesk) == []


def test_who_waits_for_help_is_asked_for_a_number() -> None:
    play = Play()
    hear(play, "我爸胸口痛", "emergency")
    play.wait(seconds=25)
    hear(play, "120还没来 谢谢", "feedback", 0.9)
    play.wait(seconds=90)
    assert "电话" in said(play.do(TimerFired("nudge", play.case.key, play.case.timers["nudge"])))


@pytest.mark.parametrize(("text", "alone"), [("120来了 人带走了", True), ("消防来了", True), ("120来了 没接人", False)])
def test_that_help_came_is_not_read_together_with_the_danger(text: str, alone: bool) -> None:
    play = Play()
    hear(play, "我爸胸口痛", "emergency")
    read = text_with_context(
        play.state, Inbound(CONTACT, "m", "text", text, play.now), ruled(text, check=True), playbook()
    )
    assert (read == "") is alone
