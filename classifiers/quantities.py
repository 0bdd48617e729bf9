"""Measured values in a text: temperature, oxygen, blood pressure, counts, ages, days without treatment.

Each value is in the unit its row names; what is too high or
too low is a row of `data/red/limits.csv`, not decided here.
"""

# ruff: noqa: E501  (a table of expressions is read row by row; wrapped, it cannot be compared)

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass

from classifiers.numerals import SOURCE, number
from classifiers.plain import Plain, grams_of

_N = f"({SOURCE})"
_GAP = r"[^,。!?;\s]"
_MANY = "(?:多|几)?"
_SPAN = r"(天|日|夜|个?星期|个?礼拜|周|个?月)"
_STOPPED = "(?:没有|没|未|无法|不能|不让|停|断|做不|缺|漏)"
_MISSED = "(?:漏|缺|少做|错过|欠|耽误|没做|没透|没去|落下|停|断|取消|误|脱)"
_DIALYSIS = r"(?:透析|血透|腹透|肾透|透晰|血头|秀透|血滤|透(?![过不明透气露]))"
_LENGTH = {"天": 1.0, "日": 1.0, "夜": 1.0, "期": 7.0, "拜": 7.0, "周": 7.0, "月": 30.4}


@dataclass(frozen=True, slots=True)
class Measured:
    """A value of a quantity, and where it stands."""

    quantity: str
    value: float
    start: int
    end: int


Convert = Callable[[re.Match[str]], float | None]


def _first(match: re.Match[str]) -> float | None:
    return number(match[1])


def _days(match: re.Match[str]) -> float | None:
    value = number(match[1])
    return None if value is None else value * _LENGTH[match[2][-1]]


_OF_THE_AIR = re.compile(
    "(?:屋|室|房间?|卧室|客厅|厨房|车|户外|外面|外头|[气室水]温|天气|空调|暖气|地表|体感)[里内外温度间]{0,2}"
    "(?:到|至|都|有|快|是|又|在|高达|已经|已|达|:|了|过|超过|将近|接近){0,3}$"
)
"""What is hot is a room or a day, and nobody's body."""


def _celsius(match: re.Match[str]) -> float | None:
    value, rest = number(match[1]), next(filter(None, match.groups()[1:]), None)  # 39.5度, 39度5
    if value is None or _OF_THE_AIR.search(match.string[max(0, match.start() - 10) : match.start()]):
        return None
    if value >= 100:  # 395: written without the point
        value /= 10
    elif rest and value == int(value):
        value += 0.5 if rest == "半" else (number(rest) or 0) / 10
    return value if 34 <= value <= 43 else None


def _platelets(match: re.Match[str]) -> float | None:
    value = number(match[1])
    if value is None or match[2]:
        return None if value is None else value * 10  # 1.5万/µl is 15
    return value / 1000 if value >= 1000 else value


def _hemoglobin(match: re.Match[str]) -> float | None:
    value = number(match[1])
    return None if value is None else value * 10 if value < 20 else value  # 3克 is per decilitre


def _years(match: re.Match[str]) -> float | None:
    value = number(match[1])
    if value is None or value > 115:
        return None
    return value * 12 + (6 if "半" in match[0][len(match[1]) :] else 0)


def _months(match: re.Match[str]) -> float | None:
    value = number(match[1])
    return None if value is None else value + (0.5 if "半" in match[0][len(match[1]) :] else 0)


def _newborn(match: re.Match[str]) -> float | None:
    value = _days(match)
    return None if value is None else value / 30.4


def _pulse(match: re.Match[str]) -> float | None:
    value = number(match[1])
    # 一百八 is 180
    return value + (value - 100) * 9 if value and re.fullmatch("一百[一二三四五六七八九]", match[1]) else value


def _hours(match: re.Match[str]) -> float | None:
    value = number(match[1])
    if value is None:
        return None
    return value / 60 if match[2][0] == "分" else value * 24 if match[2] == "天" else value


