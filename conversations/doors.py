"""Several households told in running words, each behind a door of its own (2号301王阿姨没菜了，5号602李伯伯胰岛素断了). Pure.

One ticket of them would send one household's medicine to another's door.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from conversations.codes import Intent
from conversations.cues import Cues
from conversations.events import Part
from conversations.filled_in import shown
from conversations.reading import Address, Reading
from conversations.state import Filled
from conversations.whereabouts import PLACE_PARTS, address_words, filled_place, specific

_FEWEST, _MOST = 2, 24
_SURE = 0.5
_PERSON = (
    r"(?![年月元块天人份斤个岁度弄路])(?=[\s:：的]?[\u4e00-\u9fff]{0,2}"
    r"(?:家|阿姨|阿婆|阿公|伯|爷|奶|婆|公|叔|老|先生|女士|小姐|太太|孕|产妇|宝|孩|小囡|独居|残疾|爸|妈))"
)
_UNIT = "[年月日号元块天千份斤岁度多几来余个人米名次片粒盒瓶分点弄路层楼周低偏]|高[ \\t]"
_FLAT = r"(?<!压 )(?<!率 )(?<!糖 )(?<!氧 )[A-Za-z]?[1-9]\d?(?:0[1-9]|[1-6]\d)"
_LACKING = (
    r"(?<![^\s，,。；;：:、家])(?:\d{3,4}(?=没(?:菜|药|米|奶|吃的|粮|氧|透析|化疗)|断(?:药|粮|菜|氧|奶|了)"
    r"|缺[菜药米奶粮氧]|要(?:配药|透析|产检|化疗|氧气))"
    rf"|{_FLAT}(?=没|断|缺|透析|血透|化疗|孕|产妇|发烧|发热|高烧|胸|喘|晕|吐|摔|哮喘|糖尿|高血压|中风|新生|刚生|独居|瘫|残疾|癌"
    rf"|老[人太伯]|小[孩囡]|宝宝|有[人个位老小孩孕病]|(?!{_UNIT})[\u4e00-\u9fff]{{1,3}}[ \t]))"
)
"""A bare room of somebody's list (301没菜 302断药 503透析停了; 303王 奶粉)."""
_DOOR = re.compile(
    r"(?<![\d.月-])(?:(?P<building>\d{1,4}(?:号楼|栋楼?|幢楼?|#))\s?-?(?P<flat>[A-Za-z]?\d{3,4}(?!\d)室?)?"
    rf"|(?P<number>\d{{1,4}}号)(?:\s?-?(?P<room>[A-Za-z]?\d{{3,4}}(?![\d月年元块天人份斤个])室?)|{_PERSON})"
    rf"|(?!1(?:10|19|20|22)(?!\d))(?P<alone>[A-Za-z]?\d{{3,4}}(?:室|{_PERSON})|{_LACKING}))"
)
_CLAUSE = re.compile(r"[，,。；;：:！!？?\n]+|[^\S\n]+(?=\S*?\d)")
_WORDS = re.compile("[\u4e00-\u9fff]")
_LANE = "弄"


def door_of(text: str) -> dict[str, str]:
    """The parts of the first door a text names."""
    found = _DOOR.search(text)
    return _parts(found) if found else {}


def doors_of(text: str) -> list[tuple[int, dict[str, str]]]:
    """Where each door stands in a text, and its parts."""
    return [(found.start(), _parts(found)) for found in _DOOR.finditer(text)]


def _parts(found: re.Match[str]) -> dict[str, str]:
    room = found["flat"] or found["room"] or found["alone"]
    parts = {"building": found["building"], "number": found["number"], "room": room}
    return {name: value for name, value in parts.items() if value}


def of_nobody(text: str) -> bool:
    """Whether behind a door that is told there is nobody in need (药房在5号楼101室)."""
    return _OF_NOBODY.search(text) is not None


