"""Doors in free words: lanes, numbers, buildings, rooms. Found in one way for lists, for training texts and for exports. Pure."""

import re
from bisect import bisect_right
from collections.abc import Callable

_FIGURE = r"[0-9０-９零〇幺一二两三四五六七八九十百甲乙丙丁a-zA-Z]"
_NOT_MORE = r"(?![0-9０-９零〇一二两三四五六七八九十百支弄号幢栋单层楼室座门院天日月年个点次片粒瓶盒岁口人周度元块斤%])"
_DOOR = re.compile(
    rf"第?{_FIGURE}{{1,5}}(?:[-－—]{_FIGURE}{{1,5}}){{0,4}}(?:支?弄|号楼|号院|号房|号|幢|栋|单元|室|层楼?|楼|座|门|组|队)(?!线|程|子|机|病|左右|文)"
    rf"(?:\s?[-－—]?\s?(?:[0-9０-９]{{1,5}}|[零〇幺一二三四五六七八九]{{3,4}})(?:[-－—][0-9０-９]{{1,5}}){{0,4}}{_NOT_MORE})?"
)
_DAY = re.compile(r"(?:[0-9０-９一二两三四五六七八九十]{1,3}月\s?)[0-9０-９一二三四五六七八九十]{1,3}号")
# 5-502, 5#502 and 12-3-401 are doors; 88-90 is a reading of a finger.
_DASHED = re.compile(
    rf"(?<![\d.年月/-])(?:\d{{1,3}}\s?[-－—#＃]\s?\d{{3,4}}|\d{{1,3}}(?:[-－—]\d{{1,4}}){{2}}){_NOT_MORE}(?![.\d-])"
)
_ORDINARY = re.compile(
    r"第?[零〇一二两三四五六七八九十百几]{1,3}(?:号|楼|层楼?|门|组|队|座)|第?[一两几]栋|1[12]0号|12345号?|[a-zA-Z]{2,}.*"
)


def hide_doors(text: str, hidden: Callable[[str], str]) -> str:
    """The text with `hidden(door)` for each door in it. 4月1号 is a day and stays, 十二号 and 二楼 are days and counts."""
    days = [found.span() for found in _DAY.finditer(text)]
    begun = [start for start, _ in days]

    def of_a_day(at: int) -> bool:
        nth = bisect_right(begun, at) - 1
        return nth >= 0 and at < days[nth][1]

    def one(found: re.Match[str]) -> str:
        ordinary = _ORDINARY.fullmatch(found[0]) or of_a_day(found.start())
        return found[0] if ordinary else hidden(found[0])

    return _DASHED.sub(lambda found: hidden(found[0]), _DOOR.sub(one, text))


def is_door(text: str) -> bool:
    """Whether the whole of `text` is a door."""
    return _DOOR.fullmatch(text) is not None
