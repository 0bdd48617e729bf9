"""The signs found in one text weighed against the danger rules: what holds, what is doubtful, what is silenced."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from classifiers.boundaries import Clauses
from classifiers.frames import Frames, Status
from classifiers.plain import Plain
from conversations.codes import Flag, Intent, Urgency, most_urgent
from conversations.reading import Reason
from conversations.rules import Kind, RuleRow

_LONGEST_SPAN = 24
_RANK = {urgency: urgency.rank for urgency in Urgency}
_FLAG_ORDER = {flag: place for place, flag in enumerate(Flag)}
DEAD = ("dead", "dead_soft")
_WORD = re.compile("[\u3400-\u9fff]")
_SHORT, _HARDLY, _NAME = 60, 8, 2
"""Characters of a text in which signs may be all there is, how many may stand beside them, and how many say only of whom."""


@dataclass(frozen=True, slots=True)
class DangerReading:
    """`urgency` and `flags` with the `reasons` for them, most urgent first; `intent`: the most urgent rule's.

    `hushed`: signs were seen, each is denied, over or trifling, and hardly a word says anything else: what it is about then.
    """

    urgency: Urgency = Urgency.NORMAL
    flags: tuple[Flag, ...] = ()
    reasons: tuple[Reason, ...] = ()
    intent: Intent | None = None
    hushed: Intent | None = None


@dataclass(slots=True)
class Found:
    """One occurrence of a concept. `status` is worked out when a rule asks."""

    start: int
    end: int
    kind: Kind
    dead: bool = False
    status: Status | None = None


class Rule:
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


class Weighing:
    """One text's occurrences weighed against the rules that could hold."""

    def __init__(self, read: Plain, found: dict[str, list[Found]], frames: Frames) -> None:
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
        ones = [one for concept in DEAD for one in self._found.get(concept, ())]
        return {self._clauses.clause(one.start) for one in ones if self._status(one) is Status.PRESENT}

    def decide(self, rules: list[Rule]) -> DangerReading:
        urgency, intent, doubted = Urgency.NORMAL, None, None
        flags: dict[Flag, None] = {}
        reasons: list[tuple[int, Reason]] = []
        doubts: list[tuple[RuleRow, Reason]] = []
        for compiled in rules:
            rule = compiled.row
            if urgency is Urgency.CRITICAL and rule.urgency not in (None, Urgency.CRITICAL):
                continue  # a lesser urgency tells the reporter nothing more
            if rule.urgency is Urgency.NORMAL:
                continue  # calms, see `_hushed`
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
        hushed = None if urgency is Urgency.CRITICAL or Flag.CHECK in flags else self._hushed(rules)
        told = tuple(sorted(flags, key=_FLAG_ORDER.__getitem__))
        return DangerReading(urgency, told, ordered, intent or doubted, hushed)

    def _hushed(self, rules: list[Rule]) -> Intent | None:
        """What it is about where all that is said are signs of nothing: 没有胸痛, 鼻出血 已经止住了, 手被纸划破了."""
        if len(self._text) > _SHORT:
            return None
        about = None
        silenced = [one for concept in DEAD for one in self._found.get(concept, ()) if self._is(one)]
        for rule in rules:
            ones = [one for concept in rule.first for one in self._found.get(concept, ())]
            if rule.row.urgency is Urgency.NORMAL:
                if self._holds(rule)[0] is Status.PRESENT:
                    about = about or rule.row.intent
                    silenced += ones
                    silenced += [one for concepts in rule.others for c in concepts for one in self._found.get(c, ())]
            elif rule.row.urgency is not None or rule.row.flag is Flag.CHECK:
                signs = [one for one in ones if one.kind is not Kind.FACT]
                if any(map(self._is, signs)):
                    return None
                silenced += signs
        return (about or Intent.OTHER_MEDICAL) if silenced and self._hardly_more(silenced) else None

    def _hardly_more(self, silenced: list[Found]) -> bool:
        """Beside these a few words, and no clause that says something else behind a denial or a "but" (没有胸闷 就是喘)."""
        read, clauses = self._read.plain, {self._clauses.clause(one.start) for one in silenced}
        denied = any(self._status(one) is Status.ABSENT and not self._in_idiom(one) for one in silenced)
        for start, end in self._clauses.all():
            said = (start, end) not in clauses and len(_WORD.findall(read, start, end)) > _NAME
            if said and (denied or self._frames.turns(start, self._clauses)):
                return False
        rest = list(read)
        for one in silenced:
            rest[one.start : one.end] = " " * (one.end - one.start)
        return len(_WORD.findall("".join(rest))) <= _HARDLY

    def _is(self, one: Found) -> bool:
        return self._status(one) is Status.PRESENT

    def _holds(self, rule: Rule) -> tuple[Status, str]:
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

    def _best(self, concepts: tuple[str, ...], pivot: Found | None = None, within: int = 0) -> Status:
        best = Status.ABSENT
        for concept in concepts:
            for one in self._found.get(concept, ()):
                if pivot and max(one.start - pivot.end, pivot.start - one.end) > within:
                    continue
                best = max(best, self._status(one))
                if best is Status.PRESENT:
                    return best
        return best

    def _status(self, one: Found) -> Status:
        if one.status is None:
            one.status = self._weigh(one)
        return one.status

    def _weigh(self, one: Found) -> Status:
        if one.kind is Kind.FACT:
            return Status.PRESENT
        if self._in_idiom(one):
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

    def _in_idiom(self, one: Found) -> bool:
        for start, end in self._idioms:  # noqa: SIM110  (any() over a generator takes twice as long)
            if start < one.end and one.start < end:
                return True
        return False