_BEGINS = re.compile(r"[A-Za-z]?\d{3,4}[ ：:，,]\s*[\u4e00-\u9fff]")


def begins_with_a_door(text: str) -> bool:
    """A line of somebody's list (302 孕妇…, 402李家…, 3号楼301…)."""
    said = text.strip()
    return _BEGINS.match(said) is not None or _DOOR.match(said) is not None


def label_of(part: Part) -> str:
    """An entry without the place at its head, for a line of the receipt."""
    if form := shown(part.text):
        return form
    own = its_own_place(part.reading)
    if own is None:
        return part.text
    words = _LIVES.sub(_without_place, part.text.replace(own.raw, _PLACE)).strip(_MARKS)
    whom, _, told = words.partition("，")
    return (told if told.startswith(whom) else words) or part.text


_MARKS = " ，,。；;：:"
_PLACE = "\ue000"
_LIVES = re.compile(rf"(?P<whom>[^，,\s]{{0,6}}?)(?:家|现在|一个人)?[住在]*{_PLACE}[，,\s]*")


def _without_place(found: re.Match[str]) -> str:
    """我妈住…没药了 is 我妈，没药了; 没药了，她住… is 没药了."""
    return "" if found["whom"] in ("", "我", "他", "她", "伊", "地址") else f"{found['whom']}，"


def household_entries(text: str, reading: Reading) -> tuple[str, ...]:
    """The words of each household, cut before the clause in which its door stands; () when they are not several."""
    if len(_DOOR.findall(text)) < _FEWEST:
        return ()
    starts: list[int] = []
    ends: list[int] = []
    houses: list[str] = []
    house, since = "", -1
    doors: set[tuple[object, ...]] = set()
    breaks = [0, *(one.end() for one in _CLAUSE.finditer(text))]
    for at, end in zip(breaks, [*breaks[1:], len(text)], strict=True):
        clause = text[at:end]
        door = door_of(clause)
        dated = door.keys() == {"number"} and _LANE not in text  # 3号老人没透析，5号老人也没做
        key = tuple((name, re.sub(r"\D", "", value)) for name, value in door.items())
        if door.keys() == {"building"} and not _tells_more(clause, reading):
            house, since = ("" if _in_a_place(door["building"], reading) else door["building"]), at
        elif door and not dated and (*key, house) not in doors and _tells_more(clause, reading):
            if starts:
                ends.append(since if since > starts[-1] else at)
            starts.append(at)
            houses.append(house if door.keys() == {"room"} else "")
            doors.add((*key, house))
    if len(starts) < _FEWEST:
        return ()
    pieces = [text[at:end].strip(" ，,。；;：:\n") for at, end in zip(starts, [*ends, len(text)], strict=True)]
    return tuple(f"{of}{one}" for of, one in zip(houses, pieces, strict=True))[:_MOST]


def _in_a_place(building: str, reading: Reading) -> bool:
    return any(building in one.raw for one in reading.entities.addresses if one.road or one.estate or one.lane)


def house_before(text: str, reading: Reading) -> str:
    """The building at the head of a list (5号楼：201室没菜…), of which its rooms are; "" where the address has it."""
    found = [door for _, door in doors_of(text)]
    if len(found) != 1 or found[0].keys() != {"building"}:
        return ""
    return "" if _in_a_place(found[0]["building"], reading) else found[0]["building"]


def _tells_more(clause: str, reading: Reading) -> bool:
    """Not a place by itself, at the head of what follows (真光路30弄3号楼：301王家…)."""
    for place in reading.entities.addresses:
        for piece in _CLAUSE.split(place.raw):
            clause = clause.replace(piece, " ") if piece else clause
    return _WORDS.search(_DOOR.sub(" ", clause)) is not None and not _OF_NOBODY.search(clause)


_OF_NOBODY = re.compile(
    "(?:药房|药店|居委会?|医院|卫生站|物业|门卫|门岗|保安|超市|便利店|快递柜?|核酸点?|楼组?长|团长)(?:就|都)?[在住是]"
)
"""Behind such a door nobody is in need (药房在5号楼101室)."""


