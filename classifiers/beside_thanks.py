"""What stands beside thanks and good news: a text is read once more without them, and the graver reading holds.

A model hears the politeness of a text first: of 谢谢你们，菜收到了，就是老头子一只手提不起来了 it makes thanks, and of 透析做上了
the danger of those who wait for it. Rules read the whole text and need none of this.
"""

import re
from dataclasses import dataclass, replace

from conversations.codes import Act, Flag, Intent, Urgency, most_urgent
from conversations.reading import Reading

_CLAUSE = re.compile(r"[^\s,，。;；!！?？~～、…]+[!！?？]*")
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"\w")
_THANKED = (
    "(?:[你您侬]们?|大家|各位|记者|老师|小编|编辑|新民晚报|新民|晚报|帮侬忙|志愿者|居委会?|街道|社区|楼组长|团长|医生|护士|师傅|同志|"
    "好心人|政府|消防员?|警察|民警|1[12][09]|叔叔|阿姨|朋友|帮助|帮忙|关心|们|的|了|啦|啊|哈|哦|呀|噢)*"
)
_THANKS = (
    "(?:真的?|太|很|非常|十分|万分|实在|衷心|再次|先|也|要|好的?|嗯|收到|知道了|[你您]们?|大家)*"
    f"(?:谢谢|謝謝|谢了|感谢|感謝|感恩|多谢|多謝|拜谢|辛苦|麻烦|多亏|幸亏|拜托){_THANKED}"
)
_THANKING = re.compile("[谢謝感辛麻亏拜]")
_BEFORE, _BEHIND = re.compile(_THANKS), re.compile(f"{_THANKS}[!！]*$")
_LINK = re.compile(
    "(?:就是|只不过|只是|不过|但是|但|可是|另外|对了|然后|而且|还有(?!有|[一二两三四五六七八九十几半]|点|说))+"
)

_WHO = (
    "(?:我们?家?|阿拉|家里|屋里)?的?(?:人|他|她|伊|病人|老人|老人家|老头子|老太太?|孩子|小孩|小囡|宝宝|儿子|女儿|老公|老婆|爱人|"
    "[老阿]?[爸妈爹]{1,2}|父亲|母亲|姆妈|[老爷]爷|阿爷|奶奶|阿奶|外公|外婆|阿婆|公公|婆婆|阿姨|爷叔|邻居|哥哥?|姐姐?|弟弟?|妹妹?)?"
)
_WHEN = "(?:已经?|都|也|刚才?|刚刚|终于|总算|现在|今天|今朝|昨天|昨晚|早上|下午|人|全部?|全都|好像?|情况|状态)*"
_THING = "[^没未不勿弗冇无还又才能想要怎如求等快再就只吐血晕昏痛疼喘烧抽摔]{0,8}?"
_GOT = (
    "(?:收到|拿到|领到|送到|送来|寄到|买到|配到|开到|办好|办妥|办成|弄好|搞定|解决|处理好|落实|安排好|安排上|联系上|做上|做好|做完|"
    "做成|(?:透析|血透|化疗)上|透上|透好|透完|住进|住上|排上|入院|收治|修好|通水|来水|通电|来电|恢复|解封|开好|打好)"
    "(?:医院|病房|家里|门口|手里)?"
)
_WELL = (
    "(?:好转|好多|好些|好|稳定|稳定下来|没事|没大碍|退烧|不烧|不痛|不疼|不喘|不吐|醒|缓过来|醒过来|救活|救回来|救过来|救下来|救出来|"
    "抢救过来|抢救回来|活过来|脱离危险|出院|回来|回家|到家|找到|生|得救|(?:被?(?:120|救护车|急救车|医院)(?:拉走|带走)|接走|送走)|"
    "(?:送|拉|接|转|住)(?:到|进|去|往)?医院)"
)
_BETTER = (
    "(?:好多|好些|好转|舒服多?|喝上|吃上|用上|穿上|睡着|放心|平安|恢复|正常|有精神|退下来|降下来|下床|"
    "(?:会|能|肯|可以)(?:吃|喝|走|下床|说话|坐|睡|动|起来|认人)[^没不吐痛疼喘]{0,2})"
)
_PRAISE = re.compile(
    "[^没不未]{0,10}(?:感激不尽|感激|感动|祝|锦旗|表扬|好心人|暖心|温暖|平安健康|一生平安)[^没不痛疼喘]{0,12}"
)
_DONE_FOR_US = re.compile("(?:帮|给|替|为)[^没不]{1,12}(?:到|上|好|来|成)了[^没不痛疼喘吐晕昏]{0,8}")
"""After thanks: what they are for (感谢你们帮我爸联系到了透析)."""
_GOODS = "(?:菜|药|奶粉|物资|米|快递|胰岛素|氧气瓶?|尿布|东西|大礼包)"
_RESCUE = "(?:120|119|110|救护车|急救车|消防车?|警察|民警|医生|护士|志愿者|居委)"
_SAVED = "(?:救了|救活了?|救回了?)(?:我|他|她|老|孩|一命|命|[爸妈爷奶])*"
_END = "(?:了|啦|咯)[啊呀呢哦的]*[!！]*"
_GOT_GOODS = re.compile(f"{_THING}{_GOODS}{_WHEN}(?:收到|拿到|领到|送到|送来|配到|买到|来|到){_END}")
"""Wherever it stands, it is of another matter than who is ill."""
_PART = "(?:头|肚子|肚皮|胃|腿|脚|手|牙齿?|喉咙|身上|腰|背|眼睛|伤口|胸口|心口)?"
_OVER = re.compile(
    f"{_THING}{_GOT}{_END}|{_WHO}{_WHEN}{_PART}{_WHEN}(?:{_WELL}|做){_END}|{_THING}{_BETTER}{_END}|{_SAVED}[!！]*"
)
"""Behind a danger it says that this one is over (昨天夜里胸痛 现在好多了), so there it stays."""
_HELPED = re.compile(f"{_RESCUE}{_WHEN}(?:来|到|赶到){_END}")

