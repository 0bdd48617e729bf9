"""Whom to ring: a number beside the one we have or in its place, its last digit put right, sent in pieces, or a fixed line."""

import re
from datetime import timedelta

import pytest

from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.reading import Reading
from conversations.state import Conversation, Filled, Heard
from conversations.telephones import instead, last_digits, line_alone, to_be_rung, with_joined_number
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import CONTACT, NOW, Play, playbook, reading, said

MINE = "13661230006"


def _cues() -> Cues:
    return playbook().cues


@pytest.mark.parametrize(
    ("text", "in_its_place"),
    [
        ("居委让我打这个 13661239999 也没人接", False),
        ("12345叫我打这个号", False),
        ("他们让打这个 没人接", False),
        ("电话换了打这个", True),
        ("别打刚才那个，打这个", True),
    ],
)
def test_a_number_they_were_told_to_ring_is_not_theirs(text: str, in_its_place: bool) -> None:
    assert instead(text, _cues()) is in_its_place


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("最后一位是7不是6", "13661230007"),
        ("最后一位不是6，是7", "13661230007"),
        ("电话尾号是0007不是0006", "13661230007"),
        ("最后一位是7不是8", ""),
        ("最后一位是17不是6", ""),
        ("是7号不是6号", ""),
        ("孩子最后一位是7岁", ""),
    ],
)
def test_the_last_digits_put_right(text: str, becomes: str) -> None:
    found = last_digits(Filled(MINE, parts=(("number", MINE),)), text)
    assert (found.value if found else "") == becomes


def test_of_two_numbers_the_one_that_ends_so_is_put_right() -> None:
    parts = (("number", MINE), ("number", "13900001111"))
    found = last_digits(Filled("13661230006、13900001111", parts=parts), "最后一位是7不是6")
    assert found is not None
    assert found.value == "13661230007、13900001111"
    same = (("number", MINE), ("number", "13900001116"))
    assert last_digits(Filled("13661230006、13900001116", parts=same), "最后一位是7不是6") is None


def test_the_last_digit_in_a_talk() -> None:
    play = Play()
    play.say(f"家里没吃的了 {MINE}", reading("supplies", phones=[MINE]))
    play.say("最后一位是7不是6", reading("feedback", 0.3))
    assert play.case.slots["phone"].value == "13661230007"


def _joined(*pieces: str, apart: timedelta = timedelta(seconds=20)) -> str:
    *before, last = pieces
    at = [NOW + apart * place for place in range(len(pieces))]
    recent = tuple(Heard(text, when) for text, when in zip(before, at, strict=False))
    state = Conversation(id="c", contact=CONTACT, recent=recent)
    found = with_joined_number(state, Inbound(CONTACT, "m", "text", last, at[-1]), Reading())
    return "".join(phone.number for phone in found.entities.phones)


@pytest.mark.parametrize("pieces", [("1366123", "0006"), ("136", "6123", "0006"), ("136 6123", "0006。")])
def test_a_number_in_pieces(pieces: tuple[str, ...]) -> None:
    assert _joined(*pieces) == MINE


@pytest.mark.parametrize(
    "pieces", [("1366123", "我爸透析", "0006"), ("1366123", "00065"), ("2366123", "0006"), ("502", "7"), ("0006",)]
)
def test_pieces_that_make_no_number(pieces: tuple[str, ...]) -> None:
    assert _joined(*pieces) == ""


def test_pieces_an_hour_apart_make_no_number() -> None:
    assert _joined("1366123", "0006", apart=timedelta(hours=1)) == ""


def test_a_fixed_line_by_itself_is_a_number_whatever_was_asked() -> None:
    play = Play()
    play.say("老伴叫不醒怎么办", reading("emergency", 0.9, "urgent", flags=["check"], reasons=["R03"]))
    play.say("66540108", reading("chitchat", 0.3))
    assert play.state.cases[0].slots["phone"].value == "02166540108"


@pytest.mark.parametrize(
    "text", ["20220405", "工单号66540108 已经报上去三天了", "66540108弄", "6654010", "66540108123"]
)
def test_no_fixed_line_by_itself(text: str) -> None:
    assert not line_alone(text)


def test_the_same_number_twice_is_one() -> None:
    play = Play()
    play.say(f"家里没吃的了 {MINE} {MINE}", reading("supplies", phones=[MINE, MINE]))
    assert play.case.slots["phone"].value == MINE


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("我是用邻居手机发的 别打这个号", f"{MINE}（说不要打）"),
        ("别打前面那个，邻居睡了", f"{MINE}（说不要打）"),
        ("上面那个号码是空号", f"{MINE}（说不要打）"),
        ("这个号不是我的", f"{MINE}（说不要打）"),
        ("之前那个已经停机了", f"{MINE}（说不要打）"),
        ("别打了", MINE),
        ("那个药打不通脉络的", MINE),
        ("不要打110", MINE),
        ("居委那个电话打不通", MINE),
        ("12345那个号是空号", MINE),
        ("晚上别打，老人睡了", MINE),
    ],
)
def test_a_number_that_is_not_to_be_rung_says_so(text: str, becomes: str) -> None:
    play = Play()
    play.say(f"家里没菜了 {MINE}", reading("supplies", phones=[MINE]))
    play.wait(seconds=40)
    play.say(text, reading("chitchat", 0.3))
    assert play.case.slots["phone"].value == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("电话打13612340079 上面那个是空号", "13612340079"),
        ("别打13612340078，打13612340079", "13612340079"),
        ("13612340078是空号，打13612340079", "13612340079"),
        ("13612340079 打不通就打13612340078", f"{MINE}、13612340079、13612340078"),
        ("我妈的电话13612340079", f"{MINE}、13612340079"),
        ("不要打13612340079", MINE),
        (f"不要打{MINE}", f"{MINE}（说不要打）"),
    ],
)
def test_the_number_they_want_to_be_rung_on(text: str, becomes: str) -> None:
    play = Play()
    play.say(f"家里没菜了 {MINE}", reading("supplies", phones=[MINE]))
    play.wait(seconds=40)
    numbers = re.findall(r"1\d{10}", text)
    play.say(text, reading("chitchat", 0.3, phones=numbers))
    assert play.case.slots["phone"].value == becomes


