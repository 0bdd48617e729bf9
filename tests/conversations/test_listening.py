"""What a careful listener would not get wrong: answers, wishes, corrections, fragments and second needs kept apart."""

from datetime import datetime, timedelta

import pytest

from conversations.codes import Flag, Intent, Urgency
from conversations.context import read_together, text_with_context
from conversations.effects import AlertDesk, OpenTicket, SetTimer, UpdateTicket
from conversations.events import (
    MessageReceived,
    Part,
    ReporterClaimed,
    ReporterCorrected,
    ReporterHandedBack,
    TimerFired,
)
from conversations.lists import list_items
from conversations.messages import Inbound
from conversations.reading import Address, Reading
from conversations.turn import Turn
from conversations.values import evolve
from tests.conversations.talking import CONTACT, NOW, Play, of, opened, playbook, reading, said

PLACE = Address(
    district="杨浦区", road="控江路", lane="1200弄", building="5号楼", room="602", raw="控江路", confidence=0.9
)


def with_place(play: Play, intent: str = "supplies", **more: str) -> None:
    play.say("家里米吃完了", reading(intent, **more))
    play.say("13811112222 控江路1200弄5号楼602", reading("spam", 0.5, phones=["13811112222"], addresses=[PLACE]))


def test_a_part_of_the_address_is_corrected() -> None:
    play = Play()
    with_place(play)
    fixed = reading("medicine", 0.13, acts=["correct"], addresses=[Address(building="15号楼", raw="…", confidence=0.3)])
    turn = play.say("不是5号楼是15号楼", fixed)
    assert play.case.slots["address"].value == "杨浦区控江路1200弄15号楼602"
    assert "15号楼" in said(turn)


def test_a_district_alone_completes_the_place() -> None:
    play = Play()
    play.say("家里米吃完了", reading("supplies"))
    road = Address(road="中山路", number="100号", raw="中山路100号", confidence=0.9)
    play.say("13811112222 中山路100号", reading("spam", 0.5, phones=["13811112222"], addresses=[road]))
    play.say("普陀", reading("chitchat", 0.7, addresses=[Address(district="普陀区", raw="普陀", confidence=0.3)]))
    assert play.case.slots["address"].value == "普陀区中山路100号"


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("见红了", {"intent": "maternity", "urgency": "critical", "reasons": ["R07"]}),
        ("不同意告诉别人", {"intent": "feedback", "confidence": 0.6, "acts": ["refuse_consent"]}),
        ("叫人来", {"intent": "feedback", "confidence": 0.3, "acts": ["human"]}),
        ("我电话换成13900001111", {"intent": "spam", "confidence": 0.5, "phones": ["13900001111"]}),
    ],
)
def test_what_is_no_answer_fills_no_answer(answer: str, read: dict[str, object]) -> None:
    """The bot asked for the hospital; whatever else is said does not become its name."""
    play = Play()
    play.say(
        "孕33周 前置胎盘 13811112222",
        reading("maternity", urgency="urgent", phones=["13811112222"], addresses=[PLACE], pregnancy_weeks=33),
    )
    assert play.state.asked == ("hospital",)
    play.say(answer, reading(**read))  # type: ignore[arg-type]
    assert "hospital" not in play.case.slots


def test_fragments_are_read_together() -> None:
    """An elder types 小菜 … 呒没了: alone they say nothing, together they are a need."""
    play = Play()
    play.say("小菜", reading("chitchat", 0.8))
    play.wait(minutes=2)
    message = Inbound(CONTACT, "x", "text", "呒没了", play.now)
    alone = reading("chitchat", 0.5)
    assert text_with_context(play.state, message, alone, playbook()) == "小菜 呒没了"
    both = read_together(play.state, alone, reading("supplies", 0.8, urgency="urgent"), playbook())
    assert (both.intent, both.urgency) == (Intent.SUPPLIES, Urgency.NORMAL)
    turn = play.say("呒没了", both)
    assert play.case.intent is Intent.SUPPLIES
    assert "电话" in said(turn)


