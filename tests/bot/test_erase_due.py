"""Two minutes after somebody asked to be erased: done as they wished, unless something pressing came up since."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.arrivals import Outcome
from bot.turns import Turns
from tests.inside import DYING, Inside, Open

_TIMER = "select 1 from outbox where purpose = 'erase'"


async def _due(here: Inside) -> None:
    here.clock.by = timedelta(minutes=2, seconds=5)
    here.services.outbox.tell()


async def _erased(here: Inside) -> bool:
    return bool(await here.database.value("select bool_or(erased_at is not null) from contacts"))


async def test_done_as_they_wished(inside: Open) -> None:
    async with inside() as here:
        await here.hear("u", "删除我的信息")
        await _due(here)
        await here.gone("select 1 from contacts where data_key is not null")
        assert await here.database.value("select count(*) from messages") == 0


async def test_whoever_is_in_danger_since_is_kept(inside: Open) -> None:
    async with inside() as here:
        await here.hear("u", "删除我的信息")
        await here.hear("u", DYING)
        await _due(here)
        await here.gone(_TIMER)
        ticket = await here.database.row("select outcome, length(body) as body, alert from tickets")
        assert (ticket["outcome"], ticket["body"] > 0) == (None, True)
        assert ticket["alert"] == "critical", "nobody has seen it, and a wish to be forgotten weighs less"
        assert not await _erased(here)
        assert await here.database.value("select count(*) from messages where direction = 'i'") == 2
        changes = await here.database.fetch("select change from ticket_events order by id")
        assert [row["change"] for row in changes].count("asks_erase_me") == 1


async def test_a_message_between_the_turn_and_the_erasing(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    act = Turns.act
    writing: list[Inside] = []

    async def slow(turns: Turns, conversation: Any, event: Any) -> Outcome:
        outcome = await act(turns, conversation, event)
        while writing:
            await writing.pop().hear("u", DYING)
        return outcome

    monkeypatch.setattr(Turns, "act", slow)
    async with inside() as here:
        await here.hear("u", "删除我的信息")
        writing.append(here)
        await _due(here)

        async def heard() -> bool:
            return not writing and bool(await here.database.value("select 1 from tickets where outcome is null"))

        await here.until(heard)
        await asyncio.sleep(0.3)
        assert not await _erased(here)
        assert await here.database.value(_TIMER)  # looked at again when its lease ends: then what is said above holds
        here.clock.by += timedelta(minutes=2)
        await here.gone(_TIMER)
        assert not await _erased(here)
        ticket = await here.database.row("select outcome, length(body) as body from tickets where outcome is null")
        assert ticket["body"] > 0
