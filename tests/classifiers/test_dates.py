"""Times in Chinese, seen from Tuesday 5 April 2022, 14:00 in Shanghai."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.dates import Look, moments, to_come
from conversations.playbook import SHANGHAI

NOW = datetime(2022, 4, 5, 6, tzinfo=UTC)


def first(text: str, look: Look) -> str:
    found = next(iter(moments(text, NOW, look)), None)
    return found.at.strftime("%m-%d %H:%M" if found.has_hour else "%m-%d") if found else ""


@pytest.mark.parametrize(
    ("text", "back", "ahead"),
    [
        ("昨天", "04-04", "04-04"),
        ("前天", "04-03", "04-03"),
        ("昨朝", "04-04", "04-04"),
        ("明朝", "04-06", "04-06"),
        ("大后天", "04-08", "04-08"),
        ("礼拜三", "03-30", "04-06"),
        ("周日", "04-03", "04-10"),
        ("星期二", "04-05", "04-05"),
        ("上周五", "04-01", "04-01"),
        ("下周一", "04-11", "04-11"),
        ("下下礼拜三", "04-20", "04-20"),
        ("4月3日", "04-03", "04-03"),
        ("4.3", "04-03", "04-03"),
        ("四月十号", "04-10", "04-10"),
        ("2022年4月12日", "04-12", "04-12"),
        ("12号", "03-12", "04-12"),
        ("三天前", "04-02", "04-02"),
        ("两个礼拜前", "03-22", "03-22"),
        ("明早8点", "04-06 08:00", "04-06 08:00"),
        ("明天下午3点半", "04-06 15:30", "04-06 15:30"),
        ("今晚", "04-05 20:00", "04-05 20:00"),
        ("4月12号下午两点", "04-12 14:00", "04-12 14:00"),
        ("12月30日", "12-30", "12-30"),
        ("4月31日", "", ""),
        ("38.5度", "", ""),
        ("体温37.5", "", ""),
        ("3-5天", "", ""),
        ("每周三次", "", ""),
        ("60弄3号", "", ""),
        ("没有日期", "", ""),
    ],
)
def test_resolved(text: str, back: str, ahead: str) -> None:
    assert (first(text, Look.BACK), first(text, Look.AHEAD)) == (back, ahead)


def test_the_year_of_a_date_without_one() -> None:
    (december,) = moments("12月30日", NOW, Look.BACK)
    assert december.at.year == 2021
    (january,) = moments("1月5日", NOW, Look.AHEAD)
    assert january.at.year == 2023


def test_midnight_belongs_to_shanghai() -> None:
    late = datetime(2022, 4, 5, 17, 30, tzinfo=UTC)  # already the sixth there
    (today,) = moments("今天", late, Look.BACK)
    assert today.at == datetime(2022, 4, 6, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hour", "text", "day"),
    [(1, "明天要透析", 6), (1, "明早八点", 6), (1, "后天化疗", 7), (1, "今天要去透析", 6), (3, "明天", 6),
     (4, "明天", 7), (23, "明天", 7)],
)  # fmt: skip
def test_whoever_is_still_up_means_the_day_they_will_wake_to(hour: int, text: str, day: int) -> None:
    now = datetime(2022, 4, 6, hour, 20, tzinfo=SHANGHAI)
    (found,) = moments(text, now, Look.AHEAD)
    assert found.at.day == day
    assert to_come(found, now)


@given(st.integers(-60, 60).filter(bool))
def test_days_before_and_after(days: int) -> None:
    text = f"{abs(days)}天{'前' if days < 0 else '后'}"
    (moment,) = moments(text, NOW, Look.BACK)
    assert moment.at.date() == (NOW.astimezone(SHANGHAI) + timedelta(days=days)).date()


@given(st.text(alphabet="昨今明前后天日号月周礼拜星期一二三四五.:0123456789点半上下午 年的", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text: str) -> None:
    for moment in moments(text, NOW, Look.AHEAD):
        assert moment.at.tzinfo is not None
        assert 0 <= moment.start < moment.end <= len(text)


@pytest.mark.parametrize("piece", ["昨天", "4.", "1", "礼拜", "三天前的"])
def test_time_is_bounded(piece: str) -> None:
    began = time.perf_counter()
    list(moments(piece * (65536 // len(piece)), NOW, Look.BACK))
    assert time.perf_counter() - began < 2
