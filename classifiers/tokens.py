"""Text as residents write it, made into words. Knows characters and the lexicon; knows nothing of intents or models.

`normalise` maps any text onto a small closed alphabet (simplified Han, a-z, `!`, `?`, space and the markers below), so
that jieba and rjieba cut it alike (they differ on web addresses, dates and rare characters) and no model ever learns a
phone number.
"""

import hashlib
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

import opencc

from classifiers.courtesy import without_courtesy

PHONE, URL, ORDER, IDENTITY, DATE, TIME = (chr(0xE000 + n) for n in range(6))
HOT, WARM, COOL, AIR_LOW, AIR_GOOD = (chr(0xE010 + n) for n in range(5))
BABY, CHILD, ADULT, ELDER = (chr(0xE020 + n) for n in range(4))
N1, N2, N3, N4 = (chr(0xE030 + n) for n in range(4))
PRAY, CRY, SOS, FIELD, TAG = (chr(0xE040 + n) for n in range(5))

MARKERS: Mapping[str, str] = {
    PHONE: "phone", URL: "url", ORDER: "order", IDENTITY: "identity", DATE: "date", TIME: "time",
    HOT: "39+", WARM: "37.3+", COOL: "<37.3", AIR_LOW: "spo2<94", AIR_GOOD: "spo2>=94",
    BABY: "age0-2", CHILD: "age3-14", ADULT: "age15-59", ELDER: "age60+",
    N1: "1digit", N2: "2digits", N3: "3digits", N4: "4digits+",
    PRAY: "pray", CRY: "cry", SOS: "sos", FIELD: "field", TAG: "hashtag",
}  # fmt: skip
"""Marker character → name shown to people."""

WORD_WEIGHT = 20_000
"""Frequency given to every lexicon word, in both engines: high enough that a listed word is never split."""

_VERSION = "9"
_UNUSUAL = re.compile("[^一-\u9fd5\x00-\x7f，。、；：！？（）“”‘’《》【】—]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")
_ALPHABET = re.compile("[^一-\u9fd5a-z!?\ue000-\ue044]+")
_RUN = re.compile(r"(.)\1+")

_PICTURES = str.maketrans({
    "🙏": PRAY, "😭": CRY, "😢": CRY, "😿": CRY, "💔": CRY, "🆘": SOS, "🚨": SOS, "🚑": SOS,
    "❗": "!", "❕": "!", "❓": "?", "❔": "?",
    "𠲎": "伐", "𢜶": "燥", "㑚": "你", "㑇": "你", "。": " ",
})  # fmt: skip

