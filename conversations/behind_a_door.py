"""Behind which door a danger is that a message tells of: help goes there, and never to the door of whoever writes. Pure."""

import re
from collections.abc import Sequence

from conversations.clauses import CLAUSE_END, PAUSE
from conversations.codes import Act
from conversations.cues import Cues
from conversations.doors import doors_of, of_nobody
from conversations.reading import Reading, is_red
from conversations.state import Case, Conversation, Filled
from conversations.which_door import CALLED, PHONE, Parts, at_their_door, door_in, door_told, same_door

_FIGURE = re.compile(r"\d{3}|\d[号栋幢#]")
_ROOM = re.compile(
    r"(?<![\dA-Za-z.:：/+-])(?!1(?:10|19|20|22)(?!\d))(?P<room>[A-Za-z]?[1-9]\d?(?:0[1-9]|[1-6]\d))(?!\d)"
    r"(?!\s?(?:[年月日号弄路元块天千份斤岁度多几余来个米名次片粒颗盒瓶袋站点床级车楼/.:：%℃+-]|分(?!娩)|人(?!晕|倒|昏|没|不|在|喊|受)"
    r"|小时|毫|公[里斤分]|国道|高|低|偏|型|线|[A-Za-z]|医院)|\s+(?:头|胸|心|喘|吐|难受|不舒服|正常|还|了))"
)
"""A bare room: of a floor and a flat of it, and nothing that is counted behind it (605有人晕倒了, 503刚刚破水); nor how
somebody is behind a blank (205 头痛), which was measured."""


_DASHED = re.compile(r"(?<![\d-])(?P<house>[1-9]\d{0,2})[-－—](?P<room>[1-9]\d?(?:0[1-9]|[1-6]\d))(?![\d-])")
_NUMERAL = "[一二三四五六七八九]"
_SPOKEN = re.compile(
    f"(?<![一二三四五六七八九十百千万]){_NUMERAL}{{1,2}}[零〇]{_NUMERAL}(?![一二三四五六七八九十百千万个天月年])"
)
_AS_FIGURES = str.maketrans("一二三四五六七八九零〇", "12345678900")
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_DOOR_ALONE = re.compile(
    r"(?:我们?)?(?:隔壁|楼[上下]|对门|对面|邻居)[的家]?\s*(?:\d{1,3}号楼?)?\d{3,4}[室家]?[的，,。\s]*"
)


def _in_figures(text: str) -> str:
    """A room as people say or write it otherwise (四零二, ４０２, 5-402)."""
    if "零" in text or "〇" in text:
        text = _SPOKEN.sub(lambda one: one[0].translate(_AS_FIGURES), text)
    return _DASHED.sub(lambda one: f"{one['house']}号{one['room']}室", text.translate(_WIDE))


def door_in_danger(text: str, reading: Reading, cues: Cues) -> Parts:
    """The door of whoever is in danger, as a red message tells it beside no place of its own; {} for none, for several, for
    the writer's own, and where what comes from behind it harms who writes (楼上401漏水, 隔壁302打我)."""
    if not is_red(reading):
        return {}
    text = _in_figures(text)
    if not _FIGURE.search(text) or Act.CORRECT in reading.acts:
        return {}
    if any(one.road or one.estate or one.lane for one in reading.entities.addresses):
        return {}
    words = PHONE.sub("，", text)
    spans = [one.span for one in reading.reasons if one.code.startswith("R") and one.span]
    clauses = [one for one in PAUSE.split(words) if one]
    told = next((one for span in spans for one in clauses if span in one), "")
    found = _doors(told, cues)
    if not found and not cues.of_writer.match(told):
        found = _doors(words, cues)
    if len(found) != 1 or of_nobody(words):
        return {}
    _, door = found[0]
    return {} if cues.from_there.search(words) else door


def door_of_danger(state: Conversation, text: str, reading: Reading, cues: Cues) -> Parts:
    """The same, or the door that was told lately of the neighbour it names (王阿姨也没菜了 她住303 … 王阿姨胸口痛)."""
    if door := door_in_danger(text, reading, cues):
        return door
    if not is_red(reading):
        return {}
    last = _in_figures(state.recent[-2].text) if len(state.recent) >= _SEVERAL else ""
    if _DOOR_ALONE.fullmatch(last):  # 楼上402 … 有人晕倒了
        found = _doors(last, cues)
        return found[0][1] if len(found) == 1 and not cues.of_writer.match(text) else {}
    called = {one[0] for one in CALLED.finditer(text)}
    for heard in reversed(state.recent[:-1] if called else ()):
        if called & {one[0] for one in CALLED.finditer(heard.text)}:
            found = _doors(PHONE.sub("，", heard.text), cues)
            return found[0][1] if len(found) == 1 else {}
    return {}


def _doors(words: str, cues: Cues) -> list[tuple[int, Parts]]:
    """Every door of a text and where it stands, without the writer's own and without figures that are none."""
    found = dict(doors_of(words))
    for one in _ROOM.finditer(words):
        if not any(one["room"] in door.get("room", "") for door in found.values()):
            found[one.start()] = {"room": one["room"]}
    kept = list[tuple[int, Parts]]()
    for at, door in sorted(found.items()):
        before = CLAUSE_END.split(words[:at])[-1].rstrip()
        dated = door.keys() == {"number"}
        if not (
            dated or cues.no_room.search(before) or cues.writer_at.search(before) or cues.hospital_ends.search(before)
        ):
            kept.append((at, door))
    return kept


def in_danger_there(state: Conversation, door: Parts, cues: Cues) -> tuple[bool, list[Case]]:
    """Whether what is talked of has another door than the one the danger is behind, and the open cases of that one."""
    lists = {case.parent for case in state.cases}
    doors = {case.key: _known(case, cues) for case in state.cases if case.open and case.key not in lists}
    there = [case for case in state.cases if case.open and same_door(_alike(door), doors.get(case.key, {}))]
    talked = doors.get(state.focus, {})
    others = [talked] if talked else doors.values()
    return any(_alike(door).keys() & had.keys() and not same_door(_alike(door), had) for had in others), there


def _known(case: Case, cues: Cues) -> Parts:
    place = case.slots.get("address")
    return _alike((door_in(place) if place else {}) or door_told(case.summary, cues))


def _alike(door: Parts) -> Parts:
    """5号 and 5号楼 are one house."""
    return door if "number" in door else {"number" if name == "building" else name: told for name, told in door.items()}


def known_there(state: Conversation, text: str, reading: Reading, cues: Cues) -> dict[str, Filled] | None:
    """What is known of the contact as it holds where a danger is behind a door that is told: that door in the house we know, and
    no place where none is known or more than one. None where no such door is told."""
    place = state.known.get("address")
    door = door_of_danger(state, text, reading, cues) if place else {}
    if place is None or not door:
        return None
    others = {name: value for name, value in state.known.items() if name != "address"}
    there = at_their_door(place, door) if len(_houses(state.cases, door)) < _SEVERAL else None
    return {**others, "address": there} if there else others


_SEVERAL = 2


def _houses(cases: Sequence[Case], door: Parts) -> set[tuple[str, ...]]:
    names = ("road", "lane", "estate") if door.keys() - {"room"} else ("road", "lane", "estate", "number", "building")
    places = [dict(case.slots["address"].parts) for case in cases if case.open and "address" in case.slots]
    return {tuple(place.get(name, "") for name in names) for place in places}
