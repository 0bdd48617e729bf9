"""What a message does, beside what it is about: asks for a person, agrees, refuses, corrects, picks from a menu.

Needs no model and no history. Patterns for short answers must be the whole message, so that a plea of two hundred
characters never counts as a yes.
"""

import re

from classifiers.frames import plain_pattern
from classifiers.matching import Prefilter, anchor_words, reading_table, source_of
from conversations.codes import Act
from conversations.rules import ActRow, Where

# What people put around a short answer without meaning anything by it.
_EDGE = r"[\s,。.!?;:、~…'\"()\[\]*#@&\-—🙏👍🌹😊🙂😭😂❤️]"
_TAIL = "[啊呀哦呢吧了的哈啦嘛呐额噢喔么]"
_LONGEST_WHOLE = 40
# The stronger act stands; what it contradicts goes.
_BEATS = {
    Act.NOT_SOLVED: Act.SOLVED,
    Act.REFUSE_CONSENT: Act.CONSENT,
    Act.HUMAN: Act.GREET,
}


class ActReader:
    """Reads acts by the given rows. Safe to share between threads."""

    def __init__(self, rows: tuple[ActRow, ...]) -> None:
        self._table = reading_table({})
        patterns = [plain_pattern(row.pattern, self._table) for row in rows]
        whole: dict[Act, list[str]] = {}
        for row, pattern in zip(rows, patterns, strict=True):
            if row.where is Where.WHOLE:
                whole.setdefault(row.act, []).append(source_of(pattern))
        self._whole = [
            (act, re.compile(f"(?:(?:{'|'.join(sources)}){_TAIL}{{0,3}}{_EDGE}*){{1,3}}"))
            for act, sources in whole.items()
        ]
        inside = [(row, pattern) for row, pattern in zip(rows, patterns, strict=True) if row.where is not Where.WHOLE]
        self._prefilter = Prefilter(anchor_words(pattern) for _, pattern in inside)
        self._inside = [
            (row.act, row.longest, re.compile(("^" if row.where is Where.START else "") + source_of(pattern)))
            for row, pattern in inside
        ]
        self._edges = re.compile(f"^{_EDGE}+")

    def read(self, text: str) -> tuple[Act, ...]:
        """Every act found, each once, in the order of `Act`."""
        plain = self._edges.sub("", text.translate(self._table)).rstrip()
        found: set[Act] = set()
        if len(plain) <= _LONGEST_WHOLE:
            found.update(act for act, expression in self._whole if expression.fullmatch(plain))
        for place in self._prefilter.candidates(plain):
            act, longest, expression = self._inside[place]
            if act not in found and (not longest or len(plain) <= longest) and expression.search(plain):
                found.add(act)
        for stronger, weaker in _BEATS.items():
            if stronger in found:
                found.discard(weaker)
        return tuple(sorted(found, key=list(Act).index))
