"""A place that is known, and what a later message makes of it: help that drives to a wrong door is worse than one more
question, so a sure address changes only when it is plain that theirs is meant. Pure."""

import re
from dataclasses import fields, replace
from typing import Any

from conversations.belief import without_facts
from conversations.clauses import PAUSE
from conversations.codes import Act, Flag
from conversations.cues import Cues
from conversations.institutions import is_institution
from conversations.reading import Address, Reading
from conversations.state import Filled
from conversations.whereabouts import (
    PLACE_PARTS,
    address_words,
    door_parts,
    filled_place,
    number_alone,
    place_told,
    specific,
    without_place,
)
from conversations.which_door import at_its_door, door_in, door_said, named_anew
from conversations.whose_place import Whose, room_of_theirs, speaks_of_another, whose

_FILLING = re.compile(r"[我家咱们在住是的就这里边那哦噢啊呀吧电话地址手机号码门牌楼栋幢室房间单元\W]*")
"""What may stand beside an address that is all a message says (我家住在…)."""
_WHOLE = frozenset({"road", "estate", "committee"})
"""Parts that make it another place; the rest only says more of the same."""


def said_anew(
    had: Filled,
    value: Filled | None,
    text: str,
    reading: Reading,
    cues: Cues,
    *,
    about: str,
    asked: bool,
    fresh: bool,
    danger: bool,
) -> Filled | None:
    """The place after this message; None when it leaves the one we know as it is. `value`: what the message told by itself.
    `about`: the words that began the case. `asked`: where they are is the open question; `fresh`: the case begins with
    this message, the place is of another."""
    best = place_told(text, reading, cues)
    if best is None:
        another = speaks_of_another(about, cues) and not named_anew(text, about, cues)
        room = room_said(had, text, reading, cues, another=another)
        return room or door_said(had, text, about, cues)
    put_right = _DISTRICT_ALONE.fullmatch(text) is not None
    if (number_alone(best) and _OF_A_DAY.search(text)) or cues.will_move.search(text):  # 上次不是5号 是6号; 明天搬到
        return None
    part = _PART_RIGHT.search(text) is not None and _WHOLE.isdisjoint(_said(best))
    own = Act.CORRECT in reading.acts or asked or fresh or put_right or part
    tag = _whose(had, best, text, about, reading, cues, danger=danger or fresh)
    if tag is Whose.OTHERS:
        return None
    if tag is Whose.THEIRS and value is not None and (door_parts(best) or not had.sure):
        return patched(had, reading) if door_parts(best) and _WHOLE.isdisjoint(_said(best)) else value
    there = door_parts(best) or is_institution(best, cues)
    if danger and specific(best) and there and not cues.of_others.search(text):
        own = True  # help goes where the danger is
    if not own and not _of_theirs(had, best, text, reading, cues):
        return None
    completes = door_parts(had) and not any(dict(had.parts).get(name) for name in _WHOLE)  # 3号楼502, then 真光路30弄
    if completes and value is not None and value.sure and door_parts(value):
        return at_its_door(value, door_in(had))
    if value is not None and value.sure and not completes and (own or door_parts(best) or not door_parts(had)):
        return value
    return patched(had, reading, correcting=put_right)


def to_be_confirmed(value: Filled, text: str, about: str, reading: Reading, cues: Cues) -> Filled:
    """The first place of a case; the writer's own, where another is in need, may be theirs and may not."""
    best = place_told(text, reading, cues)
    doubtful = best is not None and speaks_of_another(about, cues) and whose(text, best, about, cues) is Whose.WRITERS
    if not doubtful or Flag.MINOR in reading.flags:
        return value
    if (room := room_of_theirs(text, cues)) and door_parts(value):
        return _made_of({**dict(value.parts), "room": room}, sure=value.sure)
    return replace(value, sure=False)


def _whose(had: Filled, best: Address, text: str, about: str, reading: Reading, cues: Cues, *, danger: bool) -> Whose:
    """Whose the place of a message is, as far as it may change the one we know. The writer's own never replaces a door of
    somebody they write for, unless it is put right, or the danger is their own."""
    tag = whose(text, best, about, cues)
    if Act.CORRECT in reading.acts and tag is not Whose.THEIRS:
        return Whose.UNSAID
    if tag is Whose.WRITERS:
        of_themselves = danger and not speaks_of_another(text, cues)
        their_own = not had.sure and door_parts(had)  # told as the writer's own before, and now anew
        kept = speaks_of_another(about, cues) and not of_themselves and not their_own and _another(had, best)
        return Whose.OTHERS if kept else Whose.UNSAID
    return tag


def _another(had: Filled, best: Address) -> bool:
    """Whether it is another place than the one we know, and no more of it."""
    known = dict(had.parts)
    said = {name: value for name, value in _said(best).items() if name in _WHOLE | {"district"}}
    differs = any(known.get(name, value) != value for name, value in said.items())
    return differs or (door_parts(had) and not _WHOLE.isdisjoint(said) and not any(known.get(one) for one in said))


def _of_theirs(had: Filled, best: Address, text: str, reading: Reading, cues: Cues) -> bool:
    """Whether an address that nobody asked for is where they live, and not where the ambulance stands or a friend lives."""
    if cues.of_others.search(text):
        return False
    if not had.sure or not door_parts(had) or cues.own_place.search(text):
        return True
    if _FILLING.fullmatch(without_facts(text, reading)) and not number_alone(best):
        return True
    known, said = dict(had.parts), _said(best)
    adds = said.keys().isdisjoint(_WHOLE) and not any(known.get(name) for name in said)
    return adds and any(
        best.raw in one and _FILLING.fullmatch(one.replace(best.raw, "")) for one in (text, *PAUSE.split(text))
    )


