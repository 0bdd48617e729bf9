"""Takes out of a resident's words who they are and where they live, before anybody labels them or a model learns them.

What is taken out leaves a mark that people can read (〔电话〕). For training each mark becomes something the tokenizer reads
as it reads the original (`marks.for_training`), so that a text learns the same with and without its numbers. Doors keep their
words and lose their figures: 60弄5号楼 becomes 00弄0号楼. Rather too much is taken than too little; towns, roads, hospitals,
illnesses, ages and dates stay, since nothing can be learnt without them (docs/understanding.md says what that means).
"""

import re
from collections.abc import Callable, Iterable

from bot.doors import hide_doors, is_door
from bot.learning.figures import hide_runs
from bot.learning.marks import ACCOUNT, ESTATE, LINK, MAIL, NAME, NUMBER, PHONE, PLATE, Mark
from bot.names import CALLED, FIELD_NAME, GIVEN, SMALL, SURNAME, value_of
from classifiers.names import TITLES
from classifiers.phones import read_phones

_BEFORE_VALUE = r"(?:号码|号|码|是|为|名|[:：\s】\]=])*"
_MAIL = re.compile(r"[\w.+-]{1,64}\s?[@＠]\s?[\w-]{1,63}(?:\s?[.．。]\s?[A-Za-z]{2,10}){1,3}", re.ASCII)
_LINK = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+", re.IGNORECASE)
_MENTION = re.compile(r"[@＠][\w一-鿿-]{1,24}")
_ACCOUNT = re.compile(
    rf"(?P<cue>微信|薇信|威信|v信|vx|wx|wechat|weixin|qq|扣扣|抖音|小红书|微博|支付宝){_BEFORE_VALUE}"
    r"(?P<value>(?=[\w-]*[A-Za-z\d])[A-Za-z\d][\w-]{4,24})",
    re.IGNORECASE | re.ASCII,
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-Za-z]\s?[-·•.]?\s?(?:[A-Za-z0-9]\s?){4,5}[A-Za-z0-9挂学警港澳]",
)
_MIXED = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9-]{0,40}[A-Za-z])(?=[A-Za-z0-9-]{0,40}\d)[A-Za-z0-9-]{7,40}(?![A-Za-z0-9])"
)
_FEW = 3
"""Figures in such a code: a drug's or a vaccine's name has fewer (PD-L1, mRNA1273 is over-masked; so be it)."""

_BED = re.compile(
    r"(?:[0-9a-zA-Z]{1,4}[-－])?[0-9]{1,4}\s?床(?!位)|床[号位]?[:：是]?\s?[0-9]{1,4}(?![个天])|床[号位][:：是]?\s?[一二三四五六七八九十]{1,3}"
)
_FIGURES = re.compile(r"[0-9０-９]")
_HAN_FIGURES = re.compile(r"[零〇幺一二两三四五六七八九十百甲乙丙丁]|[a-zA-Z]")

# A name of two to five characters without the small words a sentence is made of: 不让出小区 names no estate.
_ESTATE = re.compile(
    rf"(?P<plain>(?:(?![{SMALL}])[一-鿿]){{2,5}})(?:小区|新村|花园|公寓|家园|名邸|名苑|佳苑|雅苑|华庭|豪庭|公馆|别墅|花苑|苑|邨|里弄|坊|大厦)"
)
_NO_NAME = re.compile(
    r"隔壁|附近|别人|其他|很多|自己|居住|所在|商业|商务|人才|残疾|老人|老年|青年|员工|学生|教学|住院|门诊|村民|居民|高档|普通|动迁|拆迁$"
)

_TITLED = re.compile(rf"(?:(?<![一-鿿])(?!谢谢|方便|于是){SURNAME}{GIVEN}{{0,2}}?|(?<!谢){SURNAME})(?=(?:{TITLES}))")
_WHO = (
    "本人|患者|病人|老人|产妇|孕妇|伤者|死者|逝者|母亲|父亲|妈妈|爸爸|我妈|我爸|爷爷|奶奶|外公|外婆|丈夫|妻子|老公|老婆|爱人|儿子|女儿|孩子|邻居"
    "|居民|住户|业主|家属|同事|朋友|医生|姐姐|哥哥|弟弟|妹妹|婆婆|公公|岳父|岳母|保姆|护工"
)
_SAID = re.compile(
    rf"(?P<cue>(?:{_WHO})[:：\s]{{0,2}})(?P<value>{SURNAME}{GIVEN}{{1,2}})"
    r"(?=[,，。、；;\s（(\d]|$|今年|现年|住|男|女|电话|手机|身份证|是|患|因|于|在|家|需|突|已|目前|〔)"
)


def deidentify(text: str, *, places: Iterable[str] = ()) -> str:
    """The text without whom and where. `places`: estates and doors that an address reader found in it, as written.

    Never raises; the same text always gives the same; done twice it changes nothing more.
    """
    text = _LINK.sub(LINK.shown, _MAIL.sub(MAIL.shown, text))
    text = _ACCOUNT.sub(_keeping(ACCOUNT), text)
    text = _MENTION.sub(ACCOUNT.shown, text)
    text = _PLATE.sub(PLATE.shown, text)
    text = hide_runs(text)
    for phone in read_phones(text):
        text = text.replace(phone.raw, PHONE.shown)
    text = _MIXED.sub(lambda found: NUMBER.shown if len(_FIGURES.findall(found[0])) > _FEW else found[0], text)
    text = FIELD_NAME.sub(_keeping(NAME), text)
    text = CALLED.sub(_keeping(NAME), text)
    text = _SAID.sub(_keeping(NAME), text)
    text = _TITLED.sub(NAME.shown, text)
    for place in sorted({one for one in places if len(one) > 1}, key=len, reverse=True):
        text = text.replace(place, _blank(place) if _FIGURES.search(place) or is_door(place) else ESTATE.shown)
    text = _ESTATE.sub(lambda found: ESTATE.shown if _names_estate(found) else found[0], text)
    text = hide_doors(text, _blank)
    return _BED.sub(lambda found: _blank(found[0]), text)


def _keeping(mark: Mark) -> Callable[[re.Match[str]], str]:
    """Replaces the value after its cue; an expression with two forms calls the second one's cue2, value2."""

    def replaced(found: re.Match[str]) -> str:
        named = found.groupdict()
        return f"{found[0][: found.start(value_of(named)) - found.start()]}{mark.shown}"

    return replaced


def _blank(door: str) -> str:
    return _HAN_FIGURES.sub("〇", _FIGURES.sub("0", door))


def _names_estate(found: re.Match[str]) -> bool:
    return not _NO_NAME.search(found["plain"])
