"""Danger read from one text by rows: the red conditions, the orange list, the flags.

The fast floor under the models: no model, no history, never an exception, and the higher of the two readings wins.
Signs are found by `matching`, weighed by `frames`, measured by `quantities`; rules over concepts decide.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from classifiers.frames import Clauses, Frames, Status, plain_pattern
from classifiers.matching import Prefilter, source_of
from classifiers.plain import Plain, Variants, reading_table
from classifiers.quantities import measure
from conversations.codes import Flag, Intent, Urgency, most_urgent
from conversations.reading import Reason
from conversations.rules import Kind, LimitRow, RedRows, RuleRow

# More occurrences of one row say nothing new, and a hostile text could hold thousands.
_MOST_PER_ROW = 12
_LONGEST_SPAN = 24
_RANK = {urgency: urgency.rank for urgency in Urgency}
_FLAG_ORDER = {flag: place for place, flag in enumerate(Flag)}
_DEAD = ("dead", "dead_soft")


@dataclass(frozen=True, slots=True)
class DangerReading:
    """`urgency` and `flags` with the `reasons` for them, most urgent first; `intent`: the most urgent rule's."""

    urgency: Urgency = Urgency.NORMAL
    flags: tuple[Flag, ...] = ()
    reasons: tuple[Reason, ...] = ()
    intent: Intent | None = None


@dataclass(slots=True)
class _Found:
    """One occurrence of a concept. `status` is worked out when a rule asks."""

    start: int
    end: int
    kind: Kind
    dead: bool = False
    status: Status | None = None


class _Rule:
    """A rule with its needs sorted: what must be absent, what the others stand around, the others."""

    __slots__ = ("absent", "first", "others", "row")

    def __init__(self, row: RuleRow) -> None:
        self.row = row
        self.absent = [need.concepts for need in row.needs if need.absent]
        self.first, *self.others = (need.concepts for need in row.needs if not need.absent)

    def possible(self, found: Mapping[str, object]) -> bool:
        """Whether every further need has an occurrence of some kind."""
        for concepts in self.others:  # loops, not any() and all(): this runs for every rule of every text with a sign
            for concept in concepts:
                if concept in found:
                    break
            else:
                return False
        return True


_NOTHING = DangerReading()
_Finder = Callable[[str], Iterator[re.Match[str]]]


class RedFlags:
    """Reads danger by the given rows. Safe to share between threads: nothing is kept between texts."""

    def __init__(self, rows: RedRows) -> None:
        """An expression is compiled when a text first asks for it, or by `prepare`."""
        self._variants = Variants(rows.variants)
        table = reading_table(rows.variants)
        patterns = [plain_pattern(row.pattern, table) for row in rows.signs]
        self._signs = [(row.concept, row.kind) for row in rows.signs]
        self._patterns = patterns
        self._finders: list[_Finder | None] = [None] * len(patterns)
        self._prefilter = Prefilter(patterns)
        self._frames = Frames(rows, table)
        self._limits: dict[str, list[LimitRow]] = {}
        for limit in rows.limits:
            self._limits.setdefault(limit.quantity, []).append(limit)
        self._all_rules = [_Rule(row) for row in rows.rules]
        self._rules: dict[str, list[int]] = {}
        for place, rule in enumerate(self._all_rules):
            for concept in rule.first:
                self._rules.setdefault(concept, []).append(place)

    def prepare(self) -> None:
        """Compiles what no text has asked for yet: a third of a second, in any thread, while texts are read."""
        for place, finder in enumerate(self._finders):
            if finder is None:
                self._finder(place)

    def read(self, text: str) -> DangerReading:
        """Any text, any length. Time grows with the text, not faster."""
        read = self._variants.read(text)
        found = self._find(read)
        if not found:
            return _NOTHING
        places = {place for concept in found for place in self._rules.get(concept, ())}
        rules = [rule for place in sorted(places) if (rule := self._all_rules[place]).possible(found)]
        if not rules:
            return _NOTHING
        return _Weighing(read, found, self._frames).decide(rules)

    def _finder(self, place: int) -> "_Finder":
        finder = self._finders[place] = re.compile(source_of(self._patterns[place])).finditer
        return finder

    def _find(self, read: Plain) -> dict[str, list[_Found]]:
        found: dict[str, list[_Found]] = {}
        for place in self._prefilter.candidates(read):
            concept, kind = self._signs[place]
            finditer = self._finders[place] or self._finder(place)
            for count, match in enumerate(finditer(read.plain)):
                if count == _MOST_PER_ROW:
                    break
                found.setdefault(concept, []).append(_Found(*match.span(), kind, concept in _DEAD))
        for measured in measure(read):
            for limit in self._limits.get(measured.quantity, ()):
                if limit.low <= measured.value < limit.high:
                    found.setdefault(limit.concept, []).append(_Found(measured.start, measured.end, Kind.PLAIN))
        return found


