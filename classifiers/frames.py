"""Whether a sign found in a text is really said to be happening: negation, fear, question, past, news, idiom.

Knows nothing of what the signs mean. The words come from `data/red/frames.csv`; how each frame acts is decided here.
"""

import re
from bisect import bisect_right
from enum import IntEnum

from classifiers.matching import IN_CLAUSE, Prefilter, anchor_words, source_of, trie_source
from conversations.patterns import Pattern
from conversations.rules import Frame, Kind, RedRows, Side

_CLAUSE_END = r"[,;。!?\s…~|]|\.(?!\d)"
_IN_SENTENCE = r"[^。!?;\n]"
_SENTENCE_END = re.compile(r"[。!?;\n]")
_NEAR = 30
_FAR = 48
_NEVER = re.compile(r"(?!)")
# A second, nearer word that makes a past event present again (以前心梗过 又…).
_AGAIN = re.compile("又|再次|再度|现在|今|刚|突然|目前")


class Status(IntEnum):
    """How far a sign counts; the higher wins."""

    ABSENT = 0
    DOUBT = 1
    PRESENT = 2


class Clauses:
    """Where clauses and sentences of one text begin and end; worked out once, when the first sign asks."""

    def __init__(self, text: str, clause_breaks: re.Pattern[str]) -> None:
        self._length = len(text)
        # A contrast word begins the next clause, punctuation ends the last one.
        self._clauses = [m.start() if m.lastgroup == "contrast" else m.end() for m in clause_breaks.finditer(text)]
        self._sentences = [m.end() for m in _SENTENCE_END.finditer(text)]

    def clause(self, at: int) -> tuple[int, int]:
        return _around(self._clauses, at, self._length)

    def sentence(self, at: int) -> tuple[int, int]:
        return _around(self._sentences, at, self._length)


def _around(starts: list[int], at: int, length: int) -> tuple[int, int]:
    place = bisect_right(starts, at)
    return (starts[place - 1] if place else 0, starts[place] if place < len(starts) else length)


