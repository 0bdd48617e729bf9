"""What the resident hears and what the desk gets, turn by turn."""

from itertools import product
from typing import get_args

import pytest

from bot.codec import EVENTS
from conversations import engine
from conversations.codes import Intent, Outcome, TicketStatus, Urgency
from conversations.effects import AlertDesk, SendText, SetTimer, UpdateTicket
from conversations.events import (
    ContactFollowed,
    ContactUnfollowed,
    DeliveryFailed,
    Event,
    ReporterClaimed,
    ReporterClosed,
    ReporterCorrected,
    ReporterHandedBack,
    ReporterReopened,
    ReporterReplied,
    TimerFired,
)
from conversations.messages import Inbound
from conversations.state import Phase
from conversations.window import Limits
from tests.conversations.talking import CONTACT, NOW, Play, of, opened, playbook, reading, said

DIALYSIS = reading("dialysis", urgency="critical", reasons=["R08"])
FOOD = reading("supplies", urgency="soon")


def test_every_phase_and_event_is_decided() -> None:
    assert set(product(Phase, get_args(Event))) == engine.HANDLERS.keys()
    assert set(get_args(Event)) == set(EVENTS.values()), "an event that cannot be stored"


def test_a_critical_message_gets_the_120_line_one_ask_and_a_ticket() -> None:
    play = Play()
    turn = play.say("我外婆尿毒症 三天没透析了 腿肿 喘不上气", DIALYSIS)
    words = said(turn)
    assert words.startswith("【请马上打120】")
    assert words.endswith(playbook().replies["ask_phone_address"])
    assert opened(turn) == ["B60405-0001"]
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["critical"]
    assert len(of(turn, SendText)) == 1, "one message, for a passive reply is one"
    assert "自动助手。您的电话" not in words, "no privacy notice in the way"


def test_phone_and_address_in_one_sentence_bring_the_receipt() -> None:
    play = Play()
    play.say("我外婆三天没透析了喘不上气", DIALYSIS)
    turn = play.say(
        "好的好的我电话13812345678 住长寿路100号谢谢",
        reading("feedback", 0.9, phones=["13812345678"], addresses=["长寿路100号"], acts=["thanks"]),
    )
    words = said(turn)
    assert "13812345678" in words
    assert "长寿路100号" in words
    assert "B60405-0001" in words
    assert playbook().say("next_critical", call="120") in words
    assert "？" not in words, "what was understood is a statement, never a question"
    assert opened(turn) == []


def test_a_second_need_opens_a_second_ticket_with_what_is_known() -> None:
    play = Play()
    play.say("三天没透析喘不上气", DIALYSIS)
    play.say("13812345678 长寿路100号", reading("chitchat", 0.3, phones=["13812345678"], addresses=["长寿路100号"]))
    turn = play.say("家里也没菜了", FOOD)
    assert opened(turn) == ["B60405-0002"]
    assert [case.intent for case in play.state.cases] == [Intent.DIALYSIS, Intent.SUPPLIES]
    assert play.state.cases[1].slots["phone"].value == "13812345678"


def test_danger_again_within_a_minute_is_said_shorter() -> None:
    play = Play()
    play.say("喘不上气", reading("emergency", urgency="critical", reasons=["R01"]))
    play.wait(seconds=20)
    again = said(play.say("还是喘不上气", reading("emergency", urgency="critical", reasons=["R01"])))
    assert again.startswith(playbook().replies["danger_short"])
    play.wait(seconds=90)
    assert said(play.say("他喘不上气啊", reading("emergency", urgency="critical", reasons=["R01"]))).startswith(
        playbook().replies["danger"]
    )


@pytest.mark.parametrize("phase", list(Phase))
def test_danger_is_answered_in_every_phase(phase: Phase) -> None:
    play = Play()
    if phase is not Phase.IDLE:
        play.say("降压药还有三天", reading("medicine", urgency="soon"))
    if phase in (Phase.WAITING, Phase.WITH_REPORTER):
        play.do(TimerFired("silence", 1, play.case.timers["silence"]))
        play.state = play.state.__class__(
            **{
                **{name: getattr(play.state, name) for name in play.state.__dataclass_fields__},
                "asked": (),
                "phase": Phase.WAITING,
            }
        )
    if phase is Phase.WITH_REPORTER:
        play.do(ReporterClaimed(1, "li"))
    assert play.state.phase is phase
    turn = play.say("他昏过去了叫不醒", reading("emergency", urgency="critical", reasons=["R03"]))
    assert "120" in said(turn).split("\n")[0]
    assert of(turn, AlertDesk)


