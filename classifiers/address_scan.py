"""Cuts a text into address tokens: district, town, road, lane, number, building, room, estate. Joins nothing.

Shanghai writes 区 镇 路 弄 支弄 号 室, people leave parts out and add estates; the ends of names are marked (路, 镇, 苑),
their beginnings are found in the gazetteer or at a boundary word.
"""

import re
from dataclasses import dataclass

from classifiers.address_words import (
    BETWEEN,
    CN,
    COMMITTEE_ENDS,
    DESTINATIONS,
    ESTATE_ENDS,
    HAN,
    HAN_NEXT,
    HOUSE,
    LEADING,
    LIST,
    LONGEST_NAME,
    MARK,
    MARK_START,
    NO_COMMITTEE,
    NO_INSIDE,
    NO_NAME,
    NO_ROAD,
    NOT_DISTRICT,
    PART_OF_ESTATE,
    PHASE,
    PUBLIC,
    QUEUES,
    ROAD_ENDS,
    ROAD_FOLLOWS,
    SAID,
    SENTENCE,
    STRONG,
    TEAMS,
    TERRACES,
    TOUCH,
    TOWN_ENDS,
    VILLAGE,
)  # fmt: skip
from classifiers.gazetteer import Gazetteer
from classifiers.matching import find_all, one_of, trie_source


@dataclass(slots=True)
class Token:
    """A part of an address as written in `text[start:end]`. `kind` is a field of `Address`, or dash, triple, bare, floor."""

    kind: str
    text: str
    start: int
    end: int
    known: bool = False


_NOT_NUMBER = "(?!床|线|楼|码|病|晚|早|上午|下午|凌晨|中午|开始|核酸|之前|以后|至|到|起|文件|链接|窗|公告|药|机|令)"
_NUMERIC = re.compile(
    rf"(?<![\d.月])(?:"
    rf"(?P<lane>(?:\d{{1,5}}(?:-\d{{1,5}})?|{CN}{{1,7}})\s?号?弄)"
    rf"|(?P<sublane>\d{{1,4}}支(?:弄|(?=\d)))"
    rf"|(?P<building>第?(?:\d{{1,4}}|[A-Za-z]\d{{0,2}}|{CN}{{1,4}})\s?(?:号楼|栋楼?|幢楼?|座(?!位|机|谈)|号栋|#楼|#(?=\d))"
    rf"|[甲乙丙丁]座)"
    rf"|(?P<unit>第?(?:\d{{1,2}}|{CN})\s?(?:单元|门洞|号门(?!卫|口|牌|诊|前|外|岗|房)|门(?=\d{{3,4}})))"
    rf"|(?P<triple>\d{{1,3}}[-—–]\d{{1,2}}[-—–]\d{{3,4}}室?(?![\d弄号]))"
    rf"|(?P<room>(?:[A-Za-z]?\d{{1,5}}[A-Za-z]?|{CN}{{2,5}})\s?(?:室(?!友|内|外)|房间|房(?!东|租|子|屋|价|贷|间|产)))"
    rf"|(?P<number>(?:\d{{1,5}}(?:-\d{{1,4}})?[甲乙丙丁]?|(?<=[弄路街村苑园]){CN}{{1,5}})号{_NOT_NUMBER})"
    rf"|(?P<dash>\d{{1,4}}\s?[-—–]\s?\d{{3,5}}室?(?![\d弄号]))"
    rf"|(?P<floor>(?:\d{{1,2}}|{CN}{{1,3}})\s?(?:楼|层)|\d{{1,2}}[fF](?![a-z]))"
    rf"|(?P<bare>[一二三四五六七八九][零〇一二三四五六七八九十][一二三四五六七八九](?![一-鿿])|[A-Za-z]?\d{{2,5}}[A-Za-z]?(?![\d.年月日号天个人元块盒片粒岁度%户名时点例位次斤只米路瓶袋支小]|mg)))"
)
_NUMERIC_START = re.compile(rf"[\dA-Za-z{CN[1:-1]}第甲乙丙丁]")
_WING = re.compile(r"[东南西北主附]楼(?=\s?\d)")

LONGEST_BRAND = 4
"""Characters that may stand before a listed estate's name as part of another's (中海翡翠华庭)."""


