"""A number and a door change nothing of what a text is taken to be about."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.entities import EntityReader
from classifiers.reader import Reader
from classifiers.scorer import Model
from classifiers.telling import telling
from conversations.reading import Address, Entities, Phone
from data.faults import rows_folder
from data.places import load_places

AT = datetime(2026, 4, 5, tzinfo=UTC)
FACTS = EntityReader(load_places(rows_folder(), []))
NEEDS = (
    "我妈高血压药没了", "外婆糖尿病的药断了两天了", "家里没吃的了", "孩子奶粉没了", "小区不让出门", "健康码变黄了",
    "老人没人照顾", "化疗下周一要做，出不去", "我要去火车站", "怀孕32周想产检", "楼里阳了三个", "隔离点没有热水", "我爸喘不上气",
)  # fmt: skip
WHO_AND_WHERE = (
    "，电话13612340002", "，在普陀区真光路30弄7号502", "，在普陀区真光路30弄7号502，电话13612340002",
    "，浦东新区周浦镇康沈路1500弄3号楼201室，联系人王女士 136 1234 0002", "，地址：徐汇区田林十二村22号101室 手机13900001111",
)  # fmt: skip


@pytest.mark.parametrize("beside", WHO_AND_WHERE)
@pytest.mark.parametrize("need", NEEDS)
def test_only_the_need_is_left(need: str, beside: str) -> None:
    assert telling(need + beside, FACTS.read(need + beside, AT)) == need
    before = f"{beside.lstrip('，')}。{need}"
    assert telling(before, FACTS.read(before, AT)) == need


def test_a_number_alone_is_read_as_it_stands() -> None:
    for text in ("13612340002", "普陀区真光路30弄7号502，13612340002", "急 13612340002"):
        assert telling(text, FACTS.read(text, AT)) == text


def test_the_model_is_as_sure_as_without_them(model: Model) -> None:
    reader = Reader(model=model, extractor=FACTS)
    alone = reader.read(NEEDS, [AT] * len(NEEDS))
    for beside in WHO_AND_WHERE:
        read = reader.read([need + beside for need in NEEDS], [AT] * len(NEEDS))
        assert [(one.intent, one.confidence, one.urgency) for one in read] == [
            (one.intent, one.confidence, one.urgency) for one in alone
        ]
        assert all(one.entities.phones or one.entities.addresses for one in read)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.lists(st.text(max_size=12), max_size=4))
def test_any_text_and_any_facts_are_borne(text: str, raws: list[str]) -> None:
    facts = Entities(
        phones=tuple(Phone("1", raw) for raw in raws[::2]), addresses=tuple(Address(raw=raw) for raw in raws[1::2])
    )
    left = telling(text, facts)
    assert len(left) <= len(text) + len(raws)
