"""Whose a place is that a message tells: the writer's own, theirs who is in need, or somebody else's. Pure.

Who writes for another names two doors, and help must drive to the one behind which somebody waits for it.
"""

import re
from enum import Enum

from conversations.clauses import CLAUSE_END, PAUSE
from conversations.codes import Flag
from conversations.cues import Cues
from conversations.reading import Address, Reading
from conversations.state import Case
from conversations.whom import named


class Whose(Enum):
    """Of whom an address is, as the words right before it say."""

    UNSAID = "unsaid"
    WRITERS = "writers"
    THEIRS = "theirs"
    """Of the one in need, or where what they need is to be brought."""
    OTHERS = "others"


_AFTER_WHO = " \t:：】]）)"
_NEAR = 40
_ELDERS = frozenset({"father", "mother", "grandfather", "grandmother"})


def whose(text: str, place: Address, about: str, cues: Cues) -> Whose:
    """`about`: the words that tell of whom the matter is, the message's own among them."""
    at = text.find(place.raw) if place.raw else -1
    if at < 0:
        return Whose.UNSAID
    before = CLAUSE_END.split(text[:at].rstrip(_AFTER_WHO))[-1][-_NEAR:]
    behind = CLAUSE_END.split(text[at + len(place.raw) :])[0]
    if cues.bring_to.search(before) and not behind.strip():
        return Whose.THEIRS
    if cues.writer_at.search(before):
        return Whose.WRITERS
    found = cues.they_at.match(before)
    if found is None:
        return Whose.UNSAID
    with_writer = cues.writer_with.search(before) is not None
    return _whose_of(found["who"], text, about, cues, with_writer=with_writer)


_ROOM = re.compile(r"(?<![\d.-])(?!1(?:10|19|20|22)(?!\d))(\d{3,4})(室|房间?)?(?![\d弄号年月天块元路楼])")


_NEXT_DOOR = re.compile(r"(?:我们?家?的?)?(?:隔壁|对门|对面|楼[上下])(?:的|是|住)?$")


def room_of_theirs(text: str, cues: Cues) -> str:
    """The room of somebody who lives in the writer's house (我住202，她住301; 住我对门 502)."""
    for found in _ROOM.finditer(text):
        before = CLAUSE_END.split(text[: found.start()].rstrip(_AFTER_WHO))[-1][-_NEAR:]
        # 楼上401漏水 is no trouble of 401
        next_door = cues.lives_elsewhere.search(text) and not (cues.from_there.search(text) or told_from(text, cues))
        near = _NEXT_DOOR.search(before) if next_door else None
        if near and not cues.writer_at.search(before[: near.start()]):
            return found[1]
        if cues.they_at.match(before) and not cues.writer_with.search(before):
            return found[1]
    return ""


_TELLER = re.compile(
    r"\d{3,4}(?:室|家|的)*(?:邻居|阿姨|阿婆|老伯|伯伯|爷叔|大哥|大姐|老师|先生|小[伙姑张王李]?子?|那家?|人)*(?P<does>是(?:个)?(?:医生|护士))?"
)


def told_from(text: str, cues: Cues) -> bool:
    """Whether the door that is named is of somebody who only tells, or helps (隔壁301说听到她摔倒了, 301邻居是医生)."""
    return any(found["does"] or cues.only_tells.match(text, found.end()) for found in _TELLER.finditer(text))


def _whose_of(who: str, text: str, about: str, cues: Cues, *, with_writer: bool) -> Whose:
    patients, kin = patients_of(about, cues), named(who, cues)
    if not patients and not speaks_of_another(about, cues):
        return Whose.WRITERS if with_writer else Whose.OTHERS
    if not kin:  # 她, 老人: whoever is talked of, unless the message just named another
        just_named = patients_of(text, cues)
        meant = not patients or not just_named or bool(just_named & patients)
    else:
        meant = bool(kin & patients) if patients else bool(kin & _ELDERS)
    if meant:
        return Whose.THEIRS
    return Whose.WRITERS if with_writer else Whose.OTHERS


def patients_of(about: str, cues: Cues) -> frozenset[str]:
    """The kin a matter is about; the writer as "her daughter" is none of them."""
    return named(_told(about, cues), cues)


def speaks_of_another(about: str, cues: Cues) -> bool:
    """Whether the matter is of another who does not live with the writer, as far as the words tell."""
    told = _told(about, cues)
    if cues.lives_with.search(told):
        return False
    return cues.person.search(told) is not None or cues.kin.search(told) is not None


def _told(about: str, cues: Cues) -> str:
    return cues.writer_is.sub("", about).replace("我自己", "我")


def about_whom(case: Case, cues: Cues) -> str:
    """The words that tell of whom a case is: those that began it; 老人 where they named nobody (叫不醒了), and it was told since
    that it is somebody else."""
    named_since = (
        Flag.PROXY in case.flags and not _OF_ONESELF.match(case.summary) and not _HOUSEHOLD.search(case.summary)
    )
    return f"老人，{case.summary}" if named_since and not speaks_of_another(case.summary, cues) else case.summary


def of_the_patient(text: str, reading: Reading, places: list[Address], cues: Cues) -> list[Address]:
    """Of several places of a message those that may be theirs who is in need; all where nothing tells."""
    about = _need(text, reading, cues)
    tags = [whose(text, one, about, cues) for one in places]
    own = not speaks_of_another(about, cues)
    wanted = (Whose.THEIRS,) if Whose.THEIRS in tags else (Whose.UNSAID, *((Whose.WRITERS,) if own else ()))
    kept = [one for one, tag in zip(places, tags, strict=True) if tag in wanted]
    return kept or places


def _need(text: str, reading: Reading, cues: Cues) -> str:
    """The clause that tells whose need it is, where it says so; else the whole message."""
    spans = [one.span for one in reading.reasons if one.span]
    clauses = [one for one in PAUSE.split(text) if one]
    told = next((one for span in spans for one in clauses if span in one), "")
    return told if _OF_ONESELF.match(told) or patients_of(told, cues) else text


_OF_ONESELF = re.compile("我(?![爸妈爹娘爷奶外公婆老儿女姐妹哥弟朋同邻家父母丈舅叔姑伯阿孩是帮替给为在住])")
"""我降压药断了: the writer's own need, whoever else the message names."""
_HOUSEHOLD = re.compile("我家|家里|阿拉|我们|咱")
