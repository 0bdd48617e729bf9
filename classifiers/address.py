"""Addresses in a text, most specific first: tokens of `address_scan` joined into `Address` values, district inferred."""

import re
from collections import Counter
from dataclasses import replace

from classifiers.address_correction import correction
from classifiers.address_grouping import fits, resolved
from classifiers.address_labels import without_labels
from classifiers.address_scan import Scanner, Token
from classifiers.address_words import PUBLIC, SENTENCE
from classifiers.crossroads import crossed
from classifiers.gazetteer import Gazetteer
from classifiers.names import is_person
from classifiers.plain import grams_of, replacer, simple
from conversations.places import Places
from conversations.reading import Address

_narrow = replacer(
    {c: c - 0xFEE0 for c in range(0xFF10, 0xFF1A)} | {0xFF0D: 0x2D, 0xFF03: 0x23, 0x2014: 0x2D, 0x2013: 0x2D}
)
# Without one of these no address can be read, and most messages have none.
_CUES = grams_of([*"路弄街镇村苑园区栋幢楼坊宅队组城府庭号室", "大道", "居委", "公寓", "别墅"])
# Beside a district or a town these name a place people are sent to or gather at; alone they are words like others.
_SITES = grams_of(
    "小学 中学 学校 学院 大学 体育馆 体育场 文化馆 公园 广场 商场 火车站 地铁站 码头 渡口 安置点 避难点 卫生院 酒店 宾馆 敬老院 "
    "养老院 福利院 工地 市场 菜场".split()
)
_JOINT = re.compile(
    r"[\s,，、:：()（）的在之内里\[\]【】·.。;；甲乙丙丁-]*(?:上海市?|小区里?|里面?|门牌)?[\s,，:：(（的]*"
)
_STOP = re.compile(r"[,，、。;；]")
_GAP_NAME = re.compile(r"[\s,，、(（]*([一-鿿A-Za-z][一-鿿A-Za-z·]{1,8}(?:\d期)?)[\s,，、)）]*")
_TAIL_NAME = re.compile(r"\s*[(（]([一-鿿A-Za-z0-9]{2,10})[)）]|\s*([一-鿿]{2,9}(?:\d期)?)\s*(?:$|\s|[,，。])")
# What follows a room without looking like a place's name (快点, 张三, 等你们) is no estate.
_NAMED = re.compile(r"[苑园村城里坊庭府湾邸居墅寓厦楼场院校期区]\d?期?$")
_SAYS = re.compile(
    "[了的着过进到来去走开坏满死病痛好断急]$|[楼门](?:上|下|口)|[东南西北]门|都|也|被|^近|^靠|^[坐乘赶]|临近|对面|旁边"
)
_FLOOR = re.compile("[一二三四五六七八九十]{1,3}(?:楼|层)")
_NO_TAIL = re.compile(
    r".*(?:[我没断药病吃疼痛烧透缺救不快等帮]|先生|女士|师傅|老师|拜托|麻烦|辛苦|阿姨|爷|奶|妈|爸|太太|怀孕|有没有|住宅|请|需要|求|联系|电话|目前|一直|没有|我们|居民|楼道|阳性|封控|是|的|有|谢谢|小区|志愿者|管理|在|家里|我家|为|患者|老人|核酸|急|现在|门口|附近|商铺|店铺?|底楼|前楼|后楼|阁楼|亭子间|灶间|门卫|旁)"
)
_ORDER = ("district", "town", "committee", "road", "lane", "sublane", "number", "building", "unit", "room")
_WEIGHT = {
    "road": 0.3,
    "lane": 0.2,
    "number": 0.15,
    "building": 0.15,
    "room": 0.15,
    "estate": 0.25,
    "town": 0.15,
    "crossing": 0.25,
}
_STRONG = frozenset(("road", "lane", "estate", "town", "committee"))
_MOST = 20
_MOST_GROUPS = 200
# More than any channel lets a resident write; a longer text is no message, and is read no further.
_LONGEST = 6000
_SHORT = 24
_NO_DOOR = re.compile("[单编]号")
"""单号 0001 is no room."""
HIDDEN = "|"
"""Put in place of every character of a telephone number: it joins nothing and is no part of an address."""
_LABEL = r"(?:联系)?(?:电话|手机|号码|方式|地址|住址)?[\s:：]*"
_BEFORE_PHONE = re.compile(rf"[\s,，。;；]*{_LABEL}\{HIDDEN}")
_AFTER_PHONE = re.compile(rf"\{HIDDEN}[\s,，。;；]*{_LABEL}$")


