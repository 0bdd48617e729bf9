"""A door told without the place it stands in (5号602老人晕倒了 … 闵行区莘松路300弄), and the place that is told for it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conversations.clauses import CLAUSE_END
from conversations.codes import Act
from conversations.cues import Cues
from conversations.doors import begins_with_a_door, doors_of, of_nobody
from conversations.filled_in import has_its_number
from conversations.reading import Address, Reading
from conversations.state import Case, Conversation, Filled
from conversations.whereabouts import PLACE_PARTS, address_words
from conversations.whose_place import room_of_theirs, speaks_of_another

_HEAD = ("road", "lane", "sublane", "estate", "committee")
_OF_A_HOUSE = ("number", "building", "unit", "room")
_LABELLED = re.compile("[号楼栋幢室#]")
_AT_HEAD = re.compile(r"(?:求助|急|帮帮忙|我们?家|我们?楼?|隔壁|楼[上下]|对门|对面|邻居|\W)*")
"""What may stand before a bare figure that is a room (隔壁402王阿姨)."""
_ROOM_FIRST = re.compile(
    r"\s*(?:我们?(?:现在|还|就|人|被|都)*[住在困]+)?(?!1(?:10|19|20|22)(?!\d))([A-Za-z]?\d{3,4})[ ：:，,]\s*"
    r"(?![年月元块天份斤岁度多户个米]|血|高压|低压|心率)[\u4e00-\u9fff]"
)
"""A bare room before what it is about, as lines of a list begin (503 小张 要产检)."""
_ROOMS = re.compile(r"\d{3,4}室?\s?[、，,/和跟与及 ]\s?(?!1[3-9]\d\D?\d)\d{3,4}(?![\d年月元块天份斤岁度个米])")
"""Several rooms of a house (3号楼301 302都没菜): none of them is the door."""
_NEAR = 16
PHONE = re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_NEXT_DOOR = re.compile("隔壁|楼[上下]|对门|对面|邻居")
_FIGURE = re.compile(r"\d")
_NO_DIGIT = re.compile(r"\D")

Parts = dict[str, str]


def door_told(words: str, cues: Cues) -> Parts:
    """The door of whoever the words are about; {} for none, for several, for a date (3号), for a figure that only looks like
    one (血压180 老人), and for the writer's own where another is in need."""
    if not _FIGURE.search(words):
        return {}
    words = PHONE.sub("，", words)
    found = doors_of(words)
    if not found and (room := _ROOM_FIRST.match(words)):
        return {"room": room[1]}
    if len(found) != 1:
        return {}
    at, door = found[0]
    before = CLAUSE_END.split(words[:at])[-1]
    if door.keys() == {"number"} or of_nobody(words) or cues.hospital_ends.search(before):
        return {}
    # 楼上401漏水, 隔壁303来我家砸门 are the trouble of whoever writes.
    if _NEXT_DOOR.search(before) and (not cues.lives_elsewhere.search(words) or cues.from_there.search(words)):
        return {}
    if not any(_LABELLED.search(value) for value in door.values()) and not _AT_HEAD.fullmatch(words[:at]):
        return {}
    if _ROOMS.search(words, at, at + _NEAR):
        door = {name: value for name, value in door.items() if name != "room"}
    writers = cues.writer_at.search(before.rstrip()) and speaks_of_another(words, cues)
    return {} if writers else door


def headless(place: Filled) -> bool:
    """A door alone (3号楼301): nobody can be sent there."""
    known = dict(place.parts)
    return bool(_door(known)) and not any(known.get(name) for name in _HEAD)


def without_door(place: Filled) -> bool:
    """A lane or an estate alone, of many houses; not what has no doors (公园), nor a place told in their own words (弄堂口)."""
    known = dict(place.parts)
    estate = known.get("estate", "")
    houses = bool(known.get("lane") or estate) and not estate.endswith(_NO_HOUSES)
    told = address_words(_address({name: value for name, value in known.items() if name != "raw"}))
    return houses and not _door(known) and place.value == told


_NOBODYS_HOME = ("医院", "小学", "中学", "幼儿园", "居委会", "居委", "公司")
_NO_HOUSES = (*"口站馆场店校院厦", "公园", "大学", "中学", "小学", "工地", "码头", "中心")


def same_door(door: Parts, known: Parts) -> bool:
    """Whether two doors may be one: something is told of both, and nothing contradicts."""
    both = door.keys() & known.keys()
    return bool(both) and all(_bare(door[name]) == _bare(known[name]) for name in both)


def _door(parts: Parts) -> Parts:
    return {name: parts[name] for name in _OF_A_HOUSE if parts.get(name)}


def _bare(value: str) -> str:
    return _NO_DIGIT.sub("", value) or value


def _fitting(known: Parts, door: Parts) -> Parts | None:
    """The parts of a door that a place lacks; None where the two contradict. 5号 and 5号楼 are one house."""
    lacking: Parts = {}
    within = known.get("lane") or known.get("estate")
    for name, value in door.items():
        told = known.get(name) or (known.get(_ALIKE.get(name, ""), "") if within else "")
        if told and _bare(told) != _bare(value):
            return None
        if not told:
            lacking[name] = value
    return lacking


_ALIKE = {"number": "building", "building": "number"}


def door_in(place: Filled) -> Parts:
    """The parts of a place that lie within its lane or its estate."""
    return _door(dict(place.parts))