_WHOLE = r"(3[5-9](?:\.\d)?|4[0-2](?:\.\d)?|3[5-9]\d|三十[五六七八九]|四十[一二]?)"
_REACHED = "(?:到|至|都|有|快|是|又|在|高达|最高|已经|已|达|:|了|过|超过|最多){0,3}"
# Quantity and unit, words that must be there (one of each group; groups are parted by &), the expression, how to read it.
# fmt: off
_ROWS: tuple[tuple[str, str, str, Convert], ...] = (
    # °C
    ("temperature", "烧 热 温", rf"(?:烧|热度?|体温|温度){_REACHED}{_WHOLE}[度.点℃]?([\d一二三四五六七八九半])?(?![\d天个多岁/])", _celsius),
    ("temperature", "度 ℃ ° 摄", rf"(?<![\d.]){_WHOLE}[.点]?(\d)?(?:度|℃|°|摄氏)([\d半一二三四五六七八九])?(?!角|海|灰)", _celsius),
    ("temperature", "37. 38. 39.", r"(?<![\d.])(3[789]\.\d)()(?![\d.])", _celsius),
    # per cent
    ("oxygen", "氧 饱和 spo2", rf"(?:血氧|氧饱和|饱和度|spo2|氧合|指氧|脉氧){_GAP}{{0,10}}?(?<!\d)([3-9]\d)(?!\d|岁|年|号|室|弄)", _first),
    ("oxygen", "氧 饱和", r"(?:血氧|氧饱和|饱和度|指氧|脉氧)[^。!?;]{0,12}?([五六七八九]十[一二三四五六七八九几]?|[5-9]0(?=几|多))", _first),
    # mmol per litre
    ("glucose", "血糖", rf"血糖{_GAP}{{0,8}}?(?<![\d.])(\d{{1,2}}(?:\.\d)?)(?![\d.]|天|次|点|个|小时)", _first),
    # mmHg
    ("systolic", "压", r"(?:血压|高压|收缩压)[^,。!?;]{0,6}?(?<!\d)(\d{2,3})(?!\d|岁|年|号)", _first),
    ("oxygen", "氧 饱和", rf"(?:血氧|氧饱和|饱和度|指氧|脉氧)[^。!?;]{{0,14}}?(?:掉到|降到|跌到|只有|剩|到了?){_GAP}{{0,2}}?([3-9]\d)(?!\d|岁|年|号)", _first),
    # per minute
    ("pulse", "心跳 心率 脉", rf"(?:心跳|心率|脉搏){_GAP}{{0,6}}?(\d{{2,3}}|一百[零一二三四五六七八九十]{{1,3}})(?![\d.]|天|年)", _pulse),
    # 10^9 per litre; gram per litre
    ("platelets", "血小板", rf"血小板{_GAP}{{0,8}}?(?<![\d.]){_N}(万)?(?![\d袋天次]|个?月|单位|u)", _platelets),
    ("hemoglobin", "血红 血色素 hb", rf"(?:血红蛋白|血色素|hb|血红素){_GAP}{{0,8}}?(?<![\d.]){_N}(?![\d天次])", _hemoglobin),
    # months
    ("age", "岁", rf"{_N}(?:半|多|几)?周?岁半?", _years),
    ("age", "今年", r"今年(?:已经|都|虚岁|刚好?){0,2}([六七八九]十[一二三四五六七八九]?|[6-9]\d)(?=了|[,。!?;\s]|$|一个人|独居|一噶头)", _years),
    ("age", "年龄", r"年龄[】\]]?:?\s?(\d{1,3})(?![\d.]|个?月|天)", _years),
    ("age", "月", rf"{_N}个?半?多?月(?:大|的?(?:宝|婴|孩|娃|小|囡|毛|新生))", _months),
    ("age", "月", rf"(?:宝宝|小囡|囡囡|孩子|小孩|婴儿|女儿|儿子|毛头|外孙|孙子|孙女|宝贝){_GAP}{{0,4}}?{_N}个?半?多?月(?![前后没内药]|以前|底|初)", _months),
    ("age", "出生 生下 刚生 满月", rf"(?:出生|生下来|刚生下?)(?:才|刚|只有|了|不到|满){{0,2}}{_N}{_SPAN}", _newborn),
    ("age", "天", rf"{_N}(天|日)大?的?(?:新生儿|婴儿|宝宝|小毛头|毛毛头|宝贝|毛头)", _newborn),
    # days since the last dialysis
    ("dialysis_days", "透 血头 血滤 & 天 日 夜 期 拜 周 月", rf"{_DIALYSIS}[^。!?;]{{0,8}}?(?<!每)(?<!周){_N}{_MANY}{_SPAN}{_GAP}{{0,5}}?{_STOPPED}", _days),
    ("dialysis_days", "透 血头 血滤 & 天 日 夜 期 拜 周 月", rf"(?<!每)第?{_N}{_MANY}{_SPAN}{_GAP}{{0,6}}?{_STOPPED}{_GAP}{{0,5}}?{_DIALYSIS}", _days),
    ("dialysis_days", "透 血头 血滤 & 天 日 夜 期 拜 周 月", rf"{_STOPPED}{_GAP}{{0,4}}?{_DIALYSIS}{_GAP}{{0,6}}?(?<!每){_N}{_MANY}{_SPAN}", _days),
    ("dialysis_days", "透 血头 血滤 & 天 日 夜 期 拜 周 月", rf"{_DIALYSIS}{_GAP}{{0,3}}?{_STOPPED}了?{_GAP}{{0,3}}?(?<!每){_N}{_MANY}{_SPAN}", _days),
    ("dialysis_days", "透 血头 血滤 & 天 日 夜 期 拜 周 月", rf"(?:距|离|隔|上次|上一次|上趟|上回){_GAP}{{0,6}}?{_DIALYSIS}{_GAP}{{0,6}}?(?<!每){_N}{_MANY}{_SPAN}(?:之?前|了)", _days),
    ("dialysis_days", "透 血头 血滤 & 天 日 夜 期 拜 周 月", rf"(?:断|停)了?{_N}{_MANY}{_SPAN}{_GAP}{{0,3}}?{_DIALYSIS}", _days),
    # sessions missed
    ("dialysis_missed", "透 血头 血滤 & 次 趟 回", rf"(?<!每周)(?<!周)(?<!第)(?<!做){_N}(?:次|趟|回){_GAP}{{0,2}}?{_DIALYSIS}{_GAP}{{0,3}}?{_STOPPED}", _first),
    ("dialysis_missed", "透 血头 血滤 & 次 趟 回", rf"{_DIALYSIS}[^。!?;]{{0,8}}?(?<!每周)(?<!周)(?<!天){_N}(?:次|趟|回){_GAP}{{0,3}}?{_STOPPED}", _first),
    ("dialysis_missed", "透 血头 血滤 & 次 趟 回", rf"{_MISSED}{_GAP}{{0,5}}?(?<!第){_N}(?:次|趟|回){_GAP}{{0,4}}?{_DIALYSIS}", _first),
    ("dialysis_missed", "透 血头 血滤 & 次 趟 回", rf"{_DIALYSIS}[^。!?;]{{0,10}}?{_MISSED}(?:了|掉|脱|做|透|成|过){{0,2}}(?<!第){_N}(?:次|趟|回)", _first),
    ("dialysis_missed", "透 血头 血滤 & 次 趟 回", rf"(?:连续|已经|连着)?(?<!第){_N}(?:次|趟|回){_GAP}{{0,4}}?{_STOPPED}{_GAP}{{0,4}}?{_DIALYSIS}", _first),
    # days without food
    ("food_days", "吃 食 饭", rf"{_N}{_MANY}{_SPAN}(?:都|已经|了|基本|几乎){{0,2}}(?:没有|没|未)(?:怎么)?(?:吃(?!药)|进食|东西吃|饭|进过食)", _days),
    ("food_days", "吃 食", rf"(?:没有|没|未)(?:吃|进食)(?:饭|东西)?(?:已经|都)?{_N}{_MANY}{_SPAN}", _days),
    ("food_days", "饿 断粮", rf"(?:饿|断粮)了?(?:已经|快)?{_N}{_MANY}{_SPAN}", _days),
    # hours
    ("oxygen_hours", "氧 呼吸机", rf"(?:氧气|制氧|氧气瓶|氧气袋|呼吸机)[^。!?;]{{0,10}}?(?:只|还|剩|够|能|撑|用|吸){_GAP}{{0,4}}?{_N}个?(小时|钟头|分钟|天)", _hours),
    ("urine_hours", "尿 小便 解手", rf"{_N}个?(小时|钟头|天){_GAP}{{0,3}}?(?:没有|没|不)(?:小便|尿|解手)", _hours),
    # days
    ("insulin_days", "胰", rf"胰[岛导]素{_GAP}{{0,8}}?(?:只|还|剩|够|用){_GAP}{{0,4}}?{_N}{_MANY}{_SPAN}", _days),
    ("stopped_days", "药", rf"(?:断药|停药|没药|药断|药停|断了药){_GAP}{{0,3}}?{_N}{_MANY}{_SPAN}", _days),
    ("stopped_days", "药 针 胰", rf"{_N}{_MANY}{_SPAN}{_GAP}{{0,2}}?(?:没|未)(?:有)?(?:吃药|用药|打针|打胰|服药)", _days),
)
# fmt: on
_NUMBER = re.compile(r"[\d零一二两三四五六七八九十半几]")


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows with the same cues. `second`: grams of the second group of cues, if the rows have one."""

    second: frozenset[int]
    rows: tuple[tuple[str, re.Pattern[str], Convert], ...]


def _by_cues() -> tuple[dict[int, list[int]], tuple[_Group, ...]]:
    """From the grams of the first cues to places in the list of groups, and that list."""
    rows: dict[str, list[tuple[str, re.Pattern[str], Convert]]] = {}
    for name, cues, source, convert in _ROWS:
        rows.setdefault(cues, []).append((name, re.compile(source), convert))
    places: dict[int, list[int]] = {}
    groups: list[_Group] = []
    for cues, found in rows.items():
        first, _, second = cues.partition("&")
        for one in grams_of(first.split()):
            places.setdefault(one, []).append(len(groups))
        groups.append(_Group(grams_of(second.split()), tuple(found)))
    return places, tuple(groups)


_PLACES, _GROUPS = _by_cues()
_CUES = frozenset(_PLACES)


def measure(read: Plain) -> tuple[Measured, ...]:
    """Every value found; several of one quantity when several are written. Danger and facts share the result."""
    if read.measured is None:
        hits = _CUES & read.grams
        read.measured = tuple(_measure(read, hits)) if hits and _NUMBER.search(read.plain) else ()
    return read.measured


def _measure(read: Plain, hits: Set[int]) -> Iterator[Measured]:
    for place in sorted({place for hit in hits for place in _PLACES[hit]}):
        group = _GROUPS[place]
        if group.second and group.second.isdisjoint(read.grams):
            continue
        for name, expression, convert in group.rows:
            for match in expression.finditer(read.plain):
                value = convert(match)
                if value is not None:
                    yield Measured(name, value, match.start(), match.end())
