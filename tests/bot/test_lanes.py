"""A lane of one account: how much may be under way."""

from datetime import UTC, datetime, timedelta

from bot.lanes import WIDE, Lane

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_a_stopped_lane_probes_with_one_and_opens_again() -> None:
    lane = Lane(WIDE)
    lane.stop(NOON + timedelta(seconds=60))
    assert lane.room(NOON + timedelta(seconds=59)) == 0
    assert lane.room(NOON + timedelta(seconds=61)) == 1
    lane.passed(NOON + timedelta(seconds=61))
    assert lane.room(NOON + timedelta(seconds=61)) > 1


def test_a_clock_that_is_set_back_stops_nobody_for_an_hour() -> None:
    lane = Lane(WIDE)
    lane.stop(NOON + timedelta(seconds=60))
    assert lane.room(NOON - timedelta(hours=1)) == 1