def test_a_message_that_speaks_for_itself_is_read_alone() -> None:
    play = Play()
    play.say("小菜", reading("chitchat", 0.8))
    for text, read, gap in (
        ("爸爸的降压药吃完了", reading("medicine", 0.9), 1),
        ("呒没了", reading("chitchat", 0.5), 30),
        ("我们这里整个小区都封了，一点消息都没有，怎么办", reading("chitchat", 0.5), 1),
    ):
        message = Inbound(CONTACT, "x", "text", text, NOW + timedelta(minutes=gap))
        assert text_with_context(play.state, message, read, playbook()) == ""


def test_danger_that_only_the_pieces_show_is_raised_once() -> None:
    play = Play()
    play.say("我怀孕38周 小区出不去", reading("maternity", urgency="urgent", pregnancy_weeks=38))
    red = reading("maternity", 0.9, urgency="critical", reasons=["R07"])
    joined = read_together(play.state, reading("chitchat", 0.6), red, playbook())
    assert joined.urgency is Urgency.CRITICAL
    assert "120" in said(play.say("有一点红", joined))
    assert read_together(play.state, reading("chitchat", 0.6), red, playbook()).urgency is Urgency.NORMAL


@pytest.mark.parametrize(
    ("before", "text", "read", "together"),
    [
        # A need of its own by the model, and with what was said before a danger that only the rules can put together.
        ("我父亲透析约不上，已经五天了", "腿肿得穿不了鞋", ("other_medical", "urgent", "O14"), True),
        ("我妈化疗第三天，人没劲", "今天量下来38度8", ("other_medical", "urgent", "O07"), True),
        # The model feels a danger and cannot say which: the rules may, and so whom to ring.
        ("我怀孕34周，产检去不了", "头痛得厉害，眼睛有点花", ("other_medical", "critical", "model"), True),
        ("我父亲透析约不上，已经五天了", "我妈腿也肿了", ("other_medical", "urgent", "O14"), False),
        ("我妈化疗第三天，人没劲", "他喘不上气了", ("emergency", "critical", "R01"), False),
    ],
)
def test_what_presses_is_read_with_what_came_before(
    before: str, text: str, read: tuple[str, str, str], *, together: bool
) -> None:
    play = Play()
    play.say(before, reading("dialysis", urgency="urgent", reasons=["O01"]))
    play.wait(minutes=1)
    intent, urgency, code = read
    message = Inbound(CONTACT, "x", "text", text, play.now)
    whole = text_with_context(play.state, message, reading(intent, 0.9, urgency=urgency, reasons=[code]), playbook())
    assert whole == (f"{before} {text}" if together else "")


def test_a_danger_the_model_feels_is_named_by_the_rules() -> None:
    play = Play()
    play.say("我怀孕34周，产检去不了", reading("maternity", urgency="urgent", reasons=["O06"]))
    felt = reading("other_medical", 0.4, urgency="critical", reasons=["model"])
    named = read_together(play.state, felt, reading("maternity", 0.9, urgency="critical", reasons=["R07"]), playbook())
    assert [reason.code for reason in named.reasons] == ["model", "R07"]
    assert "产科" in said(play.say("头痛得厉害，眼睛有点花", named))


def test_the_model_alone_makes_no_alarm_of_a_phone_number() -> None:
    play = Play()
    play.say("妈妈的药断了", reading("medicine", urgency="urgent"))
    felt = reading("distress", 0.3, urgency="critical", reasons=["model"], phones=["13811112222"])
    turn = play.say("打我女儿的13811112222，她耳朵不好", felt)
    assert "120" not in said(turn).replace("先打120", "")
    assert len(play.state.cases) == 1
    assert Flag.CHECK in play.case.flags
    assert of(turn, AlertDesk)[0].reason == "check"
    play.say("她喘不上气了", reading("emergency", urgency="critical", reasons=["R01"]))
    assert play.case.urgency is Urgency.CRITICAL


