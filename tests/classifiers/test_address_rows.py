"""Addresses by the table: the district of one without a district, and the forms in which a door is written."""

import csv
from pathlib import Path

import pytest

from classifiers.address import AddressReader
from data.faults import rows_folder
from data.places import load_places

ROWS = Path(__file__).parent / "rows"
READER = AddressReader(load_places(rows_folder(), []))


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROWS / name).read_text("utf-8").splitlines()))


def test_the_district_is_told_from_road_town_estate_or_door_and_asked_rather_than_guessed() -> None:
    told = [(row["text"], row["district"], READER.read(row["text"])[0]) for row in rows("districts.csv")]
    wrong = [text for text, district, found in told if found.district not in ("", district)]
    asked = [text for text, district, found in told if not found.district]
    assert wrong == []
    assert len(asked) / len(told) < 0.03, asked


@pytest.mark.parametrize("row", rows("address_forms.csv"), ids=lambda row: row["text"][:16])
def test_every_part_of_a_door_as_people_write_it(row: dict[str, str]) -> None:
    (found,) = READER.read(row["text"])
    parts = [name for name in row if name != "text"]
    assert {name: getattr(found, name) for name in parts} == {name: row[name] for name in parts}


def test_what_is_said_elsewhere_in_the_text_decides_between_two_districts() -> None:
    (found, *_) = READER.read("莘松路1000弄5号的老人没药了，松江的")
    assert found.district == "松江区"
    (found, *_) = READER.read("莘松路1000弄5号的老人没药了")
    assert found.district == "" and set(found.districts) == {"松江区", "闵行区"}


def test_what_people_call_their_street_begins_no_new_address() -> None:
    (found,) = READER.read("金汇镇金闸公路枫荷街道，听涛，12栋501室")
    assert (found.town, found.road, found.estate) == ("金汇镇", "金闸公路", "听涛")
    assert (found.building, found.room) == ("12栋", "501室")
    first, second = READER.read("周浦镇康沈路18号，三林镇上浦路5弄")
    assert {first.town, second.town} == {"周浦镇", "三林镇"}


@pytest.mark.parametrize(
    ("text", "districts"),
    [
        ("我住徐泾佳苑5号302室", ["青浦区"]),  # 佳苑 is how many estates end, whatever committee is called so
        ("我住顾村佳苑5号302室", ["宝山区"]),
        ("我住金桥爱建园5号302室", ["徐汇区", "浦东新区"]),  # the town says one, the estate behind it another: asked
        ("我住白玉兰大厦5号302室", []),  # 白玉兰 is an estate; what else is called so may stand anywhere
        ("我住白玉兰小区5号302室", ["宝山区"]),
        ("我住大华六村5号302室", ["宝山区", "浦东新区", "黄浦区"]),  # three districts have a 大华
    ],
)
def test_a_name_that_others_begin_or_end_with_gives_no_district_away(text: str, districts: list[str]) -> None:
    (found, *_) = READER.read(text)
    assert sorted(filter(None, found.districts or (found.district,))) == districts


@pytest.mark.parametrize(
    "text",
    [
        "在瑞金医院排队三个小时",
        "我去复旦大学上班",
        "中山公园有人吗",
        "第一门课",
        "甲方不给钱",
        "东楼的人说的",
        "我家二楼漏水",
    ],
)
def test_where_people_go_is_no_address(text: str) -> None:
    assert READER.read(text) == ()
