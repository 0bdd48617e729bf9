"""Canned texts: the shipped rows are right, a wrong one is named with its line, the page offers them filled in."""

import re
from html import unescape
from pathlib import Path

import pytest

from data.canned import BLANK, PLACEHOLDERS, load_canned, read_canned
from data.faults import Fault
from tests.desk.conftest import RED, Person, Resident, number_of
from tests.service import Record, Service

GOOD = '[[canned]]\nkey = "a"\ntitle = "好"\ntext = "您好，我是记者{reporter}，单号{number}，请＿＿"\n'


def test_the_shipped_rows_are_right_and_calm() -> None:
    rows = load_canned()
    assert len(rows) >= 10
    for row in rows:
        assert "！" not in row.text, row.key  # nobody is shouted at
        filled = row.filled(dict.fromkeys(PLACEHOLDERS, "某某"))
        assert not re.search(r"[{}]", filled), row.key


def test_what_is_not_known_becomes_a_blank(tmp_path: Path) -> None:
    (tmp_path / "canned.toml").write_text(GOOD, "utf-8")
    (row,) = load_canned(tmp_path)
    assert row.filled({"reporter": "李娜"}) == f"您好，我是记者李娜，单号{BLANK}，请{BLANK}"


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (GOOD + GOOD, "key 'a' 前面已经有了"),
        (GOOD.replace("{number}", "{phone}"), "['phone'] 不是占位符"),
        (GOOD.replace("{number}", "{number.__class__}"), "不是占位符"),
        (GOOD.replace("{number}", "{number"), "花括号不成对"),
        (GOOD.replace('"好"', '"一二三四五六七八九十一二三"'), "title 太长"),
        (GOOD.replace("请", "请" * 700), "text 太长"),
        (GOOD.replace('title = "好"\n', ""), "缺 title"),
        (GOOD + 'intents = ["dialisis"]\n', "没有意图 'dialisis'"),
        (GOOD + 'tite = "x"\n', "没有 tite 这一项"),
        ("x = [", "TOML 写法有误"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, broken: str, says: str) -> None:
    (tmp_path / "canned.toml").write_text("# 注\n" + broken, "utf-8")
    faults: list[Fault] = []
    read_canned(tmp_path, faults)
    assert len(faults) == 1, faults
    assert says in faults[0].message
    assert faults[0].file == "canned.toml"
    assert faults[0].line >= 2 or broken.startswith("x")


async def test_the_page_offers_them_filled_and_the_fitting_first(
    service: Service, record: Record, lina: Person
) -> None:
    await Resident(service, "canned").say(RED)
    number = await number_of(record, "canned")
    page = await lina.get(f"/desk/tickets/{number}")
    texts = [unescape(text) for text in re.findall(r'data-canned="([^"]*)"', page.text)]
    assert len(texts) == len(load_canned())
    assert "您好，我是记者lina先生，现在给您打电话" in " ".join(texts)
    assert number in " ".join(texts)
    titles = re.findall(r'data-canned="[^"]*"><b>([^<]+)</b>', page.text)
    assert titles.index("透析已联系上") < titles.index("马上打电话") < titles.index("物资已安排")
