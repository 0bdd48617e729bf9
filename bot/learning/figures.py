"""Runs of figures that may name somebody: telephones, identity numbers, cards, orders, in any writing and any spacing."""

import re
import unicodedata

from bot.learning.marks import ACCOUNT, CARD, IDENTITY, NUMBER, PHONE, Mark

# Characters that stand for a figure, wherever it is not one of a plain word: 幺三八, １３８, ①③⑧, 壹叁捌.
_SPOKEN = dict(zip("零〇○洞幺一二两三四五六七拐八九勾壹贰叁肆伍陆柒捌玖", "00001122345677899123456789", strict=True))
_ALIKE = {"O": "0", "o": "0", "l": "1", "I": "1"}
_GAP = r"[-\s.．·•…,，、_/~—–*＊()（）:：|+＋\u00ad\u200b-\u200f\u2060\ufe0f\u20e3\ufeff]{0,3}"
_MOST_GAPS = 40

_DATE = re.compile(r"(?:19|20)\d{2}[-./]\d{1,2}(?:[-./]\d{1,2})?(?:\s\d{1,2}:\d{2})?|\d{1,2}:\d{2}-\d{1,2}:\d{2}")
_SHORT_CUE = re.compile(
    r"(?P<account>微信|薇信|威信|vx|wx|v信|wechat|qq|扣扣|企鹅|抖音|小红书|微博|支付宝|账号|帐号|群号|id)"
    r"|(?P<card>卡号|银行卡|医保卡?|社保卡?|就诊卡)"
    r"|(?P<identity>身份证|证件|护照|通行证|户口)"
    r"|(?P<number>订单|单号|快递|运单|取件码|编号|编码|病历|住院|门诊|病案|床号|床位|工单|受理|验证码|密码|条码|登记)",
    re.IGNORECASE,
)
_KINDS = {"account": ACCOUNT, "card": CARD, "identity": IDENTITY, "number": NUMBER}

_WRITTEN = re.compile(r"[0-9０-９]")
_CHAR = rf"[\d{''.join(_SPOKEN)}①-⑨⓪⑴-⑼⒈-⒐❶-❾➀-➈㊀-㊈㈠-㈨𝟎-𝟿]"
# Seven figures or more, however they are spaced; letters that look like one only among them.
_RUN = re.compile(
    rf"{_CHAR}(?:{_GAP}(?:{_CHAR}|[OolI](?={_GAP}(?:{_CHAR}|[OolI])))){{4,{_MOST_GAPS}}}"
    rf"(?:{_GAP}[xX](?![A-Za-z]))?[\ufe0f\u20e3]*"
)
_LEAST = 7
_WITH_CUE = 4


def _figure(char: str) -> str:
    """The figure a character stands for, "" if none."""
    if char in _SPOKEN:
        return _SPOKEN[char]
    if (value := unicodedata.digit(char, None)) is not None:
        return str(value)
    return ""


def hide_runs(text: str) -> str:
    out, at = [], 0
    for found in _RUN.finditer(text):
        before = text[max(0, found.start() - 14) : found.start()]
        cue = next(reversed([*_SHORT_CUE.finditer(before)]), None)  # the nearest
        run = _trimmed(found[0])
        figures = "".join(_figure(char) or _ALIKE.get(char, "") for char in run)
        near = cue is not None and not re.search(r"[,，。;；\n]", before[cue.end() :])
        if len(figures) < (_WITH_CUE if near else _LEAST) or _harmless(run):
            continue
        named = _KINDS[cue.lastgroup] if near and cue is not None and cue.lastgroup else None
        out += [text[at : found.start()], _kind(figures, run, named).shown]
        at = found.start() + len(run)
    return "".join([*out, text[at:]])


_PUBLIC = frozenset(
    "110 119 120 122 12345 12320 12333 12355 12356 12315 12319 12329 12395 10000 10010 10086 962121".split()
)
_APART = re.compile(r"\d+")


def _harmless(run: str) -> bool:
    """Days and hours, and the lines everybody calls."""
    return bool(_DATE.fullmatch(run.strip(" .,，、"))) or all(one in _PUBLIC for one in _APART.findall(run) or [""])


def _trimmed(run: str) -> str:
    """Without a numeral that begins the next word: 单号1234567890123一直不到."""
    written = len(_WRITTEN.findall(run))
    return run[:-1] if written >= _WHOLE and len(run) > 1 and run[-1] in "一两" and run[-2].isdigit() else run


_WHOLE = 11


def _kind(figures: str, run: str, named: Mark | None) -> Mark:
    if _is_identity(figures, run):
        return IDENTITY
    if named is not None:
        return named
    if (re.search(r"1[3-9]\d{9}", figures) and len(figures) <= 13) or len(figures) in (7, 8, 10, 11, 12):
        return PHONE
    return CARD if 16 <= len(figures) <= 19 and _luhn(figures) else IDENTITY if len(figures) == 18 else NUMBER


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_identity(figures: str, run: str) -> bool:
    """A citizen's number: seventeen figures, a date among them, and the check character."""
    last = "X" if run[-1] in "xX" else figures[17:18]
    if len(figures) not in (17, 18) or not last:
        return False
    return "10X98765432"[sum(int(a) * b for a, b in zip(figures, _WEIGHTS, strict=False)) % 11] == last


def _luhn(figures: str) -> bool:
    doubled = (int(char) * (2 if place % 2 else 1) for place, char in enumerate(reversed(figures)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