def at_its_door(place: Filled, door: Parts) -> Filled:
    """A place as told, with what it lacks of a door told before; as it is where they contradict, or where there is no
    house for it: at a road alone a number may be a lane's."""
    known = dict(place.parts)
    estate = known.get("estate", "")
    lies = estate and not estate.endswith(_NOBODYS_HOME)
    stands = known.get("lane") or lies or (known.get("road") and _door(known))
    lacking = _fitting(known, door) if door and stands else None
    return _made(place, {**known, **lacking}) if lacking else place


def door_alone(place: Filled, text: str, cues: Cues) -> Filled:
    """Of an answer in their own words that begins with a door only the door (5号楼602 快点)."""
    door = door_told(text, cues) if begins_with_a_door(text) else {}
    return _made(place, door) if door else place


def with_door_told(had: Filled | None, place: Filled, text: str, about: str, reading: Reading, cues: Cues) -> Filled:
    """A place of this message with the door that the words which began the case (`about`) told without it; not where it is
    put right, where another door was known, or where somebody else is named with it."""
    more = had is None or headless(had) or _same_head(had, place)
    if not more or Act.CORRECT in reading.acts or named_anew(text, about, cues):
        return place
    return at_its_door(place, door_told(about, cues))


def door_since(state: Conversation, case: Case, place: Filled, text: str, cues: Cues) -> Filled:
    """A place of this message with the door that an earlier message of the same talk told without it (住我对门 502 …)."""
    alone = sum(one.open for one in state.cases) == 1
    if not alone or dict(place.parts).get("room"):
        return place
    before = [one.text for one in state.recent[:-1]]
    if named_anew(text, " ".join((case.summary, *before)), cues):
        return place
    for words in reversed(before):
        room = room_of_theirs(words, cues) if speaks_of_another(case.summary, cues) else ""
        if door := {"room": room} if room else door_told(words, cues):
            return at_its_door(place, door)
    return place


def door_said(had: Filled, text: str, about: str, cues: Cues) -> Filled | None:
    """The place we know at a door that is told since, beside other words (5号602 老人叫不醒); None where it says none."""
    door = door_told(text, cues) if "room" not in dict(had.parts) or headless(had) else {}
    place = at_its_door(had, door) if door and not named_anew(text, about, cues) else had
    return place if place is not had else None


def at_their_door(place: Filled, door: Parts) -> Filled | None:
    """A door in the lane or the house whose address was told by another door of it (莘松路300弄3号503 … 402李伯伯); None
    where nobody can tell the house from the road's own number."""
    known = dict(place.parts)
    if door.keys() == {"room"}:
        kept = {name: value for name, value in known.items() if name not in ("unit", "room")}
        whole = bool(_door(kept)) or bool(known.get("lane"))
    else:
        lane = bool(known.get("lane") or known.get("estate"))
        dropped = _OF_A_HOUSE if lane else ("building", "unit", "room")
        kept = {name: value for name, value in known.items() if name not in dropped}
        whole = lane or (bool(known.get("road")) and "number" not in door)
    if not whole:
        return None
    return _made(replace(place, by=""), {**kept, **door})


def with_its_own_door(known: Mapping[str, Filled], words: str, cues: Cues) -> Mapping[str, Filled]:
    """What is known of a contact, as it holds for a household whose door its words tell (503 小张 孕36周): never the door that
    another of its house has told."""
    if "phone" in known and has_its_number(words):
        known = {name: value for name, value in known.items() if name != "phone"}
    place = known.get("address")
    door = door_told(words, cues) if place else {}
    if place is None or not door:
        return known
    theirs = at_their_door(place, door)
    others = {name: value for name, value in known.items() if name != "address"}
    return {**others, "address": theirs} if theirs else others


def without_the_door(place: Filled, door: Parts) -> Filled:
    known = dict(place.parts)
    own = {name for name, value in door.items() if _bare(known.get(name, "")) == _bare(value)}
    return _made(place, {name: value for name, value in known.items() if name not in own}) if own else place


def completed(door: Filled, place: Filled) -> Filled:
    """A door told alone (3号楼301), in the place that is known now (莘松路300弄3号楼402)."""
    known = {name: value for name, value in place.parts if name in (*_HEAD, "district", "town")}
    return _made(place, {**known, **_door(dict(door.parts))})


def _made(like: Filled, parts: Parts) -> Filled:
    kept = {name: value for name, value in parts.items() if name != "raw"}
    return replace(like, value=address_words(_address(kept)), parts=tuple(kept.items()))


def _address(parts: Parts) -> Address:
    known: dict[str, Any] = {name: value for name, value in parts.items() if name in PLACE_PARTS}
    return replace(Address(), **known)


def _same_head(had: Filled, place: Filled) -> bool:
    """Whether a place says more of the one we know, of which no door was known (莘松路 … 300弄)."""
    before, now = dict(had.parts), dict(place.parts)
    return not _door(before) and all(now.get(name) == before[name] for name in _HEAD if before.get(name))


def named_anew(text: str, about: str, cues: Cues) -> bool:
    """Whether a message names somebody whom the words before it do not: then the place may be of another household."""
    return any(one[0] not in about for one in cues.person.finditer(text)) or any(
        one[0] not in about for one in CALLED.finditer(text)
    )


CALLED = re.compile(
    r"[\u4e00-\u9fff](?:阿姨|伯伯|老伯|阿婆|先生|女士|师傅|老师|大爷|大妈)"
    r"|[^\W\d_我你他她大全回在人国老每各一谁这那自两几公专管买卖婆娘搬离到]家(?!里|住|在|的|$)"
)
"""A neighbour as people call them (李伯伯; 王家)."""