def test_self_harm_gets_two_lines_and_a_person_and_no_form() -> None:
    play = Play()
    turn = play.say("我不想活了", reading("distress", urgency="critical", reasons=["R12"]))
    assert "962525" in said(turn)
    assert "①" not in said(turn)
    assert of(turn, AlertDesk)
    more = play.say("没用的", reading("distress", 0.8))
    assert said(more) == playbook().replies["beside_you_again"], "the numbers were given a moment ago"
    play.wait(minutes=20)
    assert "962525" in said(play.say("还在吗", reading("distress", 0.8)))
    assert not play.state.asked


def test_a_death_brings_condolence_and_nothing_to_fill_in() -> None:
    play = Play()
    turn = play.say("外婆今天早上走了 120等了三小时", reading("feedback", 0.5, flags=["deceased"]))
    assert said(turn) == playbook().replies["condolence"]
    assert opened(turn)
    assert not of(turn, SetTimer)
    assert said(play.do(ReporterClosed(1, "li", Outcome.DECEASED))) == ""


def test_an_ordinary_need_is_asked_in_few_turns_then_gets_its_number() -> None:
    play = Play()
    first = play.say("爸爸的降压药快没了", reading("medicine", urgency="soon"))
    assert said(first).startswith(playbook().replies["heard_first"] + "\n" + playbook().replies["ask_phone_address"])
    assert playbook().replies["notice"] in said(first)
    second = play.say(
        "13900001111 仙霞路300号", reading("chitchat", 0.2, phones=["13900001111"], addresses=["仙霞路300号"])
    )
    assert "药名" in said(second) or "什么药" in said(second)
    assert playbook().replies["notice"] not in said(second), "told once"
    third = play.say("氨氯地平", reading("medicine", 0.6, drugs=("氨氯地平",)))
    assert "几天" in said(third)
    fourth = play.say("还有两天", reading("chitchat", 0.3, days_left=2.0))
    assert opened(fourth) == ["B60405-0001"]
    assert "12345" in said(fourth)


def test_dont_know_is_an_answer() -> None:
    play = Play()
    play.say("爸爸的药快没了", reading("medicine", urgency="soon"))
    play.say("13900001111 仙霞路300号", reading("chitchat", 0.2, phones=["13900001111"], addresses=["仙霞路300号"]))
    turn = play.say("不知道", reading("chitchat", 0.3, acts=["skip"]))
    assert "几天" in said(turn)
    assert play.case.slots["drug"].value == "（没有说）"


def test_the_budget_of_questions_ends_in_a_ticket_not_in_silence() -> None:
    play = Play()
    turn = play.say("请帮帮忙修水管", reading("livelihood", urgency="normal"))
    for words in ("啊？", "这个嘛", "嗯"):
        turn = play.say(words, reading("chitchat", 0.2))
    assert opened(turn) or play.case.ticket
    assert "还缺" in said(turn)


def test_silence_opens_the_ticket_of_whoever_wrote() -> None:
    play = Play()
    play.say("没菜了", FOOD)
    timer = of(play.turns[-1], SetTimer)[-1]
    assert (timer.due_at - NOW).total_seconds() == 15 * 60
    play.wait(minutes=15)
    turn = play.do(TimerFired("silence", 1, play.case.timers["silence"]))
    assert opened(turn) == ["B60405-0001"]
    assert said(turn) == ""


def test_an_urgent_silence_is_shorter_and_a_stale_timer_harmless() -> None:
    play = Play()
    play.say("胰岛素没了", reading("medicine", urgency="urgent"))
    assert (of(play.turns[-1], SetTimer)[-1].due_at - NOW).total_seconds() == 5 * 60
    stale = play.case.timers["silence"]
    play.say("还有血压药", reading("medicine", urgency="urgent"))
    before = play.state.cases
    assert opened(play.do(TimerFired("silence", 1, stale))) == []
    assert play.state.cases == before


def test_human_is_given_at_once() -> None:
    play = Play()
    turn = play.say("人工！！！", reading("chitchat", 0.5, acts=["human"]))
    assert opened(turn)
    assert "已请记者来接" in said(turn)
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["human"]


