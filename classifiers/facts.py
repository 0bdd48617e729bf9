"""Single facts of a case: age, weeks of pregnancy, treatment dates, people, what 12345 said, who writes for whom.

Each function reads a text's `Plain` form and answers empty when the text does not say; most ask its grams and stop there.
An expression whose alternatives begin in many ways is tried only at the characters it may begin with.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from classifiers.dates import Look, Moment, expressions, moments, resolved, to_come
from classifiers.matching import find_all, one_of
from classifiers.numerals import CHARACTERS, SOURCE, number
from classifiers.plain import Plain, grams_of
from classifiers.quantities import Measured

_N = f"({SOURCE})"
_GAP = r"[^,。!?;\s]"
_TREATMENT = "透析|血透|腹透|化疗|放疗|输血|打针|治疗|上药|产检|换药|靶向|手术|复查|输液|冲管|维护|复诊|注射|透"
_AHEAD = re.compile(
    rf"下次|下一次|下趟|该|应该|预约|约了|约的|约在|轮到|安排在|定在|原定|预产期|到期|要(?:去|做|到)?(?:{_TREATMENT}|医院)|需要|必须"
    r"|(?:有|是)(?:化疗|手术|产检)"
)
_DUE_DATE = re.compile(r"预产期")
_TREATMENTS = grams_of([*_TREATMENT.split("|"), "预产期"])
_BACK = re.compile(rf"上次|上一次|上趟|最近一次|最后一次|做过|没有?(?:{_TREATMENT})|距|至今")
# 透了, 做的: done, unless the clause plans it (礼拜三该透了).
_DONE = re.compile(rf"(?:{_TREATMENT})(?:是|过|了|的)|做了|做的|打过|打了")
_NEAR_TREATMENT = re.compile(_TREATMENT)
_CLAUSE = re.compile(r"[,。!?;\s]")


def treatments(read: Plain, now: datetime, days_since: float | None) -> tuple[datetime | None, datetime | None]:
    """When it was last done and is next due, aware. `days_since`: days without dialysis, where the text counts them."""
    last = due = None
    text = read.plain
    about = not _TREATMENTS.isdisjoint(read.grams) and (_NEAR_TREATMENT.search(text) or _DUE_DATE.search(text))
    if about and (dates := expressions(text)):
        ahead_of_now = list(resolved(dates, now, Look.AHEAD))
        for moment in ahead_of_now:
            clause = _clause(text, moment)
            ahead = _AHEAD.search(clause)
            planned = (ahead and not _BACK.search(clause)) or _DUE_DATE.search(clause)
            # A date still to come is worth more than one that was missed.
            if planned and (due is None or due <= now < moment.at):
                due = moment.at
        for moment in resolved(dates, now, Look.BACK):
            clause = _clause(text, moment)
            done = _BACK.search(clause) or (_DONE.search(clause) and not _AHEAD.search(clause))
            if last is None and moment.at <= now and done and not _DUE_DATE.search(clause):
                last = moment.at
        if due is None:
            near = (m for m in ahead_of_now if to_come(m, now) and _NEAR_TREATMENT.search(_clause(text, m)))
            due = next((moment.at for moment in near), None)
    if last is None and days_since is not None:
        last = next((m.at for m in moments(f"{max(1, round(days_since))}天前", now, Look.BACK)), None)
    return last, due


def _clause(text: str, moment: Moment) -> str:
    starts = [match.end() for match in _CLAUSE.finditer(text, max(0, moment.start - 24), moment.start)]
    end = _CLAUSE.search(text, moment.end)
    start = starts[-1] if starts else max(0, moment.start - 24)
    return text[start : min(end.start() if end else len(text), moment.end + 24)]


# 八十多, and not 二十多年, 30多块.
_BAND = re.compile(
    r"(?:([二三四五六七八九])十(?:几|多|来|出头|开外)|(?<!\d)([2-9])0(?:几|多|来)岁?)"
    r"(?!\s?(?:年(?![纪龄老])|[天个块元户斤分公平米度次层楼号万条页小家]))"
)
_BANDS = grams_of("十几 十多 十来 十出 十开 0几 0多 0来".split())
# 外公九十了, 阿婆八十三, 我妈75: of the old an age needs no word for years.
_OLD = re.compile(
    r"(?:[爸妈爷奶婆公娘父母伴]亲?|老人家?|[我他她伊])(?:,|\s|今年|已经|都|也|快|年近|年过|虚岁)?"
    r"(?:([六七八九]十[一二三四五六七八九]?|[六七八九]十有[一二三四五六七八九])|([6-9]\d))(?:了|高龄|(?=[,。!?;\s]|$|爸|妈))"
)
_OLD_DIGITS = grams_of(
    [*(f"{one}十" for one in "六七八九"), *(f"{ten}{one}" for ten in "6789" for one in "0123456789")]
)
_DECADE = re.compile("([五六七八九])旬")
_AGED = re.compile("[岁老爸妈娘爷奶婆公人父母]")
_NOMINAL = re.compile(rf"叫名|虚岁|虚{_N}岁")
_CALLED = re.compile(rf"叫名{_N}")
_CALLED_CUE = grams_of(["叫名"])


def age_months(measured: Iterable[Measured], read: Plain) -> int | None:
    """The first age written, in months; a nominal age (叫名, 虚岁) is one year less. 八十多 is 80."""
    text = read.plain
    ages = [one for one in measured if one.quantity == "age"]
    if ages:
        first = min(ages, key=lambda one: one.start)
        months = int(first.value)
        nominal = months >= 24 and _NOMINAL.search(text[max(0, first.start - 4) : first.end + 2])
        return max(0, months - 12) if nominal else months
    if not _CALLED_CUE.isdisjoint(read.grams) and (named := _CALLED.search(text)) and (years := number(named[1])):
        return int(years - 1) * 12
    if not _BANDS.isdisjoint(read.grams) and (band := _BAND.search(text)) and _AGED.search(text):
        years = number(band[1]) if band[1] else float(band[2])
        return int((years or 0) * 10 * 12)
    if not _OLD_DIGITS.isdisjoint(read.grams) and (old := _OLD.search(text)):
        return int(number((old[1] or old[2]).replace("有", "")) or 0) * 12
    if "旬" in text and (decade := _DECADE.search(text)):
        return int(number(decade[1]) or 0) * 10 * 12
    return None


_WEEKS = re.compile(
    rf"(?:孕|怀孕|有喜|大肚皮|身孕|大肚子|怀了|怀着)(?:了|已经|已|差不多|快|到|才|现在|:|期|妇|晚期|早期|中期|有|\s){{0,3}}{_N}\s?(?:\+\d)?\s?(周|个?多?月|w)"
    rf"|{_N}(?:多)?\s?(周)\s?(?:\+\d)?(?:的?孕|多?了?,?怀孕)|{_N}个(多?月)(?:的?身孕|的?孕妇|大肚)"
)


_PREGNANT = grams_of("孕 有喜 大肚 怀了 怀着".split())
_WEEKS_START = re.compile(f"[孕怀有大身{CHARACTERS}]")


def pregnancy_weeks(read: Plain) -> int | None:
    """孕33周 is 33, 怀孕8个月 is 32: a month of pregnancy is four weeks."""
    if _PREGNANT.isdisjoint(read.grams):
        return None
    for match in find_all(_WEEKS_START, _WEEKS, read.plain):
        groups = [group for group in match.groups() if group]
        value = number(groups[0])
        if value is None:
            continue
        weeks = int(value) if groups[1][0] in "周w" else int(value * 4)
        if 1 <= weeks <= 43:
            return weeks
    return None


_PEOPLE = re.compile(
    rf"(?:一共|总共|共有?|有|我们|家里|全家|一家|住着|住了|屋里|被困|困了?){_N}\s?(?:多|几)?(?:个|口|位|名)?(?:多)?(?:人(?!民|员|工|生)|口(?!罩|头|服|腔)|位老人|个老人|个孩子)|(?<![\d一二三四五六七八九十]){_N}\s?(?:多|几)?(?:个人|口人|名住户|户人家|户居民|名居民)"
)


_PERSONS = grams_of("人 口 个孩 名住 户居 名居".split())
_PEOPLE_START = re.compile(f"[一总共有我家全住屋被困{CHARACTERS}]")
_NUMERAL = re.compile(f"[{CHARACTERS}]")


def people(read: Plain) -> int | None:
    """How many are concerned, when it is more than one."""
    if _PERSONS.isdisjoint(read.grams) or not _NUMERAL.search(read.plain):
        return None
    for match in find_all(_PEOPLE_START, _PEOPLE, read.plain):
        value = number(next(group for group in match.groups() if group))
        if value and 2 <= value <= 9999 and value == int(value):
            return int(value)
    return None


_ORDER = re.compile(r"(?:工单|单号|编号|受理|12345)[^\d\n,。]{0,10}?((?:[a-z]{1,4})?\d[\d-]{7,22})(?![\d-])")
_SHORT_ORDER = re.compile(r"(?:工单号?|受理号|工单编号)(?:是|为|:|\s){0,3}([a-z]{0,4}\d{5,22})(?!\d)")


_ORDERS = grams_of("工单 单号 编号 受理 12345".split())
_NO_ORDER = re.compile(r"1[3-9]\d{9}|12345")


def order_number(read: Plain) -> str:
    """The number 12345 gave, as written in capitals. A telephone is none."""
    if _ORDERS.isdisjoint(read.grams):
        return ""
    for expression in (_ORDER, _SHORT_ORDER):
        for match in expression.finditer(read.plain):
            if not _NO_ORDER.fullmatch(match[1]):
                return match[1].upper()
    return ""


_HOTLINE = r"(?:(?<!\d)12345(?!\d)|市民热线|市长热线|政务热线)"
_ANY_HOTLINE = re.compile(_HOTLINE)
_HOTLINES = grams_of("12345 市民 市长 政务".split())
_NOT_THROUGH = re.compile(
    rf"{_HOTLINE}{_GAP}{{0,14}}?(?:打不通|打不进|占线|没人接|无人接|接不通|一直忙|排队|拨不通|拨不进|线路忙|没打通|打不到|不通)"
    rf"|(?:打不通|打不了|打不进|拨不通|没打通|接不通){_GAP}{{0,3}}{_HOTLINE}|{_HOTLINE}{_GAP}{{0,8}}[,\s]?{_GAP}{{0,8}}(?:打不通|打不进|没打通|不通|占线|没人接)"
)
_NOT_CALLED = re.compile(
    rf"(?:没|没有|未|还没|还没有|没去|不敢|不想)(?:打|拨打?|联系)(?:过)?{_GAP}{{0,3}}{_HOTLINE}|{_HOTLINE}{_GAP}{{0,3}}(?:没|没有|未)(?:打|拨|联系)(?!通|进)"
    rf"|(?:要不要|需要|该不该|是不是要|可以|能){_GAP}{{0,2}}打{_HOTLINE}"
)
_WAS_CALLED = re.compile(
    rf"(?:打|拨|联系|致电|反映|投诉|报|找|问)(?:过|了|给)?{_GAP}{{0,8}}{_HOTLINE}|{_HOTLINE}[^。!?]{{0,16}}(?:过|了|说|答复|回复|登记|记录|派|受理|转|没用|无果|没有结果|反映|都打|打|推|投诉)"
)

_TAKEN_FOR = re.compile(rf"^\W*(?:你好|您好|喂|请问|这里|你们|是|\s)*{_HOTLINE}(?:热线)?(?:吗|吧|么|伐|是吗|是吧)")
"""12345吗 我家没水了: who asks whether we are it has not rung it."""

_RANG = r"(?:过了|打了|打过|没用|没人|无果|说|答复|回复|登记|记录|受理|转|派|反映|推|投诉|叫|让|要我)"
# Whoever is going to, is told to or asks whether to has not rung yet.
_NOT_RUNG = re.compile(
    rf"(?:自己|先|再|去|等会儿?|等下|等一下|待会儿?|马上|这就|准备|打算|要|想|叫我|让我|要我|叫我们|让我们|建议|可以|应该|不用|不要|别|甭|不想|懒得|没必要)"
    rf"{_GAP}{{0,4}}?(?:打|拨打?|联系|找|问)(?!过|了|完|通|不|给){_GAP}{{0,3}}{_HOTLINE}(?![^。!?]{{0,12}}{_RANG})"
    rf"|{_HOTLINE}{_GAP}{{0,4}}(?:有用|行|可以|管用|好用|能打|怎么打|是多少|是什么)(?:吗|么|伐|嘛|不|[?]|$)"
    rf"|(?:不用|不要|别|甭|不想){_GAP}{{0,3}}打{_GAP}{{0,3}}{_HOTLINE}了?$"
)


def called_12345(read: Plain, order: str) -> str:
    """no, yes_with_no, yes_no_number, tried_not_through, or "" when the text does not say."""
    if order:
        return "yes_with_no"
    text = read.plain
    if _HOTLINES.isdisjoint(read.grams) or not _ANY_HOTLINE.search(text):
        return ""
    if _NOT_THROUGH.search(text):
        return "tried_not_through"
    if _NOT_CALLED.search(text):
        return "no"
    if _NOT_RUNG.search(text) or _TAKEN_FOR.match(text):
        return ""
    return "yes_no_number" if _WAS_CALLED.search(text) else ""


_MY = r"(?:我家?的?|阿拉|我们家?|本人的?)"
_RELATIONS: tuple[tuple[str, str], ...] = (
    ("grandparent", rf"{_MY}(?:爷爷|奶奶|外公|外婆|阿爷|阿奶|姥姥|姥爷|老爹|太婆|太公)"),
    (
        "parent",
        rf"{_MY}(?:年迈的?|老|亲)?(?:爸|妈|父|母|爹|娘|姆妈|阿爸|爷老头子|爷娘|公公|婆婆|岳父|岳母|丈人|丈母|双亲)",
    ),
    ("child", rf"{_MY}(?:的)?(?:儿子|女儿|孩子|宝宝|小孩|娃|囡囡|小囡|倪子|囡儿|囡五|小毛头|大宝|二宝)"),
    ("spouse", rf"{_MY}(?:老公|老婆|丈夫|妻子|爱人|家主婆|先生|太太|媳妇|老伴)"),
    ("kin", rf"{_MY}(?:哥|姐|弟|妹|舅|叔|伯|姨|姑|婶|嫂|侄|外甥|孙|表|堂|亲戚|嬢嬢|爷叔)"),
    ("committee", r"我是[^,。]{0,10}(?:居委|村委|社区工作|街道)"),
    ("volunteer", r"我是[^,。]{0,10}(?:志愿者|楼组长|团长|代发)|志愿者代发|帮[^,。]{0,6}代发"),
    ("neighbour", r"邻居|隔壁|楼上|楼下|对门|同楼"),
    ("friend", rf"{_MY}(?:朋友|同事|同学|室友|闺蜜|老师|师傅|员工)|(?:朋友|同事|同学|闺蜜)的"),
    (
        "self",
        r"本人|我自己|我(?:现在|今天|是|有|已经|已|在|快|怀孕|发烧|今年|一个人|要|需要|没|的药|血透|透析|化疗|喘|胸|肚)",
    ),
    ("parent", r"(?:爸爸|妈妈|父亲|母亲|姆妈|老爸|老妈|老父亲|老母亲|爷老头子)"),
    ("grandparent", r"(?:爷爷|奶奶|外公|外婆|阿爷|阿奶)"),
    ("child", r"(?:宝宝|小囡|囡囡|小毛头|毛毛头)"),
    ("spouse", r"(?:老公|老婆|老伴)"),
)
_RELATION = re.compile("|".join(f"(?P<r{at}>{source})" for at, (_, source) in enumerate(_RELATIONS)))
_RELATION_START = one_of("我阿本志帮邻隔楼对同朋闺爸妈父母姆老爷奶外宝小囡毛")


def relation(read: Plain) -> str:
    """What the patient is to the writer: self, parent, child, spouse, grandparent, kin, friend, neighbour, volunteer,
    committee, or ""."""
    best = len(_RELATIONS)
    for match in find_all(_RELATION_START, _RELATION, read.plain[:600]):
        best = min(best, int(str(match.lastgroup)[1:]))
    return _RELATIONS[best][0] if best < len(_RELATIONS) else ""