def test_what_is_critical_is_not_suspected_of_it_as_well() -> None:
    play = Play()
    play.say("外婆三天没透析，喘不上气", reading("dialysis", urgency="critical"))
    assert play.case.urgency is Urgency.CRITICAL
    play.say("好的 快点啊 我人在三林这里等着", reading("dialysis", flags=["check", "elder"]))
    assert play.case.flags == (Flag.ELDER,)


def test_a_few_words_of_danger_have_a_ticket_of_their_own() -> None:
    """Short and felt by the model alone: among who waits that is no matter of its own, unless it is danger."""
    play = Play()
    with_place(play)
    waiting = play.say("老人等得心焦", reading("care", 0.5, urgency="soon", reasons=["model"]))
    assert (len(play.state.cases), opened(waiting)) == (1, [])
    turn = play.say("我爸躺着不动了", reading("emergency", 0.49, urgency="critical", reasons=["model"]))
    assert "120" in said(turn)
    assert [case.urgency for case in play.state.cases][1:] == [Urgency.CRITICAL]
    assert len(opened(turn)) == 1


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("他有冠心病", "emergency"),
        ("高血压 糖尿病", "emergency"),
        ("她一个人住在", "care"),
        ("120打了 说没车", "emergency"),
    ],
)
def test_what_names_no_event_is_no_danger_because_the_model_feels_so(words: str, intent: str) -> None:
    play = Play()
    with_place(play, "medicine")
    turn = play.say(words, reading(intent, 0.7, urgency="critical", reasons=["model"]))
    assert "120" not in said(turn)
    assert play.case.urgency is not Urgency.CRITICAL
    assert Flag.CHECK in play.case.flags, "people are shown the doubt"


@pytest.mark.parametrize(
    ("words", "reasons", "critical"),
    [("有高血压 药吃完了", ["O05", "model"], False), ("药吃完了 喘不上气", ["R01", "O05"], True),
     ("药断了一个礼拜，人躺在床上起不来，饭也不吃了", ["O05", "model"], True), ("癫痫 药断了 在抽", ["O05", "model"], True),
     ("药没了 人昏沉", ["O05", "model"], True), ("哮喘药没了", ["O05", "model"], False),
     ("高血压药没了 头晕", ["O05", "model"], False),
     ("平喘的药吃完了", ["O05", "model"], False), ("药没了 想抽血化验", ["O05", "model"], False)],
)  # fmt: skip
def test_pills_that_ran_out_are_no_danger_because_the_model_feels_so(
    words: str, reasons: list[str], critical: bool
) -> None:
    play = Play()
    turn = play.say(words, reading("medicine", 0.9, urgency="critical", reasons=reasons))
    assert (play.case.urgency is Urgency.CRITICAL) is critical
    assert "120" in said(turn), "what to look for, at least"
    assert critical or Flag.CHECK in play.case.flags


def test_two_needs_in_one_breath_are_two_tickets() -> None:
    play = Play()
    play.say(
        "家里没菜了，我爸的降压药也只剩三天",
        reading("medicine", urgency="soon", intents=["supplies"], drugs=["降压药"]),
    )
    turn = play.say("13811112222 控江路1200弄5号楼602", reading("spam", 0.5, phones=["13811112222"], addresses=[PLACE]))
    assert len(opened(turn)) in (0, 2)
    while not opened(turn):
        turn = play.say("还有三天", reading("medicine", 0.5, days_left=3.0))
    first, second = opened(turn)
    assert f"您还说到“生活物资”，另记一单，编号{second}" in said(turn)
    assert {case.intent for case in play.state.cases} == {Intent.MEDICINE, Intent.SUPPLIES}
    assert all("phone" in case.slots and "address" in case.slots for case in play.state.cases)
    assert first != second


