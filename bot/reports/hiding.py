"""What of a ticket may leave the house in a report or be read out to a unit: street and district, bands, kinds. Pure.

Nothing is cut out of residents' words: sentences are made anew from codes, so that there is nothing to forget to hide.
What people type is looked through for what slipped in.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk import words
from bot.store.tickets import Ticket
from classifiers.phones import read_phones
from conversations.playbook import Playbook

_HOSPITAL = re.compile(r"[一-鿿]{2,14}?(?:医院|妇幼保健院|卫生服务中心|卫生院)")
_TOWN = re.compile(r"[一-鿿]{1,6}(?:街道|镇|乡)")
_DIGITS = "0-9０-９〇零一幺二两三四五六七八九"
_PHONE = re.compile(rf"(?:[{_DIGITS}][\s·.—－-]?){{7,}}")
_OURS = re.compile(
    r"B\d{5}-\d{4,9}(?:-\d{1,4})?|(?<!\d)(?:19|20)\d{2}[-年./](?:0?[1-9]|1[0-2])[-月./](?:[12]\d|3[01]|0?[1-9])(?!\d)[日号]?"
    r"|(?<!\d)\d{1,2}月\d{1,2}[日号]|(?<!\d)(?:[01]?\d|2[0-3])[:：][0-5]\d(?!\d)|(?:速报|内参)\s*\d+\s*号"
)
"""Our own numbers, days and hours."""
_DECIMAL = re.compile(r"\d[\d,]*\.\d+")
_PLAIN = str.maketrans("０１２３４５６７８９〇零幺一二两三四五六七八九", "012345678900112" + "23456789")
_GAP = r"[-\s.．·•,，、_/~～—–－…()（）:：|+＋]{0,4}"
_LISTS = re.compile(r"[,，、/]")
_BLANK = "\x00"
_MOBILE = re.compile(rf"(?<!\d)1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_LANDLINE = re.compile(rf"(?<!\d)0(?:10|2\d|[3-9]\d{{2}}){_GAP}[2-9](?:{_GAP}\d){{6,7}}(?!\d)")
_IDENTITY = re.compile(
    rf"(?<!\d)\d{{6}}{_GAP}(?:19|20)\d{{2}}{_GAP}[01]\d{_GAP}[0-3]\d{_GAP}\d{{3}}{_GAP}[\dXx](?![\dA-Za-z])"
)
_DOOR = re.compile(
    r"[0-9０-９一二三四五六七八九十百]+(?:[-—－][0-9０-９]+)*\s*(?:支?弄|号楼|幢|栋|单元|室|号(?!召|称|线|令|[、，]|\d*文))"
)
_PAIR = re.compile(r"(?<![\d.:：/月-])\d{1,3}[-—－]\d{3,4}(?![\d.:：/])")
_ROOM = {"road", "lane", "sublane", "number", "building", "unit", "room", "estate", "committee"}
_ACCOUNT = re.compile(r"(?:微信|wx|vx|qq|QQ|WX|VX)号?[:： ]?[A-Za-z0-9_-]{5,}|[\w.+-]+@[\w-]+\.\w+")
_WHO = "我叫|叫做|名叫|姓名|名字(?:是|叫)?|联系人|收件人"
_KIN = "病人|患者|本人|老人|孩子|母亲|父亲|妈妈|爸爸|外婆|外公|爷爷|奶奶"
_MARKERS = f"(?:{_WHO}|{_KIN})"
_FOLLOWS = r"(?=[\s,，。.;；、:：（(0-9]|$|今年|男|女|先生|女士|的?电话|岁)"


@dataclass(frozen=True, slots=True)
class Leak:
    """Something in a text that must not leave. `what`: which kind, in words; `shown`: enough of it to be found."""

    what: str
    shown: str

    def __str__(self) -> str:
        return f"{self.what}“{self.shown}”"


def parts_of(ticket: Ticket) -> Mapping[str, str]:
    """The parts the reader told apart in the address; {} where a person typed it."""
    return {
        str(name): str(value) for name, value in dict(ticket.body.slots.get("address", {}).get("parts") or ()).items()
    }


def street_of(ticket: Ticket) -> str:
    """三林镇; "" when nobody knows."""
    town = parts_of(ticket).get("town", "")
    return town if _TOWN.fullmatch(town) else ""


def hospital_of(ticket: Ticket) -> str:
    """The hospital's name and nothing else of what stands there."""
    found = _HOSPITAL.search(re.sub(r"[\d０-９]", " ", ticket.slots.get("hospital", "")))
    return found[0] if found else ""


def place_words(ticket: Ticket) -> str:
    return f"{ticket.district}{street_of(ticket)}" or "地点不详"


