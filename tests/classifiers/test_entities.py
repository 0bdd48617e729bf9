"""The facts of a message, each on sentences of our own; the message is of Tuesday 5 April 2022, 14:00 in Shanghai."""

import time
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.entities import EntityReader
from classifiers.phones import read_phones
from conversations.playbook import SHANGHAI
from conversations.reading import Entities
from data.faults import rows_folder
from data.places import load_places
from data.red import load_red

NOW = datetime(2022, 4, 5, 6, tzinfo=UTC)
READER = EntityReader(load_places(rows_folder(), []), load_red(rows_folder(), []))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("电话13800000000", ["13800000000"]),
        ("138 0000 0000", ["13800000000"]),
        ("138-0000-0000", ["13800000000"]),
        ("１３８００００００００", ["13800000000"]),
        ("+86 138 0000 0000", ["13800000000"]),
        ("幺三八零零零零五六七八", ["13800005678"]),
        ("一三八零零零零五六七八", ["13800005678"]),
        ("021-63521000", ["02163521000"]),
        ("（021）6352 1000", ["02163521000"]),
        ("座机63521000", ["02163521000"]),
        ("138，0000，5678", ["13800005678"]),
        ("138  0000  5678", ["13800005678"]),
        ("电话(138)0000-5678", ["13800005678"]),
        ("一三八，零零零零，五六七八", ["13800005678"]),
        ("壹叁捌零零零零伍陆柒捌", ["13800005678"]),
        ("13800005678、13900005678", ["13800005678", "13900005678"]),
        ("分别是150，2000，3000元", []),
        ("136，137，138三间", []),
        ("没有手机的 座机 六三五二幺零零零", ["02163521000"]),
        ("一共六三五二一零零零", []),
        ("400-820-8820", ["4008208820"]),
        ("+1 415 555 2671", ["+14155552671"]),
        ("0044 20 7946 0958", ["+442079460958"]),
        ("13800000000 13900000000", ["13800000000", "13900000000"]),
        ("微信13800000000", ["13800000000"]),
        ("身份证310101195001011234", []),
        ("快递单号13912345678", []),
        ("工单号202204051234567", []),
        ("12345打不通", []),
        ("血压120 80", []),
        ("牡丹路60弄3号502", []),
        ("门牌63521000", []),
    ],
)
def test_phones(text: str, numbers: list[str]) -> None:
    found = read_phones(text)
    assert [phone.number for phone in found] == numbers
    assert all(phone.raw in text for phone in found)


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("打我女儿的13800000000", ["女儿"]),
        ("13800000000（儿子） 13900000000是我的", ["儿子", "我"]),
        ("女儿电话：13800000000，护工13900000000", ["女儿", "护工"]),
        ("王女士 13800000000", ["王女士"]),
        ("13800000000", [""]),
    ],
)
def test_whose_phone(text: str, owners: list[str]) -> None:
    assert [phone.owner for phone in read_phones(text)] == owners


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("我妈82岁", "age_months", 984),
        ("老爸八十多了", "age_months", 960),
        ("妈妈70多 年纪大了", "age_months", 840),
        ("老房子二十多年了", "age_months", None),
        ("老人的药三十多块", "age_months", None),
        ("叫名九十岁了", "age_months", 1068),
        ("宝宝6个月", "age_months", 6),
        ("出生5天", "age_months", 0),
        ("两岁半的孩子", "age_months", 30),
        ("【年龄】70", "age_months", 840),
        ("4月5日去医院", "age_months", None),
        ("孕33周", "pregnancy_weeks", 33),
        ("怀孕8个月了", "pregnancy_weeks", 32),
        ("38周孕妇", "pregnancy_weeks", 38),
        ("三周没出门", "pregnancy_weeks", None),
        ("胰岛素还剩两天", "days_left", 2.0),
        ("美多芭只剩3粒", "days_left", 3.0),
        ("药快吃完了", "days_left", 1.0),
        ("还有我婆婆的降糖药二甲双胍也吃完了", "days_left", 0.0),
        ("我妈的药全吃完了", "days_left", 0.0),
        ("今天的药都吃完了", "days_left", None),
        ("断药三天了", "days_left", 0.0),
        ("华法林吃完了", "days_left", 0.0),
        ("优甲乐没了", "days_left", 0.0),
        ("早上吃了优甲乐 头不晕了", "days_left", None),
        ("屋里米么了", "days_left", 0.0),
        ("药够吃一个礼拜", "days_left", 7.0),
        ("爷爷的胰岛素还能打三天", "days_left", 3.0),
        ("奶粉能喝两天", "days_left", 2.0),
        ("一天只能吃一顿饭", "days_left", None),
        ("小区封了两天", "days_left", None),
        ("降压药明天就要吃完了", "days_left", 1.0),
        ("米后天断", "days_left", 2.0),
        ("爸爸的优甲乐撑到后天", "days_left", 2.0),
        ("药只剩今天一顿的量", "days_left", 0.0),
        ("奶粉昨天就喝光了", "days_left", 0.0),
        ("药4月9号吃完", "days_left", 4.0),
        ("药礼拜五就没了", "days_left", 3.0),
        ("今天的药已经吃完了", "days_left", None),
        ("每天吃完药要躺半个钟头", "days_left", None),
        ("今天吃完药就睡了", "days_left", None),
        ("药配到明年3月", "days_left", None),
        ("封到后天才解封，药还够", "days_left", None),
        ("明天开始没药，居委说等", "days_left", 1.0),
        ("血透漏了两次", "missed", 2),
        ("烧到38度7", "temperature", 38.7),
        ("体温395", "temperature", 39.5),
        ("宝宝39度5", "temperature", 39.5),
        ("量下来38度半", "temperature", 38.5),
        ("37.8", "temperature", 37.8),
        ("血氧只有86", "oxygen", 86),
        ("血氧八十几", "oxygen", 83),
        ("我们一家5口人", "people", 5),
        ("宿舍共有十二个人", "people", 12),
        ("一个人住", "people", None),
        ("我今年七十八一个人住", "people", None),
        ("我今年七十八了", "age_months", 936),
        ("今年七月回来", "age_months", None),
        ("要优甲乐和立普妥", "drugs", ("优甲乐", "立普妥")),
        ("六院不收 红房子建档", "hospitals", ("第六人民医院", "妇产科医院")),
        ("儿中心", "hospitals", ("儿童医学中心",)),
        ("城市一样", "hospitals", ()),
        ("12345工单号20220405123456", "order_12345_no", "20220405123456"),
        ("工单号是AB20220405", "order_12345_no", "AB20220405"),
        ("单号13800000000", "order_12345_no", ""),
        ("12345打了四十遍打不通", "called_12345", "tried_not_through"),
        ("12345吗 我家没水了", "called_12345", ""),
        ("喂，是12345吧？小区垃圾没人收了", "called_12345", ""),
        ("12345打过了，他们吧都说转了", "called_12345", "yes_no_number"),
        ("打过12345，说等通知", "called_12345", "yes_no_number"),
        ("还没打12345", "called_12345", "no"),
        ("工单号20220405123456", "called_12345", "yes_with_no"),
        ("外公九十了", "age_months", 1080),
        ("阿婆八十三", "age_months", 996),
        ("我妈75，爸78", "age_months", 900),
        ("八旬老人", "age_months", 960),
        ("父亲七十有五", "age_months", 900),
        ("血压我妈90/60", "age_months", None),
        ("我90后", "age_months", None),
        ("120来了 我爸没了", "age_months", None),
        ("老爷子80多了", "age_months", 960),
        ("婆婆八十块钱", "age_months", None),
        ("我妈75号楼", "age_months", None),
        ("要买菜", "called_12345", ""),
        ("那我自己打12345", "called_12345", ""),
        ("等会儿打12345", "called_12345", ""),
        ("不用打12345了", "called_12345", ""),
        ("居委让我打12345", "called_12345", ""),
        ("打12345有用吗", "called_12345", ""),
        ("我要去打12345了", "called_12345", ""),
        ("居委让我打12345，打了没用", "called_12345", "yes_no_number"),
        ("自己打了12345", "called_12345", "yes_no_number"),
        ("先打12345，12345叫我找居委", "called_12345", "yes_no_number"),
        ("我去打12345，他们说登记了", "called_12345", "yes_no_number"),
        ("我爸爸喘", "relation", "parent"),
        ("阿拉姆妈", "relation", "parent"),
        ("我外婆", "relation", "grandparent"),
        ("我老公", "relation", "spouse"),
        ("我女儿发烧", "relation", "child"),
        ("隔壁老伯晕倒", "relation", "neighbour"),
        ("本人怀孕", "relation", "self"),
        ("请问几点开门", "relation", ""),
    ],
)
def test_one_fact(text: str, field: str, value: Any) -> None:
    assert getattr(READER.read(text, NOW), field) == value


