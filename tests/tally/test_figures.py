"""The pure figures: the founding campaign's numbers, how rates are said, what a public digest may tell."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from shutil import copy

import pytest

from bot.tally.charts import buckets_of, ceiling, squares, stacked
from bot.tally.digest import digest_of, few, folded
from bot.tally.figures import Counts, Share, StaffDay, Tally, number_of, tally_of
from bot.tally.period import BadPeriod, Period, gap_words, midnight, one_day, rate_words, read_moment, read_period
from bot.tally.sheets import as_json, as_text
from bot.tally.telling import sections_of, sentence_of
from conversations.playbook import Hours
from data.faults import Fault, rows_folder
from data.places import load_places
from data.playbook import load_playbook
from data.tally import load_tally, read_tally
from tests.tally.conftest import at

ROWS, PLAYBOOK = load_tally(), load_playbook()
NOW = datetime(2022, 4, 6, 4, 0, tzinfo=UTC)
CAMPAIGN = Period(at("03-25 22:00"), at("04-05 20:00"))


def tally(counts: Counts, period: Period = CAMPAIGN) -> Tally:
    return tally_of(counts, period, ROWS, PLAYBOOK.hours)


def test_the_founding_campaign_prints_its_figures() -> None:
    days = [CAMPAIGN.start.date() + timedelta(days=n) for n in range(12)]
    shifts = [(f"r{n}", day) for day in days for n in range(28)][:280]
    staff = [
        StaffDay(login, day, midnight(day) + timedelta(hours=8), midnight(day) + timedelta(hours=9), 3)
        for login, day in shifts
    ]
    found = tally(Counts(raw=8116 + 300 + 4, duplicates=300, others=4, staff=staff))
    said = as_text(found, PLAYBOOK)
    assert found.total == 8116
    for line in (
        "开通小时：262 小时", "值班小时：196 小时", "诉求总数：8,116件",
        "去重前：8,420件（重复300，不算诉求4）", "平均每小时：31.0件（近31件）",
        "平均值班每小时：41.4件", "平均每天：743.5件", "平均间隔：116 秒（不到2分钟1件）",
        "出勤人次：280人次", "每人次接办：29.0件",
    ):  # fmt: skip
        assert line in said
    assert round(found.per_hour, 2) == 30.98
    assert round(found.per_reporter_day or 0, 2) == 28.99
    assert sentence_of(found).startswith(
        "3月25日22时至4月5日20时，“帮侬忙”开通262小时，收到求助、咨询等诉求8116件，平均每小时近31件，不到2分钟1件"
    )


@pytest.mark.parametrize(
    ("rate", "said"),
    [(30.98, "近31件"), (31.0, "31件"), (30.02, "超过30件"), (30.6, "近31件"), (0.4, "不到1件"), (0, "0件")],
)
def test_how_a_rate_is_said(rate: float, said: str) -> None:
    assert rate_words(rate) == said


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (116.2, "不到2分钟1件"), (120, "每2分钟1件"), (121, "不到3分钟1件"), (20, "不到1分钟1件"), (60, "每1分钟1件"),
        (7200, "每120分钟1件"), (7201, "不到3小时1件"), (86400, "每24小时1件"), (None, ""),
    ],
)  # fmt: skip
def test_how_an_interval_is_said(gap: float | None, said: str) -> None:
    assert gap_words(gap) == said


@pytest.mark.parametrize(
    ("start", "end", "hours", "working"),
    [
        ("04-05 00:00", "04-06 00:00", Hours(), 18), ("04-05 05:00", "04-05 07:30", Hours(), 1.5),
        ("04-05 00:00", "04-05 06:00", Hours(), 0), ("04-04 23:00", "04-05 01:00", Hours(), 1),
        ("04-05 00:00", "04-06 00:00", Hours(time(8), time(20, 30)), 12.5),
    ],
)  # fmt: skip
def test_working_hours(start: str, end: str, hours: Hours, working: float) -> None:
    assert Period(at(start), at(end)).working(hours) == working


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        ("04-05 00:00", "04-06 00:00", "4月5日"), ("04-05 00:00", "04-05 20:15", "4月5日截至20时15分"),
        ("03-25 22:00", "03-26 00:00", "3月25日22时至24时"), ("03-25 22:00", "04-06 00:00", "3月25日22时至4月5日24时"),
    ],
)  # fmt: skip
def test_how_a_span_is_said(start: str, end: str, span: str) -> None:
    assert Period(at(start), at(end)).span == span


def test_a_date_counts_whole_in_shanghai_and_nothing_is_counted_beyond_now() -> None:
    got = read_period("2022-04-04", "2022-04-05", earliest=NOW, now=NOW)
    assert (got.start, got.end) == (at("04-04 00:00"), at("04-06 00:00"))
    assert read_period("2022-04-06", "2022-04-06", earliest=NOW, now=NOW).end == NOW
    assert read_moment("2022-04-05T24:00", ends=True) == at("04-06 00:00")
    assert got.days == (date(2022, 4, 4), date(2022, 4, 5))


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        ("gestern", "", "看不懂"), ("2022-02-30", "", "看不懂"), ("2022-04-05T25:00", "", "看不懂"),
        ("2022-04-07", "", "还没有到"),
        ("2022-04-05", "2022-04-04", "结束要在开始以后"), ("", "0000-01-01", "没有 0 年的求助"),
        ("", "9999-12-31", "没有 9999 年的求助"),
    ],
)  # fmt: skip
def test_dates_that_cannot_be_taken(start: str, end: str, says: str) -> None:
    with pytest.raises(BadPeriod, match=says):
        read_period(start, end, earliest=at("04-01 00:00"), now=NOW)


def test_a_period_is_cut_to_what_the_desk_was_open() -> None:
    day = one_day(date(2022, 3, 25))
    assert day.within(at("03-25 22:00"), NOW).hours == 2
    assert one_day(date(2022, 3, 24)).within(at("03-25 22:00"), NOW).hours == 0
    assert one_day(date(2022, 4, 9)).within(None, NOW).hours == 0


def test_nothing_at_all_is_told_without_a_division() -> None:
    empty = tally(Counts(), Period(NOW, NOW))
    assert (empty.per_hour, empty.gap, empty.per_reporter_day, empty.per_working_hour) == (0.0, None, None, None)
    assert "没有收到求助" in sentence_of(empty)
    assert "诉求总数：0件" in as_text(empty, PLAYBOOK)
    assert b'"total":0' in as_json(empty)
    assert digest_of(empty, PLAYBOOK).endswith("收到求助、咨询等诉求：0件。\n")


def test_rates_have_their_own_denominators() -> None:
    clocks = {"acknowledge": {"kept": 6, "late": 2, "waiting": 9, "untimed": 3, "ended": 4}}
    found = tally(Counts(raw=20, duplicates=4, cuts={"end": {"solved": 4, "open": 12}}, clocks=clocks))
    assert found.clock("acknowledge") == Share(6, 8)
    assert found.clock("call") == Share(0, 0)
    assert str(found.share("solved")) == "4/16（25.0%）"
    assert found.share("partly").rate == 0.0


def test_special_groups_take_every_condition() -> None:
    groups = [
        (frozenset({"pregnant"}), "maternity", "urgent", 3), (frozenset(), "maternity", "soon", 5),
        (frozenset({"pregnant", "disabled"}), "medicine", "critical", 2),
    ]  # fmt: skip
    found = dict(tally(Counts(raw=10, groups=groups)).groups)
    assert (found["高危孕产"], found["孕产"], found["残障"], found["透析"]) == (3, 5, 2, 0)


def test_what_is_filled_in_by_hand_is_put_together_as_the_rows_say() -> None:
    days = [(date(2022, 4, n), code, value) for n, code, value in (
        (1, "flash", "3"), (2, "flash", "4"), (2, "exposure", "8,590.18"), (1, "exposure", "12"),
        (2, "flash_topics", "孕妇"), (1, "flash_topics", "透析"),
    )]  # fmt: skip
    found = {code: value for code, _, value in tally(Counts(manual=days)).manual}
    assert found["flash"] == "7 篇"
    assert found["exposure"] == "8,590.18 万"
    assert found["flash_topics"] == "透析；孕妇"
    assert found["reference"] == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8,590.18", 8590.18), ("5.9", 5.9), ("0", 0.0), ("", None), ("-1", None), ("1.2.3", None), ("=1", None),
        ("五", None), ("１２", None),
    ],
)  # fmt: skip
def test_what_is_a_number(text: str, value: float | None) -> None:
    assert number_of(text) == value


def test_small_counts_cannot_be_found_by_subtracting() -> None:
    assert [few(n, 5) for n in (0, 1, 4, 5)] == ["0件", "少于5件", "少于5件", "5件"]
    assert folded([("甲", 20), ("乙", 7), ("丙", 2)], 5, "其他") == [("甲", 20), ("其他", 9)]
    assert folded([("甲", 20), ("乙", 3), ("丙", 2)], 5, "其他") == [("甲", 20), ("其他", 5)]
    assert folded([("甲", 20), ("乙", 7)], 5, "其他") == [("甲", 20), ("乙", 7)]
    assert folded([("甲", 5), ("乙", 1)], 5, "其他") == [("其他", 6)]


def test_the_digest_names_no_small_district() -> None:
    cuts = {
        "district": {"浦东新区": 30, "崇明区": 2, "": 8}, "channel": {"wechat": 40}, "intent": {"dialysis": 3, "consult": 37},
        "urgency": {"critical": 1, "normal": 39}, "end": {"open": 36, "solved": 4},
    }  # fmt: skip
    found = tally(Counts(raw=40, cuts=cuts, groups=[(frozenset(), "dialysis", "urgent", 3)]))
    text = digest_of(found, PLAYBOOK)
    assert "崇明" not in text
    assert "透析少于5件" in text
    assert "浦东新区30件" in text
    assert "按缓急：其他缓急合计40件。" in text
    assert digest_of(tally(Counts(raw=3)), PLAYBOOK).endswith("少于5件。\n")


def test_every_section_has_its_lines() -> None:
    found = tally(Counts(raw=2, cuts={"type": {"complaint": 1, "help": 1}, "end": {"solved": 1, "open": 1}}))
    sections = {one.title: {line.title: line.value for line in one.lines} for one in sections_of(found, PLAYBOOK)}
    assert sections["按诉求类型"] == {"投诉": "1件（50.0%）", "求助": "1件（50.0%）"}
    assert list(sections["结果"])[:3] == ["已解决", "解决了一部分", "还在办"]
    assert {"紧急工单送出", "紧急工单已派出", "紧急工单已解决", "接过电话的单位"} <= sections["12345和协调"].keys()
    assert {"速报", "内参", "全网阅读量", "抖音话题播放量"} <= sections["编辑手填"].keys()


def test_hours_without_requests_have_their_place_in_the_drawing() -> None:
    period = Period(at("04-05 08:30"), at("04-05 12:00"))
    series = {at("04-05 09:00"): {"critical": 1, "normal": 3}, at("04-05 11:00"): {"soon": 2}}
    buckets = buckets_of(series, period, "hour")
    assert [(one.label, one.total) for one in buckets] == [
        ("4月5日 8时", 0),
        ("4月5日 9时", 4),
        ("4月5日 10时", 0),
        ("4月5日 11时", 2),
    ]
    chart = stacked(buckets, "hour", 400, 200, 4)
    assert [part.level for part in chart.parts] == ["critical", "normal", "soon"]
    grave, rest = chart.parts[:2]
    assert grave.y + grave.height == pytest.approx(chart.foot)
    assert rest.y + rest.height == pytest.approx(grave.y, abs=0.11)
    assert rest.height == pytest.approx(3 * grave.height, abs=0.2)
    assert [tick.label for tick in chart.up] == ["0", "2", "4"]
    assert all(chart.left <= part.x and part.x + part.width <= chart.width for part in chart.parts)
    assert buckets_of({}, Period(NOW, NOW), "hour") == ()
    assert stacked((), "hour", 400, 200, 4).parts == ()


@pytest.mark.parametrize(("most", "top"), [(0, 2), (1, 2), (3, 4), (7, 10), (11, 20), (178, 200), (1145, 2000)])
def test_the_axis_ends_on_a_round_number(most: int, top: int) -> None:
    assert ceiling(most) == top


def test_every_district_of_the_city_has_its_own_square() -> None:
    assert set(ROWS.districts) == {one.name for one in load_places(rows_folder(), []).districts}
    found = squares(ROWS.districts, {"浦东新区": {"critical": 2, "normal": 6}, "黄浦区": {"soon": 2}, "": {"soon": 9}})
    assert len({(one.x, one.y) for one in found}) == 16
    shades = {one.short: (one.n, one.grave, one.shade) for one in found if one.n}
    assert shades == {"浦东": (8, 2, 4), "黄浦": (2, 0, 1)}


@pytest.mark.parametrize(
    ("was", "now", "line_of", "says"),
    [
        ('opened = ""', 'opened = "gestern"', 'opened = "gestern"', "写成 2022-03-25 22:00"),
        ("least = 5", "least = 1", "[digest]", "不小于 2"),
        ('intents = ["dialysis"]', 'intents = ["dialyse"]', "", "没有 'dialyse'"),
        ('how = "last"', 'how = "mean"', "", "how 是"),
        ("row = 1\ncolumn = 2", "row = 1\ncolumn = 1", "", "已经有别的区"),
        ("{span}，“帮侬忙”没有", "{spam}，“帮侬忙”没有", "quiet", "不是占位符"),
        ("{span}，“帮侬忙”没有", "{span，“帮侬忙”没有", "quiet", "花括号不成对"),
        ("center = [121.55, 31.64]", "center = [121.55]", "", "center 写成"),
        ("[digest]", "[digset]", "[digset]", "没有 digset 这一项"),
        ('flags = ["disabled"]', "", "", "一个条件都没有"),
    ],
)  # fmt: skip
def test_a_fault_of_the_rows_is_named_with_its_line(
    tmp_path: Path, was: str, now: str, line_of: str, says: str
) -> None:
    copy(rows_folder() / "tally.toml", tmp_path)
    path = tmp_path / "tally.toml"
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), "utf-8")
    faults: list[Fault] = []
    assert read_tally(tmp_path, faults) is None
    fault = next(one for one in faults if says in one.message)
    assert fault.file == "tally.toml"
    lines = path.read_text("utf-8").splitlines()
    assert lines[fault.line - 1].startswith(line_of or "[[")