# Pasted forms: who, where and since when are cut out, the headings too. A form says nothing of what is needed, and its
# headings, the same in every one of them, would outweigh the story. A value ends at the next heading or line: what
# follows the last heading may be the story itself and stays.
_FORM = re.compile(
    r"【[^】【]{0,6}(?:姓名|城市|小区|社区|地址|位置|联系方式|电话|联系人|患病时间|发病时间|时间)[^】【]{0,6}】(?:[^【\n]{0,40}(?=【|\n))?"
    r"|【[^】【]{1,12}】"  # any other heading: its words are the form's, not the writer's
)
_AIR = re.compile(r"(血氧[^\d]{0,8}?)(\d{2})(?!\d)")
# The leading look-ahead lets the engine step over ordinary characters without trying a dozen branches at each of them.
_FACTS = re.compile(
    r"""
    (?=[\d\[【#+(*●hw二两三四五六七八九十a-z])(?:
      (?P<url>(?:https?://|www\.)[\x21-\x7e]+)
    | \[(?P<sticker>[一-鿿]{1,4})\]
    | (?P<field>【)
    | (?P<tag>\#)
    | (?P<identity>\b\d{17}[\dx](?!\d))
    | (?P<phone>(?<!\d)(?:\+?86[-\ ]?)?1[3-9]\d(?:[-\ ]?\d{4}){2}(?!\d) | (?<!\d)\(?0\d{2,3}\)?[-\ ]?\d{7,8}(?!\d)
        | \+\d{8,14} | 1[3-9]\d{0,5}[*●]{2,}\d* | [*●]{3,})
    | (?P<heat>(?<![\d.])(?:3[5-9]|4[0-2])(?:\.\d{1,2})?\s*(?:度|°c?|摄氏度)\s*\d?(?!\d))
    | (?P<age>(?<!\d)\d{1,3})(?=\s*多?(?:周?岁|歲))
    | (?P<date>(?<!\d)(?:20)?\d{2}[年./-]\d{1,2}[月./-]\d{1,2}[日号]? | (?<!\d)\d{1,2}月\d{1,2}[日号]?
        | (?<![\d.])\d{1,2}/\d{1,2}[日号]?(?!\d))
    | (?P<time>(?<!\d)\d{1,2}:\d{2}(?::\d{2})?)
    | (?P<order>(?<![a-z])[a-z]{0,4}\d{9,})
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<tens>(?:[二三四五六七八九]?十[一二三四五六七八九]?)(?=[天日周个次顿粒片瓶盒月岁口人多几小]))
    | (?P<few>[二两三四五六七八九](?=[天日周个次顿粒片瓶盒月岁口人小]))
    )
    """,
    re.VERBOSE,
)
_STICKERS = {"合十": PRAY, "祈祷": PRAY, "大哭": CRY, "流泪": CRY, "泪": CRY, "悲伤": CRY, "快哭了": CRY}
_taken = False
"""Whether a tokenizer of this process has rjieba's own dictionary: the next ones make theirs."""


_SAME_FOR_ALL = {
    "url": URL, "tag": TAG, "identity": IDENTITY, "phone": PHONE, "date": DATE, "time": TIME, "order": ORDER,
    "tens": N2, "few": N1, "field": " " + FIELD,
}  # fmt: skip


