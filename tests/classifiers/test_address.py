"""Addresses: real names of roads, towns and estates with invented lanes and rooms."""

import csv
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.address import AddressReader
from data.faults import Fault, rows_folder
from data.places import load_places

ROWS = Path(__file__).parent / "rows" / "addresses.csv"
FAULTS: list[Fault] = []
READER = AddressReader(load_places(rows_folder(), FAULTS))


def test_the_gazetteer_has_no_faults() -> None:
    assert not FAULTS


@pytest.mark.parametrize(
    "row", list(csv.DictReader(ROWS.read_text("utf-8").splitlines())), ids=lambda row: row["text"][:12]
)
def test_parts(row: dict[str, str]) -> None:
    (found,) = READER.read(row["text"])
    parts = asdict(found)
    assert {key: parts[key] for key in row if key != "text"} == {
        key: value for key, value in row.items() if key != "text"
    }
    assert 0 < found.confidence < 1


def test_two_addresses_the_fuller_one_first() -> None:
    found = READER.read("老人住在静安区大宁路100号，我在普陀区曹杨五村12号201")
    assert [(one.district, one.number) for one in found] == [("普陀区", "12号"), ("静安区", "100号")]


def test_a_list_names_its_district_once() -> None:
    found = READER.read("宝山区今日名单：真华路1000弄，真大路20号，杨泰三村")
    assert {one.district for one in found if one.road or one.estate} == {"宝山区"}


def test_a_committee_shared_by_towns_gives_no_district_of_its_own() -> None:
    (found,) = READER.read("和平居委会的")
    assert found.committee == "和平居委会"


def test_an_answer_to_a_question_may_be_a_fragment() -> None:
    (found,) = READER.read("5号楼502室")
    assert (found.building, found.room, found.district) == ("5号楼", "502室", "")


@pytest.mark.parametrize("text", ["救护车说要排队四个小时", "排队做核酸的人很多", "部队来支援了"])
def test_who_stands_in_line_lives_nowhere(text: str) -> None:
    assert READER.read(text) == ()


def test_raw_is_what_was_written() -> None:
    text = "我爸住浦东牡丹路６０弄３号 急"
    (found,) = READER.read(text)
    assert found.raw in text and found.raw.endswith("３号")


@pytest.mark.parametrize(
    "text",
    [
        "我们小区没菜了", "浦东机场怎么去", "我爸3号做的透析，12号要复查", "去六院路上", "网路不通", "整个小区都封了",
        "这条马路堵了", "药还有4号胶囊", "老小区没有电梯", "手机流量不够", "一路平安", "血氧92",
    ],
)  # fmt: skip
def test_no_address(text: str) -> None:
    assert READER.read(text) == ()


@given(st.text(alphabet="浦东新区牡丹路弄号室村宅花园小楼栋0123456789-，（）支镇街道居委会 ", max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text: str) -> None:
    for found in READER.read(text):
        assert found.raw in text


@pytest.mark.parametrize("piece", ["路", "1号", "浦东新区", "村宅", "牡丹路60弄3号", "花园小区", "一"])
def test_time_is_bounded(piece: str) -> None:
    began = time.perf_counter()
    READER.read(piece * (65536 // len(piece)))
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("斜土路300弄6号", "黄浦区"), ("斜土路2200弄6号", "徐汇区"), ("沪闵路8100号", "徐汇区"), ("沪闵路3000弄12号", "闵行区"),
        ("陕西南路205弄", "黄浦区"), ("陕西南路206号", "徐汇区"), ("淮海西路600号", "长宁区"),
        ("寺平北路8弄3号", "金山区"), ("望园路500弄2号", "奉贤区"), ("鼓浪屿路66弄1号", "崇明区"), ("祖冲之路900号", "浦东新区"),
    ],
)  # fmt: skip
def test_a_road_through_several_districts_is_told_by_its_door(text: str, district: str) -> None:
    assert READER.read(text)[0].district == district


def test_between_two_known_stretches_the_writer_is_asked() -> None:
    (found,) = READER.read("斜土路1000弄6号")
    assert found.district == "" and set(found.districts) == {"黄浦区", "徐汇区"}
    (named,) = READER.read("徐汇区斜土路300弄6号")  # what is written stands
    assert named.district == "徐汇区"


def test_every_stretch_lies_in_a_district_the_road_runs_through() -> None:
    places = load_places(rows_folder(), [])
    strange = [
        (road, one.district)
        for road, all_ in places.doors.items()
        for one in all_
        if one.district not in places.roads[road]
    ]
    assert strange == [] and all(len(places.roads[road]) > 1 for road in places.doors)


def test_faults_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "gazetteer"
    folder.mkdir()
    (folder / "districts.csv").write_text("district,aliases\n黄浦区,黄浦\n徐汇区,黄浦\n", "utf-8")
    (folder / "towns.csv").write_text("district,town,committees,villages\n北京区,某街道,,\n", "utf-8")
    (folder / "roads.csv").write_text("district,roads\n无名区,某路\n", "utf-8")
    (folder / "estates.csv").write_text("wrong\n", "utf-8")
    doors = (
        "甲路,1,50,,黄浦区", "甲路,50,90,,徐汇区", "甲路,9,7,,黄浦区", "乙路,x,9,,黄浦区", "丙路,1,9,左,黄浦区",
        "丁路,1,9,,无名区", "戊路,1,9,单,黄浦区", "戊路,1,9,双,徐汇区",
    )  # fmt: skip
    (folder / "doors.csv").write_text("\n".join(["road,first,last,side,district", *doors]), "utf-8")
    (folder / "hospitals.csv").write_text("hospital,aliases\n", "utf-8")
    faults: list[Fault] = []
    load_places(tmp_path, faults)
    assert {(fault.file, fault.line) for fault in faults} >= {
        ("districts.csv", 3), ("towns.csv", 2), ("roads.csv", 2), ("estates.csv", 1), ("drugs.csv", 1),
    }  # fmt: skip
    assert [fault.line for fault in faults if fault.file == "doors.csv"] == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("words", ["快点", "张三", "等你们", "拜托了", "急用", "帮帮忙", "李先生", "快来人"])
def test_what_is_said_behind_a_room_is_no_estate(words: str) -> None:
    for text in (f"牡丹路60弄5号楼502 {words}", f"牡丹路60弄5号楼502{words}"):
        (found,) = READER.read(text)
        assert (found.estate, found.room) == ("", "502"), text
