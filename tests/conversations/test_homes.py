"""Two of the family in one message, each with an address: a ticket each, and help at both doors."""

import pytest

from conversations.doors import each_in_need, label_of
from conversations.effects import AlertDesk
from conversations.events import MessageReceived, Part
from conversations.homes import homes_apart
from conversations.messages import Inbound
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import CONTACT, Play, of, playbook, said

HIS, HERS = "宝山区牡丹江路200弄3号101", "静安区共和新路100弄3号201"
THEIRS = "普陀区曹杨路500弄7号502"


def _parts(text: str, intents: str) -> tuple[Part, ...]:
    entries = homes_apart(text, ruled(text), playbook().cues)
    named = intents.split()
    reads = [ruled(one) if name == "-" else ruled(one, name) for one, name in zip(entries, named, strict=False)]
    return each_in_need([Part(one, read) for one, read in zip(entries, reads, strict=False)], playbook().cues)


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        (f"我爸透析停了三天 他住{HIS}，我妈晕倒了 她住{HERS} 13633334444", "dialysis emergency"),
        (f"我爸在{HIS} 我妈在{HERS} 我爸透析停了三天 我妈晕倒了", "dialysis emergency"),
        (f"我爸在{HIS}，我妈在{HERS}。妈妈晕倒了，爸爸透析停了三天", "dialysis emergency"),
        (f"我妈晕倒了，我爸透析停了三天。他住{HIS}，她住{HERS}", "dialysis emergency"),
        (f"{HIS} 我爸透析停了三天；{HERS} 我妈晕倒了", "dialysis emergency"),
        (f"我外公住{HIS}，我婆婆住{HERS}，两个都没降压药了", "medicine medicine"),
        (f"急求降压药！我外公住{HIS}，我婆婆住{HERS}，13633334444", "medicine medicine"),
        (f"我爸住{HIS}没药了，我妈住{HERS}没菜了", "medicine supplies"),
        (f"我和我妹妹家都没菜了 我住{HIS} 妹妹住{HERS}", "supplies supplies"),
        (f"我家也没菜了 我住{HIS} 我妈没药了 住{HERS}", "supplies medicine"),
    ],
)
def test_each_has_their_own_door(text: str, intents: str) -> None:
    play = Play(numbers=8)
    parts = _parts(text, intents)
    message = Inbound(CONTACT, "m0", "text", text, play.now)
    play.do(MessageReceived(message, ruled(text, "medicine"), parts=parts))
    parent, *homes = play.state.cases
    assert [(home.slots["address"].value, str(home.intent)) for home in homes] == list(
        zip((HIS, HERS), intents.split(), strict=True)
    )
    assert "address" not in parent.slots
    assert all(case.ticket for case in play.state.cases)


def test_three_homes() -> None:
    text = f"我爸住{HIS}断药了，我妈住{HERS}没菜了，我奶奶住{THEIRS}叫不醒"
    assert [part.text.split("，")[0][:2] for part in _parts(text, "medicine supplies emergency")] == [
        "我爸",
        "我妈",
        "我奶",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"我住{HIS}，我妈住{HERS}，我妈晕倒了",
        f"我和老公住{HIS}，我妈住{HERS}，我妈没药了",
        f"我妈没药了 住{HERS} 我住{HIS} 我家也没人能去",
        f"我住{HIS}，我妈晕倒了，她住{HERS}，我爸也在",
        f"我爸住{HIS}，我妈住{HERS}，我爸说我妈晕倒了",
        f"我妈晕倒了，她住{HERS}，我姐住{HIS}，赶过去了",
        f"我爸透析停了三天，他住{HIS}，医院在{HERS}",
        f"我爸我妈都断药了，住{HIS}，要送到{HIS}",
        f"我妈断药了，她原来住{HIS}，现在住{HERS}",
        "我爸透析停了，我妈晕倒了，都在宝山区",
    ],
)
def test_one_home_in_need_is_no_list(text: str) -> None:
    assert _parts(text, "medicine -") == ()


@pytest.mark.parametrize(
    ("text", "intents", "shown"),
    [
        (
            f"我爸透析停了三天 他住{HIS}，我妈晕倒了 她住{HERS}",
            "dialysis emergency",
            ["我爸透析停了三天", "我妈晕倒了"],
        ),
        (f"我爸在{HIS} 我妈在{HERS} 我爸没药了 我妈没菜了", "medicine supplies", ["我爸没药了", "我妈没菜了"]),
        (f"我爸住{HIS}没药了，我妈家在{HERS}没菜了", "medicine supplies", ["我爸，没药了", "我妈，没菜了"]),
    ],
)
def test_a_home_is_shown_by_whose_need_it_is(text: str, intents: str, shown: list[str]) -> None:
    assert [label_of(part) for part in _parts(text, intents)] == shown


def test_what_is_told_later_is_of_one_of_them_and_where_they_live_is_not_asked() -> None:
    play = Play(numbers=8)
    text = f"我妈住{HERS} 我婆婆住{THEIRS} 两个都没降压药了"
    message = Inbound(CONTACT, "m0", "text", text, play.now)
    turn = play.do(MessageReceived(message, ruled(text, "medicine"), parts=_parts(text, "medicine medicine")))
    assert "地址" not in said(turn)
    for words, intent in (
        ("13633334444", "spam"),
        ("婆婆的急 明天就没了", "supplies"),
        ("婆婆头痛得厉害 吐了", "emergency"),
    ):
        play.wait(seconds=40)
        turn = hear(play, words, intent, 0.3 if intent == "spam" else 0.76)
        assert "详细地址" not in said(turn) and "还缺地址" not in said(turn)
    assert [str(case.urgency) for case in play.state.cases] == ["urgent", "urgent", "critical"]
    assert {alert.number for alert in of(turn, AlertDesk)} == {play.state.cases[2].ticket}
