"""A report as one document: what the program counted beside what a person wrote, part by part. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations.playbook import SHANGHAI
from data.obstacles import KINDS, ReportField

ERASED = "（这位居民要求删除资料，这一件不再写出）"
_ORDINALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Section:
    """One part. `counted`: the program's lines; `text`: what was written."""

    field: ReportField
    counted: tuple[str, ...]
    text: str

    @property
    def title(self) -> str:
        return self.field.title

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Everything of it, one paragraph each."""
        written = [line.strip() for line in self.text.splitlines() if line.strip()]
        return (*self.counted, *written)

    @property
    def missing(self) -> bool:
        return self.field.need and not self.text.strip()


@dataclass(frozen=True, slots=True)
class Paper:
    """`name`: 速报3号; `lines`: who signed, approved, to whom it went, when; `draft`: nobody has approved it."""

    name: str
    title: str
    lines: tuple[str, ...]
    sections: tuple[Section, ...]
    draft: bool

    @property
    def missing(self) -> list[str]:
        return [one.title for one in self.sections if one.missing]


def name_of(kind: str, serial: int | None) -> str:
    """速报3号, or 速报（未编号）."""
    title = KINDS.get(kind, kind)
    return f"{title}{serial}号" if serial is not None else f"{title}（未编号）"


def history_name(kind: str, serial: int | None) -> str:
    """速报第3份: in a ticket's history 3号 would be hidden as a door is."""
    return f"{KINDS.get(kind, kind)}第{serial}份"


def case_paragraphs(lines: Sequence[str]) -> list[str]:
    """Numbered, so that people can speak of them; "" is one whose resident was erased."""
    return [
        f"典型{_ORDINALS[place] if place < len(_ORDINALS) else place + 1}：{line or ERASED}"
        for place, line in enumerate(lines)
    ]


def sections_of(
    form: Sequence[ReportField], fields: Mapping[str, str], counted: Mapping[str, Sequence[str]], cases: Sequence[str]
) -> tuple[Section, ...]:
    """`counted`: code of what is counted → its lines; `cases`: the typical ones as sentences."""
    lines = {**counted, "cases": case_paragraphs(cases)}
    return tuple(
        Section(one, tuple(line for code in one.auto for line in lines.get(code, ())), fields.get(one.code, ""))
        for one in form
    )


def moment_words(at: datetime | None) -> str:
    if at is None:
        return ""
    here = at.astimezone(SHANGHAI)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"
