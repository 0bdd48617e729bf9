"""An address as people say it: its words, whether somebody could be sent there, and parts of it said anew. Pure."""

import re
from dataclasses import fields, replace
from typing import Any

from conversations.reading import Address, Reading
from conversations.state import Filled

_PLACE_PARTS = frozenset(part.name for part in fields(Address)) - {"confidence", "districts"}


def specific(address: Address) -> bool:
    """Somebody could be sent there, or nearly."""
    return bool(
        (address.road or address.estate or address.committee)
        and (address.lane or address.number or address.building or address.room)
    ) or bool(address.estate)


def address_words(address: Address) -> str:
    """The parts in the order people say them; the writer's own words when nothing was told apart."""
    parts = (
        address.district,
        address.town,
        address.committee,
        address.road,
        address.lane,
        address.sublane,
        address.estate,
    )
    tail = (address.number, address.building, address.unit, address.room)
    return "".join(filter(None, (*parts, *tail))) or address.raw


def patched(had: Filled, reading: Reading) -> Filled | None:
    """A place with some parts said anew: "不是5号楼，是15号楼", "是普陀区的". None when the message names no part."""
    best = next(iter(reading.entities.addresses), None)
    if best is None:
        return None
    parts = dict(had.parts)
    said = {
        part.name: value
        for part in fields(best)
        if part.name != "raw" and isinstance(value := getattr(best, part.name), str) and value
    }
    if "number" in said and "building" in parts and "building" not in said:
        said["building"] = said.pop("number")
    whole = {**parts, **said}
    known: dict[str, Any] = {name: value for name, value in whole.items() if name in _PLACE_PARTS}
    words = address_words(replace(Address(), **known))
    return Filled(words, parts=tuple(whole.items()), sure=had.sure or specific(best))


_AMOUNT = re.compile(
    r"\D{0,6}\d{1,3}(?:\.\d)?\s?(?:天|日|周|个月|岁|粒|片|颗|盒|瓶|支|包|度|点|次|人|个|斤|小时|分钟)\D{0,4}"
)
_UNKNOWN = re.compile(r"(?:不|勿|弗|没)(?:知道|晓得|清楚|记得|记牢)|记不|忘了|忘记")
_DOOR = re.compile(
    r"\d\s?(?:弄|号(?![码线])|室|栋|幢|楼|座|单元|门|床|组|队|期|区|村|#)|[A-Za-z]\s?[区座栋楼]|\d\s?[-—]\s?\d{2,4}"
)
_SITE = re.compile(
    r"[区路弄室栋村镇乡园苑里馆城坊邸湾寓]|方舱|医院|酒店|宾馆|隔离点|学校|大学|宿舍|工地|车站|机场|桥|码头|养老院|公司|大厦|广场"
)
_NO_SITE = re.compile(
    r"[这那哪家屋心手嘴夜楼群城]里|里面|小区(?!$)|社区(?!$)|[走上半一没]路|路上|隔离区|封控区|\d{1,2}月\d{1,2}[号日]|\d{1,2}[月日天点]"
)
_LONGEST, _NAME = 60, 16
"""Characters of a place that is only named; a longer sentence with 里 or 路 in it tells something else."""
_TELLING = re.compile(r"[说让讲]|不能|不肯|没有|证明|通知|规定")
_ASKING = re.compile(r"哪|怎么|什么|想问|请问|为啥|能不能|可不可以|[吗么伐]$|[?？]")
"""Whoever asks does not say where they are, though 里 be in it (哪里举报)."""


_BESIDE = re.compile(r"[在住靠近]\s?(\S{2,20}?(?:旁边|附近|对面|门口|路口|后面|边上))")


def beside(said: str) -> str:
    """What somebody is beside who cannot say the address (在莘庄地铁站旁边); "" when they name nothing."""
    found = _BESIDE.search(said)
    return found[1] if found else ""


def names_a_place(said: str) -> bool:
    """Whether words that answer "where?" and are no address of ours (桥洞下面, 方舱3号馆) name a place at all."""
    if not 4 <= len(said) <= _LONGEST or _AMOUNT.fullmatch(said):
        return False
    if _UNKNOWN.search(said) or _ASKING.search(said) or _TELLING.search(said):
        return False
    told = _NO_SITE.sub("", said)
    return bool(_DOOR.search(told) or (len(said) <= _NAME and _SITE.search(told)))


_NEWS = re.compile(r"[^，,。；;\s]*[了啦过吧]\s*[，,。；;\s]\s*")


def named_last(said: str) -> str:
    """Without the news that stands before the place (有两个脱水了，在校医室)."""
    while (news := _NEWS.match(said)) and news.end() < len(said):
        said = said[news.end() :]
    return said


_HOSPITAL = re.compile(
    "院|医|所|中心|妇|保健|仁济|瑞金|华山|中山|长海|长征|新华|华东|龙华|曙光|岳阳|同济|东方|没有|没建|还没"
)
_FIGURE = re.compile(r"\d")
_SHORT_NAME = 8


def names_a_hospital(said: str) -> bool:
    """Whether words that answer "which hospital?" may be one (or that there is none), and not news of the patient."""
    short = len(said.strip()) <= _SHORT_NAME and not _FIGURE.search(said)
    return short or _HOSPITAL.search(said) is not None
