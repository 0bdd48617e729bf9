"""Danger read from one text by rows: the red conditions, the orange list, the flags.

The fast floor under the models: no model, no history, never an exception, and the higher of the two readings wins.
Signs are found by `matching`, weighed by `frames`, measured by `quantities`; rules over concepts decide (`weighing`).
"""

import re
from collections.abc import Callable, Iterator

from classifiers.frames import Frames, plain_pattern
from classifiers.matching import Prefilter, source_of
from classifiers.plain import Plain, Variants, reading_table
from classifiers.quantities import measure
from classifiers.weighing import DEAD, DangerReading, Found, Rule, Weighing
from conversations.rules import Kind, LimitRow, RedRows

# More occurrences of one row say nothing new, and a hostile text could hold thousands.
_MOST_PER_ROW = 12

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
        self._all_rules = [Rule(row) for row in rows.rules]
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
        return Weighing(read, found, self._frames).decide(rules)

    def _finder(self, place: int) -> "_Finder":
        finder = self._finders[place] = re.compile(source_of(self._patterns[place])).finditer
        return finder

    def _find(self, read: Plain) -> dict[str, list[Found]]:
        found: dict[str, list[Found]] = {}
        for place in self._prefilter.candidates(read):
            concept, kind = self._signs[place]
            finditer = self._finders[place] or self._finder(place)
            for count, match in enumerate(finditer(read.plain)):
                if count == _MOST_PER_ROW:
                    break
                found.setdefault(concept, []).append(Found(*match.span(), kind, concept in DEAD))
        for measured in measure(read):
            for limit in self._limits.get(measured.quantity, ()):
                if limit.low <= measured.value < limit.high:
                    found.setdefault(limit.concept, []).append(Found(measured.start, measured.end, Kind.PLAIN))
        return found
