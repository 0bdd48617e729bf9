"""The watch over tickets nobody has: proposes, gives where the rows say so, and tells the duty editor when there is nobody."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.assignment.giving import Giver
from bot.assignment.rules import Choice, Person, choose
from bot.log import get_logger
from bot.store.assignment import Given, Unowned, givens, lapse, note, people_now, settle_taken, unowned
from bot.store.database import StoreAway
from bot.store.shifts import on_duty, shifts_are_kept

log = get_logger("assignment")

EVERY = 3.0
"""Seconds between two looks."""
_LOCK = 0x62616E67_61737367
Publish = Callable[[list[dict[str, Any]]], None]


async def watch(giver: Giver, clock: Callable[[], datetime], publish: Publish) -> None:
    """For ever."""
    while True:
        try:
            with suppress(StoreAway):
                await look(giver, clock(), publish)
        except Exception:
            log.exception("assignment_failed")
        await asyncio.sleep(EVERY)


async def look(giver: Giver, now: datetime, publish: Publish) -> None:
    """One look over everything critical and urgent that nobody has; one process at a time."""
    database, rows = giver.database, giver.rows
    if not await shifts_are_kept(database, now):
        return
    async with database.connection() as connection:
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            return
        try:
            await settle_taken(database, now)
            waiting = await unowned(database, grave=True)
            if not waiting:
                return
            people = await people_now(database, rows, now)
            history = await givens(database, [one.waiting.number for one in waiting])
            for ticket in waiting:
                people = await _one(giver, ticket, people, history.get(ticket.waiting.number, []), now, publish)
        finally:
            await connection.execute("select pg_advisory_unlock($1)", _LOCK)


async def _one(
    giver: Giver, ticket: Unowned, people: list[Person], history: list[Given], now: datetime, publish: Publish
) -> list[Person]:
    """What is to be done about one ticket; the people as they stand afterwards."""
    rows, number = giver.rows, ticket.waiting.number
    grace = rows.grace.get(ticket.waiting.urgency)
    if grace is None or now < ticket.waiting.created_at + grace.propose:
        return people
    current = next((one for one in history if one.state == "open" and one.way == "proposed"), None)
    if current is not None:
        holder = next((one for one in people if one.login == current.login), None)
        good = holder is not None and holder.on_duty and holder.present and holder.grave < rows.cap
        if good and grace.assign is not None and now >= current.at + grace.assign:
            if await giver.assign(ticket, current.login, current.why, now):
                _tell(publish, number, "assigned")
            return _more(people, current.login, ticket)
        if good and now < current.at + rows.proposal:
            return _more(people, current.login, ticket)
        await lapse(giver.database, current.id, "lapsed", now)
    # Whoever let it lie is asked again only after everybody else was.
    passed = {one.login for one in history if one.login and one.state in ("passed", "lapsed", "taken", "open")}
    choice = choose(ticket.waiting, people, rows, passed)
    if choice.code == "refused":
        said_no = {one.login for one in history if one.state == "passed"}
        choice = choose(ticket.waiting, people, rows, said_no)
    if not choice.login:
        await _nobody(giver, number, choice, history, now, publish)
        return people
    name = next(one.name for one in people if one.login == choice.login)
    if await note(
        giver.database, giver.vault, number, choice.login, "proposed", f"提议给{name}：{choice.why}", choice.why, now
    ):
        _tell(publish, number, "proposed")
    return _more(people, choice.login, ticket)


async def _nobody(
    giver: Giver, number: str, choice: Choice, history: list[Given], now: datetime, publish: Publish
) -> None:
    """Tell the duty editor in words, once in a while."""
    if any(one.way == "nobody" and one.at > now - giver.rows.nobody for one in history):
        return
    kinds = [one.code for one in giver.rows.shifts if one.editor]
    editors = await on_duty(giver.database, giver.vault, now, kinds)
    names = "、".join(dict.fromkeys(one.name for one in editors))
    said = f"{choice.why}，没法派。请{names or '编辑'}安排人接手。"
    if await note(giver.database, giver.vault, number, "", "nobody", said, choice.why, now, state="told"):
        _tell(publish, number, "nobody")


def _tell(publish: Publish, number: str, change: str) -> None:
    publish([{"what": "ticket", "number": number, "change": change, "alert": ""}])


def _more(people: list[Person], login: str, ticket: Unowned) -> list[Person]:
    """As they stand with one more on the way to somebody: what is proposed counts as held."""
    critical = ticket.waiting.urgency == "critical"
    return [
        replace(one, grave=one.grave + 1, load=one.load + 1, critical=one.critical + critical)
        if one.login == login else one
        for one in people
    ]  # fmt: skip
