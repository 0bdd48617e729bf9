"""A part of an address said anew in a short message: "不是5号楼是15号楼", "门牌错了，是1202室", "普陀区的"."""

import re
from typing import Any

from classifiers.gazetteer import Gazetteer
from conversations.reading import Address

_DENIED = re.compile(r"(?:不是|勿是|弗是)[^是,，。]{1,10}")
_SAID = re.compile(r"是|错|改|更正|应该|换成|写成")
_PART = re.compile(
    r"(?P<lane>\d{1,5}弄)|(?P<building>(?:\d{1,4}|[A-Za-z])(?:号楼|栋楼?|幢楼?|座))|(?P<unit>\d{1,2}(?:单元|门洞))"
    r"|(?P<room>[A-Za-z]?\d{2,5}[A-Za-z]?(?:室|房间))|(?P<number>\d{1,5}号)(?!线|码)"
)
_AROUND = re.compile(r"^(?:[我是在的,，。\s]|上海市?|地址)+|(?:[的啊呀哦,，。！!\s]|这里|这边|那边)+$")
_NUMBER = re.compile(r"(?:电话|手机)?[:：]?\s?1[3-9]\d(?:[- ]?\d{4}){2}")


def correction(text: str, gazetteer: Gazetteer) -> tuple[Address, ...]:
    """The parts a short text says anew, as one address of low confidence; () when it does not speak of any."""
    kept = _DENIED.sub("", text)
    bare = _AROUND.sub("", kept)
    parts: dict[str, Any] = {found.lastgroup or "": found[0] for found in _PART.finditer(kept)}
    if parts and (_SAID.search(text) or _PART.fullmatch(bare)):
        return (Address(**parts, raw=text, confidence=0.3),)
    bare = _NUMBER.sub("", bare).strip(" ,，、:：")  # 嘉定 南翔 139…
    for name in gazetteer.district_names:
        second = bare.removeprefix(name).strip(" ,，、")
        if bare.startswith(name) and (town := gazetteer.bare_town(second)) and gazetteer.lies_in(second, name):
            return (Address(district=town.district, town=town.name, raw=text, confidence=0.3),)
    district = gazetteer.district(bare) if 2 <= len(bare) <= 5 else ""
    return (Address(district=district, raw=text, confidence=0.3),) if district else ()