@pytest.mark.parametrize(
    ("text", "last", "due"),
    [
        ("上次透析是上周五", "04-01", ""),
        ("三天没透析了", "04-02", ""),
        ("明早8点要去做化疗", "", "04-06"),
        ("后天要透析 担心去不了", "", "04-07"),
        ("预产期5月20号", "", "05-20"),
        ("4.3应该化疗，下次约了4月12日", "", "04-12"),
        ("礼拜六透析的 礼拜三该透了", "04-02", "04-06"),
        ("昨天买的菜", "", ""),
    ],
)
def test_treatment_dates(text: str, last: str, due: str) -> None:
    found = READER.read(text, NOW)
    assert (f"{found.last_done_at:%m-%d}" if found.last_done_at else "") == last
    assert (f"{found.next_due_at:%m-%d}" if found.next_due_at else "") == due


@pytest.mark.parametrize("text", ["明天要透析 出不去", "明天透析 没有车", "明早八点化疗"])
def test_in_the_night_tomorrow_is_the_day_they_wake_to(text: str) -> None:
    found = READER.read(text, datetime(2022, 4, 6, 1, 20, tzinfo=SHANGHAI))
    assert found.next_due_at is not None and found.next_due_at.day == 6


def test_a_whole_plea() -> None:
    found = READER.read("我爸爸82岁，尿毒症，住花木牡丹路60弄3号502室，电话13800000000，12345打不通", NOW)
    assert found.phones[0].number == "13800000000"
    assert (found.addresses[0].district, found.addresses[0].room) == ("浦东新区", "502室")
    assert (found.age_months, found.called_12345, found.relation) == (984, "tried_not_through", "parent")


