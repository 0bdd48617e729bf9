"""Fitting Chinese text to byte limits: every cut leaves whole characters, emoji, numbers and, where it can, sentences."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.text import cdata, clean, clip, size, split

FAMILY, FLAG, THUMB = "👨‍👩‍👧‍👦", "🇨🇳", "👍🏽"
NUMBER = re.compile(r"\A（(\d+)/(\d+)）")


def bare(parts: list[str]) -> list[str]:
    return [NUMBER.sub("", part) for part in parts] if len(parts) > 1 else parts


def test_a_short_text_is_left_alone() -> None:
    assert split("您好。", 2047) == ["您好。"]
    assert clip("您好。", 2047) == "您好。"


@pytest.mark.parametrize("text", ["", " \n\u3000", "\x00\x1d"])
def test_nothing_gives_no_parts(text: str) -> None:
    assert split(text, 100) == []


def test_exactly_the_limit_is_one_part() -> None:
    assert split("字" * 100, 300) == ["字" * 100]
    assert len(split("字" * 100 + "a", 300)) == 2


def test_characters_are_not_bytes() -> None:
    """courier cuts at 1,600 characters: 4,800 bytes of Chinese, which WeChat refuses."""
    parts = split("药" * 1200, 2047)
    assert len(parts) == 2
    assert all(size(part) <= 2047 for part in parts)


def test_parts_end_with_sentences_and_are_numbered() -> None:
    text = "".join(f"第{n}句话在这里。" for n in range(60))
    parts = split(text, 300)
    assert all(part.endswith("。") for part in parts)
    assert [NUMBER.match(part).groups() for part in parts] == [  # type: ignore[union-attr]
        (str(n), str(len(parts))) for n in range(1, len(parts) + 1)
    ]
    assert "".join(bare(parts)) == text


def test_ten_parts_and_more_still_fit() -> None:
    parts = split("没有标点" * 500, 120)
    assert len(parts) > 50
    assert all(size(part) <= 120 for part in parts)
    assert "".join(bare(parts)) == "没有标点" * 500


def test_a_closing_quotation_mark_stays_with_its_sentence() -> None:
    assert bare(split("他说：“药没了。”" * 20, 200))[0].endswith("。”")


@pytest.mark.parametrize("whole", [FAMILY, FLAG, THUMB, "e\u0301", "☎️", "1️⃣"])
@pytest.mark.parametrize("limit", range(60, 75))
def test_no_sequence_is_cut(whole: str, limit: int) -> None:
    text = whole * 40
    for part in bare(split(text, limit)):
        assert part.replace(whole, "") == ""
    assert clip(text, limit).replace(whole, "") in ("", "…")


@pytest.mark.parametrize("whole", ["13800138000", "https://example.cn/a?b=1", "021-58410000"])
@pytest.mark.parametrize("shift", range(12))
def test_numbers_and_addresses_of_pages_stay_whole(whole: str, shift: int) -> None:
    text = "请打" + "字" * shift + whole + "谢谢" * 40
    assert sum(whole in part for part in split(text, 90)) == 1


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=600), st.integers(60, 400))
def test_splitting_keeps_everything_but_blanks(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < size(part) <= limit for part in parts)
    kept = "".join(bare(parts)) if not NUMBER.match(text.strip()) else None
    if kept is not None:
        assert "".join(kept.split()) == "".join(clean(text).split())


@example("𐀀0", 4)
@given(st.text(max_size=600), st.integers(0, 400))
def test_clipping_stays_within(text: str, limit: int) -> None:
    said = clip(text, limit)
    assert size(said) <= limit
    said.encode()


def test_a_pile_of_joiners_does_not_stop_the_sending() -> None:
    text = "药" + "\u200d" * 5000
    assert "".join(bare(split(text, 500))) == text


def test_cleaning_is_what_xml_allows() -> None:
    every = "".join(map(chr, [*range(0x20), 0x7F, 0x85, 0xFFFD, 0xFFFE, 0xFFFF, 0xD800, 0xDFFF, 0x1F600]))
    assert clean(every) == "\t\n\r\x7f\x85\ufffd😀"
    assert unicodedata.normalize("NFC", clean("药没了")) == "药没了"


@pytest.mark.parametrize("text", ["]]>", "a]]>b]]>", "]]]>", "]]", "]]]]>>"])
def test_no_text_closes_its_own_section(text: str) -> None:
    from xml.etree.ElementTree import fromstring

    assert fromstring(f"<a>{cdata(text)}</a>").text == text


def test_an_impossible_limit_is_said_so() -> None:
    with pytest.raises(ValueError, match="no room"):
        split("字" * 20, 20)
