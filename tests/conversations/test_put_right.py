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
        ("弄堂也不对 是120弄", "徐汇区国权路120弄3号301"),
        ("弄错了 是120弄", "徐汇区国权路120弄3号301"),
        ("号不对 应该是6号", "徐汇区国权路100弄6号301"),
        ("不是3号301 是6号602", "徐汇区国权路100弄6号602"),
        ("还有是302", "徐汇区国权路100弄3号302"),
        ("房间也错了，是602", "徐汇区国权路100弄3号602"),
        ("写错了 那是我家 妈妈住隔壁303", "徐汇区国权路100弄3号303"),
        ("写错了 我是301 她住对门302", "徐汇区国权路100弄3号302"),
        ("上次透析不是3号 是6号", HOME),
        ("不是我们不对 是220弄阳了", HOME),
        ("错过了 是6号", HOME),
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


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (["帮隔壁邻居问 老夫妻没菜了", "住我对门 502 我是501", "徐汇区斜土路200弄2号"], "徐汇区斜土路200弄2号502"),
        (["老人没菜了", "5号602 在楼上", "徐汇区斜土路200弄"], "徐汇区斜土路200弄5号602"),
        (["老人没菜了", "邻居住5号602", "徐汇区斜土路200弄2号"], "徐汇区斜土路200弄2号"),
        (["家里没菜了", "我住对门 502", "徐汇区斜土路200弄2号301"], "徐汇区斜土路200弄2号301"),
    ],
)
def test_a_door_told_in_between(told: list[str], address: str) -> None:
    play = Play()
    for nth, text in enumerate(told):
        play.wait(seconds=30)
        hear(play, text, *(("supplies", 0.9) if nth == 0 else ("chitchat", 0.2)))
    assert play.case.slots["address"].value == address


@pytest.mark.parametrize(
    "text",
    [
        "我明天搬到闵行区莘松路300弄2号301",
        "我打算下周搬去闵行区莘松路300弄2号301",
        "还有是120不来",
        "我住隔壁303",
        "还有是120",
    ],
)
def test_what_is_no_door_of_theirs_changes_nothing(text: str) -> None:
    play = _asked_how_long()
    play.wait(seconds=40)
    hear(play, text, "chitchat", 0.3)
    assert play.case.slots["address"].value == HOME


def test_where_they_have_moved_is_where_they_are() -> None:
    play = _asked_how_long()
    play.wait(seconds=40)
    hear(play, "我妈昨天搬到闵行区莘松路300弄2号301了", "chitchat", 0.3)
    assert play.case.slots["address"].value == "闵行区莘松路300弄2号301"
