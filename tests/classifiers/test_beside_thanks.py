"""Thanks and good news beside a danger take nothing from it, and are no danger themselves."""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.beside_thanks import graver, left_of
from classifiers.reader import Reader
from classifiers.scorer import Model
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.reading import Reading, Reason

NOW = datetime(2022, 4, 5, 12, tzinfo=UTC)
ROWS = Path(__file__).parent / "rows"
FRAMES = [
    "谢谢，{}",
    "谢谢记者{}",
    "谢谢你们，菜收到了。{}",
    "菜收到了。{}",
    "{}，谢谢",
    "解决了，不过{}",
    "菜到了谢谢，就是{}",
    "收到了，多谢。另外{}",
    "药已经送来了！{} 麻烦了",
]
FELT = [
    "老头子今朝早上起来一只手提不起来了",
    "老人今天认不得我了",
    "我老公走路突然歪歪倒倒的",
    "外婆从早上起就不肯说话了",
    "宝宝拉血丝了",
    "爷爷走路要扶墙 头晕",
]
"""Only a model feels them."""


def _probes() -> Iterator[str]:
    for name in ("red", "urgent", "check"):
        with (ROWS / f"{name}.csv").open(encoding="utf-8") as file:
            yield from (row["text"] for row in csv.DictReader(file) if not row["text"].startswith("#"))


_WHOM = 5


def _bare(text: str) -> str:
    return re.sub(r"[\s,，。;；!！?？~～、…]+", "", text)


@pytest.mark.parametrize("frame", FRAMES)
def test_whatever_presses_is_left_whole(frame: str) -> None:
    for text in _probes():
        if left_of(text) is not None:
            continue  # polite or relieved by itself
        left = left_of(frame.format(text))
        assert left is not None, text
        # Whom the thanks are for may be taken along: 谢谢记者医生下了病危通知.
        assert _bare(text).endswith(_bare(left.text)), text
        assert len(_bare(left.text)) >= len(_bare(text)) - _WHOM, text


@pytest.mark.parametrize(
    "text",
    ["谢谢，药收到了，老人好多了", "谢谢你们 老人透析做上了", "透析做上了 谢谢", "化疗做完了 感谢", "人救过来了 谢谢120",
     "谢谢医生救了我妈", "太感谢了 终于透析上了", "120来了", "我爸送到医院了，谢谢大家", "孩子退烧了，谢谢医生",
     "菜收到了，谢谢，我妈头不痛了", "药送到了，我爸现在肚子不疼了，谢谢",
     "谢谢，奶奶胃口好多了，会吃饭了",
     "感谢新民晚报帮我爸联系到了透析，昨天已经做了，人也舒服了", "谢谢！孩子的奶粉送到了，宝宝喝上了，全家感激不尽",
     "菜收到了，谢谢居委谢谢志愿者，你们辛苦了，祝你们平安健康"],
)  # fmt: skip
def test_nothing_is_left(text: str) -> None:
    left = left_of(text)
    assert left is not None
    assert left.nothing


@pytest.mark.parametrize(
    "text",
    ["我妈要生了", "老人不醒了", "爸妈被拉走了", "还没收到药", "怎么还没解决", "昨天夜里胸痛 现在好多了",
     "吃不好睡不好了", "今天开始不能走了", "妈妈吃了药吐了", "药怎么收到", "什么时候能做上透析", "还有三天就解封", "爷爷走了"],
)  # fmt: skip
def test_no_good_news(text: str) -> None:
    assert left_of(text) is None


@pytest.fixture
def reader(model: Model) -> Reader:
    return Reader(model=model)


@pytest.mark.parametrize("frame", FRAMES)
def test_a_danger_that_is_only_felt_is_felt_beside_thanks(reader: Reader, frame: str) -> None:
    bare = reader.read(FELT, [NOW] * len(FELT))
    beside = reader.read([frame.format(text) for text in FELT], [NOW] * len(FELT))
    for text, one, other in zip(FELT, bare, beside, strict=True):
        assert one.urgency is Urgency.CRITICAL or Flag.CHECK in one.flags, text
        assert other.urgency.at_least(one.urgency), text
        assert other.urgency is Urgency.CRITICAL or Flag.CHECK in other.flags, text
        assert other.intent.opens_case, text
        assert Act.THANKS not in other.acts


@pytest.mark.parametrize(
    "text", ["透析做上了 谢谢", "谢谢，透析做好了", "化疗做完了 感谢", "人救过来了 谢谢120", "透析做上了"]
)
def test_joy_is_no_danger(reader: Reader, text: str) -> None:
    read = reader.read([text], [NOW])[0]
    assert read.urgency is Urgency.NORMAL
    assert Flag.CHECK not in read.flags


@pytest.mark.parametrize(
    "text",
    [
        "谢谢你们帮我爸看看，他一只手抬不起来了",
        "谢谢你们给我妈送了药，吃了以后嘴巴肿起来了",
        "奶奶胃口好多了，可是今天认不得人了",
    ],
)
def test_what_the_thanks_are_for_hides_no_danger(reader: Reader, text: str) -> None:
    read = reader.read([text], [NOW])[0]
    assert read.urgency is Urgency.CRITICAL or Flag.CHECK in read.flags


def test_joy_and_a_danger_is_a_danger(reader: Reader) -> None:
    read = reader.read(["谢谢，透析做好了，可是回来以后她一只手提不起来了"], [NOW])[0]
    assert read.urgency is Urgency.CRITICAL or Flag.CHECK in read.flags


@pytest.mark.parametrize("heard", [Intent.SUPPLIES, Intent.MEDICINE, Intent.CHITCHAT])
@pytest.mark.parametrize(
    "text",
    [
        "物资收到了，谢谢，老人吃了里面的面包以后一直拉肚子",
        "药收到了谢谢，我爸吃了以后浑身发痒",
        "菜收到了，谢谢，我妈今天说看东西重影",
        "快递到了 谢谢 孩子吃了牛奶又吐了",
    ],
)
def test_whoever_is_ill_of_what_came_needs_no_more_of_it(heard: Intent, text: str) -> None:
    own = Reading(heard, 0.9, urgency=Urgency.SOON, acts=(Act.SOLVED,))
    left = left_of(text)
    assert left is not None
    read = graver(own, left, replace(own, acts=()))
    assert read.intent is Intent.OTHER_MEDICAL
    assert Act.SOLVED not in read.acts
    assert (Flag.CHECK in read.flags) is ("吃了" in text), "ill of what came: people look"


@pytest.mark.parametrize(
    "text",
    [
        "菜收到了，谢谢，就是米快没了，老人饿得头晕",
        "药收到了，谢谢，就是少了一盒 我妈头痛的那种",
        "菜收到了谢谢，水果烂了几个",
        "菜收到了谢谢，居委真让人心疼",
    ],
)
def test_what_is_wanting_beside_it_is_wanting(text: str) -> None:
    own = Reading(Intent.SUPPLIES, 0.9, urgency=Urgency.SOON)
    left = left_of(text)
    assert left is not None
    assert graver(own, left, own).intent is Intent.SUPPLIES


def test_what_a_rule_named_stays_named() -> None:
    own = Reading(Intent.MEDICINE, 0.9, urgency=Urgency.URGENT, reasons=(Reason("O05", "药断了"),))
    left = left_of("菜收到了，谢谢，我妈头晕得厉害 降压药停了")
    assert left is not None
    assert graver(own, left, own).intent is Intent.MEDICINE
