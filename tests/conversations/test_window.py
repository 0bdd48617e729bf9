"""How many messages may still be pushed, where what was sent and what was heard cross each other on the way."""

from datetime import UTC, datetime, timedelta

from conversations.window import Limits, ReplyWindow, Window

NOW = datetime(2022, 4, 5, 10, 0, tzinfo=UTC)
LIMITS = Limits(windows={"message": Window(timedelta(hours=48), 5), "menu": Window(timedelta(minutes=1), 3)})


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_what_was_pushed_before_a_message_was_heard_is_paid_for_by_it() -> None:
    """They wrote at second 60, which reached us at 62; at 61 a reporter sent two: the platform has three left."""
    window = ReplyWindow().opened("message", NOW, LIMITS).spend(2, at=after(30)).spend(2, at=after(61))
    assert window.remaining(LIMITS, after(61)) == 1
    heard = window.opened("message", after(60), LIMITS)
    assert heard.remaining(LIMITS, after(62)) == 3


def test_what_was_still_on_its_way_when_they_wrote_is_paid_for_by_their_message() -> None:
    """Two replies at 58; they wrote at 60: the platform may have taken both after that."""
    window = ReplyWindow().opened("message", NOW, LIMITS).spend(3, at=after(30)).spend(2, at=after(58))
    assert window.opened("message", after(60), LIMITS).remaining(LIMITS, after(61)) == 3


def test_what_reached_the_platform_after_they_wrote_is_paid_for_by_their_message_whichever_is_heard_first() -> None:
    """Three parts said at 30 reached the platform as late as 65; they wrote at 60."""
    window = ReplyWindow().opened("message", NOW, LIMITS).spend(1, at=after(20)).spend(3, at=after(30))
    heard_first = window.opened("message", after(60), LIMITS)
    assert heard_first.remaining(LIMITS, after(61)) == 5
    assert heard_first.reached(after(30), after(65), 3).remaining(LIMITS, after(66)) == 2
    told_first = window.reached(after(30), after(65), 3)
    assert told_first.remaining(LIMITS, after(66)) == 1, "nothing new was spent"
    assert told_first.opened("message", after(60), LIMITS).remaining(LIMITS, after(66)) == 2


def test_what_reached_the_platform_late_and_was_counted_already_is_not_counted_twice() -> None:
    window = ReplyWindow().opened("message", NOW, LIMITS).spend(2, at=after(58)).opened("message", after(60), LIMITS)
    assert window.reached(after(58), after(63), 2).remaining(LIMITS, after(64)) == 3


def test_what_was_pushed_before_they_wrote_is_forgotten() -> None:
    window = ReplyWindow().opened("message", NOW, LIMITS).spend(5, at=after(30))
    assert window.opened("message", after(60), LIMITS).remaining(LIMITS, after(61)) == 5


def test_a_window_the_platform_called_shut_opens_with_the_next_message() -> None:
    window = ReplyWindow().opened("message", NOW, LIMITS).spend(1_000)
    assert window.remaining(LIMITS, after(1)) == 0
    assert window.opened("message", after(2), LIMITS).remaining(LIMITS, after(3)) == 5
