"""What a text's keys are: the first sentence and what is asked for stand out from the story."""

from classifiers.features import ASKED, OPENING, keys, marked
from classifiers.tokens import Tokenizer
from data.lexicon import Lexicon


def _keys(text: str, tokenizer: Tokenizer, lexicon: Lexicon, letter: str) -> set[str]:
    normalised = tokenizer.normalise(text)
    found = keys(tokenizer.words(normalised), normalised, marked(lexicon.kinds))
    return {key[2:] for key in found if key[:2] == "w" + letter}


def test_a_title_is_the_first_sentence_and_no_more(tokenizer: Tokenizer, lexicon: Lexicon) -> None:
    opening = _keys("胰岛素断药。外公去年住过院，现在在家。", tokenizer, lexicon, "^")
    assert {"胰岛素", "断药", "drug>"} <= opening and "外公" not in opening and "住过" not in opening


def test_a_long_first_sentence_gives_its_first_words(tokenizer: Tokenizer, lexicon: Lexicon) -> None:
    text = "我们小区从上个月开始就没有人管垃圾楼道电梯门禁路灯绿化带停车位全都乱成一团"
    opening = _keys(text, tokenizer, lexicon, "^")
    plain = {word for word in opening if not word.endswith(">")}
    assert plain == set(tokenizer.cut(text)[:OPENING])


def test_what_is_asked_for_is_told_apart_from_the_story(tokenizer: Tokenizer, lexicon: Lexicon) -> None:
    story = "奶奶三年前化疗过，一直在家养着。现在急需两包成人纸尿裤"
    asked = _keys(story, tokenizer, lexicon, "=")
    assert {"成人纸尿裤", "goods>"} <= asked and "化疗" not in asked and "cancer>" not in asked
    turned = _keys("成人纸尿裤还有很多，奶奶现在需要化疗", tokenizer, lexicon, "=")
    assert {"化疗", "cancer>"} <= turned and "goods>" not in turned


def test_without_an_ask_nothing_is_asked_for(tokenizer: Tokenizer, lexicon: Lexicon) -> None:
    assert _keys("今天天气很好", tokenizer, lexicon, "=") == set()
    assert len(_keys("请" + "问好" * 40, tokenizer, lexicon, "=")) <= ASKED
    for odd in ("", " ", "!", "? ?", "!!! 求", "求"):
        assert _keys(odd, tokenizer, lexicon, "=") == set()
