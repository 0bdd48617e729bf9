"""What the record proposes now, and the watch that tells open desks when a clock has run out by itself."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.log import get_logger
from bot.store.database import Database, StoreAway
from bot.store.supervision_facts import facts_of, note_proposals, urgencies_of
from bot.supervision.ladder import Proposal, propose
from data.directory import load_directory
from data.supervision import SupervisionRows, load_supervision

log = get_logger("supervision")

ROWS: SupervisionRows = load_supervision()
HUMAN = load_directory().human
EVERY = 10.0
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket somebody should take one level up now."""

    number: str
    urgency: str
    intent: str
    district: str
    reporter: str
    proposal: Proposal


async def due_steps(database: Database, now: datetime, numbers: Sequence[str] | None = None) -> list[Due]:
    """Of these open tickets, or of all; the gravest and longest overdue first. Raises StoreAway."""
    if numbers is not None and not numbers:
        return []
    facts = await facts_of(database, ROWS, HUMAN, now, numbers)
    known = await urgencies_of(database, list(facts)) if facts else {}
    out = []
    for number, (each, standing) in facts.items():
        if number not in known:
            continue
        urgency, intent, district, reporter = known[number]
        proposal = propose(each, standing, urgency, ROWS, now)
        if proposal is not None:
            out.append(Due(number, urgency, intent, district, reporter, proposal))
    ranks = {"critical": 0, "urgent": 1, "soon": 2}
    return sorted(out, key=lambda one: (ranks.get(one.urgency, 3), one.proposal.at, one.number))


async def due_numbers(database: Database, now: datetime, numbers: Sequence[str]) -> frozenset[str]:
    """Which of these tickets a list marks."""
    return frozenset(one.number for one in await due_steps(database, now, numbers))


async def watch(
    database: Database, clock: Callable[[], datetime], publish: Callable[[list[dict[str, Any]]], None]
) -> None:
    """For ever: what newly fell due is news to every open desk, though nobody touched the ticket."""
    while True:
        try:
            found = await due_steps(database, clock())
            fresh = await note_proposals(
                database, [(one.number, one.proposal.trigger, one.proposal.at) for one in found]
            )
            publish([{"what": "ticket", "number": number, "change": "supervise", "alert": ""} for number in fresh])
        except StoreAway:
            pass
        except Exception:  # a look that breaks must not be the last one
            log.exception("ladder_failed")
        await asyncio.sleep(EVERY)
