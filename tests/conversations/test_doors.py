"""Several households in running words: a ticket each, and nobody's need at another's door."""

from dataclasses import replace

import pytest

from conversations.codes import Act
from conversations.doors import each_in_need, household_entries
from conversations.events import MessageReceived, Part
from conversations.lists import list_items
from conversations.messages import Inbound
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import CONTACT, Play, playbook, said


def _entries(text: str, intents: str) -> tuple[Part, ...]:
    """What the shell makes of a text; `intents`: what the model takes each entry for, "-" for no need."""
    entries = household_entries(text, ruled(text))
    named = intents.split()
    reads = [ruled(one) if name == "-" else ruled(one, name) for one, name in zip(entries, named, strict=False)]
    return each_in_need([Part(one, read) for one, read in zip(entries, reads, strict=False)], playbook().cues)


def _told(text: str, intents: str) -> Play:
    play = Play(numbers=8)
    message = Inbound(CONTACT, "m0", "text", text, play.now)
    play.do(MessageReceived(message, ruled(text, "medicine"), parts=_entries(text, intents)))
    return play


LANE = "闵行区莘松路300弄"


@pytest.mark.parametrize(
    ("text", "intents", "doors"),
    [
        (
            f"{LANE}2号301王阿姨没菜了，5号602李伯伯胰岛素断了，我电话13812340079",
            "supplies medicine",
            ["2号301", "5号602"],
        ),
        (
            f"{LANE}：1号101王阿姨透析三天没做，腿肿；2号202李家没奶粉；3号303张伯伯没人应门。13812340079",
            "dialysis maternity care",
            ["1号101", "2号202", "3号303"],
        ),
        (f"{LANE}3号楼：301王家没菜，402李家奶奶断药三天 13812340079", "supplies medicine", ["3号楼301", "3号楼402"]),
        (f"{LANE}3号楼，301室没菜 402室孩子发烧 13812340079", "supplies child_illness", ["3号楼301室", "3号楼402室"]),
        (
            f"201阿婆没药了，302室没菜，501孩子发烧 {LANE} 13812340079",
            "medicine supplies child_illness",
            ["201", "302室", "501"],
        ),
        (f"{LANE}\n3号楼301王家没菜\n5号楼402李家断药", "supplies medicine", ["3号楼301", "5号楼402"]),
        (f"301没菜 302断药 {LANE} 13812340079", "supplies medicine", ["301", "302"]),
        (f"301没菜 402断药 503透析停了三天 {LANE}", "supplies medicine dialysis", ["301", "402", "503"]),
        (f"帮忙登记 301张 胰岛素 302李 透析 303王 奶粉 {LANE}", "medicine dialysis supplies", ["301", "302", "303"]),
        (
            f"6号楼 302室 发烧 405室 没饭 508室 有人晕倒 {LANE}",
            "child_illness supplies emergency",
            ["6号楼302室", "6号楼405室", "6号楼508室"],
        ),
        (f"301没菜 402断药 503透析停了 {LANE}3号", "supplies medicine dialysis", ["3号301", "3号402", "3号503"]),
        (f"我是志愿者，3号楼，301没菜，402断药，{LANE}", "supplies medicine", ["3号楼301", "3号楼402"]),
        (
            f"3号楼：301没菜，402断药；5号楼：301没药 {LANE}",
            "supplies medicine medicine",
            ["3号楼301", "3号楼402", "5号楼301"],
        ),
    ],
)
def test_each_household_has_its_own_door(text: str, intents: str, doors: list[str]) -> None:
    play = _told(text, intents)
    parent, *households = play.state.cases
    assert [case.slots["address"].value for case in households] == [LANE + door for door in doors]
    assert [case.intent for case in households] == intents.split()
    assert not any(
        door in parent.slots["address"].value for door in ("301", "201", "501", "101", "602", "402", "202", "303")
    )
    assert all(case.ticket for case in play.state.cases)


@pytest.mark.parametrize(
    "text", ["301张 胰岛素 302李 透析 303王 奶粉", "302室 发烧 405室 没饭 508室 有人晕倒", "301没饭 402哮喘犯了"]
)
def test_a_few_words_behind_a_room_are_a_need_whatever_the_model_makes_of_them(text: str) -> None:
    entries = household_entries(text, ruled(text))
    assert (
        len(each_in_need([Part(one, ruled(one, "consult", 0.2)) for one in entries], playbook().cues))
        == len(entries)
        > 1
    )


@pytest.mark.parametrize("head", ["", "我是楼组长，", "求助 "])
def test_the_first_of_a_running_list_is_a_household_too(head: str) -> None:
    text = f"{head}2号301王阿姨没菜了，5号602李伯伯胰岛素断了两天 {LANE} 13812340079"
    entries = household_entries(text, ruled(text))
    parts = [Part(entries[0], ruled(entries[0], "community", 0.3)), Part(entries[1], ruled(entries[1], "medicine"))]
    assert [part.text[:5] for part in each_in_need(parts, playbook().cues)] == ["2号301", "5号602"]


def test_what_came_to_one_household_is_not_done_for_the_list() -> None:
    play = _told(f"301没菜 402断药 503透析停了 {LANE}3号 13812340079", "supplies medicine dialysis")
    play.wait(seconds=40)
    play.say("402的药送到了", replace(ruled("402的药送到了", "feedback", 0.9), acts=(Act.SOLVED,)))
    assert [str(case.status) for case in play.state.cases] == ["triaged", "triaged", "claimed_done", "triaged"]