def each_in_need(parts: Sequence[Part], cues: Cues) -> tuple[Part, ...]:
    """The entries, if every one tells a need of its own: who names their own door beside their mother's has one need, not
    two. Who writes may stand at the head (我是3号楼的楼长)."""
    kept = tuple(parts if not parts or _in_need(parts[0], cues) else parts[1:])
    return kept if len(kept) >= _FEWEST and all(_in_need(part, cues) for part in kept) else ()


def _in_need(part: Part, cues: Cues) -> bool:
    """What is wanting behind a door is a need, however unsure the model is of so few words (2号301王阿姨没菜了)."""
    reading = part.reading
    door = door_of(part.text)
    if door and cues.lacks.search(part.text):
        return True
    told = cues.thing.search(part.text) or cues.of_harm.search(part.text)
    if "room" in door and told and _STATE.search(part.text):  # 405室 没饭, 303王 奶粉
        return True
    codes = [reason.code for reason in reading.reasons]
    ruled = any(code != "model" for code in codes)
    named = reading.intent in _OF_A_HOUSEHOLD and (ruled or reading.confidence >= _SURE)
    return named or any(code.startswith("R") for code in codes)


_STATE = re.compile(r"没|断|缺|要|停|发烧|发热|晕|喘|胸|孕|摔|透析|\d{3,4}[\u4e00-\u9fff]{1,3}[ \t]")
_OF_A_HOUSEHOLD = frozenset(
    {Intent.EMERGENCY, Intent.DIALYSIS, Intent.ONCOLOGY, Intent.TRANSFUSION, Intent.MEDICINE, Intent.MATERNITY,
     Intent.CHILD_ILLNESS, Intent.OTHER_MEDICAL, Intent.DISTRESS, Intent.CARE, Intent.SUPPLIES}
)  # fmt: skip
"""Of houses that are merely counted (3号楼阳了，5号楼也阳了，我们什么时候解封) nobody asks for anything."""


def its_own_place(reading: Reading) -> Address | None:
    """A whole address that an entry tells, and not a door of the house that all share."""
    return next((one for one in reading.entities.addresses if specific(one) and (one.road or one.estate)), None)


def place_of(house: Filled | None, part: Part) -> Filled | None:
    """Where one household is: the place its own words tell, or its door in the house that all share."""
    own = its_own_place(part.reading)
    alone = door_of(part.text).keys() == {"room"} and own is not None and not own.room
    if own is not None and (own.room or own.number or own.building) and not alone:
        return filled_place(own, part.reading)
    if own is not None:  # the address of all stands at the end (…，501孩子发烧 曹杨路500弄)
        house = filled_place(own, part.reading)
    door, known = door_of(part.text), dict(house.parts) if house else {}
    if house is None or not door or not (known.get("road") or known.get("estate")):
        return house
    return placed({**known, **door}, house)


def placed(parts: dict[str, str], like: Filled) -> Filled:
    """A place of these parts, otherwise as another was told."""
    known: dict[str, Any] = {name: value for name, value in parts.items() if name in PLACE_PARTS - {"raw"}}
    return replace(like, value=address_words(replace(Address(), **known)), parts=tuple(known.items()))


def without_doors(house: Filled, parts: Sequence[Part]) -> Filled | None:
    """What is common to a whole list of the place its writer told: never one household's door; None when each has a place of
    its own."""
    if sum(its_own_place(part.reading) is not None for part in parts) >= _FEWEST:
        return None
    named = {name: {door_of(part.text).get(name, "") for part in parts} for name in ("building", "number", "room")}
    known = dict(house.parts)
    told = {name for name, values in named.items() if known.get(name) in values - {""}}
    if not told:
        return house
    kept = placed({name: value for name, value in known.items() if name not in told}, house)
    return kept if kept.value else None