class _Weighing:
    """One text's occurrences weighed against the rules that could hold."""

    def __init__(self, read: Plain, found: dict[str, list[_Found]], frames: Frames) -> None:
        self._read, self._text, self._found, self._frames = read, read.text, found, frames
        self._framed: dict[tuple[int, int, Kind, bool], Status] = {}

    # Worked out when first asked for: a text of mere circumstances (a flag, no danger) never asks.
    @cached_property
    def _clauses(self) -> Clauses:
        return self._frames.clauses(self._read)

    @cached_property
    def _idioms(self) -> list[tuple[int, int]]:
        return self._frames.idioms(self._read)

    @cached_property
    def _joking(self) -> bool:
        return self._frames.joking(self._clauses)

    @cached_property
    def _dead(self) -> set[tuple[int, int]]:
        ones = [one for concept in _DEAD for one in self._found.get(concept, ())]
        return {self._clauses.clause(one.start) for one in ones if self._status(one) is Status.PRESENT}

    def decide(self, rules: list[_Rule]) -> DangerReading:
        urgency, intent, doubted = Urgency.NORMAL, None, None
        flags: dict[Flag, None] = {}
        reasons: list[tuple[int, Reason]] = []
        doubts: list[tuple[RuleRow, Reason]] = []
        for compiled in rules:
            rule = compiled.row
            if urgency is Urgency.CRITICAL and rule.urgency not in (None, Urgency.CRITICAL):
                continue  # a lesser urgency tells the reporter nothing more
            status, span = self._holds(compiled)
            if status is Status.ABSENT:
                continue
            reason = Reason(rule.code, rule.reason, span)
            if rule.flag is not None:
                if status is Status.PRESENT or rule.flag is Flag.CHECK:
                    flags[rule.flag] = None
                    doubted = doubted or rule.intent
                    if rule.reason:
                        reasons.append((len(Urgency), reason))
            elif rule.urgency is not None:
                if status is Status.DOUBT:
                    doubts.append((rule, reason))
                    continue
                if _RANK[rule.urgency] < _RANK[urgency]:
                    urgency, intent = rule.urgency, rule.intent or intent
                reasons.append((_RANK[rule.urgency], reason))
        if urgency is not Urgency.CRITICAL:
            for rule, reason in doubts:
                if rule.urgency is Urgency.CRITICAL:
                    flags[Flag.CHECK] = None
                    reasons.append((0, reason))
                    intent = intent or rule.intent
                if rule.urgency in (Urgency.CRITICAL, Urgency.URGENT):
                    urgency = most_urgent(urgency, Urgency.SOON)
        else:
            flags.pop(Flag.CHECK, None)
        ordered = tuple(dict.fromkeys(reason for _, reason in sorted(reasons, key=lambda pair: pair[0])))
        return DangerReading(urgency, tuple(sorted(flags, key=_FLAG_ORDER.__getitem__)), ordered, intent or doubted)

    def _holds(self, rule: _Rule) -> tuple[Status, str]:
        """How far all needs are met, and the words that met the first."""
        for concepts in rule.absent:
            if self._best(concepts) is Status.PRESENT:
                return Status.ABSENT, ""
        best, span, within = Status.ABSENT, "", rule.row.within
        for concept in rule.first:
            for pivot in self._found.get(concept, ()):
                status = self._status(pivot)
                for concepts in rule.others:
                    if status is Status.ABSENT:
                        break
                    status = min(status, self._best(concepts, pivot if within else None, within))
                if status > best:
                    best, span = status, self._text[pivot.start : min(pivot.end, pivot.start + _LONGEST_SPAN)]
                if best is Status.PRESENT:
                    return best, span
        return best, span

    def _best(self, concepts: tuple[str, ...], pivot: _Found | None = None, within: int = 0) -> Status:
        best = Status.ABSENT
        for concept in concepts:
            for one in self._found.get(concept, ()):
                if pivot and max(one.start - pivot.end, pivot.start - one.end) > within:
                    continue
                best = max(best, self._status(one))
                if best is Status.PRESENT:
                    return best
        return best

    def _status(self, one: _Found) -> Status:
        if one.status is None:
            one.status = self._weigh(one)
        return one.status

    def _weigh(self, one: _Found) -> Status:
        if one.kind is Kind.FACT:
            return Status.PRESENT
        for start, end in self._idioms:
            if start < one.end and one.start < end:
                return Status.ABSENT
        place = (one.start, one.end, one.kind, one.dead)  # several concepts may stand on the same words
        status = self._framed.get(place)
        if status is None:
            status = self._frames.status(one.start, one.end, one.kind, self._clauses, final=one.dead)
            self._framed[place] = status
        if status is Status.PRESENT:
            if self._joking:
                return Status.DOUBT
            # 外婆呼吸衰竭去世: what the dead suffered from is no danger now.
            if not one.dead and one.kind is not Kind.SELF and self._clauses.clause(one.start) in self._dead:
                return Status.ABSENT
        return status
