"""The knowledge base as editors keep it: what has run out or soon will, and how often each answer was given."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.store.database import Database
from bot.vault import Unsealable, Vault
from conversations.knowledge import Entry

SOON = timedelta(days=7)
COUNTED_DAYS = 30
MOST_COUNTED = 5000
"""Answers counted, newest first; each must be unsealed under its contact's key."""


@dataclass(frozen=True, slots=True)
class Aged:
    """One entry on the list. `state`: over, soon, ahead (not yet valid), unapproved, good."""

    entry: Entry
    state: str
    given: int


_ORDER = {"over": 0, "soon": 1, "unapproved": 2, "ahead": 3, "good": 4}


def state_of(entry: Entry, today: date) -> str:
    if entry.until is not None and entry.until < today:
        return "over"
    if not entry.approved_by:
        return "unapproved"
    if entry.since > today:
        return "ahead"
    return "soon" if entry.until is not None and entry.until - today <= SOON else "good"


def aged(entries: Iterable[Entry], given: Mapping[str, int], today: date) -> list[Aged]:
    """What needs somebody first; then what is asked most."""
    found = [Aged(entry, state_of(entry, today), given.get(entry.code, 0)) for entry in entries]
    return sorted(found, key=lambda one: (_ORDER[one.state], -one.given, one.entry.code))


async def times_given(database: Database, vault: Vault) -> Counter[str]:
    """Code → how often it was said in the last days. Which answer somebody was given is sealed like their words."""
    rows = await database.fetch(
        "select e.detail, c.id, c.data_key from ticket_events e join tickets t on t.number = e.number "
        "join contacts c on c.id = t.conversation where e.change = 'answered' and e.detail is not null "
        "and c.data_key is not null and e.at > now() - make_interval(days => $1::integer) order by e.id desc limit $2",
        COUNTED_DAYS, MOST_COUNTED,
    )  # fmt: skip

    def count() -> Counter[str]:
        found: Counter[str] = Counter()
        for row in rows:
            try:
                found[vault.data_key(row["id"], row["data_key"]).open(row["detail"]).decode()] += 1
            except Unsealable:
                continue
        return found

    return await asyncio.to_thread(count)
