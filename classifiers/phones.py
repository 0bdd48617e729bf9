"""Telephone numbers as residents write them: spaced, hyphened, full-width, in Chinese numerals, with whose they are.

Identity-card numbers, order numbers, 12345 and the emergency numbers are no numbers to call a resident back on.
"""

import re

from classifiers.plain import replacer
from conversations.reading import Phone

_narrow = replacer(
    {c: c - 0xFEE0 for c in range(0xFF10, 0xFF1A)}
    | {
        0xFF0B: 0x2B, 0xFF0D: 0x2D, 0x2014: 0x2D, 0x2013: 0x2D, 0x3000: 0x20, 0x00A0: 0x20, 0xFF08: 0x28, 0xFF09: 0x29,
    }
)  # fmt: skip
_SPOKEN = dict(zip("零〇洞幺一二两三四五六七拐八九勾壹贰叁肆伍陆柒捌玖", "0001122345677899123456789", strict=True))
_SPOKEN_DIGIT = f"[{''.join(_SPOKEN)}]"
_GAP = r"[-\s.]?"
_PARTED = r"[-\s.,，、/_·)]{1,3}"
"""Between the three groups in which people say a mobile number; there more than one mark may stand."""
# The digits of one number may be grouped in any way, with one blank, hyphen or dot between two of them.
_NUMBER = re.compile(
    rf"(?<![\d.])(?:"
    rf"(?P<mobile>(?:\+?86[-\s]?|0086[-\s]?)?(?:1{_GAP}[3-9](?:{_GAP}\d){{9}}|\(?1[3-9]\d{_PARTED}\d{{4}}{_PARTED}?\d{{4}}(?![元块斤克米个])))"
    rf"|(?P<service>[48]00{_GAP}\d{{3,4}}{_GAP}\d{{3,4}})"
    rf"|(?P<landline>(?:\(?0(?:10|2\d|[3-9]\d{{2}})\)?)[-\s]?[2-9]\d{{2,3}}{_GAP}\d{{4}}(?:转\d{{1,5}})?)"
    rf"|(?P<overseas>(?:\+|00)(?!86)[1-9]\d{{0,2}}[-\s(]{{0,2}}\d(?:[-\s()]{{0,2}}\d){{6,12}})"
    rf"|(?P<local>[2-9]\d{{3}}{_GAP}\d{{4}})"
    rf")(?![\d]|\.\d)"
)
_SPOKEN_NUMBER = re.compile(
    rf"(?<!{_SPOKEN_DIGIT})(?:[幺一壹](?:{_SPOKEN_DIGIT}{{10}}|{_SPOKEN_DIGIT}{{2}}{_PARTED}{_SPOKEN_DIGIT}{{4}}{_PARTED}{_SPOKEN_DIGIT}{{4}})|[二两三四五六七八九]{_SPOKEN_DIGIT}{{7}})(?!{_SPOKEN_DIGIT})"
)
# Eight bare digits are a telephone only when the words say so.
_LOCAL_CUE = re.compile(r"(?:电话|座机|固话|宅电|联系|打|tel)[^\d]{0,8}$", re.IGNORECASE)
_NOT_A_PHONE = re.compile(
    r"(?:身份证|证件|单号|编号|订单|快递|卡号|账号|医保|社保|病历|床号|工单|qq)[号码卡是为:：\s]{0,4}$",
    re.IGNORECASE,
)
_KIN = (
    "女儿|儿子|老公|老婆|丈夫|妻子|爱人|妈妈|母亲|爸爸|父亲|姆妈|爷爷|奶奶|外公|外婆|阿婆|姐姐|妹妹|哥哥|弟弟|媳妇|儿媳|女婿|孙子|孙女|外甥|侄子|侄女"
    "|邻居|护工|保姆|阿姨|朋友|同事|志愿者|居委|居委会|楼组长|物业|患者|病人|本人|我自己|我|家属|表姐|表哥|舅舅|叔叔|姑姑|公公|婆婆|囡儿|倪子|房东|老师|队长"
)
_OWNER_BEFORE = re.compile(
    rf"({_KIN})(?:的)?(?:联系)?(?:手机|电话|号码|联系方式|座机|微信同号)?(?:号码?|是|为)?[\s:：(（]{{0,3}}$"
)
_OWNER_AFTER = re.compile(rf"[\s,，]?[(（]?\s?(?:打|是|找|这是)?\s?({_KIN})(?:的|接|[)）]|$|[\s,，。;；])")
_SURNAME = re.compile(r"([一-鿿]{1,2}(?:先生|女士|小姐|阿姨|老师|师傅))[\s:：,，(（]{0,3}(?:电话|手机)?[\s:：]{0,2}$")
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS = _LOCAL = 8
_MOST = 10


def read_phones(text: str) -> tuple[Phone, ...]:
    """At most ten, in the order written, each once. `number` is as dialled; a landline of Shanghai gets its 021."""
    written = len(_DIGIT.findall(text)) >= _FEWEST_DIGITS
    if not written and not _SPOKEN_NUMBER.search(text):
        return ()
    plain = _narrow(text)
    found: dict[str, Phone] = {}
    spans = list(_NUMBER.finditer(plain)) if written else []
    for match in [*spans, *_SPOKEN_NUMBER.finditer(plain)]:
        number = _dialled(match, plain)
        if number and number not in found:
            found[number] = Phone(number, text[match.start() : match.end()], _owner(plain, match))
        if len(found) == _MOST:
            break
    return tuple(found.values())


def number_spans(text: str) -> list[tuple[int, int]]:
    """Where telephone numbers stand, whether or not anybody can be called on them: such figures are no part of an address."""
    if len(_DIGIT.findall(text)) < _FEWEST_DIGITS and not _SPOKEN_NUMBER.search(text):
        return []
    plain = _narrow(text)
    return [match.span() for expression in (_NUMBER, _SPOKEN_NUMBER) for match in expression.finditer(plain)]


def _dialled(match: re.Match[str], plain: str) -> str:
    before = plain[max(0, match.start() - 12) : match.start()]
    if _NOT_A_PHONE.search(before):
        return ""
    if match.re is _SPOKEN_NUMBER:
        number = "".join(_SPOKEN.get(char, "") for char in match.group())
        if len(number) == _LOCAL:
            return f"021{number}" if _LOCAL_CUE.search(before) else ""
        return number if number[1] in "3456789" else ""
    digits = "".join(_DIGIT.findall(match.group().split("转")[0]))
    match match.lastgroup:
        case "mobile":
            return digits[-11:]
        case "overseas":
            return "+" + digits.removeprefix("00")
        case "local":
            return f"021{digits}" if _LOCAL_CUE.search(before) else ""
        case _:
            return digits


def _owner(plain: str, match: re.Match[str]) -> str:
    before = plain[max(0, match.start() - 16) : match.start()]
    for expression in (_OWNER_BEFORE, _SURNAME):
        if found := expression.search(before):
            return found[1]
    after = _OWNER_AFTER.match(plain, match.end())
    return after[1] if after else ""
