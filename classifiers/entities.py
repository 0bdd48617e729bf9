"""The facts of one text, put together: numbers to call, places, ages, dates, medicines, hospitals, what 12345 said.

Every part is read on its own and stays empty when the text does not say it; nothing is guessed from another part.
"""

import re
from dataclasses import fields, replace
from datetime import datetime

from classifiers import facts
from classifiers.address import HIDDEN, AddressReader
from classifiers.matching import trie_source
from classifiers.phones import number_spans, read_phones
from classifiers.plain import Plain, Variants, gram, grams_of, reading_table, simple
from classifiers.quantities import measure
from classifiers.supply import days_left
from conversations.places import Named, Places
from conversations.reading import Address, Entities
from conversations.rules import RedRows

# More than any channel lets a resident write at once; what follows is not read for facts (danger always is).
_LONGEST = 6000
_NOTHING = Entities()
_EMPTY = tuple(getattr(_NOTHING, field.name) for field in fields(Entities))
_NO_VALUES: dict[str, float] = {}


class _Names:
    """Things found by any of their names: the answer is the usual name, or the one written (`as_written`)."""

    def __init__(self, named: tuple[Named, ...], table: dict[int, int], *, as_written: bool = False) -> None:
        self._as_written = as_written
        self._usual = {word.translate(table): one.name for one in named for word in (one.name, *one.aliases)}
        by_first: dict[str, list[str]] = {}
        for word in self._usual:
            by_first.setdefault(word[0], []).append(word)
        finders = {first: re.compile(trie_source(words)).finditer for first, words in by_first.items()}
        self._find = {gram(word): finders[word[0]] for word in self._usual}
        self._grams = grams_of(self._usual)

    def read(self, read: Plain) -> tuple[str, ...]:
        hits = self._grams & read.grams
        if not hits:
            return ()
        found: list[tuple[int, int, str]] = []
        for finditer in {self._find[hit] for hit in hits}:
            found.extend((*m.span(), self._usual[m.group()]) for m in finditer(read.plain))
        names: dict[str, str] = {}
        end = 0
        for start, stop, name in sorted(found, key=lambda one: (one[0], -one[1])):
            if start >= end:
                names.setdefault(name, read.plain[start:stop] if self._as_written else name)
                end = stop
        return tuple(names.values())


class EntityReader:
    """Reads `Entities`. Safe to share between threads. `rows` lends its variant characters, so that both read alike."""

    def __init__(self, places: Places, rows: RedRows | None = None) -> None:
        variants = rows.variants if rows else {}
        self._variants, table = Variants(variants), reading_table(variants)
        self._addresses = AddressReader(places)
        # A medicine is passed on as the resident wrote it; nobody here may put another name to it.
        self._drugs = _Names(places.drugs, table, as_written=True)
        self._hospitals = _Names(places.hospitals, table)

    def read(self, text: str, now: datetime) -> Entities:
        """`now`: when the message was sent, aware. Any text is fine."""
        text = text[:_LONGEST]
        read = self._variants.read(text)
        measured = measure(read)
        values = {one.quantity: one.value for one in reversed(measured)} if measured else _NO_VALUES
        last, due = facts.treatments(read, now, values.get("dialysis_days"))
        order = facts.order_number(read)
        drugs = self._drugs.read(read)
        found = (
            read_phones(text),
            self._addresses_of(text, read),
            facts.age_months(measured, read),
            facts.pregnancy_weeks(read),
            last,
            due,
            days_left(read, now, named=bool(drugs)),
            int(values["dialysis_missed"]) if "dialysis_missed" in values else None,
            max(one.value for one in measured if one.quantity == "temperature") if "temperature" in values else None,
            int(min(one.value for one in measured if one.quantity == "oxygen")) if "oxygen" in values else None,
            facts.people(read),
            drugs,
            self._hospitals.read(read),
            order,
            facts.called_12345(read, order),
            facts.relation(read),
        )  # in the order of the fields of `Entities`
        return _NOTHING if found == _EMPTY else Entities(*found)

    def _addresses_of(self, text: str, read: Plain) -> tuple[Address, ...]:
        """靜安區威海路 is read as 静安区威海路; `raw` stays as it was written, character for character."""
        words = text if read is simple(text) else read.plain
        for start, end in number_spans(text):  # the last four of 138 0013 8000 are no room of the door that follows
            words = words[:start] + HIDDEN * (end - start) + words[end:]
        if words is text:
            return self._addresses.read(text)
        found = []
        for one in self._addresses.read(words):
            at = words.find(one.raw)
            found.append(replace(one, raw=text[at : at + len(one.raw)]) if at >= 0 else one)
        return tuple(found)