class TestReporters:
    def _ticket(self) -> Play:
        play = Play()
        play.say("三天没透析喘不上气", DIALYSIS)
        return play

    def test_two_cannot_claim(self) -> None:
        play = self._ticket()
        assert play.do(ReporterClaimed(1, "li")).refused == ""
        assert play.do(ReporterClaimed(1, "wang")).refused == "claimed"
        assert play.do(ReporterReplied(1, "wang", "您好", "r1")).refused == "claimed"
        assert play.case.reporter == "li"
        assert play.state.phase is Phase.WITH_REPORTER

    def test_a_reply_is_sent_once_and_costs_one(self) -> None:
        play = self._ticket()
        play.do(ReporterClaimed(1, "li"))
        turn = play.do(ReporterReplied(1, "li", "已联系到医院", "r1"))
        assert of(turn, SendText)[0].author == "li"
        assert play.state.window.remaining(play.limits, play.now) == 4
        again = play.do(ReporterReplied(1, "li", "已联系到医院", "r1"))
        assert of(again, SendText) == []
        assert play.state.window.remaining(play.limits, play.now) == 4

    def test_the_bot_is_silent_under_a_reporter_except_for_danger(self) -> None:
        play = self._ticket()
        play.do(ReporterClaimed(1, "li"))
        assert said(play.say("13812345678", reading("chitchat", 0.2, phones=["13812345678"]))) == ""
        assert play.case.slots["phone"].value == "13812345678"
        assert said(play.say("还有个事，没菜了", reading("supplies", 0.4, urgency="soon"))) == ""
        play.wait(minutes=5)
        assert "120" in said(play.say("他昏过去了", reading("emergency", urgency="critical", reasons=["R03"])))

    def test_a_shut_window_is_said_before_sending(self) -> None:
        play = self._ticket()
        play.do(ReporterClaimed(1, "li"))
        for nth in range(5):
            assert play.do(ReporterReplied(1, "li", f"第{nth}句", f"r{nth}")).refused == ""
        assert play.do(ReporterReplied(1, "li", "第六句", "r6")).refused == "window"
        play.wait(minutes=1)
        play.say("谢谢", reading("feedback", acts=["thanks"]))
        assert play.do(ReporterReplied(1, "li", "第六句", "r7")).refused == ""
        play.wait(hours=49)
        assert play.do(ReporterReplied(1, "li", "太晚", "r8")).refused == "window"

    def test_hand_back_and_the_bot_goes_on_with_what_it_knew(self) -> None:
        play = self._ticket()
        play.do(ReporterClaimed(1, "li"))
        assert play.do(ReporterHandedBack(1, "wang")).refused == "not_yours"
        play.do(ReporterHandedBack(1, "li", "等她发地址"))
        turn = play.say(
            "13812345678 长寿路100号", reading("chitchat", 0.2, phones=["13812345678"], addresses=["长寿路100号"])
        )
        assert "B60405-0001" in said(turn)

    def test_a_claim_runs_out_without_action_but_not_with(self) -> None:
        play = self._ticket()
        play.do(ReporterClaimed(1, "li"))
        play.wait(minutes=10)
        play.do(ReporterReplied(1, "li", "在联系", "r1"))
        play.wait(minutes=5)
        play.do(TimerFired("claim", 1, play.case.timers["claim"]))
        assert play.case.reporter == "li", "acted five minutes ago"
        play.wait(minutes=15)
        turn = play.do(TimerFired("claim", 1, play.case.timers["claim"]))
        assert play.case.reporter == ""
        assert [alert.reason for alert in of(turn, AlertDesk)] == ["claim_ran_out"]

    def test_lowering_needs_a_reason_and_the_machine_may_raise_again(self) -> None:
        play = self._ticket()
        assert play.do(ReporterCorrected(1, "li", "urgency", "soon")).refused == "reason"
        assert play.do(ReporterCorrected(1, "li", "urgency", "soon", "电话核实：已在医院")).refused == ""
        assert (play.case.urgency, play.case.lowered_by) == (Urgency.SOON, "li")
        play.say("又喘不上气了", reading("emergency", urgency="critical", reasons=["R01"]))
        assert play.case.urgency is Urgency.CRITICAL

    @pytest.mark.parametrize(
        ("field", "value"),
        [("intent", "spam"), ("intent", "x"), ("status", "closed"), ("slot:nose", "1"), ("nose", "1")],
    )
    def test_a_wrong_correction_is_refused(self, field: str, value: str) -> None:
        assert self._ticket().do(ReporterCorrected(1, "li", field, value, "r")).refused == "value"

    def test_closing_tells_and_not_solved_opens_it_again(self) -> None:
        play = self._ticket()
        play.do(ReporterClaimed(1, "li"))
        turn = play.do(ReporterClosed(1, "li", Outcome.SOLVED))
        assert "B60405-0001" in said(turn)
        assert play.state.phase is Phase.IDLE
        turn = play.say("没有解决", reading("feedback", 0.8, acts=["not_solved"]))
        assert play.case.status is TicketStatus.REOPENED
        assert play.case.ticket == "B60405-0001"
        assert of(turn, AlertDesk)

    def test_a_person_opens_an_ended_case_again_without_a_word(self) -> None:
        play = self._ticket()
        assert play.do(ReporterReopened(1, "li")).refused == "open"
        play.do(ReporterClosed(1, "li", Outcome.DUPLICATE, tell=False))
        turn = play.do(ReporterReopened(1, "wang", "电话里说没有解决"))
        assert (play.case.status, play.case.outcome, play.case.reporter) == (TicketStatus.REOPENED, None, "")
        assert of(turn, AlertDesk)[0].reason == "reopened"
        assert said(turn) == ""
        play.do(ReporterClaimed(1, "wang"))
        assert play.case.status is TicketStatus.ASSIGNED
        assert play.do(ReporterReopened(7, "wang")).refused == "unknown"

    def test_a_failed_delivery_is_on_the_desk(self) -> None:
        play = self._ticket()
        play.do(ReporterClaimed(1, "li"))
        play.do(ReporterReplied(1, "li", "您好", "r1"))
        turn = play.do(DeliveryFailed("c/3/1", 1, "45015", "窗口已关", closes_window=True))
        assert [note.change for note in of(turn, UpdateTicket)] == ["undelivered"]
        assert play.state.window.remaining(play.limits, play.now) == 0


