"""The facts of one text, put together: numbers to call, places, ages, dates, medicines, hospitals, what 12345 said.

Every part is read on its own and stays empty when the text does not say it; nothing is guessed from another part.
"""

import re
from datetime import datetime

from classifiers import facts
from classifiers.address import AddressReader
from classifiers.matching import trie_source
from classifiers.plain import Variants, reading_table
from classifiers.phones import read_phones
from classifiers.quantities import measure
from conversations.places import Named, Places
from conversations.reading import Entities
from conversations.rules import RedRows

# More than any channel lets a resident write at once; what follows is not read for facts (danger always is).
_LONGEST = 6000


class _Names:
    """Things found by any of their names: the answer is the usual name, or the one written (`as_written`)."""

    def __init__(self, named: tuple[Named, ...], table: dict[int, int], *, as_written: bool = False) -> None:
        self._as_written = as_written
        self._usual = {word.translate(table): one.name for one in named for word in (one.name, *one.aliases)}
        by_first: dict[str, list[str]] = {}
        for word in self._usual:
            by_first.setdefault(word[0], []).append(word)
        self._find = {first: re.compile(trie_source(words)).finditer for first, words in by_first.items()}

    def read(self, text: str, characters: set[str]) -> tuple[str, ...]:
        found: list[tuple[int, int, str]] = []
        for first in characters & self._find.keys():
            found.extend((m.start(), m.end(), self._usual[m.group()]) for m in self._find[first](text))
        names: dict[str, str] = {}
        end = 0
        for start, stop, name in sorted(found, key=lambda one: (one[0], -one[1])):
            if start >= end:
                names.setdefault(name, text[start:stop] if self._as_written else name)
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
        plain = read.plain
        characters = set(plain)
        measured = list(measure(read))
        values = {one.quantity: one.value for one in reversed(measured)}
        temperatures = [one.value for one in measured if one.quantity == "temperature"]
        oxygen = [one.value for one in measured if one.quantity == "oxygen"]
        last, due = facts.treatments(plain, now, values.get("dialysis_days"))
        order = facts.order_number(plain)
        return Entities(
            phones=read_phones(text),
            addresses=self._addresses.read(text),
            age_months=facts.age_months(measured, plain),
            pregnancy_weeks=facts.pregnancy_weeks(plain),
            last_done_at=last,
            next_due_at=due,
            days_left=facts.days_left(plain),
            missed=int(values["dialysis_missed"]) if "dialysis_missed" in values else None,
            temperature=max(temperatures, default=None),
            oxygen=int(min(oxygen)) if oxygen else None,
            people=facts.people(plain),
            drugs=self._drugs.read(plain, characters),
            hospitals=self._hospitals.read(plain, characters),
            order_12345_no=order,
            called_12345=facts.called_12345(plain, order),
            relation=facts.relation(plain, characters),
        )