def test_nothing_said_nothing_found() -> None:
    assert READER.read("请问什么时候可以复工", NOW) == Entities()


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(text: str) -> None:
    assert isinstance(READER.read(text, NOW), Entities)


@given(
    st.lists(
        st.sampled_from("138001234567 年月日岁周天透析化疗路弄号室昨明前后一二三四打我女儿的12345工单+-（）"),
        max_size=80,
    ).map("".join)
)
@settings(max_examples=200, deadline=None)
def test_any_mixture_is_read(text: str) -> None:
    found = READER.read(text, NOW)
    assert {field.name for field in fields(found)} == {field.name for field in fields(Entities)}


@pytest.mark.parametrize("piece", ["1", "三天", "4.3 ", "断药", "12345", "一", "我", "化疗昨天", "女儿1 3"])
def test_time_is_bounded(piece: str) -> None:
    began = time.perf_counter()
    READER.read(piece * (65536 // len(piece)), NOW)
    assert time.perf_counter() - began < 2


def test_an_address_in_traditional_characters_is_read_and_stays_as_written() -> None:
    (found,) = READER.read("我住靜安區威海路77弄12號樓302室，急", NOW).addresses
    assert (found.district, found.road, found.lane, found.building, found.room) == (
        "静安区", "威海路", "77弄", "12号楼", "302室"
    )  # fmt: skip
    assert found.raw == "靜安區威海路77弄12號樓302室"


def test_what_stopping_would_do_is_not_said_to_have_happened() -> None:
    assert READER.read("恩替卡韦配不到，停药会肝衰竭的", NOW).days_left is None


@pytest.mark.parametrize(
    ("text", "district", "place", "number"),
    [
        ("徐匯區天鑰橋路30弄2號401", "徐汇区", "天钥桥路", "2号"),
        ("寶山區淞濱路100弄6號502", "宝山区", "淞滨路", "6号"),
        ("楊浦區鳳城一村15號", "杨浦区", "凤城一村", "15号"),
    ],
)
def test_places_in_traditional_characters(text: str, district: str, place: str, number: str) -> None:
    (found,) = READER.read(text, NOW).addresses
    assert (found.district, found.road or found.estate, found.number) == (district, place, number)
