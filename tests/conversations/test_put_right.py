"""What is put right in a few words is put right, whatever was asked last, and is no answer to that."""

import pytest

from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import Play

HOME = "徐汇区国权路100弄3号301"


def _asked_how_long() -> Play:
    play = Play()
    hear(play, f"我妈要配降压药 13812340079 {HOME}", "medicine")
    play.wait(seconds=40)
    hear(play, "氨氯地平", "medicine")
    assert "days_left" in play.state.asked
    return play


def _told(text: str) -> dict[str, str]:
    play = _asked_how_long()
    play.wait(seconds=40)
    hear(play, text, "chitchat", 0.3)
    assert len(play.state.cases) == 1
    assert play.case.open
    assert not play.case.outcome
    assert "days_left" not in play.case.slots, text
    return {name: value.value for name, value in play.case.slots.items()}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("室号错了 是302", "徐汇区国权路100弄3号302"),
        ("对了房间号是302", "徐汇区国权路100弄3号302"),
        ("房间号应该是302", "徐汇区国权路100弄3号302"),
        ("门牌写错了，是302室", "徐汇区国权路100弄3号302室"),
        ("是杨浦区", "杨浦区国权路100弄3号301"),
        ("不对，是杨浦区", "杨浦区国权路100弄3号301"),
        ("哦 应该是杨浦区的", "杨浦区国权路100弄3号301"),
        ("是杨浦", "杨浦区国权路100弄3号301"),
        ("是302路公交车站旁边", HOME),
        ("我朋友是杨浦区的", HOME),
        ("居委说要等302室", HOME),
        ("号码发错了", HOME),
        ("地址发错了", HOME),
    ],
)
def test_an_address(text: str, address: str) -> None:
    assert _told(text)["address"] == address


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("电话最后一位是9", "13812340079"),
        ("电话最后一位是8", "13812340078"),
        ("手机最后两位是81", "13812340081"),
        ("最后一位是6不是9", "13812340076"),
        ("电话最后一位不是9", "13812340079"),
        ("最后两位是8", "13812340079"),
        ("最后一位是3楼的阿姨", "13812340079"),
    ],
)
def test_a_number(text: str, phone: str) -> None:
    assert _told(text)["phone"] == phone


@pytest.mark.parametrize("text", ["多久", "多久能好", "要多久才有人来"])
def test_who_asks_how_long_it_takes_does_not_say_how_long_it_lasts(text: str) -> None:
    _told(text)


@pytest.mark.parametrize(
    ("text", "days"), [("还能撑到5号", "还能撑到5号"), ("不知道能撑多久", "不知道能撑多久"), ("省着吃", "省着吃")]
)
def test_what_is_about_it_is_still_taken(text: str, days: str) -> None:
    play = _asked_how_long()
    play.wait(seconds=40)
    hear(play, text, "chitchat", 0.3)
    assert play.case.slots["days_left"].value == days


@pytest.mark.parametrize("text", ["发错了", "不好意思发错了", "发错群了", "误发"])
def test_what_was_sent_by_mistake_is_withdrawn(text: str) -> None:
    assert "withdraw" in ruled(text).acts


@pytest.mark.parametrize("text", ["号码发错了", "刚才地址发错了", "发错了 是302", "电话发错了，应该是13512340079"])
def test_a_fact_sent_wrongly_is_not(text: str) -> None:
    acts = ruled(text).acts
    assert "correct" in acts
    assert "withdraw" not in acts
