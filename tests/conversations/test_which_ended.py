"""Which of several open matters is done, or is not."""

import pytest

from conversations.codes import Outcome, TicketStatus
from conversations.events import ReporterClosed
from tests.conversations.ruled import at_home, hear
from tests.conversations.talking import Play, said

FOOD, DIALYSIS = "B60405-0001", "B60405-0002"


def both() -> Play:
    """Food was asked for first, then dialysis, of which is being talked."""
    play = at_home()
    hear(play, "我爸要透析 上次是周三做的", "dialysis", 0.95)
    assert [case.ticket for case in play.state.cases] == [FOOD, DIALYSIS]
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


def test_of_one_alone_nothing_is_asked() -> None:
    play = at_home()
    hear(play, "解决了", "feedback", 0.9)
    assert done(play) == [FOOD]


def test_what_came_is_marked_beside_what_is_wanting() -> None:
    play = both()
    hear(play, "菜收到了，透析还没有着落", "dialysis", 0.9)
    assert DIALYSIS not in done(play)


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


def test_not_solved_after_more_was_said_is_of_what_is_talked_of() -> None:
    play = both()
    play.wait(minutes=5)
    play.do(ReporterClosed(1, "li", Outcome.SOLVED))
    play.wait(minutes=1)
    hear(play, "我爸今天还没有去", "dialysis", 0.9)
    play.wait(minutes=1)
    assert DIALYSIS in said(hear(play, "没有解决", "feedback", 0.9))
