"""A volunteer's list: one message, many households, each with a need of its own. Pure.

A letter that numbers its arguments is no list: there must be several households, said so or shown by their rooms.
"""

import re

from conversations.codes import Flag
from conversations.doors import house_before
from conversations.reading import Reading

FEWEST, MOST = 3, 24
"""Items that make a list; a longer one is cut, and a person sees the whole message in the parent's ticket."""

_BULLET = r"(?:\d{1,2}(?:[、．)）:：]|\.(?!\d))|[①-⑳]|[(（]\d{1,2}[)）]|[-•·*●])[ \t]*"
_ITEM = re.compile(rf"(?m)^[ \t]*(?:{_BULLET}|(?=[A-Za-z]?\d{{3,4}}(?:室|[ :：，,])))(?P<item>\S.{{3,}})$")
_ROOM = re.compile(r"\d{2,4}室|(?<!\d)[1-9]\d{2,3}(?=[ :：，,]|[\u4e00-\u9fff])|\d号")


_NEED = re.compile(r"(?:(?<=[\s，,。；;：:])|^)(?:[1-9][.、．)）](?!\d)|[①-⑨]|[一二三四五](?:是|、))\s*")
_NEEDS, _MOST_NEEDS = 2, 5


def need_items(text: str) -> tuple[str, ...]:
    """What somebody numbers in one message, each a matter of its own (三件事：1.氧气快没了 2.奶粉没了); () when nothing is."""
    if not any(mark in text for mark in ("2", "②", "二")):
        return ()
    items = [piece.strip(" ，,。；;") for piece in _NEED.split(text)[1:]]
    found = [item for item in items if len(item) > _SHORTEST]
    return tuple(found[:_MOST_NEEDS]) if len(found) >= _NEEDS else ()


_SHORTEST = 3


_BREAK = re.compile(r"[；;。]\s*")
_HEAD = re.compile(r"[^：:；;。]{0,30}(?<!室)[：:]\s*(?=[A-Za-z]?\d{3,4}室?)")
_NO_DOOR = r"(?!1(?:10|19|20|22)\s*[^，,；;。]{0,4}[打说叫来接占通])(?!\d{3,4}\s*[年元块天人份斤个])"
"""120 打了没人接, 2022 年: a number to ring, a year, a price."""
_BEGINS_WITH_A_DOOR = re.compile(rf"{_NO_DOOR}[A-Za-z]?\d{{3,4}}(?:室|(?=[ :：，,\u4e00-\u9fff]))")


def _lines(text: str) -> str:
    """A list written on one line (5号楼：201室没菜；302室…；404室…), an entry a line; any other text as it is.

    After a heading (我登记：101 张阿姨…；203 李伯伯…。控江路300弄5号楼) what begins with no door belongs to the entry before
    it, and the end of all to the whole list.
    """
    head = _HEAD.match(text)
    pieces = [piece for piece in _BREAK.split(text[head.end() if head else 0 :].strip()) if piece]
    doors = [piece for piece in pieces if _BEGINS_WITH_A_DOOR.match(piece)]
    if "\n" in text.strip() or len(doors) < FEWEST or pieces[0] is not doors[0]:
        return text
    if not head and len(doors) < len(pieces):
        return text
    lines: list[str] = []
    for piece in pieces:
        if piece in doors or (lines and doors[-1] in lines[-1]):
            lines.append(piece)
        else:
            lines[-1] = f"{lines[-1]}，{piece}"
    return "\n".join(lines)


def list_items(text: str, reading: Reading) -> tuple[str, ...]:
    """The entries of a list of households, in order; () when the text is none."""
    told, text = text, _lines(text)
    if text.count("\n") < FEWEST - 1:
        return ()
    found = [match["item"].strip() for match in _ITEM.finditer(text)]
    if len(found) < FEWEST:
        return ()
    rooms = sum(1 for item in found if _ROOM.search(item))
    if Flag.MANY not in reading.flags and rooms * 2 < len(found):
        return ()
    if rooms < FEWEST and Flag.MANY not in reading.flags:
        return ()
    house = house_before(told[: max(told.find(found[0]), 0)], reading)
    return tuple(f"{house}{one}" if house and _BEGINS_WITH_A_DOOR.match(one) else one for one in found[:MOST])
