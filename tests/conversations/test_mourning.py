"""A death told with a danger does not take the 120 line away; told alone it brings none."""

import pytest

from conversations.codes import Flag, Urgency
from conversations.effects import AlertDesk, SendText
from conversations.events import ReporterClaimed
from tests.conversations.ruled import at_home, hear
from tests.conversations.talking import Play, of, said

SORRY = "得知有人去世"


@pytest.mark.parametrize(
    ("text", "another"),
    [
        ("我爸昨天去世了,我妈现在胸口痛喘不上气", True),
        ("爷爷走了,奶奶晕过去了", True),
        ("我妈过世了,我现在也不想活了", True),
        ("我爸去世了，我妈好像晕过去了", True),
        ("外公没了以后，外婆不肯吃饭，今天叫不醒了", True),
        ("他是不是死了 叫不醒", False),
        ("我妈好像死了 没气了", False),
        ("我爸猝死了 刚刚 倒在地上", False),
    ],
)
def test_the_danger_is_answered(text: str, another: bool) -> None:
    play = Play()
    turn = hear(play, text, "emergency", feels="critical")
    sent = of(turn, SendText)[0]
    assert sent.purpose == "danger"
    assert "120" in sent.text
    assert (SORRY in sent.text) is another
    doubted = Flag.CHECK in play.case.flags
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["check" if doubted else "critical"]
    assert doubted or play.case.urgency is Urgency.CRITICAL
    assert Flag.DECEASED not in play.case.flags, "or nobody would ask where they are"
    assert any("去世" in reason.text for reason in play.case.reasons), "people read that somebody died"


def test_they_are_asked_where_they_are_and_go_on() -> None:
    play = Play()
    assert "详细地址" in said(hear(play, "爷爷走了,奶奶晕过去了", "emergency"))
    turn = hear(play, "13512340002 虹口区四平路1200弄5号301", "chitchat", 0.2)
    assert "13512340002" in said(turn)
    assert "节哀" not in said(turn)


@pytest.mark.parametrize(
    "text",
    [
        "我爸昨天因为胸口痛喘不上气去世了",
        "我妈上周突然晕倒，没抢救过来，走了",
        "老人去世了，遗体还在家里没人来拉",
        "外婆今早没了，叫了120，等了三个多钟头",
        "爷爷刚刚走了，我们心里很难受",
    ],
)
def test_whoever_tells_how_it_was_is_told_to_ring_nobody(text: str) -> None:
    turn = hear(Play(), text, "emergency", feels="critical")
    assert [sent.purpose for sent in of(turn, SendText)] == ["info"]
    assert "节哀" in said(turn)
    assert "打120" not in said(turn)


def test_a_doubt_of_despair_is_asked_about() -> None:
    play = Play()
    turn = hear(play, "我老公走了，我绝望了，撑不下去了", "distress", feels="urgent", check=True)
    assert "您现在是不是想伤害自己" in said(turn)
    assert SORRY in said(turn)


def test_beside_a_reporter_only_the_danger_is_said() -> None:
    play = at_home()
    play.do(ReporterClaimed(1, "li"))
    turn = hear(play, "爷爷走了,奶奶晕过去了", "emergency")
    assert "120" in said(turn)
    assert SORRY not in said(turn)


@pytest.mark.parametrize(
    "text", ["妈妈过世以后，这个家里我待不下去，今夜就到她那里", "我丈夫昨天过世，我一个人不要留在这世上"]
)
@pytest.mark.parametrize("level", ["critical", "urgent"])
def test_despair_that_no_rule_names_is_answered_too(text: str, level: str) -> None:
    play = Play()
    turn = hear(play, text, "distress", 0.7, feels=level, check=level == "urgent")
    assert "962525" in said(turn)
    assert "想伤害自己" in said(turn) or "可能伤害自己" in said(turn)
    assert SORRY in said(turn)
    assert of(turn, AlertDesk)
    assert Flag.DECEASED not in play.case.flags


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "level", "check"),
    [
        ("我爸过世了，心里难受，想找人说说话", "distress", 0.9, "urgent", False),
        ("妈妈昨天过世，没能见最后一面，我很自责", "distress", 0.3, "urgent", True),
        ("爷爷过世三天了，遗体还在家里", "care", 0.8, "urgent", True),
        ("我妈过世了，想出去送她最后一程", "travel", 0.9, "critical", False),
    ],
)
def test_grief_alone_is_asked_nothing(text: str, intent: str, confidence: float, level: str, check: bool) -> None:
    turn = hear(Play(), text, intent, confidence, feels=level, check=check)
    assert "节哀" in said(turn)
    assert "伤害自己" not in said(turn)
