"""Nothing planted survives: numbers however they are written, names in forms, doors; what is said of the need stays."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.learning.deidentify import deidentify
from bot.learning.marks import for_training, strike
from bot.understanding import open_tokenizer

STORIES = ("我妈尿毒症三天没透析了", "家里断粮两天", "老人高烧39度没人管", "请问4月1日以后能出门吗", "楼上漏水")
AFTER = ("，急", "。谢谢", " 求帮忙", "\n麻烦转给居委", "")
SPOKEN = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
WIDE = {figure: chr(ord(figure) + 0xFEE0) for figure in "0123456789"}
CIRCLED = {"0": "⓪", **{figure: chr(0x2460 + int(figure) - 1) for figure in "123456789"}}

stories, afters = st.sampled_from(STORIES), st.sampled_from(AFTER)
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
ways = st.sampled_from((
    str, lambda n: f"{n[:3]} {n[3:7]} {n[7:]}", lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}", lambda n: f"+86 {n}",
    " ".join, lambda n: f"{n[:3]}、{n[3:7]}、{n[7:]}", lambda n: f"{n[:5]}·{n[5:]}", lambda n: f"{n[:3]}\n{n[3:]}",
    lambda n: "".join(WIDE[one] for one in n), lambda n: "".join(SPOKEN[one] for one in n),
    lambda n: "".join(CIRCLED[one] for one in n), lambda n: n[:5] + "".join(SPOKEN[one] for one in n[5:]),
    lambda n: "".join(f"{one}\ufe0f\u20e3" for one in n), lambda n: f"{n[:3]}\u200b{n[3:]}",
    lambda n: f"{n[:3]}（{n[3:7]}）{n[7:]}", lambda n: f"{n[:3]}，{n[3:7]}，{n[7:]}",
))  # fmt: skip
few = settings(max_examples=120, deadline=None)


def figures(text: str) -> str:
    """Every figure a text holds, in whatever writing, without what stands between them."""
    back = {spoken: figure for figure, spoken in SPOKEN.items()}
    return "".join(
        back.get(char) or (str(unicodedata.digit(char)) if unicodedata.digit(char, None) is not None else "")
        for char in text
    )


@few
@given(stories, mobiles, ways, afters)
def test_no_mobile_survives(story: str, number: str, write, after: str) -> None:  # type: ignore[no-untyped-def]
    cleaned = deidentify(f"{story}，电话{write(number)}{after}")
    assert "〔电话〕" in cleaned
    assert number[3:7] not in figures(cleaned).replace("0", "") or number[3:7].strip("0") == ""
    assert number[-4:] not in re.sub(r"\D", "", cleaned)


def citizen(area: str, day: str, order: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    body = area + day + order
    return body + "10X98765432"[sum(int(a) * b for a, b in zip(body, weights, strict=True)) % 11]


ids = st.builds(
    citizen, st.sampled_from(("310101", "310115", "320106")), st.dates().map(lambda d: f"19{d:%y%m%d}"),
    st.from_regex(r"[0-9]{3}", fullmatch=True),
)  # fmt: skip


@few
@given(stories, ids, st.sampled_from(("身份证", "证件号：", "", "我是 ")), st.sampled_from(("", " ", "-")))
def test_no_identity_number_survives(story: str, number: str, cue: str, gap: str) -> None:
    written = gap.join((number[:6], number[6:14], number[14:]))
    cleaned = deidentify(f"{story}。{cue}{written}")
    assert "〔证件〕" in cleaned
    assert number[6:14] not in cleaned
    assert number[14:17] not in cleaned.replace("〔证件〕", "")


roads = st.sampled_from(("牡丹路", "仙霞路", "控江路", "延长西路"))
estates = st.sampled_from(("三林世纪苑", "彭浦新村", "牡丹小区", "中远两湾城公寓", "仁恒花园"))
small, room = st.integers(2, 99), st.integers(101, 2904)


@few
@given(stories, roads, small, small, room, st.booleans())
def test_no_door_survives(story: str, road: str, lane: int, house: int, flat: int, spoken: bool) -> None:
    written = f"{lane + 100}弄{house}号{flat}室"
    if spoken:
        written = "".join(SPOKEN.get(one, one) for one in f"{lane + 100}弄{house}号楼{flat}室")
    cleaned = deidentify(f"{story}，住{road}{written}，快")
    assert road in cleaned, "a road is not below the street"
    assert not re.search(r"[1-9]", cleaned.partition(road)[2])
    assert not set("幺二三四五六七八九") & set(cleaned.partition(road)[2])


@few
@given(stories, estates, small, room)
def test_no_estate_survives(story: str, estate: str, house: int, flat: int) -> None:
    cleaned = deidentify(f"{story}，{estate}{house}号{flat}")
    assert estate not in cleaned
    assert not re.search(r"[1-9]", cleaned.partition("〔小区〕")[2])


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("【姓名】张小丽【年龄】65【电话】138 0000 5678", ("张小丽", "5678")),
        ("电话138…0000…5678，或１３９．００００．５６７８", ("138", "5678", "５６７８")),
        ("我叫王建国，今年七十八岁", ("王建国",)),
        ("联系人：欧阳雪 请速回", ("欧阳雪",)),
        ("病人李桂芳，女，12床，住院号 1234567", ("李桂芳", "12床", "1234567")),
        ("找张医生和王阿姨问过", ("张医生", "王阿姨")),
        ("微信号：zhang_san88 加我", ("zhang_san88",)),
        ("加我vx abc12345d 或QQ：1234 5678 9", ("abc12345d", "1234", "5678")),
        ("邮箱 zhang.san@163.com 请联系", ("zhang", "163.com")),
        ("车牌沪A·12345在路口，另一辆沪AD12345", ("12345",)),
        ("快递单号SF1234567890123一直不到", ("1234567890123",)),
        ("卡号6222 0212 3456 7890 123", ("6222", "7890")),
        ("@张小丽_88 看看 https://example.com/u/8891", ("张小丽", "8891")),
        ("宅电62345678转802，座机021-6234 5679", ("62345678", "6234", "5679")),
        ("护照E12345678，飞机取消了", ("E12345678",)),
        ("5号楼5-502，12-3-401", ("502", "401")),
    ],
)
def test_what_names_a_person_goes(text: str, gone: tuple[str, ...]) -> None:
    cleaned = deidentify(text)
    for one in gone:
        assert one not in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "请打120，12345打不通", "4月12号开始封，2022年4月1日解封", "血氧88，体温38.5，血压180/120", "我们小区一直不让出小区",
        "三天没透析了，一天三次，还剩两片药", "谢谢医生，谢谢老师", "工资13000元，房租4500", "从十二号起二楼没水",
    ],
)  # fmt: skip
def test_what_says_the_need_stays(text: str) -> None:
    assert deidentify(text) == text


@few
@given(st.text(max_size=200))
def test_any_text_and_twice_is_once(text: str) -> None:
    once = deidentify(text)
    assert deidentify(once) == once


def test_a_mark_is_read_as_the_original(tmp_path_factory: pytest.TempPathFactory) -> None:
    tokenizer = open_tokenizer(tmp_path_factory.mktemp("words"))
    for text in (
        "我妈三天没透析，电话13800005678，牡丹路60弄5号楼502室", "身份证310101198001011232被冻结", "卡号6222021234567890123",
        "详见https://example.com/a?b=1 谢谢",
    ):  # fmt: skip
        assert tokenizer.normalise(for_training(deidentify(text))) == tokenizer.normalise(text)


def test_a_person_strikes_out_more() -> None:
    text = strike("隔壁老赵头家的电话是〔电话〕，老赵头腿断了", ["老赵头", " ", "〔电话〕", "电话"])
    assert text == "隔壁〔划掉〕家的电话是〔电话〕，〔划掉〕腿断了"
