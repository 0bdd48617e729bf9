"""An address as people say it: its words, whether somebody could be sent there, and parts of it said anew. Pure."""

import re
from dataclasses import fields, replace

from conversations.cues import Cues
from conversations.reading import Address, Reading
from conversations.state import Filled
from conversations.whose_place import of_the_patient

PLACE_PARTS = frozenset(part.name for part in fields(Address)) - {"confidence", "districts"}


def specific(address: Address) -> bool:
    """Somebody could be sent there, or nearly."""
    return bool(
        (address.road or address.estate or address.committee)
        and (address.lane or address.number or address.building or address.room)
    ) or bool(address.estate)


def address_words(address: Address) -> str:
    """The parts in the order people say them; the writer's own words when nothing was told apart."""
    head = (address.district, address.town, address.committee, address.road, address.lane, address.sublane)
    named = (address.estate, address.number)
    if address.number and address.estate and not address.lane and not _numbered_within(address):
        named = (address.number, address.estate)
    return "".join(filter(None, (*head, *named, address.building, address.unit, address.room))) or address.raw


def _numbered_within(address: Address) -> bool:
    """Whether the number is one of the estate (张杨路某某小区18号) and not of the road it lies at (东安路270号肿瘤医院)."""
    road, estate, number = (address.raw.find(one) for one in (address.road, address.estate, address.number))
    return not address.road or min(road, estate, number) < 0 or road < estate < number


def filled_place(best: Address, reading: Reading) -> Filled:
    """The address as a slot holds it; the others of the message are kept with it, for people."""
    parts = tuple(
        (part.name, value) for part in fields(best) if isinstance(value := getattr(best, part.name), str) and value
    )
    if best.districts and not best.district:
        parts += (("districts", "、".join(best.districts)),)
    others = [address_words(one) for one in reading.entities.addresses if one is not best and specific(one)]
    parts += (("also", "、".join(others)),) if others else ()
    return Filled(address_words(best), parts=parts, sure=specific(best) and best.confidence >= 0.5)


def without_place(address: Address) -> bool:
    """A district and nothing below it (在浦东)."""
    return not any(getattr(address, name) for name in PLACE_PARTS - {"district", "raw"})


def door_parts(place: Address | Filled) -> bool:
    """Whether it says more than a road or an estate: a door somebody can go to."""
    names = ("lane", "number", "building", "room")
    if isinstance(place, Address):
        return any(getattr(place, name) for name in names)
    known = dict(place.parts)
    return any(known.get(name) for name in names)


def number_alone(address: Address) -> bool:
    """A number and nothing else (5号) is a date as well as a door."""
    return bool(address.number) and not any(getattr(address, name) for name in PLACE_PARTS - {"number", "raw"})


_DATE = re.compile(
    r"\d{1,2}月\d{1,2}[号日]|(?<![\d弄路街村])(?:[12]?\d|3[01])号(?=就|做|到|开始|断|吃|封|的床位|起|那天|[以之][前后]|晚上|早上"
    r"|[上下]午|夜里|凌晨|中午|透析|[出入住]院|手术|化疗|开刀|发|解封|没|进[来舱的]|[来拉转]的?)"
)
"""A day of the month and no door (从28号封到现在)."""


def dateless(text: str) -> str:
    """A text without its days of the month (4月8号的床位 肿瘤医院)."""
    return re.sub(r"^\W*的?床位", "", _DATE.sub(" ", text)).strip()


def without_dates(text: str, reading: Reading, cues: Cues) -> Reading:
    """Without the places that are none: a day of the month (上次是3月30号), a committee in a question (有没有规定居委…)."""
    kept = tuple(one for one in reading.entities.addresses if not _no_address(text, one, cues))
    if len(kept) == len(reading.entities.addresses):
        return reading
    return replace(reading, entities=replace(reading.entities, addresses=kept))


def _no_address(text: str, one: Address, cues: Cues) -> bool:
    if number_alone(one):
        return any(one.number in found[0] for found in _DATE.finditer(text))
    asks = cues.where_asked.search(one.committee) or cues.where_told.search(one.committee)
    return bool(asks) and not any(getattr(one, name) for name in PLACE_PARTS - {"committee", "raw", "district"})


_SENTENCE = re.compile("[。！？!?；;\n]")


def place_told(text: str, reading: Reading, cues: Cues) -> Address | None:
    """The address a message is about: of several the one of whoever is in need (我住A，她住B), of those the one beside what a
    rule saw (我家在A。我妈在B，喘不上气了), for help goes there; the first where nothing tells."""
    places = [one for one in reading.entities.addresses if specific(one)]
    if len(places) < _TWO:
        return next(iter(reading.entities.addresses), None)
    places = of_the_patient(text, reading, places, cues)
    first = places[0]
    spans = [one.span for one in reading.reasons if one.code.startswith("R")] or [one.span for one in reading.reasons]
    seen = next((at for span in spans if span and (at := text.find(span)) >= 0), -1)
    if len(places) < _TWO or seen < 0:
        return first
    return min(places, key=lambda place: _apart(text, place.raw, seen))


def _apart(text: str, raw: str, seen: int) -> tuple[int, int]:
    """How many sentences and characters lie between a place and what was seen; what comes after the place is nearer."""
    at = text.find(raw) if raw else -1
    if at < 0:
        return len(text), len(text)
    end = at + len(raw)
    between = text[end:seen] if end <= seen else text[seen:at]
    return len(_SENTENCE.findall(between)), len(between)