def age_band(ticket: Ticket) -> str:
    """婴幼儿, 6—13岁, 14—17岁, then tens: 80多岁; "" when it is not known."""
    value = ticket.slots.get("age", "")
    found = re.search(r"(\d{1,3})\s*(岁|个月|月|天)?", value)
    if not found:
        return ""
    if found[2] in ("个月", "月", "天"):
        return "婴幼儿"
    years = int(found[1])
    for below, title in ((3, "婴幼儿"), (6, "3—5岁"), (14, "6—13岁"), (18, "14—17岁")):
        if years < below:
            return title
    return "90岁以上" if years >= 90 else f"{years // 10 * 10}多岁" if years >= 20 else "18—19岁"


_SAID = ("lone_elder", "elder", "minor", "pregnant", "disabled", "many")


def person_words(ticket: Ticket) -> str:
    """一位80多岁的独居老人: bands and kinds only."""
    band, flags = age_band(ticket), set(ticket.flags)
    kind = next((words.FLAGS[flag] for flag in _SAID if flag in flags), "")
    noun = {"未成年": "孩子", "孕产": "孕产妇", "多户": "居民", "残障": "残障居民"}.get(kind, kind or "居民")
    count = "多位" if "many" in flags else "一位"
    return f"{count}{band}{'的' if band else ''}{noun}"


def waited(ticket: Ticket, now: datetime) -> str:
    return words.span(now - ticket.created_at)


def case_line(ticket: Ticket, playbook: Playbook, tried: str, now: datetime) -> str:
    """One typical case: no name, no number, nothing below the street."""
    hospital = hospital_of(ticket)
    where = f"，要去{hospital}" if hospital else ""
    level = words.URGENCY.get(ticket.urgency, "")
    verified = words.VERIFICATION.get(ticket.verification, "")
    told = f"；{tried}" if tried else ""
    return (
        f"{place_words(ticket)}，{person_words(ticket)}，{words.intent_title(playbook, ticket.intent)}（{level}）{where}，"
        f"求助已 {waited(ticket, now)}，{verified}{told}。"
    )


def names_in(texts: Iterable[str], surnames: str) -> set[str]:
    """Names people gave for themselves or for whom they write about: 我叫张三, 联系人：李四."""
    pattern = re.compile(rf"{_MARKERS}[:：是叫为 ]{{0,2}}([{surnames}][一-鿿]{{1,2}}?){_FOLLOWS}")
    honoured = re.compile(rf"([{surnames}][一-鿿]{{1,2}})(?:先生|女士|阿姨|老师)")
    out = {found for text in texts for one in (pattern, honoured) for found in one.findall(text)}
    return {one for one in out if len(one) >= 2}


def leaks(text: str, tickets: Sequence[Ticket], names: Iterable[str] = ()) -> list[Leak]:
    """What in a typed text could tell who somebody is: numbers, doors, and what is known of the tickets it is about."""
    numbers, plain = _numbers(text)
    plain = _DECIMAL.sub(" ", plain)
    found = [Leak("像电话或证件号", _cut(one)) for one in (*numbers, *(one[0] for one in _PHONE.finditer(plain)))]
    found += [Leak("像门牌", _cut(one[0])) for pattern in (_DOOR, _PAIR) for one in pattern.finditer(plain)]
    found += [Leak("像微信号、邮箱", _cut(one[0])) for one in _ACCOUNT.finditer(plain)]
    known = {part for ticket in tickets for name, part in parts_of(ticket).items() if name in _ROOM and len(part) >= 2}
    found += [Leak("求助人的地址", one) for one in sorted(known) if one in text]
    found += [Leak("求助人的姓名", one) for one in sorted(set(names)) if one in text]
    return list(dict.fromkeys(found))


def _numbers(text: str) -> tuple[list[str], str]:
    """(numbers somebody can be called or known by, however they are parted; the text without them and without our own).

    They are looked for before decimals are taken out: 138.1234.5678 is no decimal.
    """
    found = []

    def taken(one: re.Match[str]) -> str:
        sizes = [len(group) for group in re.findall(r"\d+", one[0])]
        if one.re is _MOBILE and _LISTS.search(one[0]) and max(sizes) > 1 and (sizes[0] < 3 or len(sizes) > 4):
            return one[0]  # 15、20、30、40、500: a list of counts
        found.append(text[one.start() : one.end()])
        return _BLANK * len(one[0])

    plain = _IDENTITY.sub(taken, text.translate(_PLAIN))
    plain = _OURS.sub(lambda one: _BLANK * len(one[0]), plain)
    for pattern in (_MOBILE, _LANDLINE):
        plain = pattern.sub(taken, plain)
    for phone in read_phones(text):
        if phone.raw.translate(_PLAIN) in plain:
            found.append(phone.raw)
    written = "".join(" " if new == _BLANK else old for new, old in zip(plain, text, strict=True))
    return found, written


def _cut(text: str) -> str:
    plain = text.strip()
    return plain if len(plain) < 5 else f"{plain[:3]}…"


def leaks_words(found: Sequence[Leak]) -> str:
    """One sentence for the person who typed it."""
    return f"里面有{'、'.join(map(str, found[:4]))}：只写到街镇，不写姓名、电话、门牌。" if found else ""