def test_what_stands_in_the_way_is_no_need_of_its_own() -> None:
    play = Play()
    play.say("化疗明天八点 小区不给出", reading("oncology", urgency="urgent", intents=["community", "testing_code"]))
    assert [case.intent for case in play.state.cases] == [Intent.ONCOLOGY]


def test_whoever_has_not_called_12345_gets_the_sentence() -> None:
    play = Play()
    with_place(play, urgency="soon")
    turn = play.say("没打过12345", reading("chitchat", 0.4, acts=["no"], called_12345="no"))
    assert "12345，这样说" in said(turn)
    assert "控江路1200弄5号楼602" in said(turn)
    assert "家里米吃完了" in said(turn)


def test_nobody_who_could_not_get_through_is_sent_there_again() -> None:
    play = Play()
    with_place(play, urgency="soon")
    turn = play.say("12345打了四十遍打不通", reading("chitchat", 0.4, called_12345="tried_not_through"))
    assert "12345，这样说" not in said(turn)


def test_the_ladder_of_the_unclear() -> None:
    """Hello once, then other words, then numbers; a number opens a case of its kind."""
    play = Play()
    hello = reading("chitchat", 0.99, acts=["greet"])
    assert said(play.say("你好", hello)).startswith("您好")
    assert "没有听明白" in said(play.say("在吗", hello))
    assert "请回一个数字" in said(play.say("？", reading("chitchat", 0.99)))
    turn = play.say("2", reading("chitchat", 0.6, acts=["menu_choice"]))
    assert "缺什么" in said(turn)
    assert play.case.intent is Intent.SUPPLIES
    play.say("菜和米都没有了", reading("supplies", urgency="soon"))
    assert [case.intent for case in play.state.cases] == [Intent.SUPPLIES]


def test_signs_only_end_with_a_person() -> None:
    play = Play()
    for _ in range(4):
        turn = play.say("……", reading("chitchat", 1.0))
    assert opened(turn)
    assert "值班记者会看" in said(turn)


def test_an_insult_is_not_thanked() -> None:
    assert "不客气" not in said(Play().say("你们这帮骗子", reading("feedback", 0.7)))


def test_the_ambulance_has_come() -> None:
    play = Play()
    play.say("爸爸突然说不出话", reading("emergency", urgency="critical", reasons=["R04"]))
    turn = play.say("120已经来了 谢谢", reading("feedback", 1.0, acts=["thanks", "solved"]))
    assert "再打120" in said(turn)
    assert "太好了" not in said(turn)
    assert of(turn, AlertDesk)[0].reason == "says_solved"
    assert play.case.open


def test_consent_and_refusal_are_kept_from_the_first_message_on() -> None:
    play = Play()
    play.say("化疗明天八点", reading("oncology", urgency="urgent"))
    turn = play.say("不要告诉别人", reading("feedback", 0.6, acts=["refuse_consent"]))
    assert play.case.consent == "no"
    assert "不转给别人" in said(turn)
    play.say("13811112222", reading("spam", 0.5, phones=["13811112222"], addresses=[PLACE]))
    assert of(play.say("算了你们转吧", reading("chitchat", 0.5, acts=["consent"])), UpdateTicket)[0].change == "consent"
    assert play.case.consent == "yes"


def test_a_number_to_call_is_heard_whatever_it_is_about() -> None:
    play = Play()
    play.say(
        "解封以后第一天能坐地铁吗 13811112222 控江路1200弄",
        reading("consult", phones=["13811112222"], addresses=[PLACE]),
    )
    assert {"phone", "address"} <= play.case.slots.keys()


def test_an_empty_reading_changes_nothing() -> None:
    assert read_together(Play().state, Reading(), Reading(), playbook()) == Reading()


def test_the_ticket_opens_once() -> None:
    play = Play()
    with_place(play)
    again = play.say("13811112222", reading("spam", 0.5, phones=["13811112222"]))
    assert not of(again, OpenTicket)