_TWO = 2
_AMOUNT = re.compile(
    r"\D{0,6}\d{1,3}(?:\.\d)?\s?(?:天|日|周|个月|岁|粒|片|颗|盒|瓶|支|包|度|点|次|人|个|斤|小时|分钟)\D{0,4}"
)
_DOOR = re.compile(
    r"\d\s?(?:弄|号(?![码线])|室|栋|幢|楼|座|单元|门|床|组|队|期|区|村|#)|[A-Za-z]\s?[区座栋楼]|\d\s?[-—]\s?\d{2,4}"
)
_LONGEST, _NAME = 60, 16
"""Characters of a place that is only named; a longer sentence with 里 or 路 in it tells something else."""


def beside(said: str, cues: Cues) -> str:
    """What somebody is beside who cannot say the address (在莘庄地铁站旁边); "" when they name nothing."""
    found = cues.beside.search(said)
    return (found["place"] or found["landmark"]) if found else ""


def as_spoken(place: Filled, best: Address, text: str, cues: Cues) -> Filled:
    """A place without a door in the words of whoever is there (苏州河边上 昌化路桥): of a road alone nobody finds them."""
    if specific(best) or door_parts(best) or not best.raw:
        return place
    told = [one for one in _CLAUSE.split(text) if best.raw in one or cues.spot.search(cues.no_site.sub("", one))]
    words = " ".join(one for one in told if not cues.of_others.search(one))[:_LONGEST]
    around = words.replace(best.raw, "", 1)
    if not cues.spot.search(around):
        return place
    kept = tuple(one for one in place.parts if one[0] != "raw")
    return replace(place, value=words, parts=(("raw", words), *kept))


_ROOM_NAMED = re.compile(r"(?:房间号?|房号|室号)[是为:：\s]*(?P<room>[A-Za-z]?\d{3,4})(?!\d)")


def with_room(place: Filled, text: str) -> Filled:
    """A house with the room that is told by its name beside it (共和新路100号 房间8203)."""
    found = _ROOM_NAMED.search(text)
    if found is None or not door_parts(place) or dict(place.parts).get("room"):
        return place
    return replace(place, value=f"{place.value}{found['room']}室", parts=(*place.parts, ("room", f"{found['room']}室")))


def names_a_place(said: str, cues: Cues) -> bool:
    """Whether words that answer "where?" and are no address of ours (桥洞下面, 方舱3号馆) name a place at all."""
    if not 4 <= len(said) <= _LONGEST or _AMOUNT.fullmatch(said):
        return False
    if cues.where_unknown.search(said) or cues.where_asked.search(said) or cues.where_told.search(said):
        return False
    told = _DATE.sub(" ", cues.no_site.sub("", _DATE.sub(" ", said))).strip()
    if _NUMBER_ALONE.fullmatch(told):
        return False
    told = " ".join(one for one in _CLAUSE.split(told) if not (_REMARK.search(one) or cues.of_others.search(one)))
    return bool(_DOOR.search(told) or (len(said) <= _NAME and cues.site.search(told)))


def spot_told(said: str, cues: Cues) -> str:
    """A named spot without a door where somebody stays (睡在外白渡桥下面; 停在沪渝高速青浦服务区), "" for none."""
    found = cues.stays_at.search(said)
    if found is None or cues.where_asked.search(said[: found.end()]) or cues.of_others.search(said):
        return ""
    name = cues.no_name_of_spot.sub("", found["name"])
    return found["place"] if len(name) >= _TWO and name[0] not in _AWAY else ""


_AWAY = "从到去往经离过给"


_WHERE_I_AM = re.compile(
    r"(?:^|[，,。；;\s])(?:我们?|人|现在|就|都|正)+(?:在|住在?)\s?(?P<place>[^，,。；;！!？?\n]{4,60})"
)
_GOING = re.compile("(?:想|要|准备|打算)(?:去|到|回)")
_BED = re.compile(r"\d\s?床|床位?\s?\d")


def where_i_am(said: str, cues: Cues) -> str:
    """A place with a door or a bed that somebody tells before it is asked (我在方舱 3号馆 B区 205床), "" for none."""
    found = _WHERE_I_AM.search(said)
    if found is None:
        return ""
    pieces = found["place"].split()
    going = next((nth for nth, piece in enumerate(pieces) if _GOING.match(piece)), len(pieces))
    del pieces[going:]
    while pieces and not (_DOOR.search(_DATE.sub(" ", pieces[-1])) or _BED.search(pieces[-1])):
        pieces.pop()  # 什么时候能出去
    place = " ".join(pieces)
    return place if cues.site.search(cues.no_site.sub("", place)) and names_a_place(place, cues) else ""


_NUMBER_ALONE = re.compile(r"\D{0,3}\d{1,4}号?\W*")
_CLAUSE = re.compile(r"[，,。；;]+|\s+(?![弄号室栋幢楼座门床#—-])")
_REMARK = re.compile("了|过(?![街江路道渡])|就(?![在是住])|到现在")
"""What is told and not named (3号到现在就发过一次菜)."""


_NEWS = re.compile(r"[^，,。；;\s]*[了啦过吧]\s*[，,。；;\s]\s*")


def named_last(said: str) -> str:
    """Without the news that stands before the place (有两个脱水了，在校医室)."""
    while (news := _NEWS.match(said)) and news.end() < len(said):
        said = said[news.end() :]
    return said


_MARKS = " ，,。.！!～~"
_NAME_ALONE = re.compile(r"[\u3400-\u9fff]{2,6}")


def names_a_hospital(said: str, cues: Cues) -> bool:
    """Whether words that answer "which hospital?" may be one (or that there is none), and not news of the patient: a word of
    a hospital in them, or a few characters that could be a name."""
    said = said.strip(_MARKS)
    if cues.no_name.search(said):
        return False
    return cues.hospital.search(said) is not None or _NAME_ALONE.fullmatch(said) is not None