def test_who_only_names_their_door_is_no_household() -> None:
    parts = [Part("我是2号301的志愿者", ruled("我是2号301的志愿者", "community", 0.3))]
    parts += [Part(one, ruled(one, "medicine")) for one in ("5号602李伯伯断药了", "8号101王家断药了")]
    assert [part.text for part in each_in_need(parts, playbook().cues)] == ["5号602李伯伯断药了", "8号101王家断药了"]


def test_each_has_its_own_number_and_street() -> None:
    text = "张阿婆静安区江宁路500弄3号201降压药没了13512340080，李先生徐汇区斜土路200弄5号301透析停三天13612340081"
    play = _told(text, "medicine dialysis")
    parent, first, second = play.state.cases
    assert (first.slots["address"].value, first.slots["phone"].value) == ("静安区江宁路500弄3号201", "13512340080")
    assert (second.slots["address"].value, second.slots["phone"].value) == ("徐汇区斜土路200弄5号301", "13612340081")
    assert "address" not in parent.slots
    assert "地址" not in said(play.turns[0])


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("我住浦东新区张杨路100弄5号301，我妈降压药断了，她住普陀区曹杨路500弄3号201", "medicine -"),
        ("我妈在普陀区曹杨路500弄3号201，降压药断了，我住浦东新区张杨路100弄5号301", "medicine -"),
        ("上次是3号老人没透析，5号老人也没做", "dialysis dialysis"),
        ("我家3号楼301没菜了，3号楼301，快点", "supplies supplies"),
        ("打120 老人晕倒了叫不醒，119 老人也不来", "emergency emergency"),
        ("我家没菜了，700家小店都关了，2022年老人涨价", "supplies supplies"),
        ("3号楼301和302都没菜了", "supplies"),
        (f"{LANE}2号301王阿姨断药，药房在5号楼101室，要家属去拿", "medicine medicine"),
        ("小区3号楼有人阳了，5号楼也有人阳了，我们7号楼什么时候解封", "quarantine quarantine community"),
        ("从3号楼301搬到5号楼602了，没菜", "supplies"),
        ("打120没人接，119没药", "supplies medicine"),
        ("我家602没菜了，602断药三天了", "supplies medicine"),
        ("花了500没菜，又花300没药", "supplies medicine"),
        ("血压 161晕，刚才 152胸口闷", "emergency emergency"),
        ("301多人 没菜，402个人 没药", "supplies medicine"),
        ("161高 128低 头晕没药了", "emergency emergency"),
    ],
)
def test_one_household_is_no_list(text: str, intents: str) -> None:
    assert _entries(text, intents) == ()


@pytest.mark.parametrize(
    "text",
    [
        "3号楼：301没菜；402断药；503没奶粉",
        "3号楼：301没菜，402断药",
        "3号楼，301没菜，402断药，503透析停了三天",
        "3号楼\n301没菜\n402断药",
    ],
)
def test_the_house_told_first_is_kept_when_the_lane_comes_later(text: str) -> None:
    play = Play(numbers=8)
    entries = list_items(text, ruled(text)) or household_entries(text, ruled(text))
    parts = tuple(Part(one, ruled(one, "medicine")) for one in entries)
    play.do(MessageReceived(Inbound(CONTACT, "m0", "text", text, play.now), ruled(text, "medicine"), parts=parts))
    play.wait(seconds=40)
    hear(play, "普陀区真光路30弄 13812340079", "chitchat", 0.2)
    places = [case.slots["address"].value for case in play.state.cases if case.parent]
    assert len(places) > 1
    assert all(place.startswith("普陀区真光路30弄3号楼") for place in places)
    assert len(set(places)) == len(places)


def test_a_house_told_line_by_line() -> None:
    play = Play(numbers=8)
    hear(play, "我是楼长 3号楼：301王家没菜", "supplies", 0.4)
    assert "address" not in play.case.slots, "a sentence is no place"
    for text, intent in (("402李家奶奶断药三天", "medicine"), ("502小孩发烧40度抽了一下", "child_illness")):
        play.wait(seconds=30)
        hear(play, text, intent)
    assert [case.intent for case in play.state.cases] == ["supplies", "medicine", "child_illness"]


@pytest.mark.parametrize("text", ["402李家奶奶也断药三天了", "302 也没菜了"])
def test_who_speaks_for_one_home_opens_no_list(text: str) -> None:
    play = Play()
    hear(play, "家里没菜了", "supplies")
    hear(play, text, "chitchat", 0.3)
    assert len(play.state.cases) == 1


def test_a_part_put_right_is_the_whole_text_and_a_sentence_is_not() -> None:
    assert ruled("门牌写错了，应该是1202室").entities.addresses[0].raw == "门牌写错了，应该是1202室"
    assert ruled("不是5号楼是15号楼").entities.addresses[0].raw == "不是5号楼是15号楼"
    assert ruled("我是楼长 3号楼：301王家没菜").entities.addresses[0].raw == "3号楼"
    assert replace(ruled("是1202室").entities.addresses[0], raw="").room == "1202室"