def test_a_question_gets_the_approved_answer_with_its_source() -> None:
    play = Play()
    turn = play.say("你们要收费吗", reading("consult", 0.9, answer="free"))
    assert "不收费" in said(turn)
    assert "新民晚报" in said(turn)
    assert not play.case.open
    assert not of(turn, AlertDesk)
    again = play.say("没有解决", reading("feedback", 0.8, acts=["not_solved"]))
    assert play.case.open
    assert of(again, AlertDesk)[0].reason == "not_solved"


def test_an_expired_answer_is_not_given() -> None:
    turn = Play().say("去医院看病要48小时核酸吗", reading("consult", 0.9, answer="no_test_no_care"))
    assert "不得" not in said(turn)
    assert opened(turn)


def test_a_question_in_the_middle_keeps_the_case_going() -> None:
    play = Play()
    play.say("家里米吃完了", reading("supplies", urgency="soon"))
    assert "6点到24点" in said(play.say("你们几点上班", reading("consult", 0.9, answer="how_long")))
    play.say("13811112222", reading("spam", 0.5, phones=["13811112222"], addresses=[PLACE]))
    assert [case.intent for case in play.state.cases] == [Intent.SUPPLIES]


def test_a_word_in_the_middle_of_a_talk_is_no_new_case() -> None:
    play = Play()
    play.say("家里米吃完了", reading("supplies", urgency="soon"))
    play.say("我一个人", reading("distress", 0.73))
    assert len(play.state.cases) == 1


LIST = """我是3号楼志愿者，楼里这些人家要帮忙：
1. 201室王阿姨 降压药断了
2. 302室 老先生吸氧，氧气只剩两小时
3. 401室 缺奶粉
4、502室 独居老人没菜"""


def test_a_list_of_households_is_a_ticket_each() -> None:
    whole = reading("emergency", 0.4, urgency="critical", flags=["many"], reasons=["R14"])
    items = list_items(LIST, whole)
    assert [item[:7] for item in items] == ["3号楼201室", "3号楼302室", "3号楼401室", "3号楼502室"]
    reads = [
        reading("medicine", urgency="urgent"),
        reading("emergency", urgency="critical", reasons=["R14"]),
        reading("chitchat", 0.9),
        reading("supplies", urgency="soon"),
    ]
    parts = tuple(Part(item, read) for item, read in zip(items, reads, strict=True))
    play = Play(numbers=12)
    turn = play.do(MessageReceived(Inbound(CONTACT, "m", "text", LIST, play.now), whole, "", parts))
    assert len(opened(turn)) == 5
    assert "分成4单" in said(turn)
    assert "120" in said(turn)
    assert [case.parent for case in play.state.cases] == [0, 1, 1, 1, 1]
    critical = [case.ticket for case in play.state.cases if case.urgency is Urgency.CRITICAL and case.parent]
    assert critical == [alert.number for alert in of(turn, AlertDesk) if alert.reason == "critical"]
    play.say("13811112222", reading("spam", 0.5, phones=["13811112222"], addresses=[PLACE]))
    assert all("phone" in case.slots for case in play.state.cases)


def test_a_list_on_one_line_ends_with_the_address() -> None:
    text = (
        "我是志愿者 帮楼里登记：101 张阿姨 降压药没了。还头晕；203 李伯伯 透析；305 小王 孕38周。杨浦区控江路300弄5号楼"
    )
    items = list_items(text, reading("maternity"))
    assert items == ("101 张阿姨 降压药没了，还头晕", "203 李伯伯 透析", "305 小王 孕38周")


@pytest.mark.parametrize(
    "text",
    [
        "我要反映三件事：\n1. 物业不修电梯\n2. 垃圾没人收\n3. 路灯不亮",
        "1. 201室没菜\n2. 302室没药",
        "今天的菜单\n- 青菜\n- 鸡蛋\n- 米饭",
        "一行字 201室 302室 401室 都缺菜",
        "情况如下：120 打了没人接；110 说不管；119 也打了",
        "请查处：2022 年涨价；3000 元一份；5000 元两份",
    ],
)
def test_a_numbered_letter_is_no_list_of_households(text: str) -> None:
    assert list_items(text, reading("community")) == ()


