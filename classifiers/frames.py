"""Whether a sign found in a text is really said to be happening: negation, fear, question, past, news, idiom.

Knows nothing of what the signs mean. The words come from `data/red/frames.csv`; how each frame acts is decided here.
"""

import re
from enum import IntEnum

from classifiers.boundaries import Clauses
from classifiers.matching import (
    IN_CLAUSE,
    Prefilter,
    anchor_words,
    find_all,
    first_characters,
    one_of,
    source_of,
    trie_source,
)
from classifiers.plain import Plain, grams_of
from conversations.patterns import Pattern
from conversations.rules import Frame, Kind, RedRows, Side

# A dot ends a clause, save before a digit.
_CLAUSE_END = r"[,;。!?\s…~|.](?!(?<=\.)\d)"
_CLAUSE_ENDS = re.compile(_CLAUSE_END)
_CLAUSE_MARKS = r",;。!?\s…~|."
_IN_SENTENCE = r"[^。!?;\n]"
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


class _Expression:
    """Rows of one frame as one expression, tried only where a text and a window of it have a word that it needs.

    `search` may start at any of the patterns' first characters; `match` begins with a gap, so it looks for an anchor.
    """

    def __init__(self, patterns: list[Pattern], sources: list[str]) -> None:
        anchors = [word for pattern in patterns for word in anchor_words(pattern)]
        self.grams = grams_of(anchors)
        self._starts, self._anchor = one_of(first_characters(patterns)), one_of(word[0] for word in anchors)
        self._compiled = re.compile("|".join(sources)) if sources else _NEVER

    def search(self, window: str, clauses: Clauses) -> re.Match[str] | None:
        if not self.grams.isdisjoint(clauses.hits):
            for start in self._starts.finditer(window):
                if found := self._compiled.match(window, start.start()):
                    return found
        return None

    def match(self, window: str, clauses: Clauses) -> re.Match[str] | None:
        if self.grams.isdisjoint(clauses.hits) or not self._anchor.search(window):
            return None
        return self._compiled.match(window)


