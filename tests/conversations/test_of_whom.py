"""Of whom a danger is: whoever a form names, and whoever they say it is after all."""

import pytest

from conversations.effects import AlertDesk
from conversations.events import MessageReceived, Part
from conversations.filled_in import form_entries
from conversations.homes import homes_apart
from conversations.messages import Inbound
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import CONTACT, Play, of, playbook

FIRST = "【姓名】王芳【地址】静安区江宁路500弄2号301【电话】13512340080【需求】奶粉没了"
SECOND = "【姓名】李强【地址】静安区江宁路500弄5号402【电话】13612340081【需求】降压药没了"
KIN = "我爸血透停了 他住普陀区真光路30弄5号401 我妈降压药没了 她住长宁区仙霞路300弄7号201 电话13512345678"


def _listed(text: str, intents: str) -> Play:
    """A message with several households, as the shell takes it apart."""
    play, read = Play(numbers=9), ruled(text, "medicine")
    entries = form_entries(text) or homes_apart(text, read, playbook().cues)
    parts = tuple(Part(one, ruled(one, intent)) for one, intent in zip(entries, intents.split(), strict=True))
    play.do(MessageReceived(Inbound(CONTACT, "m0", "text", text, play.now), read, parts=parts))
    play.wait(seconds=40)
    return play


def _line_by_line() -> Play:
    play = Play(numbers=9)
    for text, intent in ((FIRST, "maternity"), (SECOND, "medicine")):
        hear(play, text, intent, 0.95)
        play.wait(seconds=40)
    return play


@pytest.mark.parametrize("how", ["one message", "a message each"])
@pytest.mark.parametrize(
    ("text", "name"),
    [("王芳现在胸口痛", "王芳"), ("李强昏过去了", "李强"), ("李强的妈妈说李强叫不醒", "李强")],
)
def test_the_danger_of_whom_a_form_names_is_on_that_form(how: str, text: str, name: str) -> None:
    play = _listed(FIRST + SECOND, "maternity medicine") if how == "one message" else _line_by_line()
    count = len(play.state.cases)
    turn = hear(play, text, "emergency", 0.9)
    theirs = next(case for case in play.state.cases if case.summary.startswith(f"【姓名】{name}"))
    if how == "one message":
        theirs = next(case for case in play.state.cases if case.parent and f"】{name}" in case.summary)
    assert len(play.state.cases) == count
    assert [case.key for case in play.state.cases if case.urgency == "critical"] == [theirs.key]
    assert {alert.number for alert in of(turn, AlertDesk)} == {theirs.ticket}


@pytest.mark.parametrize("text", ["张伯伯不行了 叫不应", "张伯伯突然胸口痛"])
def test_a_neighbour_is_found_as_he_is_called(text: str) -> None:
    play = Play(numbers=9)
    for line, intent in (
        ("我们楼401张伯伯 胰岛素没了 普陀区真光路30弄5号 13512345678", "medicine"),
        ("501的小毛头发烧39度", "child_illness"),
    ):
        hear(play, line, intent, 0.9)
        play.wait(seconds=40)
    turn = hear(play, text, "emergency", 0.9)
    first = play.state.cases[0]
    assert len(play.state.cases) == 2
    assert first.urgency == "critical"
    assert {alert.number for alert in of(turn, AlertDesk)} == {first.ticket}


def test_what_is_said_of_whom_a_form_names_is_written_there() -> None:
    play = _line_by_line()
    hear(play, "王芳的奶粉有了", "maternity", 0.8)
    assert play.state.focus == 1
    play.wait(seconds=40)
    hear(play, "王芳家也没菜了，李强家也没菜了", "supplies", 0.9)
    assert play.state.focus != 1, "of two it is none's"


@pytest.mark.parametrize(
    "text", ["不是妈妈 是爸爸摔了", "不是我妈，是我爸", "写错了 是爸爸摔的", "说错了，应该是我爸摔了"]
)
def test_the_danger_goes_to_whom_they_say_it_is_after_all(text: str) -> None:
    play = _listed(KIN, "dialysis medicine")
    hear(play, "妈妈刚刚摔了一跤 起不来", "care", 0.8)
    play.wait(seconds=40)
    turn = hear(play, text, "feedback", 0.5)
    whole, father, mother = play.state.cases
    assert (father.urgency, mother.urgency, whole.urgency) == ("critical", "critical", "urgent")
    assert father.slots["address"].value == "普陀区真光路30弄5号401"
    assert {(alert.number, alert.reason) for alert in of(turn, AlertDesk)} == {(father.ticket, "raised")}
    assert "address" not in whole.slots, "the list as a whole has no place"


def test_of_one_home_it_is_one_ticket() -> None:
    play = Play()
    hear(play, "我爸胸口痛 徐汇区天平路20弄5号302 13512345678", "emergency", 0.9)
    play.wait(seconds=40)
    hear(play, "不是我爸 是我妈", "chitchat", 0.4)
    assert len(play.state.cases) == 1


@pytest.mark.parametrize(
    "text",
    ["写错了 是爸爸的电话 13612345678", "不是妈妈接电话 是爸爸接", "是爸爸在旁边", "不是妈妈的药 是爸爸的药没了",
     "写错了 是5号202", "是妈妈摔了"],
)  # fmt: skip
def test_what_puts_something_else_right_moves_no_danger(text: str) -> None:
    play = _listed(KIN, "dialysis medicine")
    hear(play, "妈妈刚刚摔了一跤 起不来", "care", 0.8)
    play.wait(seconds=40)
    hear(play, text, "feedback", 0.5)
    assert play.state.cases[1].urgency != "critical"
