"""Forms that residents paste: every part of the address is heard, and another form is another household."""

import pytest

from bot.pieces import pieces_of
from conversations.filled_in import form_entries, is_form, shown
from conversations.messages import Inbound
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import CONTACT, Play, playbook


def _form(room: int, name: str, need: str, phone: str) -> str:
    return f"【小区】莘松路300弄【楼号】2号【房号】{room}【姓名】{name}【需求】{need}【电话】{phone}"


FIRST = _form(301, "王某", "降压药断了", "13511112222")
SECOND = _form(402, "李某", "胰岛素断了两天", "13522223333")


def test_a_second_form_is_another_household() -> None:
    play = Play()
    hear(play, FIRST, "medicine", 0.9)
    play.wait(seconds=40)
    hear(play, SECOND, "medicine", 0.9)
    told = [(case.slots["address"].value, case.slots["phone"].value) for case in play.state.cases]
    assert told == [("闵行区莘松路300弄2号301室", "13511112222"), ("闵行区莘松路300弄2号402室", "13522223333")]


def test_the_same_form_again_is_the_same_household() -> None:
    play = Play()
    hear(play, FIRST, "medicine", 0.9)
    play.wait(seconds=40)
    hear(play, FIRST.replace("13511112222", "13511113333"), "medicine", 0.9)
    assert len(play.state.cases) == 1


def test_two_forms_in_one_message_are_a_list() -> None:
    message = Inbound(CONTACT, "m", "text", FIRST + SECOND, Play().now)
    assert pieces_of(message, ruled(FIRST + SECOND), playbook()).entries == (FIRST, SECOND)


@pytest.mark.parametrize(
    "text",
    [
        FIRST,
        "姓名：王某某\n地址：闵行区莘松路300弄2号301\n电话：13511112222",
        "【姓名】王某【电话】13511112222【紧急联系人】女儿【电话】13522223333",
        "【药名】格列齐特【药名】二甲双胍 地址：莘松路300弄2号301",
        "家里没菜了，两个老人",
    ],
)
def test_one_form_is_no_list(text: str) -> None:
    assert form_entries(text) == ()


def test_what_is_a_form() -> None:
    assert is_form(FIRST) and is_form("姓名：王某某\n电话：13511112222")
    assert not is_form("【急】我妈没药了") and not is_form("医生说：要马上住院")


@pytest.mark.parametrize(
    "lines", [("楼号：2号", "室号：301"), ("楼号 2", "房号 301"), ("门牌号：2号", "房间号：301室")]
)
def test_a_door_told_under_labels_line_by_line(lines: tuple[str, ...]) -> None:
    play = Play()
    hear(play, "家里没菜了 13512345678 闵行区莘松路300弄", "supplies", 0.9)
    for text in lines:
        play.wait(seconds=30)
        hear(play, text, "chitchat", 0.3)
    assert play.case.slots["address"].value == "闵行区莘松路300弄2号301室"


def test_a_form_is_shown_by_whom_and_what() -> None:
    assert [shown(one) for one in form_entries(FIRST + SECOND)] == ["王某 降压药断了", "李某 胰岛素断了两天"]
    assert shown("姓名：王某某\n情况：透析停了\n电话：13511112222") == "王某某 透析停了"
    assert shown("家里没菜了") == ""