class Frames:
    """The rows of `frames.csv`, compiled. One instance serves all texts."""

    def __init__(self, rows: RedRows, table: dict[int, int]) -> None:
        self._table = table
        filler = trie_source(w.translate(table) for w in rows.words.get("filler", ()))
        symptom = trie_source(w.translate(table) for w in rows.words.get("symptom", ()))
        joiner = trie_source(w.translate(table) for w in rows.words.get("joiner", ()))
        negators = self._patterns(rows, Side.BEFORE, Frame.NEGATION)
        negator = "|".join(map(source_of, negators)) or "(?!)"
        # 无胸闷、胸痛: the scope runs over a list of symptoms, never over a thing (没有床位呼吸困难).
        run = f"(?P<neg>{negator})(?:{filler}|{symptom}|{joiner}){{0,10}}$"
        self._negated = _Expression(negators, [run])
        self._negated_near = _Expression(negators, [f"(?P<neg>{negator})(?:{filler}){{0,3}}$"])
        self._negated_after = self._after(rows, Frame.NEGATION)
        self._double = self._before(rows, Frame.DOUBLE)
        self._past_before, self._past_after = self._before(rows, Frame.PAST), self._after(rows, Frame.PAST)
        self._event_before, self._event_after = self._before(rows, Frame.EVENT), self._after(rows, Frame.EVENT)
        self._doubt_before = self._before(rows, Frame.HYPOTHESIS, Frame.QUESTION)
        self._doubt_after = self._after(rows, Frame.HYPOTHESIS, Frame.QUESTION)
        self._news = self._anywhere(rows, Frame.NEWS)
        self._resolved = self._after(rows, Frame.RESOLVED, in_clause=False)
        self._resolved_before = self._before(rows, Frame.RESOLVED, in_clause=False)
        self._dated = self._before(rows, Frame.DATED, in_clause=False)
        self._ended, self._still = self._anywhere(rows, Frame.ENDED), self._anywhere(rows, Frame.STILL)
        self._once = self._after(rows, Frame.ONCE)
        self._joke = self._anywhere(rows, Frame.JOKE)
        idioms = self._patterns(rows, Side.ANY, Frame.IDIOM)
        self._idiom_filter = Prefilter(idioms)
        self._idioms = [re.compile(source_of(pattern)) for pattern in idioms]
        contrasts = self._patterns(rows, Side.ANY, Frame.CONTRAST)
        contrast = "|".join(map(source_of, contrasts)) or "(?!)"
        self._contrasts = grams_of(word for pattern in contrasts for word in anchor_words(pattern))
        self._breaks = re.compile(f"{_CLAUSE_END}|(?P<contrast>{contrast})")
        self._contrast = re.compile(contrast)
        self._break_starts = re.compile(f"[{_CLAUSE_MARKS}{''.join(sorted(first_characters(contrasts)))}]")
        expressions = [one for one in vars(self).values() if isinstance(one, _Expression)]
        self._grams = self._contrasts.union(*(one.grams for one in expressions))

    def clauses(self, read: Plain) -> Clauses:
        hits = self._grams & read.grams
        if self._contrasts.isdisjoint(hits):
            return Clauses(read, hits, [m.end() for m in _CLAUSE_ENDS.finditer(read.plain)])
        # A contrast word begins the next clause, punctuation ends the last one.
        breaks = find_all(self._break_starts, self._breaks, read.plain)
        return Clauses(read, hits, [m.start() if m.lastgroup == "contrast" else m.end() for m in breaks])

    def idioms(self, read: Plain) -> list[tuple[int, int]]:
        """Spans of fixed phrases; signs inside them mean nothing."""
        rows = self._idiom_filter.candidates(read)
        return [m.span() for row in rows for m in self._idioms[row].finditer(read.plain)]

    def turns(self, start: int, clauses: Clauses) -> bool:
        """Whether the clause that begins here turns against what stands before it (但是, 就是, 现在)."""
        return self._contrast.match(clauses.text, start) is not None

    def joking(self, clauses: Clauses) -> bool:
        return self._joke.search(clauses.text, clauses) is not None

    def status(self, start: int, end: int, kind: Kind, clauses: Clauses, *, final: bool = False) -> Status:
        """How the words around `[start:end]` make it count. A FACT is not asked about: no frame changes it.

        `final`: what no help undoes (120来了 人没了).
        """
        text = clauses.text
        clause_start, clause_end = clauses.clause(start)
        before = text[max(clause_start, start - _NEAR) : start]
        after = text[end : max(end, min(clause_end, end + _NEAR))]
        if self._is_negated(before, after, kind, clauses):
            return Status.DOUBT if kind is Kind.SELF else Status.ABSENT
        if kind is Kind.BARE:
            return Status.DOUBT if self._heard(start, clauses) else Status.PRESENT
        if self._is_past(before, after, clauses):
            return Status.DOUBT if kind is Kind.SELF else Status.ABSENT
        if (
            self._doubt_before.search(before, clauses)
            or self._doubt_after.match(after, clauses)
            or self._heard(start, clauses)
        ):
            return Status.DOUBT
        if kind is Kind.SELF:  # never believed to be over
            return Status.PRESENT
        if kind is Kind.EVENT and not (
            self._event_before.search(before, clauses) or self._event_after.match(after, clauses)
        ):
            return Status.ABSENT
        return Status.DOUBT if not final and self._is_over(start, end, after, clauses) else Status.PRESENT

    def _is_negated(self, before: str, after: str, kind: Kind, clauses: Clauses) -> bool:
        expression = self._negated_near if kind is Kind.SIGN else self._negated
        found = expression.search(before, clauses)
        if found:
            return not self._double.search(before[: found.start("neg")], clauses)
        return kind is not Kind.SIGN and self._negated_after.match(after, clauses) is not None

    def _is_past(self, before: str, after: str, clauses: Clauses) -> bool:
        found = self._past_before.search(before, clauses)
        if found and not _AGAIN.search(before[found.start() + 1 :]):
            return True
        return self._past_after.match(after, clauses) is not None and not _AGAIN.search(before)

    def _is_over(self, start: int, end: int, after: str, clauses: Clauses) -> bool:
        """Recovered, or help is there; or it happened before, without saying that it was long ago (昏迷过)."""
        return bool(
            self._once.match(after, clauses)
            or self._resolved.match(clauses.text[end : end + _NEAR], clauses)
            or self._search_sentence(self._resolved_before, start, _NEAR, clauses)
            or self._is_told(start, end, clauses)
        )

    def _is_told(self, start: int, end: int, clauses: Clauses) -> bool:
        """A story of another day, with its end (昨晚哮喘发作…幸好有喷雾): asked about, for some write in the middle of it."""
        if self._ended.search(clauses.text, clauses) is None or self._dated.grams.isdisjoint(clauses.hits):
            return False
        window = clauses.text[max(clauses.sentence_start(start), start - _NEAR) : start]
        dated = self._dated.search(window, clauses)
        if dated is None or _AGAIN.search(window[dated.start() + 1 :]):
            return False
        return self._still.search(clauses.text[end:], clauses) is None

    def _heard(self, start: int, clauses: Clauses) -> bool:
        return self._search_sentence(self._news, start, _FAR, clauses)

    @staticmethod
    def _search_sentence(expression: _Expression, start: int, reach: int, clauses: Clauses) -> bool:
        if expression.grams.isdisjoint(clauses.hits):
            return False
        window = clauses.text[max(clauses.sentence_start(start), start - reach) : start]
        return expression.search(window, clauses) is not None

    def _patterns(self, rows: RedRows, side: Side, *frames: Frame) -> list[Pattern]:
        found = (row.pattern for row in rows.frames if row.frame in frames and row.side is side)
        return [plain_pattern(pattern, self._table) for pattern in found]

    def _before(self, rows: RedRows, *frames: Frame, in_clause: bool = True) -> _Expression:
        gap = IN_CLAUSE if in_clause else _IN_SENTENCE
        reaches = [row.reach for row in rows.frames if row.frame in frames and row.side is Side.BEFORE]
        patterns = self._patterns(rows, Side.BEFORE, *frames)
        sources = [f"(?:{source_of(p)}){gap}{{0,{reach}}}$" for p, reach in zip(patterns, reaches, strict=True)]
        return _Expression(patterns, sources)

    def _after(self, rows: RedRows, *frames: Frame, in_clause: bool = True) -> _Expression:
        gap = IN_CLAUSE if in_clause else _IN_SENTENCE
        reaches = [row.reach for row in rows.frames if row.frame in frames and row.side is Side.AFTER]
        patterns = self._patterns(rows, Side.AFTER, *frames)
        sources = [f"{gap}{{0,{reach}}}?(?:{source_of(p)})" for p, reach in zip(patterns, reaches, strict=True)]
        return _Expression(patterns, sources)

    def _anywhere(self, rows: RedRows, frame: Frame) -> _Expression:
        patterns = self._patterns(rows, Side.ANY, frame)
        return _Expression(patterns, [source_of(pattern) for pattern in patterns])


def plain_pattern(pattern: Pattern, table: dict[int, int]) -> Pattern:
    """The pattern as the text is read: variant characters replaced."""
    return tuple(type(i)(i.kind, tuple(w.translate(table) for w in i.words), i.reach, i.optional) for i in pattern)
