"""Addresses under the labels of a form, read with every part and shown as they were written."""

import pytest

from classifiers.address import AddressReader
from classifiers.address_labels import without_labels
from data.faults import rows_folder
from data.places import load_places

READER = AddressReader(load_places(rows_folder(), []))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("【小区】莘松路300弄【楼号】2号【房号】301【姓名】王某", ("莘松路", "300弄", "2号", "", "301室")),
        ("【区】闵行区【路】莘松路【弄】300【号】2【室】301【需求】没菜", ("莘松路", "300弄", "2号", "", "301室")),
        ("区：闵行 路：莘松 弄：300 号：2 室：301", ("莘松路", "300弄", "2号", "", "301室")),
        ("地址：闵行区莘松路300弄\n楼号：2号\n室号：301", ("莘松路", "300弄", "2号", "", "301室")),
        ("闵行区莘松路300弄 楼号2 房号301", ("莘松路", "300弄", "2号", "", "301室")),
        ("闵行区莘松路300弄 门牌：2-301", ("莘松路", "300弄", "2", "", "301")),
        ("闵行区莘松路300弄 楼栋：12栋 房间号：402", ("莘松路", "300弄", "", "12栋", "402室")),
        ("闵行区莘松路300弄 单元：2 室：402", ("莘松路", "300弄", "", "", "402室")),
    ],
)
def test_parts_under_labels(text: str, parts: tuple[str, ...]) -> None:
    place = READER.read(text)[0]
    assert (place.road, place.lane, place.number, place.building, place.room) == parts
    assert place.raw in text


@pytest.mark.parametrize(
    "text",
    [
        "手机号：13511112222",
        "编号：301 药没了",
        "单号：0001",
        "居委电话：65431234",
        "【急】老人没药了",
        "房号是302",
        "体温：39 心率：120",
        "医生说：要住院",
        "家里没菜了",
    ],
)
def test_what_is_no_part_stays(text: str) -> None:
    assert without_labels(text) == text


def test_nothing_moves() -> None:
    text = "【弄】300【号】2【室】301 楼号：2号"
    assert len(without_labels(text)) == len(text)


@pytest.mark.parametrize("text", ["单号 0001", "我的单号是0001", "编号：0001"])
def test_a_tickets_number_is_no_room(text: str) -> None:
    assert READER.read(text) == ()
