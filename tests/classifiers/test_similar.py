"""What looks like the same plea: properties of the text's sketch, and a table of doors and telephones."""

import hashlib
import time
from collections import Counter, defaultdict
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.address import AddressReader
from classifiers.similar import ALIKE, FEWEST, KEPT, KEYS, doors, keys, numbers, resemblance, sketch
from data.corpus import Sentence
from data.faults import rows_folder
from data.places import load_places


def keyed(piece: str) -> int:
    return int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=4).digest(), "big") >> 1


def likeness(one: str, other: str) -> float:
    return resemblance(sketch(one, keyed), sketch(other, keyed))


PLEA = (
    "求助！我父亲72岁，尿毒症透析八年，住浦东新区三林镇，原来一三五在仁济南院做血透，因为小区封控已经五天没有做了，"
    "现在两条腿肿到膝盖，晚上躺不平，居委说车子排不到，120打了两个小时没有人接，请好心人帮忙想想办法，"
    "家里只有我母亲一个人在照顾，她自己也有高血压，药也快吃完了。"
)
LIKE_IT = (
    "求助，我母亲68岁，尿毒症透析三年，住杨浦区五角场，二四六在长海医院做血透，楼里有阳性，上次没有做成，"
    "明天又轮到了，医院要48小时核酸报告，居委说上门采样要等，请问怎么才能出去做透析，人现在还好，就是胃口差。"
)
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=FEWEST, max_size=400)


@given(HAN)
def test_a_text_is_itself(text: str) -> None:
    made = sketch(text, keyed)
    assert len(made) <= KEPT
    assert resemblance(made, made) == (1.0 if made else 0.0)


@given(st.text(max_size=500), st.text(max_size=500))
def test_likeness_is_the_same_from_both_sides(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1


@given(st.integers(0, len(PLEA) - 50), st.integers(50, len(PLEA)), HAN)
@settings(max_examples=60)
def test_a_repost_that_was_cut_or_given_a_preface_is_found(start: int, length: int, preface: str) -> None:
    cut = PLEA[start : start + length]
    for repost in (cut, f"【帮转】{preface[:20]}{cut}", f"{cut} @上海发布 #上海抗疫求助# http://t.cn/A6x"):
        assert likeness(PLEA, repost) >= ALIKE, repost
        assert set(keys(PLEA, keyed)) & set(keys(repost, keyed)) or length < 70


def test_a_short_piece_of_a_very_long_post_is_found() -> None:
    long = "".join(
        f"第{n}户的情况是{chr(0x4E00 + n * 7)}{chr(0x4E10 + n * 11)}{chr(0x5000 + n * 13)}，" for n in range(99)
    )
    assert len(sketch(long, keyed)) == KEPT
    assert len(keys(long, keyed)) == KEYS
    assert likeness(long, long[300:500]) > 0.9


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        (PLEA, True),
        (PLEA.replace("，", " ").replace("！", ""), True),
        ("帮朋友转，扩散！！" + PLEA, True),
        (PLEA[:70], True),
        (PLEA[60:] + "求扩散，谢谢大家", True),
        (PLEA.replace("父亲", "爸爸").replace("五天", "六天").replace("母亲", "妈妈").replace("两个", "三个"), True),
        ("【姓名】王某【地址】三林镇【病情】" + PLEA, True),
        (LIKE_IT, False),
        ("我父亲尿毒症透析", False),
        ("求助！我父亲尿毒症，已经五天没有做血透了，小区封控", False),
    ],
)
def test_reposts_and_pleas_of_the_same_kind(changed: str, same: bool) -> None:
    assert (likeness(PLEA, changed) >= ALIKE) is same, likeness(PLEA, changed)


def test_the_headings_of_a_form_make_nobody_alike() -> None:
    one = "【姓名】张阿婆【年龄】81【地址】静安区【病情】心衰利尿剂只剩两片，腿肿【联系方式】儿子在国外"
    other = "【姓名】李先生【年龄】45【地址】宝山区【病情】食道癌化疗延期十二天了，痛【联系方式】本人"
    assert likeness(one, other) < 0.2