class AddressReader:
    """Reads Shanghai addresses. Parts stay as written; district and town are given in full form."""

    def __init__(self, places: Places) -> None:
        self._gazetteer = Gazetteer(places)
        self._scanner = Scanner(self._gazetteer)
        self._named = grams_of((*self._gazetteer.district_names, *self._gazetteer.town_names))

    def read(self, text: str) -> tuple[Address, ...]:
        """At most twenty addresses, the one with most parts first."""
        text = text[:_LONGEST]
        grams = simple(text).grams
        if _CUES.isdisjoint(grams) and (self._named.isdisjoint(grams) or _SITES.isdisjoint(grams)):
            return correction(_narrow(text), self._gazetteer) if len(text) <= _SHORT else ()
        plain = without_labels(_narrow(text))
        groups = crossed(plain, self._groups(plain, self._scanner.scan(plain)))
        found: list[Address] = []
        mentioned = ""  # in a list the district is named once, at the head
        anywhere = {self._gazetteer.district(one.text) for group in groups for one in group if one.kind == "district"}
        for group in groups[:_MOST_GROUPS]:
            if address := self._address(plain, text, group, mentioned):
                among = anywhere.intersection(address.districts)
                found.append(replace(address, district=among.pop(), districts=()) if len(among) == 1 else address)
            named = next((token.text for token in group if token.kind == "district"), "")
            mentioned = self._gazetteer.district(named) or mentioned
        if not found and len(plain) <= _SHORT:
            return tuple(_as_written(one, plain, text) for one in correction(plain, self._gazetteer))
        unique = list(dict.fromkeys(found))
        return tuple(sorted(unique, key=lambda one: -_parts(one))[:_MOST])

    def _groups(self, text: str, tokens: list[Token]) -> list[list[Token]]:
        groups: list[list[Token]] = []
        for token in tokens:
            group = groups[-1] if groups else None
            if group and _second_town(text, group, token):
                group[-1].end = token.end
            elif group and self._joins(text, group, token):
                group.append(token)
            else:
                groups.append([token])
        return [group for group in map(resolved, groups) if group]

    def _joins(self, text: str, group: list[Token], token: Token) -> bool:
        if token.kind == "number" and group[-1].kind == "estate" and any(one.kind == "number" for one in group):
            # 333号某某花苑106号: the second one is a house of the estate
            house = Token("building", token.text, token.start, token.end, token.known)
            if not self._joins(text, group, house):
                return False
            token.kind = "building"
            return True
        gap = text[group[-1].end : token.start]
        if token.kind == group[-1].kind == "building" and not gap:  # 2号楼B座
            group[-1].text, group[-1].end = group[-1].text + token.text, token.end
            token.kind = "floor"
            return True
        if not _JOINT.fullmatch(gap):
            name = _GAP_NAME.fullmatch(gap) if len(gap) <= 12 else None
            place = group[-1].kind in ("district", "town", "road", "lane", "estate", "number")
            numeric = token.kind in ("number", "building", "dash", "room")
            if not (name and place and numeric) or _NO_TAIL.match(gap) or not fits(group, token):
                return False
            start = group[-1].end + name.start(1)
            if not any(one.kind == "estate" for one in group):
                group.append(Token("estate", name[1], start, start + len(name[1])))
            elif group[-1].kind == "estate" and group[-1].end == start:
                group[-1] = Token("estate", group[-1].text + name[1], group[-1].start, start + len(name[1]))
            return True
        if token.kind == "estate" and _STOP.search(gap):  # …3号201，肿瘤医院叫住院: where they were turned away
            kinds = {one.kind for one in group}
            if ("bare" in kinds and not token.known) or (kinds & {"lane", "number"} and token.text.endswith("医院")):
                return False
        return fits(group, token)

    def _address(self, plain: str, text: str, group: list[Token], mentioned: str) -> Address | None:
        parts = {token.kind: token.text for token in group}
        kinds = set(parts)
        last = group[-1]
        alone = kinds == {"district"}
        answer = "room" in kinds and _answers(plain, group[0].start, last.end) and not _NO_DOOR.search(plain)
        if not kinds & _STRONG and not answer and not (alone and (last.known or len(plain.strip()) <= 5)):
            return None
        end = last.end
        if "estate" not in parts and kinds & {"lane", "number"} and (tail := _TAIL_NAME.match(plain, end)):
            name = tail[1] or tail[2]
            known = self._gazetteer.estate_known(name)
            person = not known and is_person(name, plain[tail.end(1 if tail[1] else 2) :])
            said = not tail[1] and not known and (SENTENCE.search(name) or _SAYS.search(name))
            named = not said and (tail[1] or known or _NAMED.search(name) or (len(name) > 2 and "room" not in parts))
            if (
                named
                and not person
                and not _NO_TAIL.match(name)
                and not _FLOOR.fullmatch(name)
                and (tail[1] or len(plain) <= 48)
            ):
                parts["estate"], end = name, tail.end()
        written = self._gazetteer.district(parts.get("district", ""))
        district, among = (written, ()) if written else self._infer(parts, mentioned)
        written_town = parts.get("town", "")
        town = self._gazetteer.town(parts.get("town", "")) or self._gazetteer.bare_town(parts.get("town", ""))
        confidence = min(0.98, 0.2 + sum(_WEIGHT.get(kind, 0.05) for kind in parts))
        return Address(
            district=district,
            town=written_town if written_town.endswith(("街道", "镇", "乡")) or town is None else town.name,
            committee=parts.get("committee", ""),
            estate=parts.get("estate", "") or (f"{parts['crossing']}口" if "crossing" in parts else ""),
            road=parts.get("road", ""),
            lane=_tight(parts.get("lane", "")),
            sublane=_tight(parts.get("sublane", "")),
            number=_tight(parts.get("number", "")),
            building=_tight(parts.get("building", "")),
            unit=_tight(parts.get("unit", "")),
            room=_tight(parts.get("room", "")),
            raw=text[group[0].start : end].strip(),
            confidence=round(confidence, 2),
            districts=among,
        )

    def _infer(self, parts: dict[str, str], mentioned: str) -> tuple[str, tuple[str, ...]]:
        """The district most of the parts agree on (the town counts double, for its name is never shared), or those among
        which only the writer can tell."""
        votes: Counter[str] = Counter()
        if town := self._gazetteer.town(parts.get("town", "")) or self._gazetteer.bare_town(parts.get("town", "")):
            votes[town.district] += 4
        if name := parts.get("committee", ""):
            for suffix in ("居委会", "居委", "居民区", "村委会", "村委", "社区"):
                if name.endswith(suffix):
                    towns = self._gazetteer.committee_towns(name.removesuffix(suffix))
                    votes.update({town.district for town in towns})
                    break
        roads = self._gazetteer.road_districts(parts.get("road", ""))
        votes.update(dict.fromkeys(roads, 2))
        votes.update(dict.fromkeys(self._gazetteer.road_districts(parts.get("crossing", "")), 2))
        door = re.match(r"\d+", parts.get("lane", "") or parts.get("number", ""))
        if door and (lies := self._gazetteer.door_district(parts.get("road", ""), int(door[0]))):
            votes[lies] += 3
        estate = parts.get("estate", "")
        estates = self._gazetteer.estate_districts(estate)
        if not estates and estate.endswith(PUBLIC) and (town := self._gazetteer.town_beginning(estate)):
            estates = (town.district,)
        votes.update(dict.fromkeys(estates, 2 if len(estates) == 1 else 1))
        if mentioned and (mentioned in votes or not votes):
            return mentioned, ()
        most = max(votes.values(), default=0)
        best = tuple(name for name, count in votes.items() if count == most)
        if len(best) == 1:
            return best[0], ()
        return "", best  # a road through two districts, a name of two estates: to be asked, not guessed


def _second_town(text: str, group: list[Token], token: Token) -> bool:
    """A 街道 that is on no list, right behind an address that has its town (海湾镇某某路云溪街道): what people call their
    street, and no new address begins with it."""
    if token.kind != "town" or token.known or not any(one.kind == "town" for one in group):
        return False
    return _JOINT.fullmatch(text, group[-1].end, token.start) is not None


def _as_written(address: Address, plain: str, text: str) -> Address:
    """With the words of the text itself, where a label was blanked out (楼号：2号)."""
    at = plain.find(address.raw)
    return replace(address, raw=text[at : at + len(address.raw)].strip()) if at >= 0 else address


def _answers(plain: str, start: int, end: int) -> bool:
    """5号楼502, as people answer who were asked for it: hardly anything else, or right beside their telephone number."""
    if end - start + 4 >= len(plain.strip()):
        return True
    return bool(_BEFORE_PHONE.match(plain, end) or _AFTER_PHONE.search(plain[max(0, start - 12) : start]))


def _parts(address: Address) -> int:
    return sum(bool(getattr(address, part)) for part in (*_ORDER, "estate"))


def _tight(part: str) -> str:
    return part.replace(" ", "").removeprefix("第")
