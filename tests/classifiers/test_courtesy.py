"""Whoever is polite is in no less need."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.courtesy import without_courtesy
from classifiers.reader import Reader
from classifiers.scorer import Model
from classifiers.tokens import Tokenizer

AT = datetime(2026, 4, 5, tzinfo=UTC)
NEEDS = (
    "我妈高血压药没了", "外婆糖尿病的药断了两天了", "家里没吃的了", "孩子奶粉没了", "小区不让出门", "健康码变黄了",
    "老人没人照顾", "化疗下周一要做 出不去", "怀孕32周想产检", "隔离点没有热水", "我爸喘不上气",
)  # fmt: skip
BEFORE = (
    "你好，",
    "您好！",
    "记者老师好，",
    "各位老师好，",
    "晚上好，",
    "不好意思打扰了，",
    "在吗？",
    "你好 在吗 ",
    "Hello，",
)
AFTER = (
    "，谢谢",
    "。谢谢！",
    "，非常感谢",
    "，拜托了",
    "，麻烦你们了",
    "，求求你们了",
    " 辛苦了，谢谢大家",
    "，谢谢！！！",
)


@pytest.mark.parametrize("need", NEEDS)
def test_only_the_need_is_left(tokenizer: Tokenizer, need: str) -> None:
    alone = tokenizer.normalise(need)
    for before in BEFORE:
        assert tokenizer.normalise(before + need) == alone
    for after in AFTER:
        assert tokenizer.normalise(need + after) == alone
    assert tokenizer.normalise(BEFORE[0] + need + AFTER[0]) == alone


@pytest.mark.parametrize("text", ["你好", "谢谢", "您好，在吗", "谢谢你们", "辛苦了", "大家好"])
def test_a_mere_courtesy_stays_one(tokenizer: Tokenizer, text: str) -> None:
    assert len(tokenizer.normalise(text)) >= 2


@pytest.mark.parametrize(
    "text",
    [
        "谢谢居委送的菜已经收到",
        "你好像没有回答我的问题",
        "多谢的话不说了菜还是没有",
        "麻烦你们帮我问问透析",
        "老师好几天没来上课了",
    ],
)
def test_words_that_only_look_so_stay(tokenizer: Tokenizer, text: str) -> None:
    assert len(tokenizer.normalise(text)) >= len(text) - 1


def test_the_model_is_as_sure_as_without_it(model: Model) -> None:
    reader = Reader(model=model)
    alone = reader.read(NEEDS, [AT] * len(NEEDS))
    for around in (*(before + "{}" for before in BEFORE), *("{}" + after for after in AFTER)):
        read = reader.read([around.format(need) for need in NEEDS], [AT] * len(NEEDS))
        assert [(one.intent, one.confidence, one.urgency) for one in read] == [
            (one.intent, one.confidence, one.urgency) for one in alone
        ]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="你好谢您们老师记者大家求了 !?急药没", max_size=60))
def test_what_is_left_is_part_of_the_text_and_is_enough(text: str) -> None:
    left = without_courtesy(text)
    assert left in text
    assert left == text or len(left) >= 4
    assert without_courtesy(left) in left
