"""Cuts a text into address tokens: district, town, road, lane, number, building, room, estate. Joins nothing.

Shanghai writes 区 镇 路 弄 支弄 号 室, people leave parts out and add estates; the ends of names are marked (路, 镇, 苑),
their beginnings are found in the gazetteer or at a boundary word.
"""

import re
from dataclasses import dataclass

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


_CN = "[一二三四五六七八九十百千两零〇]"
_NOT_NUMBER = "(?!床|线|楼|码|病|晚|早|上午|下午|凌晨|中午|开始|核酸|之前|以后|至|到|起|文件|链接|窗|公告|药|机|令)"
_NUMERIC = re.compile(
    rf"(?<![\d.月])(?:"
    rf"(?P<lane>(?:\d{{1,5}}(?:-\d{{1,5}})?|{_CN}{{1,7}})\s?号?弄)"
    rf"|(?P<sublane>\d{{1,4}}支(?:弄|(?=\d)))"
    rf"|(?P<building>第?(?:\d{{1,4}}|[A-Za-z]\d{{0,2}}|{_CN}{{1,4}})\s?(?:号楼|栋楼?|幢楼?|座(?!位|机|谈)|号栋|#楼|#(?=\d))"
    rf"|[甲乙丙丁]座)"
    rf"|(?P<unit>第?(?:\d{{1,2}}|{_CN})\s?(?:单元|门洞|号门(?!卫|口|牌|诊|前|外|岗|房)|门(?=\d{{3,4}})))"
    rf"|(?P<triple>\d{{1,3}}[-—–]\d{{1,2}}[-—–]\d{{3,4}}室?(?![\d弄号]))"
    rf"|(?P<room>(?:[A-Za-z]?\d{{1,5}}[A-Za-z]?|{_CN}{{2,5}})\s?(?:室(?!友|内|外)|房间|房(?!东|租|子|屋|价|贷|间|产)))"
    rf"|(?P<number>(?:\d{{1,5}}(?:-\d{{1,4}})?[甲乙丙丁]?|(?<=[弄路街村苑园]){_CN}{{1,5}})号{_NOT_NUMBER})"
    rf"|(?P<dash>\d{{1,4}}\s?[-—–]\s?\d{{3,5}}室?(?![\d弄号]))"
    rf"|(?P<floor>(?:\d{{1,2}}|{_CN}{{1,3}})\s?(?:楼|层)|\d{{1,2}}[fF](?![a-z]))"
    rf"|(?P<bare>[一二三四五六七八九][零〇一二三四五六七八九十][一二三四五六七八九](?![一-鿿])|[A-Za-z]?\d{{2,5}}[A-Za-z]?(?![\d.年月日号天个人元块盒片粒岁度%户名时点例位次斤只米路瓶袋支小]|mg)))"
)
_NUMERIC_START = re.compile(rf"[\dA-Za-z{_CN[1:-1]}第甲乙丙丁]")
_WING = re.compile(r"[东南西北主附]楼(?=\s?\d)")
_STRONG_WORDS = """
新村 小区 花园 花苑 公寓 家园 雅苑 新苑 佳苑 名苑 嘉苑 苑 别墅 名邸 华庭 豪庭 公馆 华府 佳园 嘉园 名园 馨园 景园 街坊 生活区
住宅区 一村 二村 三村 四村 五村 六村 七村 八村 九村 十村 花城 新寓 名都 名门 锦园 逸园 丽园 绿苑 雅园 佳城
"""
# These end other words too; they need an address beside them.
_WEAK_WORDS = """
村 队 宅 组 城 里 坊 庭 府 湾 园 大厦 大楼 广场 酒店 宾馆 旅馆 旅社 医院 养老院 敬老院 护理院 福利院 幼儿园 小学 中学 大学
学院 学校 校区
体育馆 体育场 文化馆 公园 商场 火车站 地铁站 码头 渡口 安置点 避难点 卫生院 菜场
宿舍 工地 工业园 园区 市场 商城 寓 中心 总部 国际 天地 邸 居 阁 轩 台 岛 都会
"""
_STRONG, _WEAK = tuple(_STRONG_WORDS.split()), tuple(_WEAK_WORDS.split())
_ROAD_ENDS = ["公路", "大道", "路", "街", "大街"]
_COMMITTEE_ENDS = ("居委会", "居委", "居民区", "村委会", "村委", "社区")
_TOWN_ENDS = ("镇", "乡", "街道", "开发区", "工业区", "园区")
_MARKS = (*_STRONG, *_WEAK, *_ROAD_ENDS, *_COMMITTEE_ENDS, *_TOWN_ENDS)
_ESTATE_ENDS = frozenset((*_STRONG, *_WEAK))
_MARK = re.compile(trie_source(_MARKS))
_MARK_START = one_of(mark[0] for mark in _MARKS)
_PHASE = re.compile(
    rf"第?[一二三四五六七八九十\d]{{1,2}}期|[东南西北中][区苑坊里]?(?![一-鿿]*[路街]|楼)|{_CN}[区街坊]+坊?|[A-Da-d]区"
    rf"|第?(?:\d{{1,2}}|{_CN}{{1,2}})(?:村民小)?[组队](?=\d|[^一-鿿]|$)"
)
_NOT_DISTRICT = re.compile(
    "机|医|人|菜|寺|校区|路|支路|[东南西北中一二三]路|街|镇|大道|公路|站|体育|公园|图书|新城|工业|新村|小区|花园|公寓|家园|别墅|大厦|大楼"
)
# Words of a sentence, in no name: 这很不符合城…
_SENTENCE = re.compile("[很不没说这那吗呢吧啊呀哪谁]|无法|什么|怎么|一整|导致|希望")
_TEAMS = (
    "救援",
    "消防",
    "志愿",
    "医疗",
    "施工",
    "工程",
    "采样",
    "配送",
    "维修",
    "抢修",
    "搜救",
    "抢险",
    "支援",
    "巡逻",
)
_QUEUES = "排插部车站军球医"
_ROAD_FOLLOWS = re.compile("[东南西北中一二三四五六]?[路街]|[大公]?道|公路")
_TOUCH = re.compile(r"[\s的，,、:：(（\])】]{0,2}")
_LIST = "：:，,、 \n"
# People go there; who stays there says more than the name.
_DESTINATIONS = (
    "医院", "大学", "学院", "中学", "小学", "学校", "中心", "广场", "公园", "体育馆", "体育场", "商场", "火车站", "地铁站",
    "文化馆", "码头", "渡口", "卫生院", "菜场",
)  # fmt: skip
PUBLIC = ("小学", "中学", "学校", "体育馆", "体育场", "文化馆", "公园", "敬老院", "养老院", "地铁站", "火车站", "广场")
"""Called after the town they stand in (九亭中学), and where people gather in a disaster."""
_VILLAGE = frozenset(("村", "宅", "队", "组", "工地", "宿舍"))
_HAN = re.compile(r"[一-鿿A-Za-z·]*")
# What stands before a name without being part of it.
_LEADING = re.compile(
    r".*(?:住在|家住|住址|地址|坐标|位于|居住于|居住在|居住|现住|住于|现居|地点|收货|送到|分别|附近|对面|隔壁|旁边|来自|上海市|上海|小区内"
    r"|人在|困在|隔离在|求助|需要|消毒|配送至|配送到|配送|前往|我们|咱们|求|本人|患者|老人|父母|家里|家在|这里|这边|就在|[在住到的是我您你他她给送去您此某至从因为请但却被把和跟与及或])",
    re.DOTALL,
)
_NO_NAME = re.compile(
    r"(?:反映|投诉|举报|咨询|建议|希望|关于|[想问要请]|整个|老旧?|旧|本|该|这个?|那个?|全|各|每个?|哪个?|别的|其他|隔壁|对面|自己|出|进出?|封控|所在|居住|附近|同|我们|某|一个|几个|个|封闭|管控|防范|因|由于"
    r"|上|读|念|考|送|进|到|外地|农村|网上|线上|大|小|多|有|无|没有|旁边|全市|市|医|就医|住院|方舱|定点|隔离|社区|三甲|去|回|家|屋|房间|手机|城|夜|心|公|私|哪|这|那|电|店|超市|群|楼|车|箱|袋|嘴|眼|肚子|手|身体|朋友圈|圈)+"
)
_NO_COMMITTEE = re.compile(
    "刚|才|今|昨|明天|前天|现在|早上|上午|下午|晚上|后来|然后|结果|已经|一直|总算|终于|联系|问过|打[给过了]|找[过了]|告诉|反映|问|说|叫|让|被|当时|这边|那边|他们"
)
_NO_ROAD = re.compile(
    r".*(?:网|马|道|思|线|电|铁|走|销|出|一|高速公|高速|上|问|回|半|条|门|后|前|活|没|绝|无|末|心|通|让|同|弯|陌|天|水|陆|跑|迷|引|带|修"
    r"|沿|顺|过|公)"
)
_PART_OF_ESTATE = re.compile(r"第?[一二三四五六七八九十\d]{1,2}(?:街坊|小区|村|区|期|坊)")
_BETWEEN = " ,，、"
_HAN_NEXT = re.compile(r"[一-鿿]")
_HOUSE = re.compile(r"\s?\d{1,4}\s?(?:号|幢|栋|楼|弄|-)")
_LONGEST_NAME = 12


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
            if not name.endswith("区") and _NOT_DISTRICT.match(text, hit.end()):
                continue  # 浦东机场, 长宁路 are no districts
            found.append(Token("district", name, hit.start(), hit.end(), known=name.endswith("区")))
            if town := self._bare_town(text, name, hit.end()):
                found.append(town)
        return found

    def _bare_town(self, text: str, district: str, end: int) -> Token | None:
        """The town right behind its own district, without 街道 or 镇: 浦东 三林 长清路, 金山区石化."""
        while text[end : end + 1] in _BETWEEN and end < len(text):
            end += 1
        for length in (4, 3, 2):
            stop = end + length
            if not self._gazetteer.lies_in(text[end:stop], district):
                continue
            if text[end:stop].endswith("新村") and _HOUSE.match(text, stop):
                return None  # 长宁 仙霞新村 30号: the estate that the town is called after
            if not _HAN_NEXT.match(text, stop) or self._gazetteer.road_begins(text, stop):
                return Token("town", text[end:stop], end, stop, known=True)
        return None

    def _names(self, text: str, taken: list[Token]) -> list[Token]:
        found: list[Token] = []
        starts = {token.start for token in taken}
        ends = [token.end for token in taken]
        floor = passed = 0
        for hit in find_all(_MARK_START, _MARK, text):
            while passed < len(taken) and ends[passed] <= hit.start():
                passed += 1
            if hit.start() < floor or (passed < len(taken) and taken[passed].start <= hit.start()):
                continue
            last = found[-1] if found else None
            if last and last.kind == "estate" and last.end == hit.start() and hit.group() in _ESTATE_ENDS:
                end = phase.end() if (phase := _PHASE.match(text, hit.end())) else hit.end()
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
        if mark in _TOWN_ENDS:
            token = self._town(text, hit, floor)
        elif mark in _ROAD_ENDS:
            return self._road(text, hit, floor, numeric_follows)
        elif mark in _COMMITTEE_ENDS:
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
        named = 1 < len(run) <= 4 and mark in ("镇", "街道") and not (_NO_NAME.fullmatch(run) or _SENTENCE.search(run))
        return Token("town", run + mark, hit.start() - len(run), end) if named else None

    def _committee(self, text: str, hit: re.Match[str], floor: int) -> Token | None:
        run = _run(text, hit.start(), floor)
        if not 1 < len(run) <= 8 or _NO_NAME.fullmatch(run):
            return None
        known = bool(self._gazetteer.committee_towns(run))
        if not known and (hit.group() == "社区" or _NO_COMMITTEE.search(run)):
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
        if not run or len(run) > 6 or _NO_ROAD.fullmatch(run) or _NO_NAME.fullmatch(run):
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
        if phase := _PHASE.match(text, end):
            end = phase.end()
        run = _run(text, hit.start(), floor)
        start = hit.start() - len(run)
        if start > floor and _HAN_NEXT.match(text, start - 1):  # 国和一村: what looks like a word before it is its own
            listed = self._gazetteer.estate_start(text, start, hit.end())
            if listed >= floor:
                start, run = listed, text[listed : hit.start()]
        name = text[start:end]
        known = len(name) > 2 and not name.endswith(_DESTINATIONS) and self._gazetteer.estate_listed(name)
        if not run or len(run) > 10 or _NO_NAME.fullmatch(run) or _SENTENCE.search(run):
            return None
        if hit.group() == "队" and (run[-1] in _QUEUES or run.endswith(_TEAMS)):
            return None
        if hit.group() not in _STRONG and (_ROAD_FOLLOWS.match(text, end) or self._inside_road(text, hit)):
            return None  # 花园路, 涞坊路
        touching = floor > 0 and _TOUCH.fullmatch(text[floor:start]) is not None
        listed = hit.group() in _VILLAGE and 2 <= len(run) <= 8 and (start == 0 or text[start - 1] in _LIST)
        public = name.endswith(PUBLIC) and (start == 0 or text[start - 1] in "在到于" + _LIST)
        listed = listed or (public and self._gazetteer.town_beginning(run) is not None)
        if hit.group() not in _STRONG and not (
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
    reversed_run = _HAN.match(text[max(floor, end - _LONGEST_NAME) : end][::-1])
    start = end - (reversed_run.end() if reversed_run else 0)
    run = text[start:end]
    run = run.lstrip("区市县省") if start > floor and not text[start - 1 : start].isspace() else run
    if (lead := _LEADING.match(run)) and not (lead.end() == 1 and start == floor and run[0] in "和与及有"):
        run = run[lead.end() :]  # 1517弄和丰苑: right after a lane the name itself may begin so
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
                or (text[last.end : token.start].isspace() and _PART_OF_ESTATE.fullmatch(token.text))
            )
        ):
            last.text, last.end, last.known = text[last.start : token.end], token.end, last.known or token.known
            continue
        merged.append(token)
    return merged
