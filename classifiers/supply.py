"""Days of medicine, food or oxygen left: counted (还剩两天), up to a day (明天就吃完了, 撑到周五), or gone (断药)."""

import re
from datetime import datetime

from classifiers.dates import Look, expressions, resolved
from classifiers.matching import find_all, one_of
from classifiers.numerals import SOURCE, number
from classifiers.plain import Plain, grams_of
from conversations.playbook import SHANGHAI

_N = f"({SOURCE})"
_GAP = r"[^,。!?;\s]"
_LEFT = re.compile(
    rf"(?:只|还|仅|就|才)(?:剩下?|有|够|能用|能撑|能吃|能打|能喝|能维持)(?:下|了|吃|用|最后){{0,2}}{_N}(?:多)?\s?(天|顿|粒|片|颗|支|瓶|包|袋|个?星期|个?礼拜|周|个?月|个?小时)(?!前|了没)"
    rf"|(?:最后|剩下?){_N}\s?(天|粒|片|颗|顿|包|周)|(?:够|够吃|够用|够打|能吃|能打|能喝|能撑|维持){_N}\s?(天|个?星期|个?礼拜|周)"
)
_SUPPLY = re.compile("药|胰[岛导]素|氧|粮|米|菜|吃的|奶|食|粒|片|颗|水|喝|针|纱布|管|袋|尿布|尿不湿|干粮|面|饭")
_USED = (
    "(?:吃完(?!药|饭|早|中|晚)|用完|喝完(?!药)|吃光|用光|喝光|吸完|烧完|没米|断粮|断药|断奶粉|断供|断货|断掉|断脱|断了"
    "|没药|见底|没得吃|没吃的|没了|没有了|光了)"
)
_OUT = re.compile(
    rf"药{_GAP}{{0,8}}(?:也|都|全|已经|早就)(?:吃完|用完|吃光|用光)了|断药|停药(?!会|就|要|的话|后)|没药|药没|药全没|没有药|药{_GAP}{{0,3}}(?:吃完|用完|吃光|用光)了|断粮|没吃的|没有吃的|没得吃|见底|断供|一粒{_GAP}{{0,2}}没"
    rf"|(?:药|素|奶粉|氧气?|米|菜){_GAP}{{0,3}}(?:没了|没有了|断了|断脱|没没了|光脱)|(?:药|奶粉|米|菜|粮)(?:也|都)?么了"
    rf"|(?:奶粉|氧气|米|菜|粮){_GAP}{{0,4}}(?:吃完|用完|喝完|吃光|用光|吸完)了"
)
_NAMED_OUT = re.compile(
    r"(?:吃完|用完|吃光|用光|打完|断)了(?!会|就|怎么)|(?:也|都|全|已经|早就)没有?了|没有?了(?=[,。!?;\s]|$)"
)
"""Where a medicine is called by its name: 华法林吃完了, 断了4天; 二甲双胍也没了."""
_SOON = re.compile(
    r"快(?:要)?(?:吃完|用完|没|断|见底|打完|吃光|吸完)|马上(?:就)?(?:要)?(?:没|断|吃完|用完)|即将(?:吃完|用完|断)|所剩无几|所剩不多|就要(?:没|断|吃完|用完)"
)
# Of the portion of a day (今天的药吃完了): taken as it should be, and says nothing of what is left.
_PORTION = re.compile(
    rf"(?:今天|今日|今朝|今早|今晚|早上|早晨|中午|晚上|这顿|这次)(?:份)?的?药{_GAP}{{0,2}}吃完|每天|每日"
)
_TO = re.compile(r"(?:吃|用|撑|够|维持|坚持|熬|顶|挺|吸|喝|最多|只能|只够|配)(?:吃|用|撑)?(?:到|至)$|剩下?了?$")
_UP_TO = re.compile(r"(?:到|至)$")
_THEN = re.compile(
    rf"{_GAP}{{0,2}}?(?:就|要|会|便|开始|起|上|的?时候|之?前|准|大概|肯定|彻底|得|可能|又|全|都|该){{0,3}}{_GAP}{{0,2}}?{_USED}"
)
_STOPS = re.compile(r"(?:就|要|会){0,2}(?:断|没)(?=[,。!?;\s]|$)")
_ALREADY = re.compile("已经|早就|早已")
_UNIT_DAYS = {"天": 1.0, "顿": 0.33, "期": 7.0, "拜": 7.0, "周": 7.0, "月": 30.0, "时": 1 / 24}

_SUPPLIES = grams_of(word.partition("[")[0] for word in _SUPPLY.pattern.split("|"))
_LEFT_CUES = grams_of("剩 够 能用 能撑 能吃 能打 能喝 能维 维持 只有 还有 仅有 就有 才有 最后".split())
_DAY_CUES = grams_of("完 光 断 没 底 到 至 剩 么了".split())
_OUT_START = one_of("断停没药见一素奶氧米菜粮")
_LONGEST = 60


def days_left(read: Plain, now: datetime, *, named: bool = False) -> float | None:
    """还剩两天 is 2, 只剩3粒 is 3 (one a day), 明天就吃完了 is 1, 快吃完了 is 1, 断药 is 0; None when the text does not say.

    `named`: the text names a medicine (优甲乐), which needs no word like 药 beside it.
    """
    text = read.plain
    if not named and (_SUPPLIES.isdisjoint(read.grams) or not _SUPPLY.search(text)):
        return None
    match = None if _LEFT_CUES.isdisjoint(read.grams) else _LEFT.search(text)
    if match and not (match[0].endswith("顿") and "剩" not in match[0] and "最后" not in match[0]):  # 一天只能吃一顿
        value, unit = next((v, u) for v, u in zip(match.groups()[::2], match.groups()[1::2], strict=True) if v)
        if (found := number(value)) is not None:
            return round(found * _UNIT_DAYS.get(unit[-1], 1.0), 2)
    if _DAY_CUES.isdisjoint(read.grams):
        return None
    if (until := _until(text, now)) is not None:
        return until
    if _SOON.search(text):
        return 1.0
    gone = find_all(_OUT_START, _OUT, text) or (named and _NAMED_OUT.search(text))
    return 0.0 if gone and not _PORTION.search(text) else None


def _until(text: str, now: datetime) -> float | None:
    """Days to the day on which it is said to end. A day that has passed is 0; today's portion taken is no end."""
    today = now.astimezone(SHANGHAI).date()
    for moment in resolved(expressions(text), now, Look.AHEAD):
        before, after = text[max(0, moment.start - 6) : moment.start], text[moment.end : moment.end + 16]
        ends = _THEN.match(after) or _STOPS.match(after)
        if not (_TO.search(before) or (ends and (_UP_TO.search(before) or not _PORTION.search(text)))):
            continue
        days = (moment.at.date() - today).days
        if _ALREADY.search(before) or (ends and _ALREADY.search(ends[0])):
            days = 0
        if days <= _LONGEST:
            return float(max(0, days))
    return None