_NOTHING, _LEAST, _SURE = 2, 4, 0.6
"""Characters below which nothing is left, and from which what is left can be read by itself."""


@dataclass(frozen=True, slots=True)
class Left:
    """`text`: what is left. `over`: good news was left out, not thanks alone."""

    text: str
    over: bool

    @property
    def nothing(self) -> bool:
        return len(_HAN.findall(self.text)) < _NOTHING

    @property
    def readable(self) -> bool:
        return len(_HAN.findall(self.text)) >= _LEAST


def left_of(text: str) -> Left | None:
    """None where there are neither thanks nor good news, or they are all of a story too long for them to matter."""
    if len(text) > _STORY or _ANY.search(text) is None:
        return None
    kept: list[str] = []
    over = polite = helped = False
    for found in _CLAUSE.finditer(text):
        clause = found[0]
        if (over or polite) and not kept and (link := _LINK.match(clause)):
            clause = clause[link.end() :]
        bare = _without_thanks(clause)
        thanked = bare != clause
        polite = polite or thanked
        if (thanked and _DONE_FOR_US.fullmatch(bare)) or _PRAISE.fullmatch(bare):
            over = polite = True
            continue
        ends = _TOLD_OVER.search(bare)
        if ends and (_GOT_GOODS.fullmatch(bare) or (not kept and _OVER.fullmatch(bare))):
            over = True
        elif ends and _HELPED.fullmatch(bare):
            helped = True
        elif _WORD.search(bare):
            kept.append(bare)
    over = over or (helped and not kept)
    return Left(" ".join(kept), over) if over or polite else None


_STORY = 200
_ANY = re.compile(f"谢|謝|感恩|辛苦|麻烦|多亏|幸亏|拜托|救|(?:{_GOT}|{_WELL}|来|到)(?:了|啦|咯)")
"""Without one of these no clause is thanks or good news, and most texts have none."""
_TOLD_OVER = re.compile("[了啦咯][啊呀呢哦的!！]*$|救")


