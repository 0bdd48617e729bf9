"""A death told with a danger does not take the 120 line away; told alone it brings none."""

import pytest

from conversations.codes import Flag, Intent, Urgency
from conversations.effects import AlertDesk, SendText
from conversations.events import ReporterClaimed, TimerFired
from tests.conversations.ruled import at_home, hear
from tests.conversations.talking import Play, of, opened, said

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


IN_DANGER = "我爸胸口痛得厉害 13512340050 徐汇区漕宝路100弄5号301"


@pytest.mark.parametrize("text", ["人没了", "我爸走了", "爸爸没抢救过来，走了"])
@pytest.mark.parametrize("first", [(), ("120来了",)])
def test_a_death_joins_the_danger_it_ends(text: str, first: tuple[str, ...]) -> None:
    play = Play()
    hear(play, IN_DANGER, "emergency")
    for more in first:
        hear(play, more, "feedback", 0.6)
    turn = hear(play, text, "supplies", 0.4, feels="soon")
    assert "节哀" in said(turn)
    assert "120" not in said(turn)
    assert not opened(turn)
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["deceased"]
    assert len(play.state.cases) == 1
    assert play.case.intent is Intent.EMERGENCY
    play.wait(hours=1)
    assert "人现在怎么样" not in said(play.do(TimerFired("revisit", 1, play.case.timers.get("revisit", 0))))


def test_nobody_who_mourns_is_asked_how_it_went() -> None:
    play = Play()
    hear(play, IN_DANGER, "emergency")
    hear(play, "120来了", "feedback", 0.6)
    hear(play, "我奶奶昨天过世了", "feedback", 0.4)
    assert len(play.state.cases) == 2
    play.wait(hours=1)
    turn = play.do(TimerFired("revisit", 1, play.state.cases[0].timers["revisit"]))
    assert said(turn) == ""
    assert [alert.reason for alert in of(turn, AlertDesk)] == ["revisit"]


@pytest.mark.parametrize(
    ("text", "intent", "model", "words"),
    [
        ("奶奶有点不对劲 饭也不吃", "emergency", {"feels": "urgent", "check": True}, "请马上打120"),
        ("奶奶的胰岛素也没了", "medicine", {}, "胰岛素"),
        ("我以前想过自杀，现在也不晓得怎么办", "distress", {"check": True}, "962525"),
    ],
)
def test_what_befalls_the_living_is_a_matter_of_its_own(
    text: str, intent: str, model: dict[str, object], words: str
) -> None:
    play = Play()
    hear(play, "我爷爷昨天过世了", "feedback", 0.4)
    turn = hear(play, text, intent, 0.8, **model)
    assert words in said(turn)
    assert len(play.state.cases) == 2
    assert Flag.DECEASED not in play.case.flags
    turn = hear(play, "13512340002 虹口区四平路1200弄5号301", "chitchat", 0.2)
    assert "13512340002" in said(turn), "the matter they are asked about goes on"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("心里很难受", "distress"), ("遗体还在家里没人来拉", "travel"), ("爷爷前几天一直没药", "medicine"),
     ("家里没菜了", "supplies")],
)  # fmt: skip
def test_what_else_they_say_is_taken_down(text: str, intent: str) -> None:
    play = Play()
    hear(play, "我爷爷昨天过世了 13512340002 虹口区四平路1200弄5号301", "feedback", 0.4)
    first = play.case.intent
    turn = hear(play, text, intent, 0.9, feels="soon")
    assert "都记下了" in said(turn)
    assert len(play.state.cases) == 1
    assert play.case.intent is first, "the ticket of a death is not called another matter"
