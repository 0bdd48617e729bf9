"""What a draft changes, as people read it: lines taken away and put in, with a little of what stands around them."""

import difflib
from dataclasses import dataclass

from bot.rows.files import TITLES, Texts, current_texts

_AROUND = 2
_MOST = 600
"""Lines shown of one file: who rewrites more reads the file itself."""


@dataclass(frozen=True, slots=True)
class Line:
    """`kind`: gone, new, same, gap. Numbers count from 1; 0 where the line does not exist on that side."""

    kind: str
    was: int
    now: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One file that reads otherwise."""

    name: str
    lines: tuple[Line, ...]
    gone: int
    new: int
    cut: bool

    @property
    def title(self) -> str:
        return title_of(self.name)


def title_of(name: str) -> str:
    """What a file is called on the pages."""
    return TITLES.get(name) or f"意图 {name.removeprefix('intents/').removesuffix('.toml')}"


def changes(before: Texts, after: Texts) -> list[Change]:
    """Between two overlays, file by file in the order of the list."""
    was, now = current_texts(before), current_texts(after)
    return [_change(name, was.get(name, ""), now[name]) for name in now if was.get(name, "") != now[name]]


def _change(name: str, was: str, now: str) -> Change:
    old, new = was.splitlines(), now.splitlines()
    lines: list[Line] = []
    gone = put = 0
    for place, group in enumerate(difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND)):
        if place:
            lines.append(Line("gap", 0, 0, ""))
        for kind, a, b, c, d in group:
            if kind == "equal":
                lines += [Line("same", a + n + 1, c + n + 1, text) for n, text in enumerate(old[a:b])]
                continue
            lines += [Line("gone", a + n + 1, 0, text) for n, text in enumerate(old[a:b])]
            lines += [Line("new", 0, c + n + 1, text) for n, text in enumerate(new[c:d])]
            gone, put = gone + b - a, put + d - c
    return Change(name, tuple(lines[:_MOST]), gone, put, len(lines) > _MOST)