def _without_thanks(clause: str) -> str:
    if not _THANKING.search(clause):  # most clauses: looked at before the longer expressions are tried
        return clause
    before = _BEFORE.match(clause)
    bare = clause[before.end() :] if before else clause
    return _BEHIND.sub("", bare)


def graver(own: Reading, left: Left, again: Reading | None) -> Reading:
    """`own`: the whole text. `again`: with the model's opinion of what is left, None if it is too little to have one.

    Where what is left presses by itself and no rule named it a need, the message is that: neither thanks nor an end.
    """
    ruled = any(reason.code != "model" for reason in own.reasons)
    if left.nothing:
        return own if ruled else replace(own, urgency=Urgency.NORMAL, reasons=(), flags=_unchecked(own))
    if again is None:
        return own
    if left.over and not ruled and own.urgency is Urgency.CRITICAL and again.urgency is not Urgency.CRITICAL:
        # What felt like danger may be the word of the treatment that is done: people look, nobody is told to ring.
        own = replace(own, urgency=again.urgency, reasons=again.reasons, flags=(*_unchecked(own), Flag.CHECK))
    presses = _weight(again) < _weight(Reading(urgency=Urgency.SOON))
    if _weight(again) < _weight(own):
        flags, reasons = dict.fromkeys((*own.flags, *again.flags)), dict.fromkeys((*again.reasons, *own.reasons))
        if again.urgency is Urgency.CRITICAL:
            flags.pop(Flag.CHECK, None)
        level = most_urgent(own.urgency, again.urgency)
        read = replace(again, urgency=level, reasons=tuple(reasons), flags=tuple(flags))
    elif presses and not own.intent.opens_case and again.intent.opens_case:
        read = replace(own, intent=again.intent, confidence=again.confidence, intents=again.intents)
    else:
        read = own
    taken = _TAKEN.search(left.text)
    if (left.over or taken) and _of_what_came(read) and _ILL.search(left.text) and not _WANTS.search(left.text):
        # 物资收到了，老人吃了面包一直拉肚子: who is ill, and maybe of what came, is in no need of it.
        read = replace(read, intent=Intent.OTHER_MEDICAL, confidence=_NAMED, intents=())
        read = replace(read, acts=tuple(act for act in read.acts if act not in _POLITE))
        if taken and read.urgency is not Urgency.CRITICAL:  # ill of it: people look
            read = replace(read, flags=tuple(dict.fromkeys((*read.flags, Flag.CHECK))))
    if presses and not any(reason.code.startswith("O") for reason in read.reasons):
        read = replace(read, acts=tuple(act for act in read.acts if act not in _POLITE))
    return read


_ILL = re.compile(
    "(?<![不没未止退])(?:拉肚子|拉稀|腹泻|[呕老又直]吐|吐(?:了|得)|[皮红]疹|发痒|过敏|肿了|肿起|头晕|头昏|发烧|发热|(?<!心)疼|痛(?!快)|"
    "难受|不舒服|勿适意|重影|[手脚嘴发]麻|喘|冷汗|手抖|[流出]血|心慌|抽筋)"
)
_TAKEN = re.compile("(?:吃|喝|用|打|贴|擦|吸)(?:了|过|完|下去)")
_WANTS = re.compile("[没缺断饿少]|不够|吃完|用完|剩")
_NAMED = 0.6
"""As sure as a rule makes it: the words are plain, and the model heard the thing that came."""


def _of_what_came(reading: Reading) -> bool:
    named = any(reason.code != "model" for reason in reading.reasons)
    return not named and (reading.intent in (Intent.SUPPLIES, Intent.MEDICINE) or not reading.intent.opens_case)


_POLITE = (Act.THANKS, Act.SOLVED)


def _unchecked(reading: Reading) -> tuple[Flag, ...]:
    return tuple(flag for flag in reading.flags if flag is not Flag.CHECK)


def _weight(reading: Reading) -> tuple[int, bool, int]:
    """The less, the graver."""
    rank, doubt = reading.urgency.rank, Flag.CHECK in reading.flags and reading.urgency is not Urgency.CRITICAL
    return (min(rank, Urgency.URGENT.rank) if doubt else rank, not doubt, rank)
