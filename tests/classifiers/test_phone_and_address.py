"""A telephone number beside an address changes neither: every form of one, with every form of the other."""

from datetime import UTC, datetime
from itertools import product

import pytest

from classifiers.entities import EntityReader
from conversations.reading import Address
from data.faults import Fault, rows_folder
from data.places import load_places
from data.red import load_red

AT = datetime(2026, 4, 5, tzinfo=UTC)
FAULTS: list[Fault] = []
READER = EntityReader(load_places(rows_folder(), FAULTS), load_red(rows_folder(), FAULTS))

PHONES = (
    "13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "１３８００１３８０００", "138.0013.8000",
    "021-58110000", "021 5811 0000", "(021)58110000", "一三八零零一三八零零零", "5811 0000",
)  # fmt: skip
ADDRESSES = (
    "长宁区仙霞路300弄5号302室", "仙霞路300弄5号302", "浦东新区周浦镇康沈路1500弄3号201", "仙霞新村30号502室",
    "静安区威海路100号", "5号楼602室", "凉城路1000弄49-401", "徐汇区田林十二村22号101室",
    "嘉定江桥镇海波路600弄 12号楼 3单元 502",
)  # fmt: skip
BETWEEN = (" ", "，", "\n")


def _parts(text: str) -> tuple[str, ...] | None:
    found = READER.read(text, AT).addresses
    return _of(found[0]) if found else None


def _of(one: Address) -> tuple[str, ...]:
    return (one.district, one.town, one.road, one.lane, one.estate, one.number, one.building, one.unit, one.room)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("phone", PHONES)
def test_each_is_read_as_if_it_stood_alone(phone: str, address: str) -> None:
    alone = _parts(address)
    assert alone is not None
    for mark, text in product(
        BETWEEN, ("{phone}{mark}{address}", "{address}{mark}{phone}", "张三，{phone}{mark}{address}")
    ):
        written = text.format(phone=phone, mark=mark, address=address)
        assert _parts(written) == alone, written
        if not phone.startswith("5811"):  # eight bare digits are nobody's number, and no door either
            assert len(READER.read(written, AT).phones) == 1, written


def test_raw_stays_as_it_was_written() -> None:
    (found,) = READER.read("138 0013 8000，長寧區仙霞路300弄5號302室", AT).addresses
    assert found.raw == "長寧區仙霞路300弄5號302室"
    assert (found.district, found.room) == ("长宁区", "302室")


@pytest.mark.parametrize(
    "whose",
    ["我家", "我们家", "我妈家", "我妈妈家", "外婆家", "我们小区", "我奶奶独居", "我外婆一个人住", "救救我家", "我"],
)
def test_whose_home_it_is_is_no_part_of_its_name(whose: str) -> None:
    for estate, district in (("仙霞新村", "长宁区"), ("田林十二村", "徐汇区"), ("静安新城三区", "闵行区")):
        (found,) = READER.read(f"{whose}{estate}30号502室", AT).addresses
        assert (found.estate, found.district, found.number, found.room) == (estate, district, "30号", "502室")


@pytest.mark.parametrize("text", ["和谐家园12号601", "家乐苑5号302", "我们住和谐家园12号601", "我住在和谐家园12号601"])
def test_a_name_that_begins_or_ends_like_a_home_is_left_alone(text: str) -> None:
    (found,) = READER.read(text, AT).addresses
    assert found.estate in ("和谐家园", "家乐苑")


def test_whoever_is_there_too_is_no_part_of_its_name() -> None:
    (found,) = READER.read("我和仙霞新村30号的邻居都没菜了", AT).addresses
    assert found.estate == "仙霞新村"


@pytest.mark.parametrize("text", ["隔壁5号楼602室阳了三个，大家注意", "502的人在楼道里吵架 138 0013 8000 是他电话"])
def test_a_neighbours_door_in_a_story_is_not_the_writers(text: str) -> None:
    assert not READER.read(text, AT).addresses


AFTER_THE_DOOR = (
    "刚才电话里说胸口痛", "家里没吃的了", "小区里没人管", "医院里不收", "药房里买不到药", "仓库里还有菜", "阳台里着火了",
    "厨房里有煤气味", "电梯里困住了", "冰箱里空了", "村里说要证明", "三楼", "楼上邻居家里漏水",
    "我们楼里有10户", "车里还有一个孩子", "站台那边",
)  # fmt: skip


