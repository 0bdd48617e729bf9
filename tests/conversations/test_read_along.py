"""Somebody they fear is beside them: one line as of courtesy, however it was told, and a way back to what helps."""

import pytest

from conversations.asking import ask_unknown
from conversations.codes import Flag
from conversations.effects import AlertDesk, OpenTicket, SendText
from conversations.reading import OVERLOOKED
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import Play, of, playbook

COURTESY = "您好，这里是新民晚报“帮侬忙”"


def shown(turn: object) -> str:
    return "\n".join(one.text for one in of(turn, SendText))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "他在旁边看着 我不方便说", "我现在不能打字 他看着我", "我老公在边上 不方便", "他会看聊天记录 看到要打死我",
        "别回 他看得到", "你们发的消息他都能看到", "我婆婆在旁边 我不敢说", "他在翻我手机 我不敢说话",
        "房东会看我手机 你们别回", "他就在门外 我不敢出声", "保姆在旁边 我不敢讲",
    ],
)  # fmt: skip
@pytest.mark.parametrize("feels", ["", "critical"])
def test_nothing_of_it_is_on_the_screen(text: str, feels: str) -> None:
    turn = hear(Play(), text, "distress", 0.7, feels=feels)
    assert shown(turn).startswith(COURTESY) and "\n" not in shown(turn)
    assert of(turn, OpenTicket) and of(turn, AlertDesk)
    assert ask_unknown(ruled(text, "distress", feels=feels), playbook()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "医生在旁边 不方便说话", "我爸在旁边 不方便说 他不知道自己得了癌", "女儿在旁边 不方便说 我得了癌",
        "我老公在旁边 腿脚不方便", "婆婆在旁边看着孩子 我不方便出门", "老公在隔壁隔离 不方便打电话",
        "我老公也能看到消息 打他电话也行", "我在开会 不方便说话",
        "他耳朵不好 不要打电话 他会看短信的", "老公在家里突然不能说话了 嘴歪了", "我妈在旁边 我不能说话 嗓子做过手术",
        "你们不要打电话来 孩子在睡觉", "别回了 我看到了", "他在医院看着我妈",
    ],
)  # fmt: skip
def test_who_is_only_near_is_not_feared(text: str) -> None:
    assert OVERLOOKED not in {reason.code for reason in ruled(text).reasons}


def test_of_breath_the_whole_line_is_said_whoever_reads_it() -> None:
    assert "【请马上打120】" in shown(hear(Play(), "他在看我手机 别回 我妈喘不上气了", "emergency"))


def watched() -> Play:
    play = Play()
    hear(play, "他在旁边看我手机 你们别回", "distress", 0.7)
    play.wait(minutes=5)
    return play


@pytest.mark.parametrize(
    "text",
    [
        "现在他出去了 可以说话了",
        "他睡着了 你们可以打 13512340007",
        "老公上班去了",
        "我跑出来了 在派出所",
        "他走了 现在安全了",
    ],
)
@pytest.mark.parametrize("feels", ["", "critical"])
def test_once_he_is_gone_they_read_what_helps(text: str, feels: str) -> None:
    play = watched()
    turn = hear(play, text, "offer", 0.9, feels=feels)
    assert "【请马上打110】能离开就先离开" in shown(turn)
    assert "请发您在哪里" in shown(turn) or "请发一下详细地址" in shown(turn)  # a number they told may be rung
    assert {alert.reason for alert in of(turn, AlertDesk)} == {"raised"}
    assert len(play.state.cases) == 1 and not play.case.overlooked and Flag.DECEASED not in play.case.flags
    again = hear(play, "静安区共和新路100弄3号101", "community", 0.4)
    assert "共和新路100弄3号101" in shown(again)


@pytest.mark.parametrize(
    "text",
    [
        "他出去了 马上回来",
        "他走了 你们别回",
        "可以说话吗",
        "我不方便说",
        "他走了吗",
        "他又回来了",
        "他不在乎我",
        "他不在意",
        "没事了 我是想问菜哪里买",
    ],
)
def test_until_then_nothing_is_said(text: str) -> None:
    play = watched()
    turn = hear(play, text, "distress", 0.5)
    assert shown(turn) in ("", playbook().say("danger_watched"))
    assert play.case.overlooked


@pytest.mark.parametrize(
    ("first", "text", "mourned"),
    [
        ("我男朋友在砸门", "他走了 现在安全了 可以打 13512340007", False),
        ("我男朋友在砸门", "人走了 没事了 谢谢", False),
        ("老公在打我", "我老公走了", False),
        ("我爸在打我", "我爸走了", False),
        ("我爸在打我妈", "我妈走了", True),  # whose blows they were is not said: they may have killed her
        ("老公在打我", "我妈去世了", True),
        ("我爸喘不上气", "人走了 谢谢", True),
        ("家里没米了", "爷爷昨晚走了", True),
    ],
)
def test_who_was_feared_and_left_is_not_mourned(first: str, text: str, mourned: bool) -> None:
    play = Play()
    hear(play, first)
    play.wait(minutes=3)
    turn = hear(play, text)
    assert ("节哀" in shown(turn)) is mourned
    assert any(alert.reason == "deceased" for alert in of(turn, AlertDesk)) is mourned


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("我男朋友在砸门", True), ("前夫在踹我家门", True), ("男人喝醉了在外面砸门 我和孩子在里面", True),
        ("老公在砸门 钥匙断在里面了", False), ("大白在砸门 说要转运", False), ("邻居半夜砸门 投诉", False),
        ("楼上装修砸门砸墙", False), ("我爸老年痴呆 他一直踢门要出去", False),
    ],
)  # fmt: skip
def test_whoever_beats_at_the_door(text: str, danger: bool) -> None:
    assert ("R13" in {reason.code for reason in ruled(text).reasons}) is danger


def test_what_is_read_together_with_earlier_words_is_of_then() -> None:
    """A short message is read with what came before; that he looked on then keeps nothing silent now."""
    play = watched()
    now = "现在他出去了 可以说话了"
    turn = play.say(now, ruled(f"他在旁边看我手机 你们别回 {now}", "distress", at=play.now))
    assert "【请马上打110】" in shown(turn)


def test_blows_told_while_he_looked_on_take_nothing_from_the_advice() -> None:
    play = watched()
    assert shown(hear(play, "他打我了", "distress")).startswith(COURTESY)
    assert "锁上门" in shown(hear(play, "现在他出去了 可以说话了", "distress"))
