"""A unit of the directory and the one place that says what may stand in it: the form and the sheets ask here. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time

from bot.directory.freshness import Figures
from conversations.codes import Intent
from conversations.playbook import SHANGHAI, Playbook
from data.directory import DirectoryRows

COLUMNS: Mapping[str, str] = {
    "name": "名称",
    "kind": "种类",
    "district": "区",
    "street": "街镇",
    "scope": "管什么",
    "numbers": "电话",
    "hours": "时间",
    "note": "备注",
    "source": "来源",
    "verified_at": "核实日期",
}
"""Every column of a sheet, and every field of the form, in order."""

_LONGEST = {"name": 60, "street": 30, "hours": 60, "note": 300, "source": 120}
_MOST_NUMBERS = 6
_NUMBER = re.compile(r"\+?\d(?:[\d -]{1,18}\d)(?:转\d{1,6})?")
_MOBILE = re.compile(r"(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}")
_BETWEEN = re.compile(r"[|、;；,，\n]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person or a sheet says of a unit, checked. `district` "" is the whole city; `scope` () what its kind is for."""

    name: str
    kind: str
    district: str
    street: str
    scope: tuple[str, ...]
    numbers: tuple[str, ...]
    hours: str
    note: str
    source: str
    verified_at: datetime | None = None


DETAILS = tuple(one.name for one in fields(Draft) if one.name != "verified_at")
"""What a person edits; when it was verified is a thing of its own."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the record, with what the call log says of it. `version` grows with every change."""

    id: int
    name: str
    kind: str
    district: str
    street: str
    scope: tuple[str, ...]
    numbers: tuple[str, ...]
    hours: str
    note: str
    source: str
    verified_at: datetime | None
    verified_by: str
    retired_at: datetime | None
    version: int
    figures: Figures = field(default_factory=Figures)

    @property
    def place(self) -> str:
        return f"{self.district}{self.street}" or "全市"


@dataclass(frozen=True, slots=True)
class Words:
    """What people may write for a code: kinds and intents by title or code, districts by any of their names."""

    rows: DirectoryRows
    kinds: Mapping[str, str]
    intents: Mapping[str, str]
    districts: Mapping[str, str]

    @classmethod
    def of(cls, rows: DirectoryRows, playbook: Playbook, districts: Mapping[str, str]) -> "Words":
        """`districts`: name or alias → full form."""
        kinds = {code: code for code in rows.kinds} | {kind.title: code for code, kind in rows.kinds.items()}
        intents = {str(code): str(code) for code in Intent if code.opens_case}
        intents |= {playbook.intents[code].title: str(code) for code in Intent if code.opens_case}
        return cls(rows, kinds, intents, districts)


def tidy(text: str) -> str:
    """One line, full-width digits and letters as usual ones; no characters that are not seen."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(one if one == "\n" or unicodedata.category(one)[0] != "C" else " " for one in plain)
    return re.sub(r"[ \t]+", " ", plain).strip()


def read_draft(given: Mapping[str, str], words: Words, now: datetime) -> tuple[Draft | None, dict[str, str]]:
    """(draft, {}) or (None, column → what is wrong and what to do). Unknown columns are not looked at."""
    text = {name: tidy(given.get(name, "")) for name in COLUMNS}
    wrong: dict[str, str] = {}
    for name, most in _LONGEST.items():
        text[name] = text[name].replace("\n", " ")
        if len(text[name]) > most:
            wrong[name] = f"太长：最多 {most} 个字"
    if not text["name"]:
        wrong["name"] = "没有写"
    kind = words.kinds.get(text["kind"], "")
    if not kind:
        known = "、".join(row.title for row in words.rows.kinds.values())
        wrong["kind"] = f"没有“{text['kind'][:20]}”这一种（有：{known}）" if text["kind"] else f"没有写（有：{known}）"
    district = "" if text["district"] in ("", "全市") else words.districts.get(text["district"], "?")
    if district == "?":
        wrong["district"] = f"没有“{text['district'][:20]}”这个区；管全市的空着"
    if text["street"] and not text["district"]:
        wrong["street"] = "写了街镇，也要写区"
    scope, strange = _scope(text["scope"], words)
    if strange:
        wrong["scope"] = f"没有“{strange[:20]}”这一类；什么都管的空着"
    numbers, bad = _numbers(text["numbers"])
    if bad:
        wrong["numbers"] = f"“{bad[:24]}”不像电话；几个号码用 | 隔开，分机写成 转8001"
    elif not numbers:
        wrong["numbers"] = "没有写：打不了的单位不收"
    elif len(numbers) > _MOST_NUMBERS:
        wrong["numbers"] = f"太多：最多 {_MOST_NUMBERS} 个"
    if not text["source"]:
        wrong["source"] = "没有写：哪里看到的、谁给的，日后好核实"
    verified = _day(text["verified_at"])
    if text["verified_at"] and verified is None:
        wrong["verified_at"] = "写成 2022-04-05 这样"
    elif verified is not None and verified > now:
        wrong["verified_at"] = "是以后的日子"
    if wrong:
        return None, wrong
    draft = Draft(
        text["name"], kind, district, text["street"], scope, numbers, text["hours"], text["note"], text["source"], verified
    )  # fmt: skip
    return draft, {}


def _scope(text: str, words: Words) -> tuple[tuple[str, ...], str]:
    """(intents, the first word that is none)."""
    found: list[str] = []
    for part in filter(None, (one.strip() for one in _BETWEEN.split(text))):
        code = words.intents.get(part)
        if code is None:
            return (), part
        found.append(code)
    return tuple(dict.fromkeys(found)), ""


def _numbers(text: str) -> tuple[tuple[str, ...], str]:
    """(numbers as written, the first that is none)."""
    found: list[str] = []
    for part in filter(None, (one.strip() for one in _BETWEEN.split(text))):
        one = re.sub(r"[()（）]", "-", part).strip("- ").replace("--", "-")
        one = re.sub(r"\s*(?:转|#|ext\.?|分机)\s*", "转", one)
        digits = re.sub(r"\D", "", one.partition("转")[0])
        if not _NUMBER.fullmatch(one) or not 3 <= len(digits) <= 15:
            return (), part
        found.append(one)
    return tuple(dict.fromkeys(found)), ""


def _day(text: str) -> datetime | None:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?", text)
    if not found:
        return None
    try:
        return datetime.combine(date(*map(int, found.groups())), time(0), SHANGHAI)
    except ValueError:
        return None


def tel(number: str) -> str:
    """For a `tel:` link: digits, and an extension after a pause."""
    main, _, extension = number.partition("转")
    dialled = ("+" if main.startswith("+") else "") + re.sub(r"\D", "", main)
    return f"{dialled},{extension}" if extension else dialled


def private(number: str) -> bool:
    """A mobile: somebody's own, for colleagues only, never to be passed to a resident."""
    return _MOBILE.fullmatch(number) is not None