@pytest.mark.parametrize("said", AFTER_THE_DOOR)
def test_what_is_said_after_the_door_is_no_name_of_the_place(said: str) -> None:
    for address in ("虹口区四平路1200弄5号301", "真光路30弄7号502", "闵行区莘松路100弄3号101室"):
        alone = _parts(address)
        for mark in ("，", "。", " ", "\n"):
            assert _parts(f"{address}{mark}{said}") == alone, f"{address}{mark}{said}"


BEFORE_THE_DOOR = (
    "我爸80岁", "老人3天没吃饭了", "家里5口人", "孩子8个月", "阳性已经5天", "急", "我是志愿者",
    "帮我外婆问一下", "药只剩2天", "胰岛素断了",
    "居委会不管", "医院不收", "5楼的邻居晕倒了", "我在等救护车", "人在家",
)  # fmt: skip


@pytest.mark.parametrize("said", BEFORE_THE_DOOR)
def test_what_is_said_before_the_door_is_none_of_it_even_without_a_mark(said: str) -> None:
    for address in (
        "仙霞新村30号502室",
        "瑞虹新城三期6号楼1502",
        "长宁区仙霞路300弄5号302室",
        "徐汇区田林十二村22号101室",
    ):
        alone = _parts(address)
        for mark in ("", "，", " ", "\n"):
            assert _parts(f"{said}{mark}{address}") == alone, f"{said}{mark}{address}"


@pytest.mark.parametrize(
    "said", ["肿瘤医院叫周四办住院", "新华医院的药断了", "急诊大楼不让进", "独居老人胸口痛", "仁济医院不收"]
)
def test_where_they_were_turned_away_is_no_name_of_the_house(said: str) -> None:
    found = READER.read(f"长宁区仙霞路20弄3号201，{said}", AT).addresses[0]
    assert (found.estate, found.number, found.room) == ("", "3号", "201")


def test_a_week_of_pregnancy_is_no_hospital() -> None:
    (found,) = READER.read("孕38周了医院不收，长宁区仙霞路20弄3号201，13661230006", AT).addresses
    assert (found.road, found.room) == ("仙霞路", "201")


def test_another_house_is_not_the_writers() -> None:
    for text in ("凉城路1000弄49号401室，5号楼也是", "虹口区四平路1200弄5号301 6号楼也没菜"):
        (first, *_) = READER.read(text, AT).addresses
        assert not first.building
        assert first.room


@pytest.mark.parametrize("brand", ["中海", "万科", "保利"])
def test_a_developers_name_stays_before_a_listed_one(brand: str) -> None:
    (found,) = READER.read(f"{brand}仙霞新村30号502室", AT).addresses
    assert found.estate == f"{brand}仙霞新村"


@pytest.mark.parametrize("text", ["新闸路568弄 同德里 5号", "住在尚贤坊5号", "南京西路1025弄静安别墅 12号"])
def test_old_lanes_keep_their_names(text: str) -> None:
    found = READER.read(text, AT).addresses[0]
    assert found.estate in ("同德里", "尚贤坊", "静安别墅")
    assert found.number


@pytest.mark.parametrize(
    "text",
    [
        "在南京西路靠近石门一路",
        "南京西路石门一路路口",
        "南京西路近石门一路",
        "南京西路（石门一路口）",
        "南京西路和石门一路交叉口",
        "静安区南京西路 石门一路",
    ],
)
def test_where_two_roads_meet_is_one_address(text: str) -> None:
    (found,) = READER.read(text, AT).addresses
    assert (found.district, found.road, found.estate) == ("静安区", "南京西路", "石门一路口")


@pytest.mark.parametrize(
    "text", ["南京西路、石门一路都封了", "从南京西路走到底再到石门一路", "南京西路1000号近石门一路"]
)
def test_two_roads_that_do_not_meet_are_none(text: str) -> None:
    assert all(not one.estate for one in READER.read(text, AT).addresses)


@pytest.mark.parametrize("text", ["不认识路 快来", "不晓得啥路", "在十字路口", "这是什么路啊", "前面是三岔路"])
def test_a_road_nobody_knows_is_no_road(text: str) -> None:
    assert not READER.read(text, AT).addresses
