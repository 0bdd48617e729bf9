"""Two needs in one breath are two cases, whoever joins them with whatever; one need told at length is one."""

from datetime import timedelta
from itertools import permutations

import pytest

from bot.facts import fact_of
from bot.understanding import open_reader
from classifiers.reader import Reader
from conversations.codes import Intent, Urgency
from conversations.further import needs_apart
from conversations.messages import Inbound
from tests.conversations.ruled import ruled
from tests.conversations.talking import CONTACT, Play, playbook, said

_READER: list[Reader] = []
NEEDS = {
    "我爸透析停了": "dialysis",
    "我妈化疗停了": "oncology",
    "奶奶等着输血": "transfusion",
    "外公的胰岛素断了": "medicine",
    "孩子没奶粉了": "maternity",
    "隔壁老人断粮了": "supplies",
}


def _hear(play: Play, text: str, intent: str = "", confidence: float = 0.8) -> None:
    if not _READER:
        _READER.append(open_reader(None, lazy=True))
    play.now += timedelta(seconds=40)
    message = Inbound(CONTACT, f"m{len(play.turns)}", "text", text, play.now)
    play.do(fact_of(_READER[0], play.state, message, ruled(text, intent, confidence, at=play.now), playbook()))


@pytest.mark.parametrize("joined", ["{}，{}也没办法", "{}。{}", "{}，另外{}", "{}；还有{}", "{} {}"])
def test_two_needs_are_two_cases(joined: str) -> None:
    for (first, one), (second, other) in permutations(NEEDS.items(), 2):
        play = Play()
        text = joined.format(first, second)
        _hear(play, text, one)
        assert {case.intent for case in play.state.cases} == {Intent(one), Intent(other)}, text
        assert all(case.urgency is Urgency.URGENT for case in play.state.cases), text


@pytest.mark.parametrize("taken_for", ["other_medical", "child_illness", "care"])
def test_what_the_whole_is_taken_for_makes_no_third(taken_for: str) -> None:
    play = Play()
    _hear(play, "孩子没奶粉了，我爸的心脏药也没了", taken_for)
    assert {case.intent for case in play.state.cases} == {Intent.MATERNITY, Intent.MEDICINE}


def test_the_second_need_is_told_and_opened_with_the_first() -> None:
    play = Play()
    _hear(play, "孩子没奶粉了，我爸的心脏药也断了 阿司匹林 宝山区友谊路100弄3号201 13812340079", "medicine")
    assert "另记一单" in said(play.turns[-1])
    assert all(case.ticket for case in play.state.cases)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("化疗停了，止痛药也没了，怎么办", "oncology"),
        ("我爸高血压，我妈糖尿病，都没药了", "medicine"),
        ("我妈降压药没了，我爸在医院陪夜，家里没人", "medicine"),
        ("我妈要透析，我爸说不用去，我也不知道", "dialysis"),
        ("米没了，油也没了，盐也没了", "supplies"),
        ("我妈透析停了，居委也不管，另外12345也打不通", "dialysis"),
        ("奶奶的降压药没了，爷爷的降压药也没了", "medicine"),
    ],
)
def test_one_need_told_at_length_is_one(text: str, intent: str) -> None:
    play = Play()
    _hear(play, text, intent)
    assert [case.intent for case in play.state.cases] == [Intent(intent)]


def test_a_danger_keeps_its_case_and_the_other_need_has_its_own() -> None:
    play = Play()
    _hear(play, "我妈晕倒了叫不醒，我爸的胰岛素也断了", "emergency")
    first, second = play.state.cases
    assert (first.intent, first.urgency) == (Intent.EMERGENCY, Urgency.CRITICAL)
    assert (second.intent, second.urgency) == (Intent.MEDICINE, Urgency.URGENT)


def test_pieces() -> None:
    cues = playbook().cues
    assert needs_apart("我爸要透析，周三就没做了。我妈化疗也该做了", cues) == (
        "我爸要透析，周三就没做了",
        "我妈化疗也该做了",
    )
    assert needs_apart("我爸要透析，周三就没做了", cues) == ()


def test_a_long_story_is_not_told_in_one_breath() -> None:
    """What it says of the past and of others is no need of theirs; the model reads its clauses."""
    story = "来说一声谢谢。上个礼拜我爸的胰岛素断了，第二天就有人冒雨把药送到楼下，连口水都没喝。"
    story += (
        "现在药够吃一个月了，我妈的血压也好了，孩子天天在家上网课，楼里的邻居都说要谢谢你们，祝你们一切平安，身体健康。"
    )
    assert needs_apart(story, playbook().cues) == ()
    assert needs_apart("我爸的胰岛素断了，我妈化疗也停了", playbook().cues)