def test_different_pleas_of_the_corpus_are_not_alike(corpus: list[Sentence]) -> None:
    """Every pair of the corpus that shares five pieces or more; rows told on purpose in two ways are few."""
    made = [one for one in (sketch(row.text, keyed) for row in corpus) if one]
    where: defaultdict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(made):
        for piece in one:
            where[piece].append(place)
    alike = 0
    for place, one in enumerate(made):
        shared = Counter(other for piece in one for other in where[piece] if other > place)
        alike += sum(
            resemblance(one, made[other]) >= ALIKE
            for other, count in shared.items()
            if count >= 5 and one != made[other]
        )
    assert len(made) > 2000
    assert alike <= len(made) // 500, f"{alike} of {len(made)}"


def test_a_sketch_costs_little() -> None:
    began = time.perf_counter()
    for _ in range(20):
        sketch(PLEA, keyed), keys(PLEA, keyed)
    print(f"a sketch of {len(PLEA)} characters: {(time.perf_counter() - began) / 20 * 1000:.2f} ms")


HOUSE = "浦东新区三林镇牡丹路60弄5号楼502室"


@pytest.mark.parametrize(
    ("other", "household", "building", "why"),
    [
        (HOUSE, True, True, "the same words"),
        ("牡丹路60弄5号502", True, True, "号 and 号楼 are one house in a lane"),
        ("牡丹路６０弄５幢５０２室", True, True, "full width, 幢"),
        ("上海浦东三林牡丹路60弄5号0502", True, True, "a room with a nought before it"),
        ("牡丹路60弄5号楼503室", False, True, "next door"),
        ("牡丹路60弄5号楼1502室", False, True, "a longer number that ends the same"),
        ("牡丹路60弄5号楼", False, True, "no room"),
        ("牡丹路60弄15号502室", False, False, "another house"),
        ("牡丹路6弄5号502室", False, False, "another lane"),
        ("控江路60弄5号502室", False, False, "another road"),
        ("5号楼502室", False, False, "a house of no place"),
    ],
)
def test_doors(other: str, household: bool, building: bool, why: str) -> None:
    reader = AddressReader(load_places(rows_folder(), []))
    (one, two) = (doors(asdict(reader.read(text)[0])) for text in (HOUSE, other))
    assert (bool(set(one[0]) & set(two[0])), bool(set(one[1]) & set(two[1]))) == (household, building), why


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"estate": "贝尚湾", "building": "5号楼", "room": "502"}, {"estate": "贝尚湾", "number": "5号", "room": "502室"}, True),
        ({"estate": "贝尚湾", "building": "五号楼", "room": "五〇二"},
         {"estate": "贝尚湾", "building": "5栋", "room": "502"}, True),
        ({"estate": "贝尚湾", "building": "5", "unit": "1单元", "room": "502"},
         {"estate": "贝尚湾", "building": "5", "unit": "2单元", "room": "502"}, False),
        ({"road": "控江路", "number": "333号", "estate": "某某花苑", "building": "106号", "room": "602"},
         {"estate": "某某花苑", "number": "106号", "room": "602"}, True),
        ({"road": "控江路", "number": "60号", "estate": "某某花苑", "room": "502"},
         {"estate": "某某花苑", "building": "60号", "room": "502"}, False),
        ({"road": "仙霞路", "lane": "700弄", "sublane": "12支弄", "number": "5号", "room": "301"},
         {"road": "仙霞路", "lane": "700弄", "number": "5号", "room": "301"}, False),
        ({"road": "牡丹路", "lane": "60弄", "estate": "牡丹小区", "number": "5号", "room": "502"},
         {"estate": "牡丹小区", "building": "5号楼", "room": "502"}, True),
        ({"road": "牡丹路", "room": "502"}, {"road": "牡丹路", "room": "502"}, False),
        ({}, {}, False),
    ],
)  # fmt: skip
def test_a_household_by_its_parts(one: dict[str, str], other: dict[str, str], same: bool) -> None:
    assert bool(set(doors(one)[0]) & set(doors(other)[0])) is same


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("13800005678", ["13800005678"]),
        ("138 0000 5678", ["13800005678"]),
        ("13800005678（女儿）、13900001111", ["13800005678", "13900001111"]),
        ("58881234", ["02158881234"]),
        ("13800005678、021-58881234（居委）", ["13800005678"]),
        ("13700002222（志愿者）", []),
        ("400-820-1234", []),
        ("没有", []),
    ],
)
def test_numbers(value: str, expected: list[str]) -> None:
    assert list(numbers(value)) == expected