class Scanner:
    """Finds the tokens of one text."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._district = re.compile(trie_source(gazetteer.district_names))
        self._district_start = one_of(name[0] for name in gazetteer.district_names)

    def scan(self, text: str) -> list[Token]:
        """Tokens in order, without overlaps. Full-width digits must have been made half-width."""
        numeric = [
            Token(str(match.lastgroup), match.group(), match.start(), match.end())
            for match in find_all(_NUMERIC_START, _NUMERIC, text)
        ]
        wings = [Token("building", hit.group(), hit.start(), hit.end()) for hit in _WING.finditer(text)]
        districts = self._districts(text)
        taken = sorted([*numeric, *wings, *districts], key=lambda token: token.start)
        names = self._names(text, taken)
        return _merged(text, [*taken, *names])

    def _districts(self, text: str) -> list[Token]:
        found: list[Token] = []
        for hit in find_all(self._district_start, self._district, text):
            name = hit.group()
            if not name.endswith("区") and NOT_DISTRICT.match(text, hit.end()):
                continue  # 浦东机场, 长宁路 are no districts
            found.append(Token("district", name, hit.start(), hit.end(), known=name.endswith("区")))
            if town := self._bare_town(text, name, hit.end()):
                found.append(town)
        return found

    def _bare_town(self, text: str, district: str, end: int) -> Token | None:
        """The town right behind its own district, without 街道 or 镇: 浦东 三林 长清路, 金山区石化."""
        while text[end : end + 1] in BETWEEN and end < len(text):
            end += 1
        for length in (4, 3, 2):
            stop = end + length
            if not self._gazetteer.lies_in(text[end:stop], district):
                continue
            if text[end:stop].endswith("新村") and HOUSE.match(text, stop):
                return None  # 长宁 仙霞新村 30号: the estate that the town is called after
            if not HAN_NEXT.match(text, stop) or self._gazetteer.road_begins(text, stop):
                return Token("town", text[end:stop], end, stop, known=True)
        return None

    def _names(self, text: str, taken: list[Token]) -> list[Token]:
        found: list[Token] = []
        starts = {token.start for token in taken}
        ends = [token.end for token in taken]
        floor = passed = 0
        for hit in find_all(MARK_START, MARK, text):
            while passed < len(taken) and ends[passed] <= hit.start():
                passed += 1
            if hit.start() < floor or (passed < len(taken) and taken[passed].start <= hit.start()):
                continue
            last = found[-1] if found else None
            if last and last.kind == "estate" and last.end == hit.start() and hit.group() in ESTATE_ENDS:
                end = phase.end() if (phase := PHASE.match(text, hit.end())) else hit.end()
                last.text, last.end = text[last.start : end], end
                floor = end
                continue
            before = max(ends[passed - 1] if passed else 0, floor)
            tokens = self._name(text, hit, before, hit.end() in starts)
            if tokens:
                found.extend(tokens)
                floor = tokens[-1].end
        return found

    def _name(self, text: str, hit: re.Match[str], floor: int, numeric_follows: bool) -> list[Token]:
        mark = hit.group()
        if mark in TOWN_ENDS:
            token = self._town(text, hit, floor)
        elif mark in ROAD_ENDS:
            return self._road(text, hit, floor, numeric_follows)
        elif mark in COMMITTEE_ENDS:
            token = self._committee(text, hit, floor)
        else:
            token = self._estate(text, hit, floor, numeric_follows)
        return [token] if token else []

    def _town(self, text: str, hit: re.Match[str], floor: int) -> Token | None:
        mark, end = hit.group(), hit.end()
        town = self._gazetteer.town_ending(text, end)
        other = {"路", "痛"} if town else {"路", "江", "痛"}  # 浦江镇江月路 is no 镇江
        if (mark == "镇" and text[end : end + 1] in other) or text[end : end + 2] == "街道":
            return None
        if town:
            return Token("town", town.name, end - len(town.name), end, known=True)
        run = _run(text, hit.start(), floor)
        if len(run) > 1 and self._gazetteer.estate_known(run + mark):  # 泰晤士小镇
            return Token("estate", run + mark, hit.start() - len(run), end, known=True)
        named = 1 < len(run) <= 4 and mark in ("镇", "街道") and not (NO_NAME.fullmatch(run) or SENTENCE.search(run))
        return Token("town", run + mark, hit.start() - len(run), end) if named else None

    def _committee(self, text: str, hit: re.Match[str], floor: int) -> Token | None:
        run = _run(text, hit.start(), floor)
        if not 1 < len(run) <= 8 or NO_NAME.fullmatch(run):
            return None
        known = bool(self._gazetteer.committee_towns(run))
        if not known and (hit.group() == "社区" or NO_COMMITTEE.search(run)):
            return None  # 刚才居委送来了
        return Token("committee", run + hit.group(), hit.start() - len(run), hit.end(), known)

    def _road(self, text: str, hit: re.Match[str], floor: int, numeric_follows: bool) -> list[Token]:
        end = hit.end()
        if text[end : end + 2] == "街道" and (town := self._gazetteer.town_ending(text, end + 2)):
            return [Token("town", town.name, end + 2 - len(town.name), end + 2, known=True)]
        start = self._gazetteer.road_start(text, end, floor)
        run = _run(text, hit.start(), floor)
        begin = hit.start() - len(run)
        # A known road of two characters at the end of a longer name (西三里|桥路) is a coincidence.
        if start >= 0 and (end - start > 2 or len(run) <= 1 or len(run) > 5):
            road = Token("road", text[start:end], start, end, known=True)
            town = self._gazetteer.bare_town(text[begin:start])  # 花木牡丹路
            return [Token("town", text[begin:start], begin, start), road] if town else [road]
        if not run or len(run) > 6 or NO_ROAD.fullmatch(run) or NO_NAME.fullmatch(run):
            return []
        if (town := self._gazetteer.town_beginning(run)) and len(run) >= 4 and numeric_follows:  # 西渡某某路8号
            named = town.name[:2] if run[:3] not in town.name else run[:3]
            behind = begin + len(named)
            return [Token("town", named, begin, behind), Token("road", text[behind:end], behind, end)]
        touching = begin == floor > 0
        alone = len(run) >= 2 and begin == 0 and len(text) < 12
        return [Token("road", text[begin:end], begin, end)] if numeric_follows or touching or alone else []

    def _estate(self, text: str, hit: re.Match[str], floor: int, numeric_follows: bool) -> Token | None:
        end = hit.end()
        if phase := PHASE.match(text, end):
            end = phase.end()
        run = _run(text, hit.start(), floor)
        start = hit.start() - len(run)
        if start > floor and HAN_NEXT.match(text, start - 1):  # 国和一村: what looks like a word before it is its own
            listed = self._gazetteer.estate_start(text, start, hit.end())
            if listed >= floor:
                start, run = listed, text[listed : hit.start()]
        name = text[start:end]
        known = len(name) > 2 and not name.endswith(DESTINATIONS) and self._gazetteer.estate_listed(name)
        cut = 0 if known else self._gazetteer.estate_within(name, text[start : hit.end()])
        if cut and (cut > LONGEST_BRAND or SAID.search(name[:cut])):
            start, run, name, known = start + cut, run[cut:], name[cut:], True
        if not run or len(run) > 10 or NO_NAME.fullmatch(run) or SENTENCE.search(run):
            return None
        if hit.group() == "岛" and run[-1] in "胰半孤群海":
            return None
        if hit.group() == "队" and (run[-1] in QUEUES or run.endswith(TEAMS)):
            return None
        if hit.group() == "台" and run[-1] in TERRACES:
            return None
        inside = hit.group() == "里" and not self._gazetteer.estate_known(name)
        if inside and (NO_INSIDE.search(run) or (not known and not numeric_follows and HAN_NEXT.match(text, end))):
            return None  # 厨房里有煤气味, 小区里没人管
        if hit.group() not in STRONG and (ROAD_FOLLOWS.match(text, end) or self._inside_road(text, hit)):
            return None  # 花园路, 涞坊路
        touching = floor > 0 and TOUCH.fullmatch(text[floor:start]) is not None
        listed = hit.group() in VILLAGE and 2 <= len(run) <= 8 and (start == 0 or text[start - 1] in LIST)
        public = name.endswith(PUBLIC) and (start == 0 or text[start - 1] in "在到于" + LIST)
        listed = listed or (public and self._gazetteer.town_beginning(run) is not None)
        if hit.group() not in STRONG and not (
            known or touching or numeric_follows or listed or self._gazetteer.road_begins(text, end)
        ):
            return None
        if not (touching or numeric_follows or known) and len(run) < 2:
            return None
        return Token("estate", name, start, end, known)

    def _inside_road(self, text: str, hit: re.Match[str]) -> bool:
        road = text.find("路", hit.end(), hit.end() + 4)
        if road < 0:
            return False
        start = self._gazetteer.road_start(text, road + 1, 0)
        return 0 <= start <= hit.start()


def _run(text: str, end: int, floor: int) -> str:
    """The name that ends at `end`: characters back to `floor`, a mark or a word that only leads to it."""
    reversed_run = HAN.match(text[max(floor, end - LONGEST_NAME) : end][::-1])
    start = end - (reversed_run.end() if reversed_run else 0)
    run = text[start:end]
    run = run.lstrip("区市县省") if start > floor and not text[start - 1 : start].isspace() else run
    if lead := LEADING.match(run):
        cut = lead.end()
        # 1517弄和丰苑, 住和谐家园: right after a lane or where one stays the name itself may begin so
        if run[cut - 1] in "和与及有" and (start == floor if cut == 1 else run[cut - 2] in "住在到是于址"):
            cut -= 1
        run = run[cut:]
    return run


def _merged(text: str, tokens: list[Token]) -> list[Token]:
    """In order; estates that touch are one name (凉城新村秀苑小区), and a numbered part is one's own (航华一村 四街坊)."""
    merged: list[Token] = []
    for token in sorted(tokens, key=lambda one: (one.start, -one.end)):
        last = merged[-1] if merged else None
        if last and token.start < last.end:
            continue
        if (
            last
            and last.kind == token.kind == "estate"
            and (
                last.end == token.start
                or (text[last.end : token.start].isspace() and PART_OF_ESTATE.fullmatch(token.text))
            )
        ):
            last.text, last.end, last.known = text[last.start : token.end], token.end, last.known or token.known
            continue
        merged.append(token)
    return merged
