"""When a report is proposed; what may stand in one, and what is found when it may not. Without a database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Any
from uuid import uuid4

import pytest

from bot.codec import TicketBody
from bot.reports.clusters import Marked, clusters, of_place
from bot.reports.counting import Around, Tried, counts_lines, scope_lines, tried_lines, tried_words, verified_lines
from bot.reports.hiding import age_band, case_line, leaks, names_in, person_words, place_words
from bot.reports.paper import ERASED, case_paragraphs, name_of, sections_of
from bot.store.tickets import Ticket
from bot.supervision.watching import ROWS as LADDER
from data.faults import BadRows, rows_folder
from data.obstacles import load_obstacles
from data.playbook import load_playbook

ROWS, PLAYBOOK = load_obstacles(), load_playbook()
NOW = datetime(2022, 4, 5, 8, 0, tzinfo=UTC)
ADDRESS = {
    "district": "浦东新区", "town": "三林镇", "road": "牡丹路", "lane": "60弄", "building": "5号楼", "room": "502室",
    "estate": "锦绣苑",
}  # fmt: skip


def ticket(n: int = 1, **more: Any) -> Ticket:
    slots = {
        "phone": {"value": "13800005678"}, "age": {"value": more.pop("age", "83岁")},
        "address": {"value": "浦东新区三林镇牡丹路60弄5号楼502室", "parts": list(more.pop("parts", ADDRESS).items())},
        "hospital": {"value": more.pop("hospital", "仁济医院东院 王秀英医生 13900001111")},
    }  # fmt: skip
    values: dict[str, Any] = {
        "number": f"B20405-{n:04}", "conversation": uuid4(), "case": 1, "channel": "app", "account": "main", "sender": "x",
        "intent": "dialysis", "urgency": "urgent", "status": "verifying", "outcome": None, "verification": "confirmed",
        "flags": ("lone_elder",), "desk": "medical", "district": "浦东新区", "reporter": "lina", "claim_until": None,
        "wants_human": False, "confidence": 1.0, "model": "", "missing": (),
        "body": TicketBody("我叫张阿宝，三天没透析", slots, [], []), "acted_at": None, "closed_at": None,
        "acknowledged_at": None, "acknowledged_by": "", "alert": "", "changed": 1, "queue_rank": 1, "erased": False,
    }  # fmt: skip
    values |= dict.fromkeys(
        ("created_at", "updated_at", "acknowledge_due", "call_due", "contact_due", "revisit_due"),
        NOW - timedelta(hours=30),
    )
    return Ticket(**(values | more))


def marked(n: int, obstacle: str = "test_demanded", hours: float = 1, **more: Any) -> Marked:
    return Marked(ticket(n, **more), obstacle, NOW - timedelta(hours=hours))


def proposed(*some: Marked) -> list[tuple[str, str, str, int]]:
    return [(one.obstacle, one.kind, one.place, len(one.marked)) for one in clusters(some, ROWS, NOW)]


def elsewhere(n: int, **more: Any) -> Marked:
    """Each in a district and hospital of its own."""
    names = ("徐汇区", "杨浦区", "静安区", "黄浦区", "普陀区", "虹口区")
    return marked(n, district=names[n], parts={}, hospital="", **more)


def test_five_verified_in_a_day_make_a_report_and_four_do_not() -> None:
    assert proposed(*(elsewhere(n) for n in range(4))) == []
    assert proposed(*(elsewhere(n) for n in range(5))) == [("test_demanded", "all", "", 5)]
    assert proposed(*(elsewhere(n) for n in range(4)), elsewhere(4, hours=25)) == []
    assert proposed(*(elsewhere(n) for n in range(4)), elsewhere(4, verification="unverified")) == []


def test_three_at_one_hospital_or_in_one_street_or_district() -> None:
    assert proposed(marked(1), marked(2)) == []
    assert proposed(marked(1), marked(2), marked(3)) == [("test_demanded", "hospital", "仁济医院", 3)]
    streets = [marked(n, hospital="") for n in (1, 2, 3)]
    assert proposed(*streets) == [("test_demanded", "street", "浦东新区三林镇", 3)]
    assert proposed(*(marked(n, hospital="", parts={}) for n in (1, 2, 3))) == [
        ("test_demanded", "district", "浦东新区", 3)
    ]
    assert proposed(marked(1), marked(2), marked(3, obstacle="no_pass")) == []


def test_one_grave_case_without_a_rule_is_enough_and_needs_no_call() -> None:
    assert proposed(marked(1, "no_rule", verification="unverified")) == [("no_rule", "rule", "", 1)]
    assert proposed(marked(1, "no_rule", urgency="soon")) == []


def test_a_person_may_write_without_a_proposal() -> None:
    some = [marked(1), elsewhere(2)]
    found = of_place(some, "test_demanded", "ticket", "B20405-0001")
    assert found is not None
    assert found.numbers == ("B20405-0001",)
    assert of_place(some, "test_demanded", "ticket", "B20405-0009") is None


def test_a_case_says_bands_and_streets_and_nothing_of_who_it_is() -> None:
    line = case_line(ticket(), PLAYBOOK, "找过居委村委", NOW)
    assert line.startswith(
        "浦东新区三林镇，一位80多岁的独居老人，透析（紧急），要去仁济医院，求助已 30 小时，情况属实；找过居委村委。"
    )
    for word in ("张阿宝", "王秀英", "1380", "1390", "牡丹", "60弄", "502", "锦绣"):
        assert word not in line
    assert place_words(ticket(parts={"town": "三林镇5号楼"})) == "浦东新区"
    assert person_words(ticket(flags=("pregnant",), age="29岁")) == "一位20多岁的孕产妇"


@pytest.mark.parametrize(
    ("said", "band"),
    [("83岁", "80多岁"), ("6个月", "婴幼儿"), ("2岁", "婴幼儿"), ("5岁", "3—5岁"), ("13岁", "6—13岁"), ("17", "14—17岁"),
     ("19岁", "18—19岁"), ("97岁", "90岁以上"), ("", ""), ("不清楚", "")],
)  # fmt: skip
def test_ages_are_bands(said: str, band: str) -> None:
    assert age_band(ticket(age=said)) == band


@pytest.mark.parametrize(
    "text",
    ["请打13800005678", "电话 138 0000 5678", "一三八零零零零五六七八", "１３８００００５６７８", "021-50001234",
     "住5号楼", "60弄里面", "在502室", "5-502", "牡丹路一带", "锦绣苑的", "310101194001011234",
     "张阿宝老人", "微信abc_12345", "me@example.com", "138.1234.5678", "021.65432100", "138 - 1234 - 5678", "138  1234  5678",
     "138、1234、5678", "138/1234/5678", "138(1234)5678", "138_1234_5678", "138,1234,5678", "138…1234…5678",
     "１３８．１２３４．５６７８",
     "一三八、一二三四、五六七八", "1、3、8、1、2、3、4、5、6、7、8", "+86 138.1234.5678", "(021) 6543.2100", "0512.6543.2100",
     "电话6543.2100", "2022.4.5收到，138.1234.5678", "310101.19800101.1234", "310101 1980 0101 123X", "3101011980/01/01/1234"],
)  # fmt: skip
def test_what_slips_in_is_found(text: str) -> None:
    assert leaks(f"患者情况如下，{text}，请处理", [ticket()], {"张阿宝"}), text


@pytest.mark.parametrize(
    "text",
    ["浦东新区三林镇5件，24小时内核实", "4月3日14时起，到2022年4月5日", "B20405-0831 写进速报3号", "仁济医院要48小时核酸报告",
     "每天透析20人，缺车3辆", "孕33周", "37.5%", "12345退单2张", "120等了3个小时", "共12,345件、1,234,567元", "金额1234567.89元",
     "先后15、20、30、40、500件", "体温37.5、38.2、39.1度", "血压180/110、170/100", "2022.4.3 10:30到2022.4.16 18:00",
     "B20405-0831、B20405-0832", "9:00-17:00、18:00-21:00", "周一、二、三、四、五、六、七", "12345、120、110都打过",
     "0.25、0.35、0.45", "接到1024件 365件已办"],
)  # fmt: skip
def test_what_may_stand_there_is_left_alone(text: str) -> None:
    assert leaks(text, [ticket()], {"张阿宝"}) == [], text


def test_names_people_gave_are_known() -> None:
    texts = ["我叫张阿宝，三天没透析", "联系人：李小红 电话", "病人王建国，83岁", "请陈先生回电", "我妈妈今天不舒服"]
    assert names_in(texts, ROWS.surnames) >= {"张阿宝", "李小红", "王建国"}
    assert "妈妈今" not in names_in(texts, ROWS.surnames)


def test_counts_are_of_codes() -> None:
    some = [ticket(1), ticket(2, district="徐汇区", urgency="critical", verification="unverified")]
    lines = counts_lines(some, PLAYBOOK)
    assert lines[0] == "求助 2 件，4月4日10时 收到，写稿时都没有办完。"
    assert "浦东新区 1 件" in lines[1]
    assert lines[2].startswith("缓急：危急 1 件、紧急 1 件。")
    assert verified_lines(some) == [
        "记者打过电话核实的 1 件，其中情况属实 1 件，现由 1 名记者跟进。还没有核实的 1 件。"
    ]
    assert scope_lines(Around(alike=3)) == ["同样卡在这里、没有写进本稿的还有 3 件。"]


def test_what_was_tried_is_told_by_kind() -> None:
    tried = Tried(
        (("committee", "agreed", "missed"), ("committee", "no_answer", ""), ("street", "passed_on", "")), ("returned",),
        (("street", "kept"), ("street", "missed")),
    )  # fmt: skip
    kinds = {"committee": "居委村委", "street": "街道镇"}
    assert tried_lines([tried], kinds, LADDER, ["agreed", "passed_on"]) == [
        "居委村委：打了 2 次，有人接 1 次，答应了没做到 1 次。", "街道镇：打了 1 次，有人接 1 次，说办不了或让找别人 1 次。",
        "12345：送出工单 1 张，退单 1 张。", "提级到街道镇 2 次，办到 1 次。",
    ]  # fmt: skip
    assert tried_words(tried, kinds, LADDER) == "找过居委村委、街道镇、12345，提级到街道镇"


def test_the_form_of_each_kind_is_the_paper() -> None:
    assert name_of("flash", 3) == "速报3号"
    assert name_of("reference", None) == "内参（未编号）"
    assert case_paragraphs(["甲", ""]) == ["典型一：甲", f"典型二：{ERASED}"]
    parts = sections_of(
        ROWS.forms["flash"], {"title": "题", "suggestion": "今天派车\n三辆"}, {"counts": ["5 件。"]}, ["一例"]
    )
    assert [one.title for one in parts] == ["题目", "事实", "谁核实的", "还有多少", "卡在哪里", "已经试过", "建议"]
    assert parts[1].paragraphs == ("5 件。", "典型一：一例")
    assert parts[6].paragraphs == ("今天派车", "三辆")
    assert [one.title for one in parts if one.missing] == ["卡在哪里"]


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ('cause = "execution"', 'cause = "bad luck"', "cause 没有 'bad luck' 这一种"),
        ('auto = "counts cases"', 'auto = "counts poems"', "auto 没有 'poems'"),
        ("cases = 5", "cases = -1", "cases 要是大于 0 的整数"),
        ('kind = "flash"\ncode = "title"', 'kind = "novel"\ncode = "title"', "kind 没有 'novel'"),
        ("longest = 60", 'longest = "很长"', "lines 和 longest"),
        ("{answer} 有变化", "{reply} 有变化", "不是占位符"),
        ('surnames = "王', 'surnames = "a王', "只要汉字"),
        ("rule = true", 'rule = "yes"', "rule 写 true 或 false"),
        ('code = "no_transport"', 'code = "test_demanded"', "前面已经有了"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, was: str, now: str, says: str) -> None:
    copy(rows_folder() / "obstacles.toml", tmp_path)
    path = tmp_path / "obstacles.toml"
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), "utf-8")
    with pytest.raises(BadRows) as told:
        load_obstacles(tmp_path)
    assert any(says in one.message and one.line >= 1 for one in told.value.faults), told.value.faults