def test_what_was_said_from_the_spool_is_not_said_again() -> None:
    play = Play()
    turn = play.say("三天没透析喘不上气", DIALYSIS, answered="danger")
    assert "请马上打120" not in said(turn)
    assert opened(turn)


def test_without_an_answer_slot_the_last_messages_are_the_reporters() -> None:
    play = Play()
    for nth in range(8):
        play.say(f"补充{nth}", FOOD, answered="held")
        spent = 5 - play.state.window.remaining(play.limits, play.now)
        assert spent <= 3


def test_the_same_message_twice_changes_nothing() -> None:
    play = Play()
    play.say("没菜了", FOOD, name="x")
    before = play.state
    turn = play.say("没菜了", FOOD, name="x")
    assert turn.effects == ()
    assert play.state == before


def test_follow_and_unfollow() -> None:
    play = Play()
    message = Inbound(CONTACT, "e1", "follow", "", NOW, opens="menu", event="subscribe")
    assert "120" in said(play.do(ContactFollowed(message)))
    assert play.state.window.remaining(play.limits, play.now) == 3
    play.say("三天没透析喘不上气", DIALYSIS)
    turn = play.do(ContactUnfollowed(Inbound(CONTACT, "e2", "unfollow", "", NOW, opens="none")))
    assert [note.change for note in of(turn, UpdateTicket)] == ["unreachable"]
    play.do(ReporterClaimed(1, "li"))
    assert play.do(ReporterReplied(1, "li", "您好", "r1")).refused == "window"


def test_night_is_honest() -> None:
    play = Play(now=NOW.replace(hour=18))  # 2:00 in Shanghai
    assert playbook().replies["danger_night"] in said(
        play.say("喘不上气", reading("emergency", urgency="critical", reasons=["R01"]))
    )


def test_an_unlimited_channel_never_runs_out() -> None:
    play = Play(limits=Limits(pull=True))
    play.say("三天没透析喘不上气", DIALYSIS)
    play.do(ReporterClaimed(1, "li"))
    for nth in range(30):
        assert play.do(ReporterReplied(1, "li", f"第{nth}句", f"r{nth}")).refused == ""
