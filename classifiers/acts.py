"""What a message does, beside what it is about: asks for a person, agrees, refuses, corrects, picks from a menu.

Needs no model and no history. Patterns for short answers must be the whole message, so that a plea of two hundred
characters never counts as a yes.
"""

import re
from collections.abc import Mapping

from classifiers.frames import plain_pattern
from classifiers.matching import Prefilter, first_characters, source_of
from classifiers.plain import Variants, reading_table
from conversations.codes import Act
from conversations.patterns import Pattern
from conversations.rules import ActRow, Where

# What people put around a short answer without meaning anything by it.
_EDGE = r"[\s,。.!?;:、~…'\"“”‘’「」『』《》()\[\]*#@&\-—🙏👍🌹😊🙂😭😂❤️]"
_TAIL = "[啊呀哦呢吧了的哈啦嘛呐额噢喔么]"
_LONGEST_WHOLE = 40
_COURTESY = re.compile(
    rf"^(?:(?:你好|您好|谢谢(?:你们|您|你)?|麻烦(?:您|你们)?了?|辛苦(?:您|你们)?了?|不好意思|抱歉){_EDGE}+)+"
    rf"|(?:{_EDGE}+(?:谢谢(?:你们|您|你|了|啦)?|麻烦(?:您|你们)?了?|辛苦(?:您|你们)?了?|拜托(?:您|你们)?了?))+{_EDGE}*$"
)
# The stronger act stands; what it contradicts goes.
_BEATS = {
    Act.NOT_SOLVED: Act.SOLVED,
    Act.REFUSE_CONSENT: Act.CONSENT,
    Act.CONSENT: Act.WITHDRAW,
    Act.HUMAN: Act.GREET,
}


_ORDER = {act: place for place, act in enumerate(Act)}


class ActReader:
    """Reads acts by the given rows. Safe to share between threads. `variants`: as the danger rows have them."""

    def __init__(self, rows: tuple[ActRow, ...], variants: Mapping[str, str] | None = None) -> None:
        self._variants = Variants(variants or {})
        table = reading_table(variants or {})
        patterns = [plain_pattern(row.pattern, table) for row in rows]
        whole: dict[Act, list[Pattern]] = {}
        for row, pattern in zip(rows, patterns, strict=True):
            if row.where is Where.WHOLE:
                whole.setdefault(row.act, []).append(pattern)
        # By the character a message must begin with, so that few of them are tried.
        self._whole: dict[str, list[tuple[Act, re.Pattern[str]]]] = {}
        for act, found in whole.items():
            expression = re.compile(f"(?:(?:{'|'.join(map(source_of, found))}){_TAIL}{{0,3}}{_EDGE}*){{1,3}}")
            for first in sorted(first_characters(found)):
                self._whole.setdefault(first, []).append((act, expression))
        inside = [(row, pattern) for row, pattern in zip(rows, patterns, strict=True) if row.where is not Where.WHOLE]
        self._prefilter = Prefilter(pattern for _, pattern in inside)
        self._inside = [
            (row.act, row.longest, re.compile(("^" if row.where is Where.START else "") + source_of(pattern)))
            for row, pattern in inside
        ]
        self._edges = re.compile(f"{_EDGE}+")

    def read(self, text: str) -> tuple[Act, ...]:
        """Every act found, each once, in the order of `Act`."""
        read = self._variants.read(text)
        plain = read.plain
        if edge := self._edges.match(plain):
            plain = plain[edge.end() :]
        plain = plain.rstrip()
        found: set[Act] = set()
        if len(plain) <= _LONGEST_WHOLE:
            # 不同意，谢谢: a courtesy beside a short answer is no part of it
            for short in dict.fromkeys((plain, _COURTESY.sub("", plain))):
                for act, expression in self._whole.get(short[:1], ()):
                    if expression.fullmatch(short):
                        found.add(act)
        for place in self._prefilter.candidates(read):
            act, longest, expression = self._inside[place]
            if act not in found and (not longest or len(plain) <= longest) and expression.search(plain):
                found.add(act)
        if not found:
            return ()
        for stronger, weaker in _BEATS.items():
            if stronger in found:
                found.discard(weaker)
        return tuple(sorted(found, key=_ORDER.__getitem__))
