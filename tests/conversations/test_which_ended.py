"""Which of several open matters is done, or is not."""

import pytest

from conversations.codes import Outcome, TicketStatus
from conversations.events import ReporterClosed
from conversations.telephones import how_they_rang
from conversations.which_ended import told_of
from tests.conversations.ruled import at_home, hear
from tests.conversations.talking import Play, playbook, said

FOOD, DIALYSIS, MEDICINE = "B60405-0001", "B60405-0002", "B60405-0002"


def both() -> Play:
    """Food was asked for first, then dialysis, of which is being talked."""
    play = at_home()
    hear(play, "我爸要透析 上次是周三做的", "dialysis", 0.95)
    assert [case.ticket for case in play.state.cases] == [FOOD, DIALYSIS]
    return play


def with_medicine() -> Play:
    """Food, and a medicine, of which is being talked."""
    play = at_home()
    hear(play, "我爸的降压药没了 氨氯地平", "medicine", 0.95)
    assert [case.ticket for case in play.state.cases] == [FOOD, MEDICINE]
    return play


def done(play: Play) -> list[str]:
    return [case.ticket for case in play.state.cases if case.status is TicketStatus.CLAIMED_DONE]


@pytest.mark.parametrize(
    ("text", "tickets"),
    [
        ("菜送来了 谢谢 解决了", [FOOD]),
        ("居委送来了米和菜，问题解决了", [FOOD]),
        ("透析的事解决了", [DIALYSIS]),
        ("我爸透析做上了，谢谢", [DIALYSIS]),
        ("生活物资解决了", [FOOD]),
        ("0001解决了", [FOOD]),
        ("菜收到了，透析也解决了", [FOOD, DIALYSIS]),
        ("都解决了", [FOOD, DIALYSIS]),
    ],
)
def test_the_one_they_name_is_done(text: str, tickets: list[str]) -> None:
    play = both()
    turn = hear(play, text, "feedback", 0.9)
    assert done(play) == tickets
    assert all(ticket in said(turn) for ticket in tickets)


def test_where_none_is_named_none_is_marked() -> None:
    play = both()
    turn = hear(play, "解决了", "feedback", 0.9)
    assert done(play) == []
    assert "哪一件" in said(turn)
    assert FOOD in said(turn)
    assert DIALYSIS in said(turn)
    hear(play, "生活物资解决了", "feedback", 0.9)
    assert done(play) == [FOOD]


@pytest.mark.parametrize(
    ("text", "tickets"),
    [
        ("第一个", [FOOD]),
        ("1", [FOOD]),
        ("第一件解决了", [FOOD]),
        ("前面那个", [FOOD]),
        ("菜", [FOOD]),
        ("是生活物资", [FOOD]),
        ("0001", [FOOD]),
        ("2", [DIALYSIS]),
        ("是第二个", [DIALYSIS]),
        ("最后一个", [DIALYSIS]),
        ("透析那个", [DIALYSIS]),
        ("第一个和第二个", [FOOD, DIALYSIS]),
        ("1和2", [FOOD, DIALYSIS]),
        ("两个都好了", [FOOD, DIALYSIS]),
        ("都好了", [FOOD, DIALYSIS]),
        ("第三个", []),
        ("第一个还没有", []),
        ("透析还没做", []),
        ("要菜", []),
        ("不是第一个", []),
        ("3天没做了", []),
    ],
)
def test_asked_which_they_point_at_it(text: str, tickets: list[str]) -> None:
    play = both()
    hear(play, "解决了", "feedback", 0.9)
    turn = hear(play, text, "chitchat", 0.5)
    assert done(play) == tickets
    assert all(ticket in said(turn) for ticket in tickets)


def test_of_those_left_only_is_asked() -> None:
    play = both()
    hear(play, "菜到了", "feedback", 0.9)
    turn = hear(play, "解决了", "feedback", 0.9)
    assert "哪一件" not in said(turn), "the dialysis is talked of, and the food is done already"
    assert done(play) == [FOOD, DIALYSIS]


def test_a_number_after_something_else_points_at_nothing() -> None:
    play = both()
    hear(play, "解决了", "feedback", 0.9)
    hear(play, "我爸还在等医院的电话", "dialysis", 0.8)
    hear(play, "1", "chitchat", 0.5)
    assert done(play) == []


def test_of_one_alone_nothing_is_asked() -> None:
    play = at_home()
    hear(play, "解决了", "feedback", 0.9)
    assert done(play) == [FOOD]


def test_what_came_is_marked_beside_what_is_wanting() -> None:
    play = both()
    hear(play, "菜收到了，透析还没有着落", "dialysis", 0.9)
    assert DIALYSIS not in done(play)


@pytest.mark.parametrize(
    ("text", "tickets"),
    [
        ("菜到了 药还没有", [FOOD]),
        ("菜到了，药还没有", [FOOD]),
        ("药还没到 菜已经解决了 谢谢", [FOOD]),
        ("菜收到了 药没收到", [FOOD]),
        ("菜到了药没到", [FOOD]),
        ("药还没给送到 菜倒是收到了", [FOOD]),
        ("菜收到了，药什么时候送到", [FOOD]),
        ("除了药都解决了", [FOOD]),
        ("药收到了 菜没收到", [MEDICINE]),
        ("断药的事 解决了", [MEDICINE]),
        ("断药的事解决了", [MEDICINE]),
        ("居委送来了米和药", [FOOD, MEDICINE]),
        ("菜和药都到了", [FOOD, MEDICINE]),
        ("除了水都解决了", [FOOD, MEDICINE]),
        ("隔壁的菜到了 我家没有", []),
        ("对门的药都送到了", []),
        ("菜没收到 药也没收到", []),
    ],
)
@pytest.mark.parametrize("taken_for", [("feedback", 0.9), ("medicine", 0.65), ("supplies", 0.8)])
def test_what_is_wanting_is_not_done(text: str, tickets: list[str], taken_for: tuple[str, float]) -> None:
    play = with_medicine()
    turn = hear(play, text, *taken_for)
    assert done(play) == tickets
    assert ("哪一件" in said(turn)) is False