def timers(turn: Turn) -> dict[str, float]:
    """Name → minutes."""
    return {timer.name: (timer.due_at - turn_now(turn)).total_seconds() / 60 for timer in of(turn, SetTimer)}


def turn_now(turn: Turn) -> datetime:
    return turn.state.cases[0].started_at


def test_a_critical_case_without_a_number_is_asked_again_once() -> None:
    play = Play()
    turn = play.say("外公胸口痛出冷汗", reading("emergency", urgency="critical", reasons=["R02"]))
    assert timers(turn)["nudge"] == 3
    play.wait(minutes=3)
    set_on = play.case.timers["nudge"]
    again = play.do(TimerFired("nudge", 1, set_on))
    assert "还没有您的号码" in said(again)
    assert [alert.reason for alert in of(again, AlertDesk)] == ["no_phone"]
    assert not said(play.do(TimerFired("nudge", 1, set_on))), "delivered twice"
    assert not said(play.do(TimerFired("nudge", 1, set_on - 1)))


def test_a_number_in_time_makes_the_nudge_stale() -> None:
    play = Play()
    play.say("外公胸口痛出冷汗", reading("emergency", urgency="critical", reasons=["R02"]))
    play.say("13811112222", reading("spam", 0.5, phones=["13811112222"]))
    play.wait(minutes=3)
    assert said(play.do(TimerFired("nudge", 1, play.case.timers["nudge"]))) == ""


def test_what_is_said_to_be_done_is_asked_about() -> None:
    play = Play()
    with_place(play)
    play.do(ReporterClaimed(1, "li"))
    play.do(ReporterCorrected(1, "li", "status", "claimed_done"))
    play.do(ReporterHandedBack(1, "li"))
    play.wait(hours=72)
    play.state = evolve(play.state, window=play.state.window.opened("message", play.now, play.limits))
    turn = play.do(TimerFired("revisit", 1, play.case.timers["revisit"]))
    assert playbook().say("revisit", number=play.case.ticket) == said(turn)
    assert "重新交给记者" in said(play.say("没有解决", reading("feedback", acts=["not_solved"])))


def test_with_the_window_shut_people_ask() -> None:
    play = Play()
    with_place(play)
    play.do(ReporterCorrected(1, "li", "status", "claimed_done"))
    play.wait(hours=72)
    turn = play.do(TimerFired("revisit", 1, play.case.timers["revisit"]))
    assert said(turn) == ""
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["revisit"]


def test_a_call_told_in_the_middle_of_a_case_is_no_question_about_12345() -> None:
    code = next(code for code in playbook().knowledge if "12345" in code)
    play = Play()
    play.say("爷爷透析中断三天，喘不上气", reading("dialysis", 0.9, "critical", reasons=["R03"]))
    turn = play.say("12345打了四十遍打不通", reading("consult", 0.7, called_12345="tried_not_through", answer=code))
    assert playbook().knowledge[code].answer not in said(turn)
    assert play.case.slots["called_12345"].value
    again = play.say("12345是做什么的", reading("consult", 0.7, answer=code))
    assert playbook().knowledge[code].answer in said(again)


@pytest.mark.parametrize("words", ["家里电话13512340000", "我家里的座机号码是13512340000", "联系方式：13512340000"])
def test_the_label_of_a_number_is_no_address(words: str) -> None:
    play = Play()
    play.say("妈妈的药只剩三天了", reading("medicine", 0.9, "soon", days_left=3.0))
    play.say(words, reading("chitchat", 0.2, phones=["13512340000"]))
    assert "address" not in play.case.slots
    play.say("大华三村东门口7栋", reading("chitchat", 0.2))
    assert play.case.slots["address"].value == "大华三村东门口7栋"
