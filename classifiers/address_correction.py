"""A part of an address said anew in a short message: "不是5号楼是15号楼", "门牌错了，是1202室", "普陀区的"."""

import re
from typing import Any

from classifiers.gazetteer import Gazetteer
from conversations.reading import Address

_DENIED = re.compile(r"(?:不是|勿是|弗是)[^是,，。]{1,10}")
_SAID = re.compile(r"是|错|改|更正|应该|换成|写成")
_PART = re.compile(
    r"(?P<lane>\d{1,5}弄)|(?P<building>(?:\d{1,4}|[A-Za-z])(?:号楼|栋楼?|幢楼?|座))|(?P<unit>\d{1,2}(?:单元|门洞))"
    r"|(?P<room>[A-Za-z]?\d{2,5}[A-Za-z]?(?:室|房间)|(?<=[号楼栋幢])\d{3,4}(?![\d年月元块天人号弄]))|(?P<number>\d{1,5}号)(?!线|码)"
)
_AROUND = re.compile(r"^(?:[我是在的,，。\s]|上海市?|地址)+|(?:[的啊呀哦,，。！!\s]|这里|这边|那边)+$")
_ABOUT = re.compile(
    "门牌|房间|房号|室号|楼号|地址|住址|号码|刚才|前面|上面|写|发|填|打|说|错|了|应该|而|是|改|成|更正|换|不|对|弄|我|们|家|在|的|住|哦|啊"
)
_WORD, _FEW = re.compile("[\u4e00-\u9fff]"), 3
_NUMBER = re.compile(r"(?:电话|手机)?[:：]?\s?1[3-9]\d(?:[- ]?\d{4}){2}")


def _raw(text: str, kept: str) -> str:
    """The whole of a text that only puts a part right; of one that tells more (我是楼长 3号楼：301王家没菜) the parts."""
    more = _WORD.findall(_ABOUT.sub("", _PART.sub("", kept)))
    found = list(_PART.finditer(text))
    return text if len(more) < _FEW or not found else text[found[0].start() : found[-1].end()]


def correction(text: str, gazetteer: Gazetteer) -> tuple[Address, ...]:
    """The parts a short text says anew, as one address of low confidence; () when it does not speak of any."""
    kept = _DENIED.sub("", text)
    bare = _AROUND.sub("", kept)
    parts: dict[str, Any] = {found.lastgroup or "": found[0] for found in _PART.finditer(kept)}
    if parts and (_SAID.search(text) or _PART.fullmatch(bare)):
        return (Address(**parts, raw=_raw(text, kept), confidence=0.3),)
    bare = _NUMBER.sub("", bare).strip(" ,，、:：")  # 嘉定 南翔 139…
    for name in gazetteer.district_names:
        second = bare.removeprefix(name).strip(" ,，、")
        if bare.startswith(name) and (town := gazetteer.bare_town(second)) and gazetteer.lies_in(second, name):
            return (Address(district=town.district, town=town.name, raw=text, confidence=0.3),)
    district = gazetteer.district(bare) if 2 <= len(bare) <= 5 else ""
    return (Address(district=district, raw=text, confidence=0.3),) if district else ()
