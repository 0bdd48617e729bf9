"""When the next step is proposed, and when not: every row of the ladder, without a database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest

from bot.supervision.ladder import Fact, Standing, may_send, propose, standing_of
from data.faults import BadRows, rows_folder
from data.supervision import TRIGGERS, load_supervision

ROWS = load_supervision()
NOW = datetime(2022, 4, 5, 8, 0, tzinfo=UTC)  # 16:00 in Shanghai


def ago(**gap: float) -> datetime:
    return NOW - timedelta(**gap)


def said(*facts: Fact, standing: Standing | None = None, urgency: str = "urgent") -> tuple[str, str] | None:
    found = propose(facts, standing or Standing(), urgency, ROWS, NOW)
    return (found.level.code, found.reason) if found else None


def test_a_committee_that_missed_its_promise_leads_to_the_street() -> None:
    missed = Fact("promise_missed", ago(hours=2), "居委", 0, ago(hours=2))
    assert said(missed) == ("street", "居委答应 14:00 前办，已过 2 小时")
    assert said(missed, urgency="normal") == ("street", "居委答应 14:00 前办，已过 2 小时")


def test_each_level_leads_one_up_and_the_highest_nowhere() -> None:
    levels = [one.code for one in ROWS.levels]
    assert levels == ["committee", "street", "district", "city"]
    for rank, following in ((1, "district"), (2, "city")):
        found = said(Fact("promise_missed", ago(minutes=5), "三林镇", rank, ago(minutes=5)), standing=Standing(rank))
        assert found == (following, "三林镇答应 15:55 前办，已过 5 分钟")
    assert said(Fact("promise_missed", ago(minutes=5), "市里", 3), standing=Standing(3)) is None


def test_what_happened_before_a_person_decided_is_settled() -> None:
    missed = Fact("promise_missed", ago(hours=2), "居委", 0, ago(hours=2))
    assert said(missed, standing=Standing(1, ago(hours=1), True)) is None
    assert said(missed, standing=Standing(1, ago(hours=3), True)) is not None
    assert said(Fact("promise_missed", NOW + timedelta(minutes=1), "居委")) is None  # not yet


def test_once_refused_is_a_call_more_and_twice_is_a_step_up() -> None:
    once = Fact("refused", ago(hours=3), "三林居委会", 0)
    assert said(once) is None
    assert said(once, Fact("refused", ago(hours=1), "三林镇应急办", 1)) == (
        "district", "找过的单位 2 次说办不了或让找别人，最近一次是三林镇应急办",
    )  # fmt: skip


def test_a_clock_and_a_worse_state_count_for_the_grave_ones_only() -> None:
    clock, worse = Fact("clock_missed", ago(minutes=40)), Fact("raised", ago(minutes=4))
    assert said(clock) == ("street", "联系单位的时限已过 40 分钟")
    assert said(worse, urgency="critical") == ("street", "情况变重了，还没有办好")
    assert said(clock, worse, urgency="soon") is None


def test_a_returned_order_and_a_unit_that_fails_again_and_again() -> None:
    assert said(Fact("order_returned", ago(minutes=1)), standing=Standing(1)) == ("district", "12345把工单退回来了")
    failing = Fact("unit_failing", ago(minutes=1), "三林居委会", 0, times=4)
    assert said(failing) == ("street", "三林居委会24小时里有 4 张单没办成")


def test_how_far_a_ticket_went_is_told_from_calls_and_steps() -> None:
    assert standing_of(["hospital"], [], ROWS) == Standing()
    assert standing_of(["committee", "street"], [], ROWS) == Standing(1)
    steps = [(1, ago(hours=2), "missed"), (2, ago(hours=1), "open"), (-1, ago(minutes=5), "waived")]
    assert standing_of([], steps, ROWS) == Standing(2, ago(minutes=5), True)


def test_district_and_city_are_the_editors() -> None:
    by = {
        one.code: [role for role in ("reporter", "liaison", "editor", "admin") if may_send(one, role)]
        for one in ROWS.levels
    }
    assert by["street"] == ["reporter", "liaison", "editor", "admin"]
    assert by["district"] == by["city"] == ["editor", "admin"]


def test_every_trigger_has_its_row() -> None:
    assert {one.code for one in ROWS.triggers} == set(TRIGGERS)


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ('least = "street"', 'least = "moon"', "least 没有 'moon' 这一级"),
        ("{due} 前办", "{when} 前办", "不是占位符"),
        ('code = "refused"\ntitle = "说办不了、推给别人"', 'code = "lazy"\ntitle = "懒"', "没有 'lazy' 这种情况"),
        ('kinds = ["street"]', 'kinds = ["committee"]', "committee 已经归在前面一级"),
        ('roles = ["editor", "admin"]', 'roles = ["king"]', "roles 没有 'king'"),
        ("unit_hours = 24", "unit_hours = 0", "unit_hours 要是大于 0 的整数"),
        ("good = true", "great = true", "没有 great 这一项"),
        ("times = 2", "times = 0", "times 要是大于 0 的整数"),
        ("good = true", "good = true\nfails = true", "办到了就不能算没办成"),
        ('code = "partly"', 'code = "open"', "系统自己要用"),
        ("[say]", "[sag]", "缺这一句话"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, was: str, now: str, says: str) -> None:
    copy(rows_folder() / "supervision.toml", tmp_path)
    path = tmp_path / "supervision.toml"
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), "utf-8")
    with pytest.raises(BadRows) as told:
        load_supervision(tmp_path)
    assert any(says in one.message and one.line >= 1 for one in told.value.faults), told.value.faults
