"""Who it was that died: one of the writer's own whose matter is open, or somebody next door of whom they tell in fear."""

from dataclasses import replace

import pytest

from conversations.codes import Flag, Urgency
from conversations.effects import AlertDesk
from tests.conversations.ruled import hear, ruled
from tests.conversations.talking import Play, of, said
from tests.conversations.test_mourning import IN_DANGER, SORRY

STRANGERS = [
    "隔壁王伯伯昨天走了 我好怕我爸也这样",
    "楼上老太太去世了，我们都吓坏了",
    "王伯伯今天早上走了",
    "我同事的爸爸走了 就是没等到车",
    "隔壁王伯伯也是这样，昨天没救过来，我爸会不会也这样",
    "我爸的朋友上个月走了",
]


@pytest.mark.parametrize("text", STRANGERS)
def test_whoever_died_next_door_is_not_the_one_in_danger(text: str) -> None:
    play = Play()
    hear(play, IN_DANGER, "emergency")
    turn = hear(play, text, "chitchat", 0.3)
    assert len(play.state.cases) == 1
    assert Flag.DECEASED not in play.case.flags
    assert SORRY in said(turn)
    assert "不用再填" not in said(turn)
    assert "120没有接通前请一直重拨" in said(turn)
    assert "deceased" not in [alert.reason for alert in of(turn, AlertDesk)]


@pytest.mark.parametrize(
    ("begun", "text"),
    [
        (IN_DANGER, "我爸走了 隔壁都来帮忙了"),
        (IN_DANGER, "我爸昨天走了 隔壁都晓得了"),
        (IN_DANGER, "隔壁帮忙叫了车 人没了"),
        ("隔壁王伯伯胸口痛 13512340050 徐汇区漕宝路100弄5号301", "王伯伯走了"),
        ("楼上老太太胸口痛得厉害 13512340050", "楼上老太太去世了"),
    ],
)
def test_whoever_was_in_danger_is_mourned(begun: str, text: str) -> None:
    play = Play()
    hear(play, begun, "emergency")
    turn = hear(play, text, "chitchat", 0.3)
    assert Flag.DECEASED in play.state.cases[0].flags
    assert "不用再填" in said(turn)


def test_beside_one_dead_the_other_in_danger_is_not_named() -> None:
    play = Play()
    hear(play, "我妈胸口痛得厉害 13512340050 徐汇区漕宝路100弄5号301", "emergency")
    hear(play, "我爸昨天走了，我妈受不了", "feedback", 0.4)
    assert Flag.DECEASED not in play.state.cases[0].flags


def test_where_nothing_is_open_a_neighbours_death_is_grief_too() -> None:
    assert "节哀" in said(hear(Play(), "隔壁王伯伯昨天走了 我好怕", "distress", 0.4))


@pytest.mark.parametrize("text", ["他好点了", "人缓过来了", "好一点了。", "不痛了"])
def test_who_is_better_is_no_new_danger(text: str) -> None:
    """Read together with the danger before it, the model is frightened again."""
    play = Play()
    hear(play, IN_DANGER, "emergency")
    before = ruled(IN_DANGER)
    turn = play.say(text, replace(ruled(text, "distress", 0.4, feels="critical"), reasons=before.reasons))
    assert "请马上打120" not in said(turn)
    assert len(play.state.cases) == 1
    assert play.case.urgency is Urgency.CRITICAL


@pytest.mark.parametrize("text", ["他好点了 但是又吐血了", "没好点", "不痛了，人没反应了"])
def test_who_is_worse_again_is(text: str) -> None:
    play = Play()
    hear(play, IN_DANGER, "emergency")
    turn = play.say(text, replace(ruled(text, "emergency", feels="critical"), reasons=ruled(IN_DANGER).reasons))
    assert "120" in said(turn)
    assert of(turn, AlertDesk)


@pytest.mark.parametrize(
    ("begun", "text", "dead"),
    [
        ("外公透析停了五天 13512340050 徐汇区漕宝路100弄5号301", "今天早上没了", True),
        (IN_DANGER, "昨晚走了", True),
        (IN_DANGER, "凌晨，已经不在了。", True),
        (IN_DANGER, "药今天早上没了", False),
        ("我爸吸氧，氧气瓶空了 13512340050 徐汇区漕宝路100弄5号301", "今天早上没了", False),
        ("我妈痴呆，出去两个小时没回来 13512340050 徐汇区漕宝路100弄5号301", "昨晚走了", False),
        ("家里没菜了 13512340050 徐汇区漕宝路100弄5号301", "今天早上没了", False),
    ],
)
def test_a_death_told_of_nobody_is_of_whoever_is_in_danger(begun: str, text: str, dead: bool) -> None:
    play = Play()
    hear(play, begun, "emergency" if dead or begun == IN_DANGER else "supplies")
    turn = hear(play, text, "chitchat", 0.2)
    assert (Flag.DECEASED in play.state.cases[0].flags) is dead
    assert ("不用再填" in said(turn)) is dead
