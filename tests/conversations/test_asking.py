"""What is asked, when there is room, and what is kept back."""

import pytest

from conversations.asking import ask_unknown
from conversations.codes import Act, Urgency
from conversations.events import ReporterClaimed, TimerFired
from conversations.playbook import Manners
from conversations.private import MASK, masked
from conversations.reading import Address
from tests.conversations.talking import NOW, Play, playbook, reading, said

FULL = {"phones": ["13512340000"], "days_left": 1.0}


def test_a_surge_is_counted_per_reporter_and_nobody_at_the_desk_counts_as_one() -> None:
    manners = Manners(surge_tickets=40)
    assert not manners.surging(80, 2)
    assert manners.surging(81, 2)
    assert manners.surging(41, 0)


def test_a_surge_never_shortens_what_presses() -> None:
    for urgency in Urgency:
        shorter = Manners().budget(urgency, surge=True) < Manners().budget(urgency, surge=False)
        assert shorter == (not urgency.at_least(Urgency.URGENT))


@pytest.mark.parametrize(
    ("urgency", "asks"), [("critical", False), ("urgent", True), ("soon", True), ("normal", False)]
)
def test_consent_is_asked_where_it_is_worth_it_and_never_in_danger(urgency: str, asks: bool) -> None:
    play = Play()
    read = reading("supplies", urgency=urgency, addresses=["四平路1号"], reasons=["R01"] * (not asks), **FULL)
    assert (playbook().replies["ask_consent"] in said(play.say("家里断粮了", read))) == asks
    again = play.say("还要水", reading("supplies", urgency="normal"))
    assert playbook().replies["ask_consent"] not in said(again), "once"


@pytest.mark.parametrize(
    ("districts", "asks"),
    [
        ((), "长江路在哪个区？"),
        (("宝山区", "浦东新区"), "请回数字：1 宝山区　2 浦东新区"),
        (("宝山区", "浦东新区", "松江区", "奉贤区"), "长江路在哪个区？"),
    ],
)
def test_a_place_without_its_district(districts: tuple[str, ...], asks: str) -> None:
    play = Play()
    place = Address(road="长江路", number="8号", raw="长江路8号", confidence=0.9, districts=districts)
    assert asks in said(play.say("没菜了", reading("supplies", urgency="soon", addresses=[place], **FULL)))
    assert "哪个区" not in said(play.say("快点", reading("chitchat", 0.2))), "once"


def test_a_number_nobody_offered_chooses_nothing() -> None:
    play = Play()
    place = Address(road="长江路", number="8号", raw="长江路8号", confidence=0.9, districts=("宝山区", "浦东新区"))
    play.say("没菜了", reading("supplies", urgency="soon", addresses=[place], **FULL))
    play.say("3", reading("chitchat", 0.2, acts=[Act.MENU_CHOICE]))
    assert play.case.slots["address"].value == "长江路8号"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("身份证310110195001011234", True),
        ("310110 没有写完", False),
        ("卡号6222021001112223334谢谢", True),
        ("身份证31011019500101123X，药没了", True),
        ("工单号20260405112233", False),
        ("电话13512340000和02165650000", False),
    ],
)
def test_numbers_nobody_needs_are_masked(text: str, hidden: bool) -> None:
    assert (MASK in masked(text)) == hidden
    assert hidden or masked(text) == text


def test_a_masked_number_is_kept_nowhere() -> None:
    play = Play()
    play.say("我身份证310110195001011234，家里没吃的了", reading("supplies", urgency="soon"))
    assert "310110195001011234" not in repr(play.state)


@pytest.mark.parametrize("name", ["nudge", "silence", "revisit"])
def test_a_timer_delivered_twice_asks_once(name: str) -> None:
    play = Play()
    if name == "silence":
        play.say("降压药没了", reading("medicine", urgency="soon"))
    else:
        play.say("气喘得躺不下", reading("emergency", urgency="critical", reasons=["R01"]))
    if name == "revisit":
        play.say("120来了", reading("feedback", acts=["solved"]))
    play.wait(hours=2)
    due = TimerFired(name, 1, play.case.timers[name])
    assert play.do(due).effects
    assert play.do(due).effects == ()


def test_yes_in_despair_brings_no_form() -> None:
    play = Play()
    play.say("我不是不想活", reading("distress", urgency="urgent", flags=["check"], reasons=["R12"]))
    assert "①" not in said(play.say("是", reading("chitchat", 0.3, acts=["yes"])))


def test_yes_at_night_is_honest_and_names_what_it_is_about() -> None:
    play = Play(now=NOW.replace(hour=18))
    play.say("万一大出血", reading("maternity", urgency="urgent", flags=["check"], reasons=["R07"]))
    words = said(play.say("是", reading("chitchat", 0.3, acts=["yes"])))
    assert words.startswith(playbook().replies["danger_pregnancy"])
    assert playbook().replies["danger_night"] in words


def test_what_is_wished_beside_a_reporter_is_kept() -> None:
    play = Play()
    play.say("没菜了", reading("supplies", urgency="soon", addresses=["四平路1号"], **FULL))
    play.do(ReporterClaimed(1, "li"))
    play.say("你们转吧", reading("chitchat", 0.3, acts=["consent"]))
    assert play.case.consent == "yes"


def test_a_committee_of_several_districts_is_asked_about_with_numbers() -> None:
    play = Play()
    home = Address(
        committee="振兴居委会", building="3号楼", room="502", raw="振兴居委会3号楼502", confidence=0.9,
        districts=("宝山区", "徐汇区", "黄浦区"),
    )  # fmt: skip
    facts = {"phones": ["13512340000"], "drugs": ["氨氯地平"], "days_left": 3.0, "called_12345": "yes_no_number"}
    turn = play.say("妈妈的药还有三天", reading("medicine", 0.9, "soon", addresses=[home], **facts))
    assert "1 宝山区　2 徐汇区　3 黄浦区" in said(turn)
    play.wait(minutes=1)
    play.say("2", reading("chitchat", 0.2, acts=["menu_choice"]))
    assert dict(play.case.slots["address"].parts)["district"] == "徐汇区"


@pytest.mark.parametrize(
    ("reasons", "flags", "key"),
    [
        (["R02"], [], "ask_phone_address"),
        (["R02"], ["mute"], "ask_address"),
        (["R13"], [], "ask_safely"),
        (["R12"], [], "ask_phone_gently"),
        (["R12"], ["mute"], ""),
    ],
)
def test_what_is_asked_while_the_record_is_away(reasons: list[str], flags: list[str], key: str) -> None:
    red = reading("emergency", 0.9, "critical", reasons=reasons, flags=flags)
    assert ask_unknown(red, playbook()) == (playbook().replies[key] if key else "")
