"""Surge is what the desk cannot see to: many open tickets for the people who are there, and back again by itself."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.surge import Surge
from tests.conversations.talking import playbook


@pytest.mark.parametrize(
    ("open_tickets", "people", "surging"),
    [(41, 1, True), (40, 1, False), (400, 12, False), (500, 12, True), (5000, 0, False)],
)
async def test_the_rule(open_tickets: int, people: int, surging: bool) -> None:
    rows = [{"open": open_tickets, "waiting": 7, "people": people}]

    async def fetch(_: str) -> list[dict[str, Any]]:
        return rows

    surge = Surge(SimpleNamespace(fetch=fetch), playbook)  # type: ignore[arg-type]
    assert not surge.on()
    await surge.look()
    assert surge.on() is surging
    assert surge.waiting() == 7
    rows[0] = {"open": 0, "waiting": 0, "people": 1}
    await surge.look()
    assert not surge.on()
    assert surge.waiting() == 0