@pytest.mark.parametrize(
    ("text", "came", "waits"),
    [
        ("菜没到药到了", "药到了", "菜没到"),
        ("药没到，其他都收到了", "其他都收到了", "药没到"),
        ("昨天没药了 今天收到了 谢谢", "昨天没药了 今天收到了", ""),
        ("志愿者把药配到了，菜没送", "志愿者把药配到了", "菜没送"),
        ("菜收到了没奶粉了", "菜收到了", "没奶粉了"),
        ("菜送到楼下了", "菜送到楼下了", ""),
        ("楼上志愿者把菜送到了", "楼上志愿者把菜送到了", ""),
        ("没问题了 药收到了", "药收到了", ""),
    ],
)
def test_what_is_said_of_one_thing_after_another(text: str, came: str, waits: str) -> None:
    assert told_of(text, playbook().cues) == (came, waits, "")


def test_what_is_wanting_is_said_to_go_on() -> None:
    assert f"配药断药（{MEDICINE}）接着办" in said(hear(with_medicine(), "菜到了 药还没有", "feedback", 0.9))


def test_what_the_neighbours_got_makes_no_second_ticket() -> None:
    play = with_medicine()
    hear(play, "隔壁的菜到了 我家没有", "supplies", 0.88)
    assert len(play.state.cases) == 2


@pytest.mark.parametrize("text", ["隔壁的菜到了 我家没有", "药到了 菜还没有", "别人家的菜都到了"])
def test_one_alone_is_not_done_by_what_came_elsewhere(text: str) -> None:
    play = at_home()
    hear(play, text, "supplies", 0.8)
    assert done(play) == []


def test_of_the_neighbour_it_is_the_neighbours() -> None:
    play = at_home()
    hear(play, "隔壁阿婆也没菜了 虹口区四平路1200弄5号302", "supplies", 0.95)
    hear(play, "隔壁阿婆的菜到了", "feedback", 0.9)
    assert done(play) == [play.state.cases[1].ticket]


def test_what_was_not_registered_yet_is_for_a_person_to_see() -> None:
    play = at_home()
    hear(play, "奶奶的降压药也没了", "medicine", 0.95)
    hear(play, "药到了 菜还没有", "supplies", 0.8)
    assert done(play) == [play.state.cases[1].ticket]


@pytest.mark.parametrize(
    ("text", "code"), [("还没", "no"), ("我还没打", "no"), ("还没，等会儿打", "no"), ("药还没有", ""), ("菜还没到", "")]
)
def test_what_has_not_come_is_no_word_of_the_hotline(text: str, code: str) -> None:
    assert how_they_rang(text, playbook().cues) == code


def test_in_danger_help_that_came_is_of_the_danger() -> None:
    play = at_home()
    hear(play, "我妈胸口痛得厉害", "emergency")
    hear(play, "120来了", "feedback", 0.6)
    assert done(play) == [DIALYSIS]


@pytest.mark.parametrize(
    ("text", "opened"),
    [("没有解决", FOOD), ("透析没有解决", DIALYSIS), ("菜的事没有解决", FOOD), ("还是没有人来", FOOD)],
)
def test_not_solved_is_of_what_we_told_of_last(text: str, opened: str) -> None:
    play = both()
    play.wait(minutes=5)
    play.do(ReporterClosed(1, "li", Outcome.SOLVED))
    play.wait(minutes=1)
    assert opened in said(hear(play, text, "feedback", 0.9))


def test_not_solved_is_what_is_wanting() -> None:
    play = with_medicine()
    assert FOOD in said(hear(play, "药收到了，菜的事没有解决", "feedback", 0.9))


def test_not_solved_after_more_was_said_is_of_what_is_talked_of() -> None:
    play = both()
    play.wait(minutes=5)
    play.do(ReporterClosed(1, "li", Outcome.SOLVED))
    play.wait(minutes=1)
    hear(play, "我爸今天还没有去", "dialysis", 0.9)
    play.wait(minutes=1)
    assert DIALYSIS in said(hear(play, "没有解决", "feedback", 0.9))


@pytest.mark.parametrize("told", [False, True])
def test_not_solved_is_of_what_began_since_the_other_was_closed(told: bool) -> None:
    play = at_home()
    play.do(ReporterClosed(1, "li", Outcome.SOLVED))
    play.wait(minutes=1)
    hear(play, "菜收到了 但是我妈的降压药没有了", "medicine", 0.95)
    if told:
        play.wait(minutes=1)
        hear(play, "氨氯地平 5毫克", "medicine", 0.9)
        assert play.case.ticket == MEDICINE
    play.wait(hours=1)
    turn = hear(play, "没有解决", "feedback", 0.9)
    assert FOOD not in said(turn)
    assert [case.open for case in play.state.cases] == [False, True]