def _fact(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    found = _SAME_FOR_ALL.get(kind)
    if found is not None:
        return found
    text = match[kind]
    match kind:
        case "sticker":
            return _STICKERS.get(text, " ")
        case "heat":
            degrees = float(re.match(r"[\d.]+", text).group().rstrip("."))  # type: ignore[union-attr]
            return HOT if degrees >= 39 else WARM if degrees >= 37.3 else COOL
        case "age":
            years = int(text)
            return BABY if years < 3 else CHILD if years < 15 else ADULT if years < 60 else ELDER
        case _:
            return (N1, N2, N3, N4)[min(len(text.split(".")[0]), 4) - 1]


def _shortened(run: re.Match[str]) -> str:
    """Of marks and moods one, of three Han of a kind two: 急急急急 says no more than 急急, and on a tie (喂|喂喂, 喂喂|喂)
    the engines may part ways."""
    char = run[1]
    if char in "!?" or char >= PRAY:
        return char
    return char * 2 if "一" <= char <= "\u9fd5" else run[0]


class Cut(NamedTuple):
    """A text as models read it. Without its blanks `normalised` is the words, one after the other."""

    words: list[str]
    normalised: str


class Tokenizer:
    """Cuts text into words; built once, on purpose, and shared (reading it from several threads is safe).

    `words`: kept whole. `variants`: dialect or mistyped form → usual form, applied before cutting. `folder`: a private
    folder for jieba's dictionary cache (jieba reads it with `marshal`, so it must not be a world-writable place).
    `engine`: `auto` takes rjieba where it can be imported and jieba elsewhere; both give the same words.
    """

    def __init__(
        self,
        words: Iterable[str] = (),
        variants: Mapping[str, str] | None = None,
        *,
        folder: Path,
        engine: Literal["auto", "rjieba", "jieba"] = "auto",
    ) -> None:
        self._simplify: Callable[[str], str] = opencc.OpenCC("t2s").convert
        self._traditional = _changed_by(self._simplify)
        variants = variants or {}
        listed = sorted(set(words))
        self._variants = {key.lower(): value for key, value in variants.items()}
        longest_first = sorted(self._variants, key=lambda form: (-len(form), form))
        self._variant = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        self._wish, self._listed, self._folder = engine, listed, folder
        told = "\n".join([_VERSION, *listed, *(f"{a}\t{b}" for a, b in sorted(self._variants.items()))])
        self.id = f"v{_VERSION}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    @cached_property
    def _cutter(self) -> tuple[str, Callable[[str], list[str]]]:
        # Made when first asked for: whoever only compares word lists does not wait half a second for a dictionary.
        return _engine(self._wish, self._listed, self._folder)

    @property
    def engine(self) -> str:
        """`rjieba` or `jieba`: which of the two cuts."""
        return self._cutter[0]

    def normalise(self, text: str) -> str:
        """The text in the closed alphabet. Pure; the same text always gives the same string."""
        if _UNUSUAL.search(text):
            text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
            text = _PRIVATE.sub(" ", text).translate(_PICTURES)
        else:  # nothing to fold but these five; a third of the time of the long way
            text = text.replace("！", "!").replace("？", "?").replace("：", ":").replace("（", "(").replace("。", " ")
        text = text.lower()
        if self._traditional.search(text):  # its phrases would spoil others: 打坏了 is no 打坯了
            text = self._simplify(text)
        if self._variant is not None:
            text = self._variant.sub(lambda found: self._variants[found.group()], text)
        if "【" in text:
            text = _FORM.sub(" ", text)
        if "血氧" in text:
            text = _AIR.sub(lambda found: found[1] + (AIR_LOW if int(found[2]) < 94 else AIR_GOOD), text)
        text = _ALPHABET.sub(" ", _FACTS.sub(_fact, text))
        return without_courtesy(_RUN.sub(_shortened, text).strip())

    def read(self, text: str) -> Cut:
        """The words of `text` and the string they were cut from."""
        normalised = self.normalise(text)
        return Cut(self.words(normalised), normalised)

    def cut(self, text: str) -> list[str]:
        """The words of `text`, normalised; markers are words of their own, blanks are left out."""
        return self.words(self.normalise(text))

    def words(self, normalised: str) -> list[str]:
        """The words of an already normalised text."""
        return [word for word in self._cutter[1](normalised) if word != " "]


def _changed_by(simplify: Callable[[str], str]) -> re.Pattern[str]:
    """Any character that shows a text to be in traditional characters; a few of them change in some phrases only."""
    every = "\n".join(map(chr, range(0x4E00, 0x9FD6)))
    changed = (old for old, new in zip(every, simplify(every), strict=True) if old != new)
    return re.compile(f"[{''.join(changed)}藉瞭覆沈祇]")


def readable(text: str) -> str:
    """Markers written as ‹name›, for people."""
    return "".join(f"‹{MARKERS[char]}›" if char in MARKERS else char for char in text)


def _engine(wish: str, words: list[str], folder: Path) -> tuple[str, Callable[[str], list[str]]]:
    if wish != "jieba":
        try:
            import rjieba
        except ImportError:
            if wish == "rjieba":
                raise
        else:
            global _taken
            # The first takes the dictionary that the module made for its own functions at import: another would be 24 MB.
            fast = rjieba.Jieba() if _taken else rjieba
            _taken = True
            for word in words:
                fast.add_word(word, WORD_WEIGHT, "n")
            return "rjieba", lambda text: fast.cut(text, True)
    import jieba

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    jieba.setLogLevel(logging.ERROR)
    slow = jieba.Tokenizer()
    slow.tmp_dir = str(folder)
    slow.initialize()
    for word in words:
        slow.total -= slow.FREQ.get(
            word, 0
        )  # jieba adds the new weight but keeps the old one in its total; rjieba does not
        slow.add_word(word, WORD_WEIGHT, "n")
    return "jieba", lambda text: slow.lcut(text)
