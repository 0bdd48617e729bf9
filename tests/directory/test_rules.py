"""Pure rules: what a unit may be, when its number is trusted, who fits a ticket, when somebody is asked again."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.desk.directory import _SHOWS, ROWS
from bot.directory.freshness import Figures, Trust, doubts, reached, trust
from bot.directory.matching import Matter, matches
from bot.directory.revisiting import Asked, Next, Said, next_revisit, timeline
from bot.directory.units import Unit, Words, private, read_draft, tel
from conversations.codes import Urgency
from data.directory import load_directory, read_directory
from data.faults import BadRows, Fault, rows_folder
from tests.directory.conftest import NOW, given

RULES = ROWS.rules
TEMPLATES = Path(__file__).parents[2] / "bot/desk/templates"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("name", "", "没有写"),
        ("name", "居" * 61, "太长"),
        ("kind", "派出所", "没有“派出所”这一种"),
        ("district", "苏州", "没有“苏州”这个区"),
        ("scope", "透析|修电脑", "没有“修电脑”这一类"),
        ("numbers", "", "没有写"),
        ("numbers", "打门卫", "不像电话"),
        ("numbers", "12", "不像电话"),
        ("numbers", "1234567890123456789", "不像电话"),
        ("numbers", "|".join(f"5000000{n}" for n in range(7)), "太多"),
        ("source", " ", "没有写"),
        ("verified_at", "昨天", "写成 2022-04-05"),
        ("verified_at", "2022-02-30", "写成 2022-04-05"),
        ("verified_at", "2022-04-06", "以后的日子"),
    ],
)
def test_a_wrong_cell_is_named(words: Words, column: str, text: str, says: str) -> None:
    made, wrong = read_draft(given(**{column: text}), words, NOW)
    assert made is None
    assert list(wrong) == [column]
    assert says in wrong[column]


def test_what_people_write_is_understood(words: Words) -> None:
    made, wrong = read_draft(
        given(
            district="南汇", scope="透析、配药断药", kind="hospital", verified_at="2022/4/5",
            numbers="（021）5000 0000；１３８００００５６７８|50000000#801",
        ),
        words, NOW,
    )  # fmt: skip
    assert wrong == {}
    assert made is not None
    assert (made.district, made.kind, made.scope) == ("浦东新区", "hospital", ("dialysis", "medicine"))
    assert made.numbers == ("021-5000 0000", "13800005678", "50000000转801")
    assert [tel(one) for one in made.numbers] == ["02150000000", "13800005678", "50000000,801"]
    assert [private(one) for one in made.numbers] == [False, True, False]
    assert read_draft(given(district="", street="三林镇"), words, NOW)[1] == {"street": "写了街镇，也要写区"}


def unit(name: str = "三林居委会", **more: object) -> Unit:
    plain: dict[str, object] = {
        "id": 1, "kind": "committee", "district": "浦东新区", "street": "", "scope": (), "numbers": ("50000000",), "hours": "",
        "note": "", "source": "网站", "verified_at": NOW - DAY, "verified_by": "lina", "retired_at": None, "version": 1,
    }  # fmt: skip
    return Unit(name=name, **{**plain, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("figures", "verified", "why", "how_good"),
    [
        (Figures(), None, ("没有核实过",), Trust.STALE),
        (Figures(), NOW - DAY, (), Trust.LIKELY),
        (Figures(), NOW - 31 * DAY, ("31 天没有核实",), Trust.STALE),
        (Figures(1, 1, NOW - HOUR), NOW - 31 * DAY, (), Trust.REACHED),  # who answered has shown it
        (Figures(3, 0, None, 3), NOW - DAY, ("连续 3 次没有真人接",), Trust.FAILING),
        (Figures(5, 2, NOW - 3 * DAY, 2), NOW - DAY, (), Trust.LIKELY),
        (Figures(10, 8, NOW - 3 * DAY, 1), NOW - DAY, (), Trust.REACHED),
        (Figures(1, 0, None, 1, dead_at=NOW - HOUR), NOW - DAY, ("有人打到空号",), Trust.FAILING),
        (Figures(1, 0, None, 0, dead_at=NOW - 2 * DAY), NOW - DAY, (), Trust.LIKELY),  # checked since
    ],
)
def test_when_a_number_is_trusted(
    figures: Figures, verified: datetime | None, why: tuple[str, ...], how_good: Trust
) -> None:
    assert doubts(figures, verified, RULES, NOW) == why
    assert trust(figures, verified, RULES, NOW) is how_good


def test_a_resident_is_sent_only_where_somebody_answered_lately() -> None:
    assert reached(Figures(1, 1, NOW - 47 * HOUR), RULES, NOW)
    assert not reached(Figures(9, 9, NOW - 49 * HOUR), RULES, NOW)
    assert not reached(Figures(), RULES, NOW)


MATTER = Matter("dialysis", "浦东新区", "浦东新区三林镇永泰第一居委牡丹路60弄5号502室", "仁济医院")


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (unit("永泰第一居委会", street="三林镇"), "地址里说到这个居委"),
        (unit("牡丹居委会", street="三林镇"), "同一个街镇"),
        (unit("别的居委会", street="三林镇"), "同一个街镇"),
        (unit("三林镇", kind="street"), "同一个街镇"),
        (unit("区卫健委", kind="department"), "同一个区"),
        (unit("仁济医院", kind="hospital", district="黄浦区"), "居民说到这家"),
        (unit("12345", kind="hotline", district=""), "管全市"),
        (unit("透析专线", kind="hotline", district="", scope=("dialysis",)), "管全市 · 专管这类事"),
        (unit("别的居委会", street="周浦镇"), ""),
        (unit("没写街镇的居委会"), ""),
        (unit("区卫健委", district="徐汇区"), ""),
        (unit("药店", kind="pharmacy"), ""),
        (unit("区物资组", scope=("supplies",)), ""),
    ],
)
def test_who_fits_and_why(one: Unit, reason: str) -> None:
    found = matches([one], MATTER, ROWS, NOW)
    assert [match.reason for match in found] == ([reason] if reason else [])


def test_a_road_is_not_a_town() -> None:
    there = unit("三林镇", kind="street")
    for address, fits in (
        ("三林路8号", False),
        ("三林东路8号", False),
        ("三林镇8号", True),
        ("浦东三林，牡丹路8号", True),
    ):
        assert bool(matches([there], Matter("supplies", "浦东新区", address), ROWS, NOW)) is fits, address


def test_the_best_answering_come_first_and_closeness_decides_among_them() -> None:
    fresh, failing = Figures(4, 4, NOW - HOUR), Figures(5, 0, None, 5)
    units = [
        unit("坏的站", street="三林镇", figures=failing),
        unit("区卫健委", kind="department", figures=fresh),
        unit("没核实的站", street="三林镇", verified_at=None),
        unit("好的站", street="三林镇", figures=fresh),
        unit("没打过的站", street="三林镇"),
    ]
    names = [match.unit.name for match in matches(units, MATTER, ROWS, NOW)]
    assert names == ["好的站", "区卫健委", "没打过的站", "没核实的站", "坏的站"]


def test_committees_are_not_guessed_at() -> None:
    four = [unit(f"{name}居委会", id=nth, street="三林镇") for nth, name in enumerate("甲子 乙丑 丙寅 丁卯".split())]
    office = unit("三林镇", id=9, kind="street")
    assert [one.unit.name for one in matches([*four, office], MATTER, ROWS, NOW)] == ["三林镇"]
    assert len(matches([*four[:3], office], MATTER, ROWS, NOW)) == 4
    named = unit("永泰第一居委会", id=8, street="三林镇", verified_at=None)
    assert [one.unit.name for one in matches([*four[:3], named, office], MATTER, ROWS, NOW)] == [
        "三林镇",
        "永泰第一居委会",
    ]


PLAN = ROWS.revisits[Urgency.URGENT]


def ahead(*asked: Asked) -> Next:
    return next_revisit(NOW, 4 * HOUR, asked, PLAN, RULES.chat_wait)


def test_when_somebody_is_asked_again() -> None:
    later = NOW + DAY
    call = Asked(later, "phone", "lina", "yes", "yes", "good")
    assert ahead() == Next(NOW + 4 * HOUR, "first")
    assert ahead(Asked(NOW - HOUR, "phone", "lina", "yes", "yes")) == Next(NOW + 4 * HOUR, "first")  # of an earlier try
    assert ahead(Asked(later, "phone", "lina", "no")) == Next(later + PLAN.retry, "retry")
    assert ahead(replace(call, solved="partly")) == Next(later + PLAN.retry, "retry")
    assert ahead(call) == Next(later + PLAN.then[0], "again")
    assert ahead(call, replace(call, at=later + DAY)) == Next(None, "done")
    assert ahead(replace(call, again_at=later + 5 * DAY)) == Next(later + 5 * DAY, "again")
    assert ahead(Asked(later, "chat", "bot")) == Next(later + RULES.chat_wait, "waiting")


def test_what_was_answered_in_the_chat_is_not_asked_again() -> None:
    question = Asked(NOW + HOUR, "chat", "bot")
    assert timeline([question], [Said(NOW, "yes")]) == [question]  # said before anybody asked
    (answered,) = timeline([question], [Said(NOW + 2 * HOUR, "no"), Said(NOW + 3 * HOUR, "yes")])
    assert (answered.by, answered.solved, answered.at) == ("contact", "yes", NOW + 3 * HOUR)
    assert ahead(answered).state == "again"
    called = Asked(NOW + 2 * HOUR, "phone", "lina", "yes", "no", "bad")
    first, second = timeline([question, called], [Said(NOW + 3 * HOUR, "yes")])
    assert first.waits
    assert second == called  # nobody had asked in the chat after the call


def test_the_shipped_rows_are_right() -> None:
    rows = load_directory()
    assert {"agreed", "no_answer", "dead"} <= rows.results.keys()
    assert [one.due(NOW) for one in rows.promises if one.title == "今天 18 点前"] == [NOW + 8 * HOUR]
    assert all(one.due(NOW) > NOW for one in rows.promises)


def test_the_manual_says_what_the_rows_say() -> None:
    manual = (Path(__file__).parents[2] / "docs/desk.md").read_text("utf-8")
    assert f"不选算 {ROWS.promises[0].title}" in manual
    assert len(ROWS.revisits[Urgency.CRITICAL].then) == 2
    assert "危急的解决了也要再问两次" in manual
    for word in ("记一笔", "做到了", "没做到", "加一家", "要重新核实", "核实过了", "停用", "在对话里问这一句"):
        assert f"**{word}**" in manual
        assert any(word in page.read_text("utf-8") or word in str(_SHOWS) for page in TEMPLATES.glob("*.html")), word


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("stale_days = 30", "stale_days = 0", "stale_days", "大于 0"),
        ("good_rate = 0.7", "good_rate = 7", "good_rate", "0 和 1 之间"),
        ("failures = 3", "failures = 2.5", "failures", "整数"),
        ("failures = 3", "failure = 3", "[rules]", "没有 failure 这一项"),
        ('intents = ["medicine"]', 'intents = ["medicin"]', "[kinds.pharmacy]", "没有意图 'medicin'"),
        ('title = "占线"', 'title = "没人接"', "[results.busy]", "前面已经有了"),
        ("dead = true\n", 'dead = "yes"\n', "[results.dead]", "写 true 或 false"),
        ('title = "占线"\n', "", "[results.busy]", "缺 title"),
        ('clock = "18:00"', 'clock = "18点"', "[[promises]]", "不是时间"),
        ("\nminutes = 60", "\nminutes = 0", "[[promises]]", "写 minutes"),
        ("retry = 240", "retry = -1", "[revisits.critical]", "大于 0"),
        ("[revisits.soon]", "[revisits.sooner]", "[revisits.", "缺 [revisits.soon]"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: str, says: str) -> None:
    text = (rows_folder() / "directory.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "directory.toml").write_text(text.replace(old, new, 1), "utf-8")
    faults: list[Fault] = []
    assert read_directory(tmp_path, faults) is None
    said = [one for one in faults if says in one.message]
    assert said, faults
    where = (tmp_path / "directory.toml").read_text("utf-8").splitlines()
    assert where[said[0].line - 1].startswith(line) or said[0].line == 1
    with pytest.raises(BadRows):
        load_directory(tmp_path)