@pytest.mark.parametrize("text", ["我电话13812345079 打过没人接", "13612345 说好了"])
def test_a_number_with_12345_in_it_is_no_call_to_the_hotline(text: str) -> None:
    assert ruled(text).entities.called_12345 == ""
    assert ruled(f"{text}，12345打过了没用").entities.called_12345 == "yes_no_number"


def test_the_number_to_be_rung_stands_before_the_one_that_is_not() -> None:
    play = Play()
    play.say(f"家里没菜了 {MINE}", reading("supplies", phones=[MINE]))
    play.wait(seconds=40)
    play.say("别打这个号 我是用邻居手机发的", reading("chitchat", 0.3))
    play.wait(seconds=40)
    play.say("我的是13612340079", reading("chitchat", 0.3, phones=["13612340079"]))
    assert play.case.slots["phone"].value == f"13612340079、{MINE}（说不要打）"


OTHER = "13612340000"


@pytest.mark.parametrize(
    ("text", "rung"),
    [
        (f"我爸胸口痛 打{MINE} 不要打{OTHER} 那是停机的", [MINE]),
        (f"打{MINE}。别打{OTHER}，那是我妈的", [MINE]),
        (f"打{MINE}，不要打那个{OTHER}", [MINE]),
        (f"打{MINE} 不要打我妈的 65431234 她耳朵聋", [MINE]),
        (f"不要打我妈{OTHER}，打{MINE}", [MINE]),
        (f"{MINE} 别打我 打我儿子{OTHER}", [OTHER]),
        (f"{OTHER}别打这个号，打{MINE}", [MINE]),
        (f"{OTHER}空号 {MINE}才是", [MINE]),
        (f"{MINE} 不要打给我妈", [MINE]),
        (f"打{MINE} 不用打居委", [MINE]),
        (f"{MINE} 不要打太晚", [MINE]),
        (f"{MINE} 别打扰老人", [MINE]),
        (f"{MINE}不要打我妈在睡觉", []),
        (f"{MINE}不要打，是邻居的", []),
        (f"{MINE} 别打了", []),
    ],
)
def test_which_of_them_is_not_to_be_rung(text: str, rung: list[str]) -> None:
    assert [phone.number for phone in to_be_rung(text, ruled(text).entities.phones, _cues())] == rung


def test_the_line_that_is_not_to_be_rung_is_not_taken_for_the_answer() -> None:
    play = Play()
    hear(play, "家里没菜了", "supplies", 0.9)
    hear(play, "不要打65431234", "chitchat", 0.3)
    assert "phone" not in play.case.slots


@pytest.mark.parametrize("about", ["我家没菜了", "老伴的事还要麻烦你们看看"])
def test_a_sentence_with_a_number_and_a_place_is_no_chat(about: str) -> None:
    play = Play()
    turn = hear(play, f"{about} 虹口区四平路1200弄5号301 打{MINE}。别打{OTHER}，那是我妈的", "chitchat", 0.6)
    assert play.case.slots["phone"].value == MINE
    assert "您好" not in said(turn)


@pytest.mark.parametrize(
    ("text", "intent"), [(f"专业贷款，联系{MINE}，额度高放款快", "spam"), (f"谢谢志愿者小李{MINE}，人很好", "feedback")]
)
def test_an_advert_with_a_number_and_praise_open_nothing(text: str, intent: str) -> None:
    play = Play()
    hear(play, text, intent, 0.9)
    assert not play.state.cases


@pytest.mark.parametrize(
    "text",
    [
        "家里没菜了 虹口区广灵四路88弄3号502 65431234",
        "家里没菜了，虹口区广灵四路88弄3号502，6543 1234。",
        "家里没菜了\n65431234",
        "阿拉娘\n跌了一跤\n65431234",
    ],
)
def test_a_fixed_line_by_itself_at_the_end_is_whom_to_ring(text: str) -> None:
    play = Play()
    hear(play, text, "supplies", 0.9)
    assert play.case.slots["phone"].value == "02165431234"


@pytest.mark.parametrize(
    "text",
    [
        "家里没菜了 订单 65431234",
        "家里没菜了 快递单号是 65431234",
        "家里没菜了 从20220401",
        "家里没菜了 65431234弄",
        "家里没菜了 65431234号还没人管",
        "家里没菜了 验证码 65431234",
    ],
)
def test_the_number_of_something_is_nobodys_telephone(text: str) -> None:
    play = Play()
    hear(play, text, "supplies", 0.9)
    assert "phone" not in play.case.slots


@pytest.mark.parametrize(
    ("text", "cases"),
    [
        ("我自己的是13661230007 现在充上电了 打我的", 1),
        ("打我的吧 13661230007", 1),
        ("我心里难过 想找人说说话 13661230007", 2),
        ("老公又打我了 13661230007", 2),
    ],
)
def test_on_which_number_they_are_to_be_rung_is_no_blow(text: str, cases: int) -> None:
    play = Play()
    hear(play, "我妈药没了 13661230006 徐汇区天平路20弄5号302", "medicine", 0.8)
    play.wait(minutes=2)
    hear(play, text, "distress", 0.65)
    assert len(play.state.cases) == cases
    assert "13661230007" in play.state.cases[0].slots["phone"].value or cases == 2
