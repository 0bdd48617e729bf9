"""Danger read from one text by rows: the red conditions, the orange list, the flags.

The fast floor under the models: no model, no history, never an exception, and the higher of the two readings wins.
Signs are found by `matching`, weighed by `frames`, measured by `quantities`; rules over concepts decide.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from classifiers.frames import Clauses, Frames, Status, plain_pattern
from classifiers.matching import Prefilter, anchor_words, reading_table, source_of
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


_NOTHING = DangerReading()


class RedFlags:
    """Reads danger by the given rows. Safe to share between threads: nothing is kept between texts."""

    def __init__(self, rows: RedRows) -> None:
        self._table = reading_table(rows.variants)
        patterns = [plain_pattern(row.pattern, self._table) for row in rows.signs]
        self._signs = [
            (row.concept, row.kind, re.compile(source_of(pattern)).finditer)
            for row, pattern in zip(rows.signs, patterns, strict=True)
        ]
        self._prefilter = Prefilter(anchor_words(pattern) for pattern in patterns)
        self._frames = Frames(rows, self._table)
        self._limits: dict[str, list[LimitRow]] = {}
        for limit in rows.limits:
            self._limits.setdefault(limit.quantity, []).append(limit)
        self._all_rules = rows.rules
        self._needs = [[frozenset(need.concepts) for need in rule.needs if not need.absent] for rule in rows.rules]
        self._rules: dict[str, list[int]] = {}
        for place, needs in enumerate(self._needs):
            for concept in needs[0]:
                self._rules.setdefault(concept, []).append(place)

    def read(self, text: str) -> DangerReading:
        """Any text, any length. Time grows with the text, not faster."""
        plain = text.translate(self._table)
        found = self._find(plain)
        if not found:
            return _NOTHING
        places = {place for concept in found for place in self._rules.get(concept, ())}
        rules = [self._all_rules[place] for place in sorted(places) if self._possible(place, found)]
        if not rules:
            return _NOTHING
        return _Weighing(plain, text, found, self._frames).decide(rules)

    def _find(self, plain: str) -> dict[str, list[_Found]]:
        found: dict[str, list[_Found]] = {}
        for place in self._prefilter.candidates(plain):
            concept, kind, finditer = self._signs[place]
            for count, match in enumerate(finditer(plain)):
                if count == _MOST_PER_ROW:
                    break
                found.setdefault(concept, []).append(_Found(match.start(), match.end(), kind, concept in _DEAD))
        for measured in measure(plain):
            for limit in self._limits.get(measured.quantity, ()):
                if limit.low <= measured.value < limit.high:
                    found.setdefault(limit.concept, []).append(_Found(measured.start, measured.end, Kind.PLAIN))
        return found

    def _possible(self, place: int, found: dict[str, list[_Found]]) -> bool:
        return all(not need.isdisjoint(found) for need in self._needs[place])


class _Weighing:
    """One text's occurrences weighed against the rules that could hold."""

    def __init__(self, plain: str, text: str, found: dict[str, list[_Found]], frames: Frames) -> None:
        self._plain, self._text, self._found, self._frames = plain, text, found, frames
        self._framed: dict[tuple[int, int, Kind], Status] = {}

    # Worked out when first asked for: a text of mere circumstances (a flag, no danger) never asks.
    @cached_property
    def _clauses(self) -> Clauses:
        return self._frames.clauses(self._plain)

    @cached_property
    def _idioms(self) -> list[tuple[int, int]]:
        return self._frames.idioms(self._plain)

    @cached_property
    def _joking(self) -> bool:
        return self._frames.joking(self._plain, self._clauses)

    @cached_property
    def _dead(self) -> set[tuple[int, int]]:
        ones = [one for concept in _DEAD for one in self._found.get(concept, ())]
        return {self._clauses.clause(one.start) for one in ones if self._status(one) is Status.PRESENT}

    def decide(self, rules: list[RuleRow]) -> DangerReading:
        urgency, intent = Urgency.NORMAL, None
        flags: dict[Flag, None] = {}
        reasons: list[tuple[int, Reason]] = []
        doubts: list[tuple[RuleRow, Reason]] = []
        for rule in rules:
            if urgency is Urgency.CRITICAL and rule.urgency not in (None, Urgency.CRITICAL):
                continue  # a lesser urgency tells the reporter nothing more
            status, span = self._holds(rule)
            if status is Status.ABSENT:
                continue
            reason = Reason(rule.code, rule.reason, span)
            if rule.flag is not None:
                if status is Status.PRESENT or rule.flag is Flag.CHECK:
                    flags[rule.flag] = None
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
        return DangerReading(urgency, tuple(sorted(flags, key=_FLAG_ORDER.__getitem__)), ordered, intent)

    def _holds(self, rule: RuleRow) -> tuple[Status, str]:
        """How far all needs are met, and the words that met the first."""
        for need in rule.needs:
            if need.absent and self._best(need.concepts) is Status.PRESENT:
                return Status.ABSENT, ""
        first, *others = (need for need in rule.needs if not need.absent)
        best, span = Status.ABSENT, ""
        for pivot in (one for concept in first.concepts for one in self._found.get(concept, ())):
            status = self._status(pivot)
            for need in others:
                if status is Status.ABSENT:
                    break
                status = min(status, self._best(need.concepts, pivot if rule.within else None, rule.within))
            if status > best:
                best, span = status, self._text[pivot.start : min(pivot.end, pivot.start + _LONGEST_SPAN)]
            if best is Status.PRESENT:
                break
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
        if self._idioms and any(start < one.end and one.start < end for start, end in self._idioms):
            return Status.ABSENT
        place = (one.start, one.end, one.kind)  # several concepts may stand on the same words
        status = self._framed.get(place)
        if status is None:
            status = self._frames.status(self._plain, one.start, one.end, one.kind, self._clauses)
            self._framed[place] = status
        if status is Status.PRESENT:
            if self._joking:
                return Status.DOUBT
            # 外婆呼吸衰竭去世: what the dead suffered from is no danger now.
            if not one.dead and one.kind is not Kind.SELF and self._clauses.clause(one.start) in self._dead:
                return Status.ABSENT
        return status