def _said(address: Address) -> dict[str, str]:
    return {
        part.name: value
        for part in fields(address)
        if part.name != "raw" and isinstance(value := getattr(address, part.name), str) and value
    }


def patched(had: Filled, reading: Reading, *, correcting: bool = False) -> Filled | None:
    """A place with some parts said anew: "不是5号楼，是15号楼", "是普陀区的". None when the message names no part, or a district
    that the place, as it was written, does not lie in: that is another place, unless they put it right. Nor does another
    road keep the lane and the door of the old one."""
    best = next(iter(reading.entities.addresses), None)
    if best is None:
        return None
    correcting = correcting or Act.CORRECT in reading.acts
    parts = dict(had.parts)
    written = parts.get("district", "")
    other = written and best.district and best.district != written and written[:2] in parts.get("raw", "")
    if other and without_place(best) and not correcting:
        return None
    said = _said(best)
    moved = any(parts.get(name) and said.get(name, parts[name]) != parts[name] for name in ("road", "estate"))
    if moved and not correcting and door_parts(had):
        return filled_place(best, reading) if door_parts(best) else None
    if "number" in said and "building" in parts and "building" not in said:
        said["building"] = said.pop("number")
    return _made_of({**parts, **said}, sure=had.sure or specific(best))


def _made_of(whole: dict[str, str], *, sure: bool) -> Filled:
    known: dict[str, Any] = {name: value for name, value in whole.items() if name in PLACE_PARTS}
    return Filled(address_words(replace(Address(), **known)), parts=tuple(whole.items()), sure=sure)


_ROOM_ALONE = re.compile(r"\W*(?:就?是|室号|房间号?|门牌号?是?)?\s*(\d{3,4})(?:室|房间?)?[的哦啊呀]?\W*")
_ROOM_LABELLED = re.compile(
    r"\W*(?:对了|不对|哦|噢|我|我们|那个|刚才)?\W*(?:室号|房间号?|房号|门牌号?)(?:写|发|打|填|说|弄)?(?:错了?|不对)?[，,。\s]*"
    r"(?:应该|就)?(?:是|改成|为)\s*(\d{3,4})(?:室|房间?)?[的哦啊呀]?\W*"
)
"""With the word for it a room is said anew (房间号是302); bare it may be anything."""
_DISTRICT_ALONE = re.compile(
    r"\W*(?:不对|不是|错了|说错了|写错了|哦|噢|喔|不好意思|对不起)?\W*(?:我们?|这[里边]|地址|应该|就)*是\s*(?:上海市?)?[\u4e00-\u9fff]{2,5}?的?\W*"
)
_PART_RIGHT = re.compile(
    r"(?:不对|错(?!过)|不是|勿是|弗是).{0,8}(?:是|成|为)\s*(?:第?[\dA-Za-z]+(?:支?弄|号楼?|室|幢|栋|单元|座)?)+[的哦啊呀]?\W*$"
)
"""One part said anew, with the word that the old one is wrong (弄堂也不对 是220弄)."""
_OF_A_DAY = re.compile("上次|上趟|日期|日子|那天|预约|预产|手术|透析|化疗|放疗|产检|[出住入]院|解封|到期|检查|床位")
_ROOM_TOO = re.compile(
    r"\W*(?:还有|另外|而且|室号?也|房间也|房号也|门牌也)[^\d]{0,6}是\s*(?!1(?:10|19|20|22)(?!\d))(\d{3,4})(?:室|房间?)?[的哦啊呀]?\W*"
)
"""After one part was put right (还有是302)."""
_NOT_BUT = re.compile(r"不是\s*(\d{3,4})(?:室|房)?[\s，,、]*(?:而|应该)?是\s*(\d{3,4})(?!\d)")
_DIGITS = re.compile(r"\d+")
_OF_A_DOOR = re.compile("门牌|房间|房号|室|地址")


def room_said(had: Filled, text: str, reading: Reading, cues: Cues, *, another: bool = False) -> Filled | None:
    """A room by itself where the house is known (502), or the known one put right (不是302是203; 门牌写错了 是203)."""
    parts = dict(had.parts)
    room = "".join(_DIGITS.findall(parts.get("room", "")))
    if not (parts.get("number") or parts.get("building") or room):
        return None
    if put_right := _NOT_BUT.search(text):
        said = put_right[2] if room == put_right[1] else ""
    elif theirs := another and room_of_theirs(text, cues):
        said = theirs
    elif labelled := _ROOM_LABELLED.fullmatch(text):
        said = labelled[1]
    elif too := _ROOM_TOO.fullmatch(text):
        said = too[1] if room else ""
    elif alone := _ROOM_ALONE.fullmatch(text):
        said = "" if room else alone[1]
    else:
        digits = _DIGITS.findall(text)
        only = room and Act.CORRECT in reading.acts and _OF_A_DOOR.search(text) and len(digits) == 1
        said = digits[0] if only and len(digits[0]) in (3, 4) else ""
    if not said or said == room:
        return None
    ending = "室" if parts.get("room", "").endswith("室") else ""
    return _made_of({**parts, "room": said + ending}, sure=had.sure)