class Frames:
    """The rows of `frames.csv`, compiled. One instance serves all texts."""

    def __init__(self, rows: RedRows, table: dict[int, int]) -> None:
        self._table = table
        filler = trie_source(w.translate(table) for w in rows.words.get("filler", ()))
        symptom = trie_source(w.translate(table) for w in rows.words.get("symptom", ()))
        joiner = trie_source(w.translate(table) for w in rows.words.get("joiner", ()))
        negators = "|".join(self._sources(rows, Frame.NEGATION, Side.BEFORE)) or "(?!)"
        # 无胸闷、胸痛: the scope runs over a list of symptoms, never over a thing (没有床位呼吸困难).
        self._negated = re.compile(f"(?P<neg>{negators})(?:{filler}|{symptom}|{joiner}){{0,10}}$")
        self._negated_near = re.compile(f"(?P<neg>{negators})(?:{filler}){{0,3}}$")
        self._negated_after = self._after(rows, Frame.NEGATION)
        self._double = self._before(rows, Frame.DOUBLE)
        self._past_before, self._past_after = self._before(rows, Frame.PAST), self._after(rows, Frame.PAST)
        self._event_before, self._event_after = self._before(rows, Frame.EVENT), self._after(rows, Frame.EVENT)
        self._doubt_before = self._before(rows, Frame.HYPOTHESIS, Frame.QUESTION)
        self._doubt_after = self._after(rows, Frame.HYPOTHESIS, Frame.QUESTION)
        self._news = self._anywhere(rows, Frame.NEWS)
        self._resolved = self._after(rows, Frame.RESOLVED, in_clause=False)
        self._resolved_before = self._before(rows, Frame.RESOLVED, in_clause=False)
        self._once = self._after(rows, Frame.ONCE)
        self._joke = self._anywhere(rows, Frame.JOKE)
        idioms = [self._plain(row.pattern) for row in rows.frames if row.frame is Frame.IDIOM]
        self._idiom_filter = Prefilter(anchor_words(pattern) for pattern in idioms)
        self._idioms = [re.compile(source_of(pattern)) for pattern in idioms]
        contrast = "|".join(self._sources(rows, Frame.CONTRAST, Side.ANY)) or "(?!)"
        self._breaks = re.compile(f"{_CLAUSE_END}|(?P<contrast>{contrast})")

    def clauses(self, text: str) -> Clauses:
        return Clauses(text, self._breaks)

    def idioms(self, text: str) -> list[tuple[int, int]]:
        """Spans of fixed phrases; signs inside them mean nothing."""
        return [m.span() for row in self._idiom_filter.candidates(text) for m in self._idioms[row].finditer(text)]

    def joking(self, text: str) -> bool:
        return self._joke.search(text) is not None

    def status(self, text: str, start: int, end: int, kind: Kind, clauses: Clauses) -> Status:
        """How the words around `text[start:end]` make it count."""
        if kind is Kind.FACT:
            return Status.PRESENT
        clause_start, clause_end = clauses.clause(start)
        before = text[max(clause_start, start - _NEAR) : start]
        after = text[end : max(end, min(clause_end, end + _NEAR))]
        if self._is_negated(before, after, kind):
            return Status.DOUBT if kind is Kind.SELF else Status.ABSENT
        if kind is Kind.BARE:
            return Status.DOUBT if self._heard(text, start, clauses) else Status.PRESENT
        if self._is_past(before, after):
            return Status.DOUBT if kind is Kind.SELF else Status.ABSENT
        if self._doubt_before.search(before) or self._doubt_after.match(after) or self._heard(text, start, clauses):
            return Status.DOUBT
        if kind is Kind.SELF:  # never believed to be over
            return Status.PRESENT
        if kind is Kind.EVENT and not (self._event_before.search(before) or self._event_after.match(after)):
            return Status.ABSENT
        return Status.DOUBT if self._is_over(text, start, end, after, clauses) else Status.PRESENT

    def _is_over(self, text: str, start: int, end: int, after: str, clauses: Clauses) -> bool:
        """Recovered, or help is there; or it happened before, without saying that it was long ago (昏迷过)."""
        sentence_start, _ = clauses.sentence(start)
        return bool(
            self._once.match(after)
            or self._resolved.match(text[end : end + _NEAR])
            or self._resolved_before.search(text[max(sentence_start, start - _NEAR) : start])
        )

    def _is_negated(self, before: str, after: str, kind: Kind) -> bool:
        expression = self._negated_near if kind is Kind.SIGN else self._negated
        found = expression.search(before)
        if found:
            return not self._double.search(before[: found.start("neg")])
        return kind is not Kind.SIGN and self._negated_after.match(after) is not None

    def _is_past(self, before: str, after: str) -> bool:
        found = self._past_before.search(before)
        if found and not _AGAIN.search(before[found.start() + 1 :]):
            return True
        return self._past_after.match(after) is not None and not _AGAIN.search(before)

    def _heard(self, text: str, start: int, clauses: Clauses) -> bool:
        sentence_start, _ = clauses.sentence(start)
        return self._news.search(text, max(sentence_start, start - _FAR), start) is not None

    def _sources(self, rows: RedRows, frame: Frame, side: Side) -> list[str]:
        return [source_of(self._plain(row.pattern)) for row in rows.frames if row.frame is frame and row.side is side]

    def _plain(self, pattern: Pattern) -> Pattern:
        return plain_pattern(pattern, self._table)

    def _before(self, rows: RedRows, *frames: Frame, in_clause: bool = True) -> re.Pattern[str]:
        gap = IN_CLAUSE if in_clause else _IN_SENTENCE
        parts = [
            f"(?:{source_of(self._plain(row.pattern))}){gap}{{0,{row.reach}}}$"
            for row in rows.frames
            if row.frame in frames and row.side is Side.BEFORE
        ]
        return re.compile("|".join(parts)) if parts else _NEVER

    def _after(self, rows: RedRows, *frames: Frame, in_clause: bool = True) -> re.Pattern[str]:
        gap = IN_CLAUSE if in_clause else _IN_SENTENCE
        parts = [
            f"{gap}{{0,{row.reach}}}?(?:{source_of(self._plain(row.pattern))})"
            for row in rows.frames
            if row.frame in frames and row.side is Side.AFTER
        ]
        return re.compile("|".join(parts)) if parts else _NEVER

    def _anywhere(self, rows: RedRows, frame: Frame) -> re.Pattern[str]:
        sources = [source_of(self._plain(row.pattern)) for row in rows.frames if row.frame is frame]
        return re.compile("|".join(sources)) if sources else _NEVER


def plain_pattern(pattern: Pattern, table: dict[int, int]) -> Pattern:
    """The pattern as the text is read: variant characters replaced."""
    return tuple(type(i)(i.kind, tuple(w.translate(table) for w in i.words), i.reach, i.optional) for i in pattern)
